package io.mlops4j.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.UntrustedModelException;
import io.mlops4j.inference.Model;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.exchange.ModelArchive;
import io.mlops4j.runtime.registry.FileModelRegistry;
import io.mlops4j.runtime.registry.Models;
import io.mlops4j.runtime.trust.ModelSigner;
import io.mlops4j.runtime.trust.TrustPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every way to load a model goes through the policy of its runtime. */
class TrustedLoadsTest {
  private static final Path RESOURCES = Path.of("src/test/resources/io/mlops4j/runtime");

  @TempDir Path temporary;
  private final ModelSigner signer = Models.signer();
  private final ModelRuntime runtime =
      ModelRuntime.builder().strict().trust(TrustPolicy.signedBy(signer.key())).open();

  @AfterEach
  void close() {
    runtime.close();
  }

  private Path copy(String resource) throws IOException {
    Path from = RESOURCES.resolve(resource);
    Path to = temporary.resolve(from.getFileName());
    try (Stream<Path> tree = Files.walk(from)) {
      for (Path each : tree.toList()) {
        Files.copy(
            each,
            to.resolve(from.relativize(each).toString()),
            StandardCopyOption.REPLACE_EXISTING);
      }
    }
    return to;
  }

  private void assertRefused(Path model, String words) {
    assertThatThrownBy(() -> runtime.load(model).close())
        .isInstanceOf(UntrustedModelException.class)
        .hasMessageContaining(words);
  }

  @Test
  void aFileIsLoadedOnceItIsSignedAndNotOnceItIsAltered() throws IOException {
    Path file = copy("models/mlp4.onnx");
    assertRefused(file, "mlp4: found no signature");

    signer.signBeside(file);
    runtime.load(file).close();

    Files.write(file, new byte[] {0x1a, 0}, StandardOpenOption.APPEND); // an empty text in protobuf
    assertRefused(file, "other bytes than were signed in mlp4.onnx");
  }

  @Test
  void aFolderOfExternalWeightsIsLoadedOnceAllOfItIsSigned() throws IOException {
    Path folder = copy("models/engine/external_folder");
    signer.signBeside(folder);
    runtime.load(folder).close();

    Path weights;
    try (Stream<Path> files = Files.list(folder)) {
      weights =
          files
              .filter(f -> !f.toString().endsWith(".onnx") && !f.toString().endsWith(".sig"))
              .findFirst()
              .orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(weights);
    bytes[0] ^= 1;
    Files.write(weights, bytes);
    assertRefused(folder, "other bytes than were signed in " + weights.getFileName());
  }

  @Test
  void aVersionIsLoadedOnceItIsSigned() {
    try (ModelRegistry registry = FileModelRegistry.open(temporary.resolve("registry"))) {
      ModelVersion version =
          registry.publish(ModelCard.builder("mlp").build(), RESOURCES.resolve("models/mlp4.onnx"));
      assertThatThrownBy(() -> runtime.load(registry, "mlp:1"))
          .isInstanceOf(UntrustedModelException.class)
          .hasMessageContaining("mlp: found no signature");

      byte[] bundle = signer.sign(registry, version);
      registry.addSignature(version, bundle);

      assertThat(registry.signatures(version)).containsExactly(bundle);
      try (Model model = runtime.load(registry, "mlp:1")) {
        assertThat(model.servedBy().digest()).isEqualTo(version.digest());
      }
      Models.signer().sign(registry, version);
      runtime.load(registry, "mlp:1").close();
    }
  }

  @Test
  void aSignatureThatLiesWithAModelIsPublishedWithIt() throws IOException {
    Path file = copy("models/mlp4.onnx");
    try (ModelRegistry registry = FileModelRegistry.open(temporary.resolve("registry"))) {
      ModelVersion unsigned = registry.publish(ModelCard.builder("mlp").build(), file);
      signer.signBeside(file);
      ModelVersion signed = registry.publish(ModelCard.builder("mlp").build(), file);

      assertThat(signed).isEqualTo(unsigned);
      runtime.load(registry, "mlp").close();
    }
  }

  @Test
  void aSignatureTravelsWithAnArchive() {
    Path archive = temporary.resolve("plus.zip");
    try (ModelRegistry registry = FileModelRegistry.open(temporary.resolve("registry"));
        ModelRegistry other = FileModelRegistry.open(temporary.resolve("other"))) {
      ModelVersion version = publish(registry, "plus1");
      ModelArchive.write(registry, version, archive);
      ModelVersion unsigned = ModelArchive.read(archive).into(other);
      assertThatThrownBy(() -> runtime.load(other, "plus:1"))
          .isInstanceOf(UntrustedModelException.class);

      signer.sign(registry, version);
      ModelArchive.write(registry, version, archive);

      assertThat(ModelArchive.read(archive).into(other)).isEqualTo(unsigned);
      runtime.load(other, "plus:1").close();
    }
  }

  @Test
  void aDeploymentGoesOnWithWhatItServesWhenTheNextVersionIsNotLetIn() {
    try (ModelRegistry registry = FileModelRegistry.open(temporary.resolve("registry"))) {
      ModelVersion one = publish(registry, "plus1");
      ModelVersion two = publish(registry, "plus2");
      signer.sign(registry, one);
      registry.assign("plus@champion", one, Change.by("ana"));
      try (Deployment deployment =
          runtime
              .deployment("plus@champion")
              .from(registry)
              .actor("test")
              .every(Duration.ofDays(1))
              .start()) {
        registry.assign("plus@champion", two, Change.by("mallory"));
        deployment.refresh();

        assertThat(deployment.servedBy().version()).contains(one);
        assertThat(deployment.status().waiting().orElseThrow().reason())
            .contains("found no signature");

        signer.sign(registry, two);
        registry.assign("plus@champion", two, Change.by("ana"));
        deployment.refresh();
        assertThat(deployment.servedBy().version()).contains(two);
      }
    }
  }

  private static ModelVersion publish(ModelRegistry registry, String name) {
    return registry.publish(
        ModelCard.builder("plus").build(), RESOURCES.resolve("deployment/" + name + ".onnx"));
  }

  @Test
  void aLinkIsRefusedWhereThePolicySaysSo() throws IOException {
    Path file = copy("models/mlp4.onnx");
    Path link = Files.createSymbolicLink(temporary.resolve("link.onnx"), file);
    Files.copy(signer.signBeside(file), temporary.resolve("link.onnx.sig"));
    runtime.load(link).close();

    TrustPolicy policy = TrustPolicy.builder().require("*", signer.key()).refuseLinks().build();
    try (ModelRuntime strict = ModelRuntime.builder().trust(policy).open()) {
      strict.load(file).close();
      assertThatThrownBy(() -> strict.load(link))
          .isInstanceOf(UntrustedModelException.class)
          .hasMessageContaining("found the symbolic link");
    }
  }
}
