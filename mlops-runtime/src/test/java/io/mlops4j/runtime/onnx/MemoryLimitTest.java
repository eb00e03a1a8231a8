package io.mlops4j.runtime.onnx;

import static io.mlops4j.runtime.onnx.OnnxFixture.CPU;
import static io.mlops4j.runtime.onnx.OnnxFixture.bytes;
import static io.mlops4j.runtime.onnx.OnnxFixture.feed;
import static io.mlops4j.runtime.onnx.OnnxFixture.floats;
import static io.mlops4j.runtime.onnx.OnnxFixture.longs;
import static io.mlops4j.runtime.onnx.OnnxFixture.source;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.InferenceException;
import io.mlops4j.error.ModelLoadException;
import io.mlops4j.runtime.memory.DirectMemory;
import io.mlops4j.runtime.onnx.graph.ElementTypes;
import io.mlops4j.spi.EngineModel;
import io.mlops4j.spi.EngineOptions;
import io.mlops4j.spi.EngineSlot;
import io.mlops4j.spi.LoadRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A model whose working memory is limited. */
class MemoryLimitTest {
  private static final String NEEDS_22 = "java.lang.foreign needs Java 22";
  private static final long MIB = 1 << 20;

  /** Four megabytes that ONNX Runtime folds into a weight. */
  private static final String HEAVY =
      """
      node { op_type: "ConstantOfShape" input: "size" output: "weight"
        attribute { name: "value" type: TENSOR t { data_type: 1 dims: 1 float_data: 3 } } }
      node { op_type: "Gather" input: "weight" input: "x" output: "y" }
      initializer { name: "size" data_type: 7 dims: 1 int64_data: 1000000 }
      """
          + ProtoText.value("input", "x", 7)
          + ProtoText.value("output", "y", 1);

  /** As many elements as the data request. */
  private static final String REQUESTED =
      """
      node { op_type: "ConstantOfShape" input: "x" output: "many" }
      node { op_type: "ReduceSum" input: "many" output: "y" }
      """
          + ProtoText.value("input", "x", 7)
          + ProtoText.value("output", "y", 1);

  /** Returns as many elements as the data request, in as many dimensions as it gives sizes. */
  private static final String RETURNED =
      """
      node { op_type: "ConstantOfShape" input: "x" output: "y" }
      output { name: "y" type { tensor_type { elem_type: 1 %s } } }
      """
          + ProtoText.value("input", "x", 7);

  private static final String UNDECLARED = RETURNED.formatted("");

  /** Declares that there are as many elements as sizes, which is wrong. */
  private static final String DYNAMIC = RETURNED.formatted("shape { dim { dim_param: \"N\" } }");

  /** Has an output besides whose shape is known. */
  private static final String PINNED =
      "node { op_type: \"Identity\" input: \"x\" output: \"same\" }"
          + DYNAMIC
          + ProtoText.value("output", "same", 7);

  private final DirectMemory memory = new DirectMemory();
  private final EngineOptions options = EngineOptions.of(memory, 1);
  private final OnnxEngine foreign = OnnxEngine.open(options.withForeignCalls(true));

  @AfterEach
  void everyByteIsFreed() {
    foreign.close();
    assertThat(memory.bytes()).isZero();
  }

  private EngineModel wide(LoadRequest request) {
    return foreign.load(source("wide.onnx", ProtoText.model(ReleasedMemoryTest.WIDE)), request);
  }

  /** Each row takes 4 MB of working memory. */
  private static void answer(EngineSlot slot, int rows) {
    float[] x = new float[rows];
    x[rows - 1] = rows;
    feed(slot, 0, floats(x), rows, 1);
    try {
      slot.run();
      assertThat(floats(slot.output(0))).isEqualTo(x);
    } finally {
      slot.recycle();
    }
  }

