package io.mlops4j.runtime.onnx;

import static io.mlops4j.runtime.onnx.OnnxFixture.CPU;
import static io.mlops4j.runtime.onnx.OnnxFixture.bytes;
import static io.mlops4j.runtime.onnx.OnnxFixture.dims;
import static io.mlops4j.runtime.onnx.OnnxFixture.feed;
import static io.mlops4j.runtime.onnx.OnnxFixture.floats;
import static io.mlops4j.runtime.onnx.OnnxFixture.read;
import static io.mlops4j.runtime.onnx.OnnxFixture.source;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.mlops4j.error.InferenceException;
import io.mlops4j.error.MlopsException;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.ValueSpec;
import io.mlops4j.runtime.memory.DirectMemory;
import io.mlops4j.runtime.memory.Native;
import io.mlops4j.spi.EngineModel;
import io.mlops4j.spi.EngineOptions;
import io.mlops4j.spi.EngineSlot;
import io.mlops4j.spi.EngineValue;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** Calls through java.lang.foreign do what calls through JNI do. */
@Timeout(120)
class ForeignCallsTest {
  private static final Path MODELS = Path.of("src/test/resources/io/mlops4j/runtime/models");

  /** Models that run or load for seconds. */
  private static final Set<String> SLOW =
      Set.of("endless", "folded_products", "engine/bomb", "engine/huge_out");

  private static final String NEEDS_22 = "java.lang.foreign needs Java 22";

  private final DirectMemory memory = new DirectMemory();
  private final EngineOptions options = EngineOptions.of(memory, 1);
  private final OnnxEngine foreign = OnnxEngine.open(options.withForeignCalls(true));
  private final OnnxEngine jni = OnnxEngine.open(options.withForeignCalls(false));

  @AfterEach
  void everyByteIsFreed() {
    foreign.close();
    jni.close();
    assertThat(memory.bytes()).isZero();
  }

  private EngineModel load(OnnxEngine engine, String name) {
    return engine.load(source(name + ".onnx", bytes(name)), CPU);
  }

  private EngineModel foreign(String name) {
    EngineModel model = load(foreign, name);
    assertThat(model.placement().calls()).isEqualTo("java.lang.foreign");
    return model;
  }

  @Test
  @EnabledForJreRange(max = JRE.JAVA_21, disabledReason = "for versions before Java 22")
  void olderJavaVersionsUseJniAndSayWhy() {
    try (EngineModel model = load(foreign, "mlp4")) {
      assertThat(model.placement().calls()).startsWith("JNI (Java 22 is needed, found ");
    }
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_22, disabledReason = NEEDS_22)
  void thePlacementSaysWhichWayIsUsedAndWhy() {
    foreign("mlp4").close();
    calls(jni, "mlp4", "JNI (foreignCalls(false) was set)");
    calls(foreign, "engine/type_string", "JNI (input x is tensor(string))");
    calls(foreign, "engine/type_uint16", "JNI (input x is tensor(uint16))");
    try (EngineModel model =
        foreign.load(source("mlp4.onnx", bytes("mlp4")), CPU.withProfiling())) {
      assertThat(model.placement().calls()).isEqualTo("JNI (its nodes are counted)");
      assertThat(model.placement().nodesByDevice()).isNotEmpty();
    }
  }

