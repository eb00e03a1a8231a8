package io.mlops4j.runtime.trust;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.error.UntrustedModelException;
import io.mlops4j.fixture.Sized;
import io.mlops4j.fixture.TestSize;
import io.mlops4j.runtime.Mutations;
import io.mlops4j.runtime.trust.TrustFixture.TestSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Of a changed bundle comes a refusal, or the files that were signed. */
@Sized
class BundleMutationsTest {
  private static final int SEEDS = TestSize.of(300, 1500);
  private static final Map<String, String> FILES =
      Map.of("signme-1", "signme-1\n", "signme-2", "signme-2");

  private final TrustPolicy policy =
      TrustPolicy.signedBy(TrustedKey.read(TrustFixture.resource("signing-key-pub.pem")));

  @Test
  void ofBundlesOfThePublicTool() throws IOException {
    byte[] good = Files.readAllBytes(TrustFixture.resource("v1.1.0-elliptic-key/model.sig"));
    int refused = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
      refused += refuses(seed, TestSource.of(FILES, new Mutations(seed).of(good)), policy) ? 1 : 0;
    }
    assertThat(refused).isBetween(SEEDS * 2 / 3, SEEDS);
  }

  /** Signed as they are, so that all of the reader is tried. */
  @Test
  void ofStatementsThatATrustedKeySigned() {
    byte[] good =
        TrustFixture.statement(FILES, "signme-1", "signme-2").getBytes(StandardCharsets.UTF_8);
    TrustPolicy own = TrustPolicy.signedBy(TrustFixture.KEY);
    int refused = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
      byte[] payload = new Mutations(seed).of(good);
      byte[] signature = TrustFixture.SIGNER.signature(Bundle.signed(payload));
      byte[] bundle = new Bundle(payload, signature, TrustFixture.KEY.hint(), false).write();
      refused += refuses(seed, TestSource.of(FILES, bundle), own) ? 1 : 0;
    }
    assertThat(refused).isBetween(SEEDS / 3, SEEDS);
  }

  private static boolean refuses(int seed, TestSource source, TrustPolicy policy) {
    try {
      Map<String, ByteBuffer> files = policy.verify("m", source).external();
      assertThat(files).as("seed %d", seed).isEqualTo(TestSource.of(FILES).external());
      return false;
    } catch (UntrustedModelException e) {
      assertThat(e.getMessage()).as("seed %d", seed).hasSizeLessThan(2000).doesNotContain("\n");
      return true;
    } catch (RuntimeException | StackOverflowError e) {
      throw new AssertionError("seed " + seed + " " + shown(source), e);
    }
  }

  private static String shown(TestSource source) {
    return Base64.getEncoder().encodeToString(source.signatures().get(0).array());
  }
}
