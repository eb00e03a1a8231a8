package io.mlops4j.runtime.onnx;

import static io.mlops4j.runtime.onnx.OnnxFixture.CPU;
import static io.mlops4j.runtime.onnx.OnnxFixture.bytes;
import static io.mlops4j.runtime.onnx.OnnxFixture.feed;
import static io.mlops4j.runtime.onnx.OnnxFixture.feedText;
import static io.mlops4j.runtime.onnx.OnnxFixture.floats;
import static io.mlops4j.runtime.onnx.OnnxFixture.readText;
import static io.mlops4j.runtime.onnx.OnnxFixture.source;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.ModelLoadException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.fixture.DependsOnJava;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.runtime.ModelRuntime;
import io.mlops4j.runtime.memory.DirectMemory;
import io.mlops4j.runtime.memory.Native;
import io.mlops4j.spi.EngineModel;
import io.mlops4j.spi.EngineOptions;
import io.mlops4j.spi.EngineSlot;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;

/** Models with optional inputs. */
@DependsOnJava
class OptionalInputTest {
  private static final String NEEDS_22 = "java.lang.foreign needs Java 22";

  /** Adds more to x if it is given. */
  private static final String MORE =
      """
      node { op_type: "OptionalHasElement" input: "more" output: "has" }
      node { op_type: "If" input: "has" output: "y"
        attribute { name: "then_branch" type: GRAPH g { name: "then"
          node { op_type: "OptionalGetElement" input: "more" output: "element" }
          node { op_type: "Add" input: "x" input: "element" output: "sum" }
          output { name: "sum" type { tensor_type { elem_type: 1 } } } } }
        attribute { name: "else_branch" type: GRAPH g { name: "else"
          node { op_type: "Identity" input: "x" output: "same" }
          output { name: "same" type { tensor_type { elem_type: 1 } } } } } }
      input { name: "more" type { optional_type { elem_type { tensor_type {
        elem_type: 1 shape { dim { dim_param: "N" } } } } } } }
      """
          + ProtoText.value("input", "x", 1)
          + ProtoText.value("output", "y", 1);

  /** Fails if its only input is absent. */
  private static final String NEEDED =
      """
      node { op_type: "OptionalGetElement" input: "text" output: "y" }
      input { name: "text" type { optional_type { elem_type { tensor_type {
        elem_type: 8 shape { dim { dim_value: 2 } } } } } } }
      """
          + ProtoText.value("output", "y", 8);

  private final DirectMemory memory = new DirectMemory();
  private final EngineOptions options = EngineOptions.of(memory, 1);
  private final OnnxEngine foreign = OnnxEngine.open(options.withForeignCalls(true));

  @AfterEach
  void everyByteIsFreed() {
    foreign.close();
    assertThat(memory.bytes()).isZero();
  }

  private EngineModel load(String graph) {
    EngineModel model = foreign.load(source("m.onnx", ProtoText.model(graph)), CPU);
    assertThat(model.placement().calls()).isEqualTo("java.lang.foreign");
    return model;
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_22, disabledReason = NEEDS_22)
  void aCallMayOmitAnOptionalInput() {
    try (EngineModel model = load(MORE);
        EngineSlot slot = model.slot()) {
      assertThat(model.signature().inputs()).hasToString("[more: float32[N]?, x: float32[N]]");
      for (int i = 0; i < 12; i++) {
        boolean given = i % 3 != 0;
        int rows = 1 + i % 2;
        float[] expected = new float[rows];
        feed(slot, 1, floats(new float[rows]), rows);
        if (given) {
          expected[rows - 1] = i;
          feed(slot, 0, floats(expected), rows);
        }
        slot.run();
        assertThat(floats(slot.output(0))).as("call %d", i).isEqualTo(expected);
        slot.recycle();
      }
    }
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_22, disabledReason = NEEDS_22)
  void aLargeOptionalInputIsBorrowed() {
    int rows = 1 << 16;
    float[] more = new float[rows];
    more[rows - 1] = 7;
    DirectMemory callers = new DirectMemory();
    long address = callers.allocate(4L * rows, 64);
    Native.copy(floats(more), 0, address, 4 * rows);
    try (EngineModel model = load(MORE);
        EngineSlot slot = model.slot()) {
      for (boolean given : new boolean[] {true, false, true, true, false}) {
        feed(slot, 1, floats(new float[rows]), rows);
        if (given) {
          slot.shape(0, new long[] {rows});
          assertThat(slot.borrow(0, address, 4L * rows)).isTrue();
        }
        slot.run();
        assertThat(floats(slot.output(0))).isEqualTo(given ? more : new float[rows]);
        slot.recycle();
      }
    } finally {
      callers.free(address);
    }
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_22, disabledReason = NEEDS_22)
  void aModelThatNeedsAnAbsentTextFailsAndTakesTheNext() {
    try (EngineModel model = load(NEEDED);
        EngineSlot slot = model.slot()) {
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(slot::run)
            .hasMessageContaining("which contains no data")
            .hasMessageContaining(" on [text absent]; ");
        slot.recycle();
        feedText(slot, 0, new String[] {"a", "\uD83D\uDE00"}, 2);
        slot.run();
        assertThat(readText(slot.output(0))).containsExactly("a", "\uD83D\uDE00");
        slot.recycle();
      }
    }
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_22, disabledReason = NEEDS_22)
  void featuresNameWhatCallsGive(@TempDir Path folder) throws Exception {
    Path file = Files.write(folder.resolve("m.onnx"), ProtoText.model(MORE));
    LoadOptions both =
        LoadOptions.builder().features(FeatureSchema.ofNames("x", "more")).warmedUp().build();
    try (ModelRuntime runtime = ModelRuntime.builder().strict().foreignCalls(true).open();
        Model plain = runtime.load(file);
        Model more = runtime.load(file, both);
        FeatureBatch x = FeatureBatch.builder(runtime.allocator()).floats("x", 1, 2).build();
        FeatureBatch two =
            FeatureBatch.builder(runtime.allocator())
                .floats("x", 1, 2)
                .floats("more", 10, 20)
                .build()) {
      assertThat(plain.features()).hasToString("[x float32]");
      for (int i = 0; i < 3; i++) {
        try (Prediction answer = plain.predict(x);
            Prediction other = more.predict(two)) {
          assertThat(answer.floats("y")).containsExactly(1, 2);
          assertThat(other.floats("y")).containsExactly(11, 22);
        }
      }
    }
  }

  @Test
  void callsThroughJniRefuseIt() {
    OnnxEngine jni = OnnxEngine.open(options.withForeignCalls(false));
    String model = "engine/optional_in";
    assertThatThrownBy(() -> jni.load(source(model + ".onnx", bytes(model)), CPU))
        .isInstanceOf(ModelLoadException.class)
        .hasMessage(
            "engine/optional_in.onnx: input maybe: found optional(tensor(float32)) and calls"
                + " through JNI (foreignCalls(false) was set), expected java.lang.foreign: remove"
                + " the reason in the brackets, or export the model with a plain input, or with a"
                + " default inside");
    jni.close();
  }
}
