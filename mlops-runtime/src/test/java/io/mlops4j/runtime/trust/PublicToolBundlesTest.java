package io.mlops4j.runtime.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.UntrustedModelException;
import io.mlops4j.runtime.trust.TrustFixture.TestSource;
import io.mlops4j.spi.ModelSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the public tool signed; the resources' README says where it comes from. */
class PublicToolBundlesTest {
  private final TrustedKey key = TrustedKey.read(TrustFixture.resource("signing-key-pub.pem"));
  private final TrustPolicy policy = TrustPolicy.signedBy(key);

  private static byte[] bytes(String resource) throws IOException {
    return Files.readAllBytes(TrustFixture.resource(resource));
  }

  @Test
  void aFolderThatTheToolSignedIsVerifiedAndWhatItLeftOutIsLeftOut() throws IOException {
    ModelSource verified =
        policy.verify("m", TestSource.read(TrustFixture.resource("v1.1.0-elliptic-key")));

    assertThat(verified.external()).containsOnlyKeys("signme-1", "signme-2");
    assertThat(verified.external().get("signme-1")).isEqualTo(TrustFixture.utf8("signme-1\n"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"v0.3.1", "v1.0.0"})
  void aFileThatOlderToolsSignedIsVerifiedUnderAnyName(String release) throws IOException {
    TestSource file =
        TestSource.file("renamed", "signme-1\n", bytes(release + "-elliptic-key/model.sig"));

    assertThat(policy.verify("m", file).bytes()).isEqualTo(TrustFixture.utf8("signme-1\n"));
  }

  @Test
  void aKeyInTheBundleItselfProvesNothing() throws IOException {
    // 1.0.1 puts the whole public key into the bundle, in place of its hint.
    byte[] bundle = bytes("v1.0.1-elliptic-key/model.sig");
    assertThat(new String(bundle, StandardCharsets.UTF_8)).contains("rawBytes");
    TestSource folder =
        TestSource.of(Map.of("signme-1", "signme-1\n", "signme-2", "signme-2"), bundle);

    assertThat(policy.verify("m", folder).external()).hasSize(2);
    assertThatThrownBy(() -> TrustPolicy.signedBy(TrustFixture.OTHER).verify("m", folder))
        .isInstanceOf(UntrustedModelException.class)
        .hasMessageContaining("a signature that names no key and that no required key made");
  }

  @Test
  void theToolsOwnNotesAreNotPartOfWhatItSignedInTheOlderRelease() throws IOException {
    TestSource folder = TestSource.read(TrustFixture.resource("v1.0.1-elliptic-key"));

    assertThatThrownBy(() -> policy.verify("m", folder))
        .hasMessageContaining("found files that were not signed, ignore-me");
    assertThat(
            TrustPolicy.builder()
                .require("*", key)
                .leaveOutUnsignedFiles()
                .build()
                .verify("m", folder)
                .external())
        .containsOnlyKeys("signme-1", "signme-2");
  }

  @Test
  void anAlteredFileIsRefusedByName() throws IOException {
    TestSource folder = TestSource.read(TrustFixture.resource("v1.1.0-elliptic-key"));
    folder.external().put("signme-2", TrustFixture.utf8("signme-3"));

    assertThatThrownBy(() -> policy.verify("m", folder))
        .isInstanceOf(UntrustedModelException.class)
        .hasMessageContaining("other bytes than were signed in signme-2");
  }

  @Test
  void theKeysHintIsTheOneThatTheToolWrote() {
    assertThat(key.hint())
        .isEqualTo("e8450dec4eb99dae995da9af1bc2cc9f76ed669ee2e744f57abba763df3e3f8e");
    assertThat(key).hasToString("P-384 key e8450dec4eb9");
  }

  @Test
  void theToolsPrivateKeySignsWhatItsPublicKeyVerifies() {
    ModelSigner signer =
        ModelSigner.read(
            TrustFixture.resource("signing-key.pem"), TrustFixture.resource("signing-key-pub.pem"));
    byte[] bundle = signer.sign(TrustFixture.resource("v1.1.0-elliptic-key"));
    TestSource folder =
        TestSource.of(
            Map.of("signme-1", "signme-1\n", "signme-2", "signme-2", "ignore-me", ""), bundle);

    assertThat(policy.verify("m", folder).external()).hasSize(3);
  }

  @Test
  void aCertificateIsRefusedWithWhatToDo() throws IOException {
    TestSource folder = TestSource.read(TrustFixture.resource("v1.1.0-certificate"));

    assertThatThrownBy(() -> policy.verify("m", folder))
        .isInstanceOf(UntrustedModelException.class)
        .hasMessageContaining("signed with a certificate")
        .hasMessageContaining("model_signing sign key");
  }

  @Test
  void oneOfSeveralSignaturesIsEnough() throws IOException {
    TestSource signed = TestSource.read(TrustFixture.resource("v1.1.0-elliptic-key"));
    TestSource folder =
        new TestSource(
            null,
            signed.external(),
            List.of(ByteBuffer.wrap(new byte[] {'{'}), signed.signatures().get(0)),
            signed.main());

    assertThat(policy.verify("m", folder).external()).hasSize(2);
  }
}