  private static void refuse(EngineSlot slot, int rows) {
    assertThatThrownBy(() -> answer(slot, rows))
        .isInstanceOf(InferenceException.class)
        .hasMessageContaining("Available memory of ")
        .hasMessageContaining("fewer rows, fewer calls at once, or a higher limit");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  @EnabledForJreRange(min = JRE.JAVA_22, disabledReason = NEEDS_22)
  void aCallThatNeedsMoreFailsAndTheNextIsAnswered() throws IOException {
    try (EngineModel model = wide(CPU.withMemoryLimit(32 * MIB));
        EngineSlot slot = model.slot()) {
      answer(slot, 1);
      long before = ReleasedMemoryTest.resident();
      for (int i = 0; i < 20; i++) {
        answer(slot, 4);
        refuse(slot, 64);
      }
      answer(slot, 6);
      assertThat(ReleasedMemoryTest.resident() - before).isLessThan(64 * MIB);
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  @EnabledForJreRange(min = JRE.JAVA_22, disabledReason = NEEDS_22)
  void theMemoryOfACallIsFreed() throws IOException {
    try (EngineModel model = wide(CPU.withMemoryLimit(160 * MIB));
        EngineSlot slot = model.slot()) {
      answer(slot, 1);
      long before = ReleasedMemoryTest.resident();
      for (int rows = 20; rows < 40; rows++) {
        answer(slot, rows);
        assertThat(ReleasedMemoryTest.resident() - before).isLessThan(40 * MIB);
      }
    }
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_22, disabledReason = NEEDS_22)
  void eachModelHasItsOwnLimitHoweverManyAreOpenedAtOnce() {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    List<CompletableFuture<EngineModel>> models = new ArrayList<>();
    for (int i = 0; i < 96; i++) {
      // Room for 0, 2 and 4 rows, and no limit.
      LoadRequest request = i % 4 == 3 ? CPU : CPU.withMemoryLimit((2 + 8L * (i % 4)) * MIB);
      models.add(CompletableFuture.supplyAsync(() -> wide(request), threads));
    }
    threads.shutdown();
    for (int i = 0; i < 96; i++) {
      try (EngineModel model = models.get(i).join();
          EngineSlot slot = model.slot()) {
        for (int rows : new int[] {1, 2, 4, 5}) {
          if (i % 4 == 3 || rows <= 2 * (i % 4)) {
            answer(slot, rows);
          } else {
            refuse(slot, rows);
          }
        }
      }
    }
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_22, disabledReason = NEEDS_22)
  void dataCannotRequestMore() {
    LoadRequest request = CPU.withoutTrust().withMemoryLimit(16 * MIB);
    try (EngineModel model = foreign.load(source("r.onnx", ProtoText.model(REQUESTED)), request);
        EngineSlot slot = model.slot()) {
      for (long elements : new long[] {1 << 30, 1L << 40, 5 << 20, 1 << 20}) {
        feed(slot, 0, longs(elements), 1);
        if (elements == 1 << 20) {
          slot.run();
        } else {
          assertThatThrownBy(slot::run).hasMessageContaining("a higher limit");
        }
        slot.recycle();
      }
    }
  }

  private EngineModel limited(String graph) {
    return foreign.load(source("z.onnx", ProtoText.model(graph)), CPU.withMemoryLimit(16 * MIB));
  }

  private static void answerZeros(EngineSlot slot, long... sizes) {
    feed(slot, 0, longs(sizes), sizes.length);
    try {
      slot.run();
      assertThat(floats(slot.output(0)))
          .hasSize((int) ElementTypes.elements(sizes))
          .containsOnly(0);
    } finally {
      slot.recycle();
    }
  }

  private static List<String> returned() {
    return List.of(UNDECLARED, DYNAMIC, PINNED);
  }

  @ParameterizedTest
  @MethodSource("returned")
  @EnabledForJreRange(min = JRE.JAVA_22, disabledReason = NEEDS_22)
  void anAnswerDoesNotCountForTheNextCall(String graph) {
    try (EngineModel model = limited(graph);
        EngineSlot slot = model.slot()) {
      for (int i = 0; i < 3; i++) {
        answerZeros(slot, 9 * MIB / 4);
        answerZeros(slot, 10 * MIB / 4);
      }
    }
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_22, disabledReason = NEEDS_22)
  void anAnswerDoesNotCountForCallsOfAnotherShape() {
    try (EngineModel model = limited(UNDECLARED);
        EngineSlot slot = model.slot()) {
      for (int i = 0; i < 3; i++) {
        answerZeros(slot, 9 * MIB / 4);
        answerZeros(slot, 9, MIB / 4);
      }
    }
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_22, disabledReason = NEEDS_22)
  void anAnswerDoesNotCountForOtherSlots() {
    try (EngineModel model = limited(UNDECLARED);
        EngineSlot idle = model.slot();
        EngineSlot slot = model.slot()) {
      answerZeros(idle, 9 * MIB / 4);
      for (int i = 0; i < 3; i++) {
        answerZeros(slot, 8 * MIB / 4);
      }
    }
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_22, disabledReason = NEEDS_22)
  void weightsAreNotCounted() {
    LoadRequest request = CPU.withMemoryLimit(MIB);
    try (EngineModel model = foreign.load(source("h.onnx", ProtoText.model(HEAVY)), request);
        EngineSlot slot = model.slot()) {
      feed(slot, 0, longs(0, 999_999), 2);
      slot.run();
      assertThat(floats(slot.output(0))).containsExactly(3, 3);
      slot.recycle();
    }
  }

  @Test
  void aRequestChecksTheLimit() {
    assertThat(CPU.withMemoryLimit(MIB).memoryLimit()).hasValue(MIB);
    assertThatThrownBy(() -> CPU.withMemoryLimit(MIB - 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("bytes: found 1048575, expected 1048576 or more");
  }

  @Test
  void aModelThatIsCalledThroughJniIsRefused() {
    OnnxEngine jni = OnnxEngine.open(options.withForeignCalls(false));
    assertThatThrownBy(() -> jni.load(source("mlp.onnx", bytes("mlp4")), CPU.withMemoryLimit(MIB)))
        .isInstanceOf(ModelLoadException.class)
        .hasMessage(
            "mlp.onnx: found a memory limit and calls through JNI (foreignCalls(false) was set),"
                + " expected java.lang.foreign: remove the reason in the brackets, or leave out"
                + " LoadOptions.memoryLimit");
    jni.close();
  }
}
