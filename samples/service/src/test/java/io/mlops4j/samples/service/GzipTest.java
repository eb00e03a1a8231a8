package io.mlops4j.samples.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.samples.service.inference.Problem;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GzipTest {
  private static Problem.Kind kind(byte[] compressed, int most) {
    try {
      Gzip.decode(compressed, most);
    } catch (Problem e) {
      return e.kind();
    }
    throw new AssertionError("decoded");
  }

  @Test
  void aBodyThatGrowsBeyondTheLimitIsTooLarge() {
    byte[] zeros = Gzip.encode(new byte[10_000_000]);
    assertThat(zeros).hasSizeLessThan(20_000);
    assertThat(kind(zeros, 1_000_000)).isEqualTo(Problem.Kind.TOO_LARGE);
    assertThat(Gzip.decode(zeros, 10_000_000)).isEqualTo(new byte[10_000_000]);
  }

  @Test
  void aDamagedBodyIsBadInput() {
    byte[] body =
        Gzip.encode("{\"distance\": 106}".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    for (int length = 0; length < body.length; length++) {
      byte[] cut = Arrays.copyOf(body, length);
      assertThatThrownBy(() -> Gzip.decode(cut, 1000))
          .as("%d bytes", length)
          .isInstanceOf(Problem.class);
    }
    body[body.length - 5] ^= 1; // the checksum
    assertThat(kind(body, 1000)).isEqualTo(Problem.Kind.BAD_INPUT);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "gzip | true",
        "br, GZIP;q=0.5 | true",
        "gzip;q=0 | false",
        "gzip; q=0.000 | false",
        "deflate, br | false",
        "* | false"
      })
  void acceptedCodingsAreRead(String encodings, boolean accepted) {
    assertThat(Gzip.isAccepted(encodings)).isEqualTo(accepted);
    assertThat(Gzip.isAccepted(null)).isFalse();
  }
}
