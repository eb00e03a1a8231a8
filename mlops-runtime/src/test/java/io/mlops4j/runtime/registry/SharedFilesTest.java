package io.mlops4j.runtime.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.IntegrityException;
import io.mlops4j.inference.Model;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.registry.Retention;
import io.mlops4j.runtime.ModelRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Equal bytes with several cards lie in a folder once, and damage to them is found by each. */
class SharedFilesTest {
  @TempDir Path temp;

  private static ModelVersion publish(ModelRegistry registry, Path model, String owner) {
    return registry.publish(ModelCard.builder("fraud").owner(owner).build(), model);
  }

  private Path file(ModelVersion version) {
    return temp.resolve(
        "registry/models/fraud/versions/%06d/files/mlp4.onnx".formatted(version.number()));
  }

  private ModelRegistry open() {
    return FileModelRegistry.open(
        temp.resolve("registry"),
        RegistryOptions.builder()
            .retention(Retention.withDefaults().withFloor(Duration.ZERO).withGrace(Duration.ZERO))
            .build());
  }

  @Test
  void versionsWithEqualBytesShareTheirFile() throws IOException {
    Path model = Models.mlp4(temp);
    try (ModelRegistry registry = open()) {
      ModelVersion first = publish(registry, model, "ana");
      ModelVersion second = publish(registry, model, "ben");
      ModelVersion third = publish(registry, model, "eva");
      assertThat(second.number()).isEqualTo(2);
      assertThat(Files.isSameFile(file(first), file(second))).isTrue();
      assertThat(Files.isSameFile(file(first), file(third))).isTrue();
      assertThat(Files.isSameFile(file(first), model)).isFalse();

      registry.delete(first, Change.by("ana"));
      registry.collect(Change.by("ana"));
      assertThat(file(first)).doesNotExist();
      assertThat(registry.source(second).digest()).isEqualTo(second.digest());
      assertThat(registry.verify().isIntact()).isTrue();
    }
  }

  @Test
  void aDamagedFileIsNotShared() throws IOException {
    Path model = Models.mlp4(temp);
    try (ModelRegistry registry = open()) {
      ModelVersion first = publish(registry, model, "ana");
      damage(file(first));
      ModelVersion second = publish(registry, model, "ben");
      assertThat(Files.isSameFile(file(first), file(second))).isFalse();
      assertThat(registry.source(second).digest()).isEqualTo(second.digest());
    }
  }

  @Test
  void aFileSystemWithoutLinksKeepsCopies() throws IOException {
    Path model = Models.mlp4(temp);
    try (ModelRegistry registry =
        FileModelRegistry.open(temp.resolve("registry"), RegistryOptions.defaults(), false)) {
      ModelVersion first = publish(registry, model, "ana");
      ModelVersion second = publish(registry, model, "ben");
      assertThat(Files.isSameFile(file(first), file(second))).isFalse();
      assertThat(registry.source(second).digest()).isEqualTo(second.digest());
    }
  }

  @Test
  void aCopyOfARegistrySharesThemToo() throws IOException {
    Path model = Models.mlp4(temp);
    try (ModelRegistry from = FileModelRegistry.open(temp.resolve("from"));
        ModelRegistry registry = open()) {
      publish(from, model, "ana");
      publish(from, model, "ben");
      RegistryCopy.of(from, registry).run();
      assertThat(
              Files.isSameFile(
                  file(registry.resolve("fraud:1")), file(registry.resolve("fraud:2"))))
          .isTrue();
      assertThat(registry.verify(from.head()).isIntact()).isTrue();
    }
  }

  /** Equal bytes in memory are no proof that those on the disk are whole. */
  @Test
  void aVersionDamagedOnTheDiskIsRefusedThoughEqualBytesAreLoaded() throws IOException {
    Path model = Models.mlp4(temp);
    try (ModelRegistry registry = open();
        ModelRuntime runtime = ModelRuntime.builder().strict().threads(1).open()) {
      ModelVersion version = publish(registry, model, "ana");
      try (Model loaded = runtime.load(registry, "fraud:1")) {
        assertThat(loaded.servedBy().digest()).isEqualTo(version.digest());
        damage(file(version));
        assertThatThrownBy(() -> runtime.load(registry, "fraud:1").close())
            .isInstanceOf(IntegrityException.class)
            .hasMessageContaining("mlp4.onnx");
      }
    }
  }

  @Test
  void anAliasFolderThatIsASymbolicLinkIsRefusedAndNamed() throws IOException {
    Path model = Models.mlp4(temp);
    Path alias = temp.resolve("registry/models/fraud/aliases/champion");
    try (ModelRegistry registry = open()) {
      registry.assign("fraud@champion", publish(registry, model, "ana"), Change.by("ana"));
      Path elsewhere = Files.move(alias, temp.resolve("elsewhere"));
      Files.createSymbolicLink(alias, elsewhere);
      assertThat(registry.verify().firstBreak().orElseThrow().toString())
          .contains(alias.toString())
          .contains("symbolic link");
    }
    try (ModelRegistry again = open()) {
      assertThatThrownBy(() -> again.resolve("fraud@champion"))
          .isInstanceOf(IntegrityException.class)
          .hasMessageContaining(alias.toString());
      assertThat(again.verify().isIntact()).isFalse();
    }
  }

  private static void damage(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
  }
}