  private void calls(OnnxEngine engine, String name, String expected) {
    try (EngineModel model = load(engine, name)) {
      assertThat(model.placement().calls()).isEqualTo(expected);
    }
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_22, disabledReason = NEEDS_22)
  void everyModelAnswersOrFailsAsThroughJni() throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(MODELS)) {
      files = all.filter(path -> path.toString().endsWith(".onnx")).sorted().toList();
    }
    Map<String, Integer> counts = new HashMap<>();
    for (Path file : files) {
      String name = MODELS.relativize(file).toString().replace(".onnx", "");
      if (!SLOW.contains(name)) {
        counts.merge(compare(name), 1, Integer::sum);
      }
    }
    assertThat(counts.get("java.lang.foreign")).as(counts.toString()).isGreaterThan(25);
  }

  /** Returns the way of the calls, or that the model is refused both ways. */
  private String compare(String name) {
    try (EngineModel expected = load(jni, name);
        EngineModel model = load(foreign, name)) {
      String calls = model.placement().calls();
      if (calls.startsWith("JNI")) {
        return "JNI";
      }
      assertThat(model.signature()).as(name).isEqualTo(expected.signature());
      assertThat(model.constants()).as(name).isEqualTo(expected.constants());
      assertThat(model.nativeBytes()).as(name).isEqualTo(expected.nativeBytes());
      Random random = new Random(name.hashCode());
      try (EngineSlot one = model.slot();
          EngineSlot other = expected.slot()) {
        for (int call = 0; call < 40; call++) {
          compare(name + ", call " + call, model, random, one, other);
        }
      }
      return calls;
    } catch (MlopsException e) {
      assertThatThrownBy(() -> load(foreign, name).close())
          .as(name)
          .isInstanceOf(e.getClass())
          .hasMessage(e.getMessage());
      return "refused";
    }
  }

  private static void compare(
      String call, EngineModel model, Random random, EngineSlot one, EngineSlot other) {
    Map<String, Long> symbols = new HashMap<>();
    List<ValueSpec> inputs = model.signature().inputs();
    int outputs = model.signature().outputs().size();
    List<Long> lent = new ArrayList<>();
    DirectMemory callers = new DirectMemory();
    for (int i = 0; i < inputs.size(); i++) {
      TensorSpec input = (TensorSpec) inputs.get(i);
      long[] dims = shape(input, symbols, random);
      byte[] elements = elements(input.type(), dims, random);
      one.shape(i, dims);
      other.shape(i, dims);
      long address = callers.allocate(elements.length, DirectMemory.ALIGNMENT);
      lent.add(address);
      Native.copy(elements, 0, address, elements.length);
      for (EngineSlot slot : List.of(one, other)) {
        if (!random.nextBoolean() || !slot.borrow(i, address, elements.length)) {
          Native.copy(elements, 0, slot.address(i), elements.length);
        }
      }
    }
    for (int i = 0; i < outputs; i++) {
      boolean wanted = i == 0 || random.nextInt(4) > 0;
      one.want(i, wanted);
      other.want(i, wanted);
    }
    assertThat(answers(one, outputs)).as(call).isEqualTo(answers(other, outputs));
    one.recycle();
    other.recycle();
    lent.forEach(callers::free);
  }

  /** Small sizes, and sometimes one that is worth borrowing. */
  private static long[] shape(TensorSpec input, Map<String, Long> symbols, Random random) {
    if (input.anyRank()) {
      return random.longs(random.nextInt(4), 0, 5).toArray();
    }
    boolean large = symbols.isEmpty() && random.nextInt(10) == 0;
    long first = large ? 3000 : size(random);
    return input.shape().stream()
        .mapToLong(
            dim ->
                dim.size()
                    .orElseGet(
                        () ->
                            symbols.computeIfAbsent(
                                dim.symbol().orElse("?"),
                                symbol -> symbols.isEmpty() ? first : size(random))))
        .toArray();
  }

  private static long size(Random random) {
    return (long) random.nextInt(4) * random.nextInt(5);
  }

  private static byte[] elements(ElementType type, long[] dims, Random random) {
    byte[] elements =
        new byte[Math.toIntExact(Arrays.stream(dims).reduce(type.bytes(), (a, b) -> a * b))];
    random.nextBytes(elements);
    boolean small =
        type == ElementType.BOOL || type == ElementType.INT64 || type == ElementType.INT32;
    for (int i = 0; small && i < elements.length; i++) {
      elements[i] = i % type.bytes() == 0 ? (byte) (elements[i] & 1) : 0;
    }
    return elements;
  }

  /** Returns shapes and bits of a run, or its failure. */
  private static List<Object> answers(EngineSlot slot, int outputs) {
    try {
      slot.run();
    } catch (InferenceException e) {
      return List.of(String.valueOf(e.getMessage()), String.valueOf(e.getCause()));
    }
    List<Object> answers = new ArrayList<>();
    for (int i = 0; i < outputs; i++) {
      try {
        EngineValue value = slot.output(i);
        answers.add(Arrays.toString(dims(value)));
        answers.add(ByteBuffer.wrap(read(value)));
      } catch (IllegalStateException e) {
        answers.add(e.getMessage());
      }
    }
    return answers;
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_22, disabledReason = NEEDS_22)
  void threadsWithASlotEachGetTheirOwnAnswers() throws Exception {
    try (EngineModel model = foreign("mlp4");
        EngineModel expected = load(jni, "mlp4")) {
      List<CompletableFuture<Void>> threads = new ArrayList<>();
      for (int seed = 0; seed < 4; seed++) {
        Random random = new Random(seed);
        threads.add(
            CompletableFuture.runAsync(
                () -> {
                  try (EngineSlot one = model.slot();
                      EngineSlot other = expected.slot()) {
                    for (int call = 0; call < 300; call++) {
                      compare("call " + call, model, random, one, other);
                    }
                  }
                }));
      }
      for (CompletableFuture<Void> thread : threads) {
        thread.get(60, TimeUnit.SECONDS);
      }
    }
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_22, disabledReason = NEEDS_22)
  void cancelEndsARunAndTheSlotStaysUsable() throws Exception {
    try (EngineModel model = foreign("endless");
        EngineSlot slot = model.slot()) {
      for (int i = 0; i < 2; i++) {
        feed(slot, 0, floats(1, 2), 2);
        CompletableFuture<Void> run = CompletableFuture.runAsync(slot::run);
        slot.cancel();
        assertThatThrownBy(() -> run.get(20, TimeUnit.SECONDS))
            .isInstanceOf(ExecutionException.class)
            .hasCauseInstanceOf(InferenceException.class)
            .hasMessageContaining("cancelled");
        slot.recycle();
      }
    }
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_22, disabledReason = NEEDS_22)
  void aModelThatIsClosedUnderItsSlotsStaysOpenForThem() {
    EngineModel model = foreign("mlp4");
    EngineSlot slot = model.slot();
    model.close();
    model.close();
    feed(slot, 0, floats(1, 2, 3, 4), 1, 4);
    slot.run();
    assertThat(floats(slot.output(0))).containsExactly(7.75f, 4.25f);
    slot.close();
    slot.close();
    assertThatThrownBy(slot::run).isInstanceOf(IllegalStateException.class);
    slot.cancel();
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_22, disabledReason = NEEDS_22)
  void callsThatRepeatMakeNoGarbage() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    byte[] x = floats(1, 2, 3, 4);
    long[] shape = {1, 4};
    try (EngineModel model = foreign("mlp4");
        EngineSlot slot = model.slot()) {
      long least = Long.MAX_VALUE;
      for (int round = 0; round < 200 && least > 0; round++) { // until all of it is compiled
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 1000; i++) {
          slot.shape(0, shape);
          Native.copy(x, 0, slot.address(0), x.length);
          slot.run();
          slot.recycle();
        }
        least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
      }
      assertThat(least).as("bytes of 1000 calls").isZero();
    }
  }
}
