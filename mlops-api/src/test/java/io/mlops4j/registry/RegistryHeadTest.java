package io.mlops4j.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.model.Digest;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class RegistryHeadTest {
  // By sha256sum of "a" and "b".
  private static final Digest A =
      Digest.parse("sha256:ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb");
  private static final Digest B =
      Digest.parse("sha256:3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d");

  private static final String TEXT =
      "mlops4j-registry-head 1\n"
          + "alias fraud@champion 42 sha256:"
          + "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb\n"
          + "versions fraud 7 sha256:"
          + "3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d\n";

  private static final RegistryHead HEAD =
      RegistryHead.of(
          List.of(
              new RegistryHead.Entry("versions fraud", 7, B),
              new RegistryHead.Entry("alias fraud@champion", 42, A)));

  @Test
  void isTextWithALineForEachChain() {
    assertThat(HEAD).hasToString(TEXT);
    // By sha256sum of the text.
    assertThat(HEAD.digest().hex())
        .isEqualTo("7d64ae5044162f57c51675aead91fcfa7452adca5e309a3a865d79169b71d6af");
  }

  @Test
  void readsItsText() {
    assertThat(RegistryHead.parse(TEXT)).isEqualTo(HEAD).hasSameHashCodeAs(HEAD);
    assertThat(RegistryHead.parse(TEXT.replace("\n", "\r\n\r\n"))).isEqualTo(HEAD);
    assertThat(RegistryHead.parse(RegistryHead.of(List.of()).toString()).entries()).isEmpty();
  }

  @Test
  void refusesOtherTextsAndNamesTheLine() {
    for (String text : List.of("", "head", TEXT.replace("head 1", "head 2"))) {
      assertThatThrownBy(() -> RegistryHead.parse(text))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("expected \"mlops4j-registry-head 1\"");
    }
    for (String line : List.of("alias x", "alias x 0 " + A, "alias x 1 sha256:12", "x 1 " + A)) {
      assertThatThrownBy(() -> RegistryHead.parse(TEXT + line))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> RegistryHead.parse(TEXT + "versions fraud 8 " + A))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("two lines for \"versions fraud\"");
  }

  @Test
  void namesWhatIsNoEntry() {
    assertThatThrownBy(() -> new RegistryHead.Entry("fraud", 1, A))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a chain of two words");
    assertThatThrownBy(() -> new RegistryHead.Entry("versions fraud", 0, A))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void boundsAreChecked() {
    assertThatThrownBy(() -> VersionRange.newest(0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> VersionRange.oldest(1).withNumbersBefore(0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(VersionRange.newest(5).withNumbersBefore(9).withNumbersAfter(2))
        .hasToString("the newest 5 after 2 before 9");
    assertThatThrownBy(() -> Retention.withDefaults().withNewest(0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Retention.withDefaults().withGrace(Duration.ofNanos(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("grace");
  }
}
