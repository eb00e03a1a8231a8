package io.mlops4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {
  /** What {@code sha256sum} prints for an empty file, for "abc" and for a million times "a". */
  private static final String EMPTY =
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

  private static final String ABC =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  private static final String MILLION_A =
      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

  @Nested
  class Refs {
    @Test
    void haveThreeForms() {
      ModelRef latest = ModelRef.parse("fraud");
      assertThat(latest.name()).isEqualTo("fraud");
      assertThat(latest.number()).isEmpty();
      assertThat(latest.alias()).isEmpty();
      ModelRef numbered = ModelRef.parse("fraud:7");
      assertThat(numbered.number()).hasValue(7);
      assertThat(numbered.alias()).isEmpty();
      ModelRef aliased = ModelRef.parse("fraud@champion");
      assertThat(aliased.name()).isEqualTo("fraud");
      assertThat(aliased.alias()).hasValue("champion");
      assertThat(aliased.number()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"fraud", "fraud:7", "fraud@champion", "0a._-:999999999", "a@b"})
    void printWhatTheyWereReadFrom(String text) {
      assertThat(ModelRef.parse(text)).hasToString(text).isEqualTo(ModelRef.parse(text));
      assertThat(ModelRef.parse(text)).hasSameHashCodeAs(ModelRef.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "",
          ":",
          "@",
          "fraud:",
          "fraud@",
          "@champion",
          ":7",
          "fraud:0",
          "fraud:07",
          "fraud:-1",
          "fraud:1.0",
          "fraud:1000000000",
          "fraud:7@champion",
          "fraud@champion:7",
          "a@b@c",
          "../x",
          "a/b",
          "a\\b",
          ".hidden",
          "-a",
          "Fraud",
          "fräud",
          "a b",
          "a\n",
          "a:1\n",
          "x@../y"
        })
    void refuseEverythingElse(String text) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> ModelRef.parse(text))
          .withMessageContaining("expected");
    }

    @Test
    void boundTheLengthOfNames() {
      assertThat(ModelRef.parse("a".repeat(128)).name()).hasSize(128);
      assertThatIllegalArgumentException().isThrownBy(() -> ModelRef.parse("a".repeat(129)));
    }

    @Test
    void versionsNameThemselves() {
      ModelVersion version = new ModelVersion("fraud", 7, Digest.parse("sha256:" + ABC));
      assertThat(version).hasToString("fraud:7");
      assertThat(version.ref()).isEqualTo(ModelRef.parse("fraud:7"));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new ModelVersion("fraud", 0, version.digest()));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new ModelVersion("../fraud", 1, version.digest()));
    }
  }

  @Nested
  class Digests {
    @TempDir private Path folder;

    @Test
    void ofBytesBuffersAndFilesAreThoseOfSha256sum() throws Exception {
      byte[] abc = "abc".getBytes(StandardCharsets.US_ASCII);
      assertThat(Digest.sha256(new byte[0]).hex()).isEqualTo(EMPTY);
      assertThat(Digest.sha256(abc)).hasToString("sha256:" + ABC);
      assertThat(Digest.sha256(Files.write(folder.resolve("abc"), abc)).hex()).isEqualTo(ABC);
      byte[] million = "a".repeat(1_000_000).getBytes(StandardCharsets.US_ASCII);
      assertThat(Digest.sha256(Files.write(folder.resolve("million"), million)).hex())
          .isEqualTo(MILLION_A);
    }

    @Test
    void ofABufferAreOfWhatRemainsAndLeaveItsPosition() {
      ByteBuffer buffer = ByteBuffer.wrap("xabcx".getBytes(StandardCharsets.US_ASCII));
      buffer.position(1).limit(4);
      assertThat(Digest.sha256(buffer).hex()).isEqualTo(ABC);
      assertThat(buffer.remaining()).isEqualTo(3);
    }

    @Test
    void areReadFromTheirText() {
      Digest digest = Digest.parse("sha256:" + ABC);
      assertThat(digest).isEqualTo(Digest.sha256(new byte[] {'a', 'b', 'c'}));
      assertThat(digest.abbreviated()).isEqualTo("sha256:ba7816bf8f01");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "sha256", "sha256:", "md5:d41d8cd98f00b204e9800998ecf8427e"})
    void ofAnotherFormAreRefused(String text) {
      assertThatIllegalArgumentException().isThrownBy(() -> Digest.parse(text));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Digest.parse("sha256:" + ABC.toUpperCase(java.util.Locale.ROOT)));
      assertThatIllegalArgumentException().isThrownBy(() -> Digest.parse("sha256:" + ABC + "0"));
    }

    @Test
    void ofAMissingFileNameIt() {
      assertThatThrownBy(() -> Digest.sha256(folder.resolve("absent")))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("absent");
    }
  }
}
