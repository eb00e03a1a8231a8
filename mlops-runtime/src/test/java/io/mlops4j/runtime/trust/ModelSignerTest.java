package io.mlops4j.runtime.trust;

import static io.mlops4j.runtime.trust.TrustFixture.KEY;
import static io.mlops4j.runtime.trust.TrustFixture.KEYS;
import static io.mlops4j.runtime.trust.TrustFixture.OTHER;
import static io.mlops4j.runtime.trust.TrustFixture.SIGNER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mlops4j.error.ModelLoadException;
import io.mlops4j.error.UntrustedModelException;
import io.mlops4j.fixture.FileNames;
import io.mlops4j.model.Digest;
import io.mlops4j.runtime.internal.source.FileSource;
import io.mlops4j.spi.ModelSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelSignerTest {
  @TempDir Path temporary;

  @ParameterizedTest
  @CsvSource({
    "secp256r1, SHA256withECDSA",
    "secp384r1, SHA384withECDSA",
    "secp521r1, SHA512withECDSA"
  })
  void aBundleIsWhatTheFormatSays(String curve, String algorithm) throws Exception {
    FileNames.requireUnicode();
    Path folder = TrustFixture.mlp4(temporary.resolve("mine"), "m.onnx").getParent();
    Files.createDirectories(folder.resolve("a"));
    for (String name : List.of("a.txt", "a/b", "\uFF5E", "\uD83D\uDE00", ".gitignore")) {
      Files.writeString(folder.resolve(name), name);
    }
    KeyPair keys = TrustFixture.keys(curve);

    JsonNode bundle =
        new ObjectMapper()
            .readTree(ModelSigner.of(keys.getPrivate(), keys.getPublic()).sign(folder));

    JsonNode envelope = bundle.get("dsseEnvelope");
    byte[] payload = Base64.getDecoder().decode(envelope.get("payload").asText());
    Signature verifier = Signature.getInstance(algorithm);
    verifier.initVerify(keys.getPublic());
    verifier.update(
        ("DSSEv1 28 application/vnd.in-toto+json " + payload.length + " ")
            .getBytes(StandardCharsets.UTF_8));
    verifier.update(payload);
    assertThat(
            verifier.verify(Base64.getDecoder().decode(envelope.at("/signatures/0/sig").asText())))
        .isTrue();
    JsonNode statement = new ObjectMapper().readTree(payload);
    List<String> names = new ArrayList<>();
    ByteArrayOutputStream digests = new ByteArrayOutputStream();
    for (JsonNode resource : statement.at("/predicate/resources")) {
      names.add(resource.get("name").asText());
      digests.writeBytes(HexFormat.of().parseHex(resource.get("digest").asText()));
    }
    assertThat(names).containsExactly("a.txt", "a/b", "m.onnx", "\uFF5E", "\uD83D\uDE00");
    assertThat(statement.at("/subject/0/name").asText()).isEqualTo("mine");
    assertThat(statement.at("/subject/0/digest/sha256").asText())
        .isEqualTo(Digest.sha256(digests.toByteArray()).hex());
  }

  @Test
  void theSignatureBesideAModelChangesNeitherItsFilesNorItsDigest() throws IOException {
    Path folder = TrustFixture.mlp4(temporary.resolve("folder"), "m.onnx").getParent();
    Path file = TrustFixture.mlp4(temporary, "single.onnx");
    for (Path model : List.of(folder, file)) {
      ModelSource before = FileSource.read(model);

      Path bundle = SIGNER.signBeside(model);
      SIGNER.signBeside(model);

      ModelSource after = FileSource.read(model);
      assertThat(after.digest()).isEqualTo(before.digest());
      assertThat(after.external()).isEqualTo(before.external());
      assertThat(after.signatures()).hasSize(1);
      assertThat(bundle.getFileName()).hasToString(model == file ? "single.onnx.sig" : "model.sig");
      assertThat(TrustPolicy.signedBy(KEY).verify("m", after).bytes()).isEqualTo(before.bytes());
    }
  }

  @Test
  void aSignatureThatIsNoneKeepsNobodyFromTheModelWhoAsksForNone() throws IOException {
    Path file = TrustFixture.mlp4(temporary, "single.onnx");
    try (RandomAccessFile huge =
        new RandomAccessFile(temporary.resolve("single.onnx.sig").toFile(), "rw")) {
      huge.setLength(100 << 20);
    }

    ModelSource source = FileSource.read(file);

    assertThatThrownBy(() -> TrustPolicy.signedBy(KEY).verify("single", source))
        .isInstanceOf(UntrustedModelException.class)
        .hasMessageContaining("found a bundle with no JSON object");
  }

  @Test
  void aLinkInTheFolderIsNotSigned() throws IOException {
    Path folder = TrustFixture.mlp4(temporary.resolve("folder"), "m.onnx").getParent();
    Files.createSymbolicLink(folder.resolve("link"), Path.of("m.onnx"));

    assertThatThrownBy(() -> SIGNER.sign(folder))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("symbolic link");
  }

  @Test
  void keysThatAreNoPairOrOfAnotherKindAreRefused() throws Exception {
    KeyPair other = TrustFixture.keys("secp256r1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ModelSigner.of(other.getPrivate(), KEYS.getPublic()))
        .withMessageContaining("of another pair");
    KeyPair rsa = KeyPairGenerator.getInstance("RSA").generateKeyPair();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TrustedKey.of(rsa.getPublic()))
        .withMessageContaining("found a key of RSA");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ModelSigner.of(rsa.getPrivate(), KEYS.getPublic()));
  }

  @Test
  void pemFilesAreReadInBothFormsOfPrivateKeys() throws IOException {
    Path pkcs8 = pem("PRIVATE KEY", KEYS.getPrivate().getEncoded());
    Path spki = pem("PUBLIC KEY", KEYS.getPublic().getEncoded());

    assertThat(ModelSigner.read(pkcs8, spki).key()).isEqualTo(KEY).isNotEqualTo(OTHER);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TrustedKey.read(pkcs8))
        .withMessageContaining("a block \"PRIVATE KEY\", expected a \"PUBLIC KEY\"");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TrustedKey.read(pem("PUBLIC KEY", new byte[] {1, 2, 3})))
        .withMessageContaining("of no elliptic curve");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ModelSigner.read(pem("EC PRIVATE KEY", new byte[] {1}), spki))
        .withMessageContaining("does not name its curve");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TrustedKey.read(temporary.resolve("absent")))
        .withMessageContaining("absent, expected a PEM file; check the path");
  }

  private Path pem(String kind, byte[] der) throws IOException {
    return Files.writeString(
        temporary.resolve("key.pem" + kind),
        "-----BEGIN %s-----\n%s\n-----END %s-----\n"
            .formatted(kind, Base64.getMimeEncoder().encodeToString(der), kind));
  }
}
