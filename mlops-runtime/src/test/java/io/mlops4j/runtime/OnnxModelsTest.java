package io.mlops4j.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.IntegrityException;
import io.mlops4j.error.ModelLoadException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.registry.FileModelRegistry;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.arrow.vector.BaseIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.UInt2Vector;
import org.apache.arrow.vector.UInt4Vector;
import org.apache.arrow.vector.UInt8Vector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;

/** ONNX models of unusual make, through the front door. */
class OnnxModelsTest {
  private static final Path MODELS = Path.of("src/test/resources/io/mlops4j/runtime/models/engine");

  private final ModelRuntime runtime = ModelRuntime.builder().strict().threads(1).open();

  @TempDir Path temporary;

  @AfterEach
  void nothingIsForgotten() {
    runtime.close(); // strict: throws if anything is still lent
  }

  /** A model whose table of 10, 20, 30 lies in a file beside it. */
  private Path folder() throws Exception {
    Path folder = Files.createDirectory(temporary.resolve("lookup"));
    Files.copy(MODELS.resolve("external.onnx"), folder.resolve("external.onnx"));
    ByteBuffer table = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
    table.putFloat(10).putFloat(20).putFloat(30);
    Files.write(folder.resolve("weights.bin"), table.array());
    return folder;
  }

  private float[] lookedUp(Model model) {
    try (FeatureBatch batch =
            FeatureBatch.builder(runtime.allocator()).longs("index", 2, 0, 1).build();
        Prediction prediction = model.predict(batch)) {
      return prediction.floats("y");
    }
  }

  @Test
  void modelWithItsWeightsBesideItIsLoadedByItsFolder() throws Exception {
    try (Model model = runtime.load(folder())) {
      assertThat(lookedUp(model)).containsExactly(30, 10, 20);
      assertThat(model.servedBy().model()).isEqualTo("lookup");
    }
    assertThatThrownBy(() -> runtime.load(temporary.resolve("lookup/external.onnx")))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("tensor table")
        .hasMessageContaining("load the folder");
  }

  @Test
  void registryKeepsTheWeightsWithTheModelAndNoticesWhenTheyChange() throws Exception {
    try (ModelRegistry registry = FileModelRegistry.open(temporary.resolve("registry"))) {
      ModelVersion version =
          registry.publish(
              ModelCard.builder("lookup").owner("tests").licence("Apache-2.0").build(), folder());
      try (Model model = runtime.load(registry, "lookup:" + version.number())) {
        assertThat(lookedUp(model)).containsExactly(30, 10, 20);
      }
      Path weights;
      try (Stream<Path> files = Files.walk(temporary.resolve("registry"))) {
        weights = files.filter(f -> f.endsWith("weights.bin")).findFirst().orElseThrow();
      }
      byte[] bytes = Files.readAllBytes(weights);
      bytes[0] ^= 1;
      weights.toFile().setWritable(true);
      Files.write(weights, bytes);
      assertThatThrownBy(() -> runtime.load(registry, "lookup:" + version.number()))
          .isInstanceOf(IntegrityException.class);
    }
  }

  @Test
  void wideUnsignedColumnsArriveBitForBit() {
    long[] values = {0, 1, 0xffffL, 0x8000L, 0xffffffffL, 0x80000000L, -1, Long.MIN_VALUE};
    for (String type : List.of("uint16", "uint32", "uint64")) {
      FeatureSchema columns = FeatureSchema.ofNames("a", "b", "c");
      try (Model model =
              runtime.load(
                  MODELS.resolve("type_" + type + ".onnx"),
                  LoadOptions.builder().features(columns).build());
          FeatureBatch batch = batch(type, values);
          Prediction prediction = model.predict(batch)) {
        assertThat(model.signature())
            .hasToString(
                "(x: %1$s[N, 3]) -> (same: %1$s[N, 3], twice: %1$s[N, 6])".formatted(type));
        long mask = type.equals("uint64") ? -1 : (1L << Integer.parseInt(type.substring(4))) - 1;
        FixedSizeListVector rows = (FixedSizeListVector) prediction.vector("same");
        BaseIntVector answers = (BaseIntVector) rows.getDataVector();
        assertThat(rows.getValueCount()).isEqualTo(values.length);
        for (int i = 0; i < 3 * values.length; i++) {
          assertThat(answers.getValueAsLong(i)).isEqualTo(values[i / 3] & mask);
        }
      }
    }
  }

  private FeatureBatch batch(String type, long[] values) {
    return FeatureBatch.owning(
        VectorSchemaRoot.of(
            Stream.of("a", "b", "c")
                .map(name -> vector(type, name, values))
                .toArray(FieldVector[]::new)));
  }

  private FieldVector vector(String type, String name, long[] values) {
    switch (type) {
      case "uint16" -> {
        UInt2Vector vector = new UInt2Vector(name, runtime.allocator());
        vector.allocateNew(values.length);
        for (int i = 0; i < values.length; i++) {
          vector.set(i, (char) values[i]);
        }
        vector.setValueCount(values.length);
        return vector;
      }
      case "uint32" -> {
        UInt4Vector vector = new UInt4Vector(name, runtime.allocator());
        vector.allocateNew(values.length);
        for (int i = 0; i < values.length; i++) {
          vector.set(i, (int) values[i]);
        }
        vector.setValueCount(values.length);
        return vector;
      }
      default -> {
        UInt8Vector vector = new UInt8Vector(name, runtime.allocator());
        vector.allocateNew(values.length);
        for (int i = 0; i < values.length; i++) {
          vector.set(i, values[i]);
        }
        vector.setValueCount(values.length);
        return vector;
      }
    }
  }

  @Test
  void aFeatureForAnInputWithAValueOfItsOwnIsRefusedThroughJni() {
    Path model = MODELS.resolve("overridable.onnx");
    LoadOptions options =
        LoadOptions.builder().features(FeatureSchema.ofNames("x", "bias")).build();
    try (ModelRuntime jni = ModelRuntime.builder().foreignCalls(false).open()) {
      assertThatThrownBy(() -> jni.load(model, options))
          .isInstanceOf(ModelLoadException.class)
          .hasMessageContaining("[bias]")
          .hasMessageContaining("values inside the model")
          .hasMessageContaining("Java 22")
          .hasMessageContaining("native access");
    }
    try (Model loaded = runtime.load(model);
        FeatureBatch batch = FeatureBatch.builder(runtime.allocator()).floats("x", 1, 2).build();
        Prediction prediction = loaded.predict(batch)) {
      assertThat(prediction.floats("y")).containsExactly(1.5f, 2.5f);
    }
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_22, disabledReason = "java.lang.foreign needs Java 22")
  void aFeatureReplacesAValueInsideTheModel() {
    Path model = MODELS.resolve("overridable.onnx");
    LoadOptions options =
        LoadOptions.builder().features(FeatureSchema.ofNames("x", "bias")).build();
    try (ModelRuntime foreign = ModelRuntime.builder().foreignCalls(true).open();
        Model loaded = foreign.load(model, options);
        FeatureBatch batch =
            FeatureBatch.builder(foreign.allocator()).floats("x", 1).floats("bias", 4).build();
        Prediction prediction = loaded.predict(batch)) {
      assertThat(prediction.floats("y")).containsExactly(5);
    }
  }
}
