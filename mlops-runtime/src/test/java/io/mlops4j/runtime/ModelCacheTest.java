package io.mlops4j.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.IntegrityException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelCache;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.internal.file.Disk;
import io.mlops4j.runtime.registry.FileModelRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The cache of prepared models, through the front door. */
class ModelCacheTest {
  private static final Path MLP4 =
      Path.of("src/test/resources/io/mlops4j/runtime/models/mlp4.onnx");
  private static final FeatureSchema ABCD = FeatureSchema.ofNames("a", "b", "c", "d");
  private static final LoadOptions CACHED = LoadOptions.builder().features(ABCD).build();

  @TempDir Path temporary;
  private ModelRuntime runtime;

  @BeforeEach
  void open() {
    ModelCache cache = ModelCache.in(temporary.resolve("cache"));
    runtime = ModelRuntime.builder().modelCache(cache).strict().threads(1).open();
  }

  @AfterEach
  void nothingIsForgotten() {
    runtime.close(); // strict: throws if anything is still lent
  }

  /** By NumPy, from expected.json. */
  private void assertAnswers(Model model) {
    try (model;
        FeatureBatch batch =
            FeatureBatch.builder(runtime.allocator())
                .floats("a", 1)
                .floats("b", 2)
                .floats("c", 3)
                .floats("d", 4)
                .build();
        Prediction prediction = model.predict(batch)) {
      assertThat(prediction.floats("y")).containsExactly(7.75f, 4.25f);
    }
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> tree = Files.walk(folder)) {
      return tree.filter(Files::isRegularFile).toList();
    }
  }

  private static void alter(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    assertThat(file.toFile().setWritable(true)).isTrue();
    Files.write(file, bytes);
  }

  @Test
  void aPublishedModelOpensFromTheCacheWithoutItsBytes() throws Exception {
    try (ModelRegistry registry = FileModelRegistry.open(temporary.resolve("registry"))) {
      ModelVersion version =
          registry.publish(ModelCard.builder("mlp4").owner("tests").features(ABCD).build(), MLP4);
      assertAnswers(runtime.load(registry, "mlp4:1"));
      alter(
          files(temporary.resolve("registry")).stream()
              .filter(file -> file.endsWith("mlp4.onnx"))
              .findFirst()
              .orElseThrow());
      try (Model model = runtime.load(registry, "mlp4:1")) {
        assertThat(model.servedBy().version()).hasValue(version);
        assertThat(model.servedBy().digest()).isEqualTo(version.digest());
      }
      assertAnswers(runtime.load(registry, "mlp4:1"));
      assertThatThrownBy(
              () -> runtime.load(registry, "mlp4:1", LoadOptions.builder().uncached().build()))
          .isInstanceOf(IntegrityException.class);
      Disk.deleteQuietly(temporary.resolve("cache/models"));
      assertThatThrownBy(() -> runtime.load(registry, "mlp4:1"))
          .isInstanceOf(IntegrityException.class);
    }
  }

  @Test
  void anUncachedModelIsNotKept() throws IOException {
    assertAnswers(runtime.load(MLP4, CACHED.toBuilder().uncached().build()));
    assertThat(temporary.resolve("cache/models")).isEmptyDirectory();
    assertThat(temporary.resolve("cache/sources")).isEmptyDirectory();
    assertAnswers(runtime.load(MLP4, CACHED));
    assertThat(temporary.resolve("cache/models")).isNotEmptyDirectory();
  }

  @Test
  void anUncachedModelIsNotTakenFromTheCache() throws IOException {
    assertAnswers(runtime.load(MLP4, CACHED));
    Path graph =
        files(temporary.resolve("cache/models")).stream()
            .filter(file -> file.endsWith("graph.onnx"))
            .findFirst()
            .orElseThrow();
    byte[] whole = Files.readAllBytes(graph);
    alter(graph);
    byte[] altered = Files.readAllBytes(graph);
    assertAnswers(runtime.load(MLP4, CACHED.toBuilder().uncached().build()));
    assertThat(graph).as("nobody has looked").hasBinaryContent(altered);
    assertAnswers(runtime.load(MLP4, CACHED));
    assertThat(graph).as("refused and made again").hasBinaryContent(whole);
  }
}
