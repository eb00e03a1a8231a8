package io.mlops4j.runtime.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.registry.FileModelRegistry;
import io.mlops4j.runtime.trust.TrustPolicy;
import io.mlops4j.runtime.trust.TrustedKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Signing versions, and taking whole registries elsewhere. */
class SignAndCopyCommandsTest {
  @TempDir Path temporary;
  private Path old;
  private Line line;

  @BeforeEach
  void copy() throws Exception {
    old = Line.oldRegistry(temporary);
    line = Line.of(old);
  }

  private static Path key(String name) throws Exception {
    return Path.of(
        Objects.requireNonNull(SignAndCopyCommandsTest.class.getResource("../trust/" + name))
            .toURI());
  }

  @Test
  void aSignedVersionIsTrustedByItsKey() throws Exception {
    Path publicKey = key("signing-key-pub.pem");

    Line.Said said =
        line.run(
            "sign", "flight-delay:1", "--key", key("signing-key.pem"), "--public-key", publicKey);

    assertThat(said.code()).isZero();
    TrustedKey trusted = TrustedKey.read(publicKey);
    assertThat(said.out()).isEqualTo("flight-delay:1  signed with the " + trusted + "\n");
    assertThat(line.run("show", "flight-delay:1").out()).contains("signatures   1, not verified");
    try (ModelRegistry registry = FileModelRegistry.open(old)) {
      TrustPolicy policy = TrustPolicy.signedBy(trusted);
      assertThatCode(
              () ->
                  policy.verify(
                      "flight-delay", registry.source(registry.resolve("flight-delay:1"))))
          .doesNotThrowAnyException();
    }
  }

  @Test
  void aSignatureIsToldAsJson() throws Exception {
    JsonNode json =
        line.run(
                "sign",
                "flight-delay@champion",
                "--key",
                key("signing-key.pem"),
                "--public-key",
                key("signing-key-pub.pem"),
                "--json")
            .json();

    assertThat(json.get("ref").textValue()).isEqualTo("flight-delay:1");
    assertThat(json.get("key").textValue())
        .isEqualTo(TrustedKey.read(key("signing-key-pub.pem")).hint());
    String digest = json.get("signature").textValue().replace("sha256:", "");
    assertThat(old.resolve("models/flight-delay/versions/000001/signatures/" + digest + ".json"))
        .exists();
  }

  @Test
  void aFileThatIsNoKeyIsAMistake() throws Exception {
    Path none = Files.writeString(temporary.resolve("key.pem"), "secret");

    Line.Said said =
        line.run("sign", "flight-delay", "--key", none, "--public-key", key("signing-key-pub.pem"));

    assertThat(said.code()).isEqualTo(2);
    assertThat(said.err()).contains("key.pem").doesNotContain("secret");
  }

  @Test
  void aRegistryIsCopiedIntoAFolderAndAgainOnlyWhatCameSince() throws Exception {
    Path target = temporary.resolve("copy");
    Path head = temporary.resolve("head.txt");
    line.run("verify", "--save-head", head);

    Line.Said said = line.run("copy", target, "--progress");

    assertThat(said.code()).isZero();
    assertThat(said.out()).isEqualTo("4 versions, 4 records, 976 B copied to " + target + "\n");
    assertThat(said.err()).contains("copy  [########################] 100 %  976 B of 976 B");
    assertThat(Line.of(target).run("verify", "--head", head).code()).isZero();

    line.run("assign", "flight-delay@champion", "flight-delay:2", "--by", "ana");
    JsonNode again = line.run("copy", target, "--json").json();
    assertThat(again.get("versions").intValue()).isZero();
    assertThat(again.get("records").intValue()).isEqualTo(1);
    assertThat(again.get("bytes").intValue()).isZero();
  }

  @Test
  void aRegistryIsCopiedIntoADatabaseWithAUserOfItsOwn() throws Exception {
    String url = "jdbc:h2:" + temporary.resolve("ml");
    Line other = line.with("MLOPS4J_TO_USER", "bob").with("MLOPS4J_TO_PASSWORD", "b");

    assertThat(other.run("copy", url, "--to-schema", "ml").err()).isEmpty();

    Line there = Line.withoutRegistry().with("MLOPS4J_REGISTRY", url).with("MLOPS4J_SCHEMA", "ml");
    Line bob = there.with("MLOPS4J_USER", "bob").with("MLOPS4J_PASSWORD", "b");
    assertThat(bob.run("list").out()).isEqualTo(line.run("list").out());
    assertThat(there.run("list").code()).isEqualTo(1);
  }

  @Test
  void aTargetThatHoldsSomethingElseIsRefused() throws Exception {
    Path target = temporary.resolve("other");
    Line.of(target).run("publish", Line.model(temporary, "mlp4.onnx"), "--name", "mlp");

    Line.Said said = line.run("copy", target);

    assertThat(said.code()).isEqualTo(1);
    assertThat(said.err()).contains("mlp: found a model in the registry to copy into");
    assertThat(Line.of(target).run("list").out()).hasLineCount(1);
  }

  @Test
  void aRegistryIsNotCopiedIntoItself() {
    Line.Said said = line.run("copy", temporary.resolve("old"));

    assertThat(said.code()).isEqualTo(2);
    assertThat(said.err()).contains("old is the registry itself");
  }

  @Test
  void aTargetsPasswordIsNotTakenFromTheCommandLine() {
    Line.Said said = line.run("copy", "jdbc:h2:mem:x;PASSWORD=s3cret");

    assertThat(said.code()).isEqualTo(2);
    assertThat(said.err()).contains("TARGET: a password").doesNotContain("s3cret");
    assertThat(line.run("copy", temporary.resolve("t"), "--to-schema", "ml").code()).isEqualTo(2);
  }
}
