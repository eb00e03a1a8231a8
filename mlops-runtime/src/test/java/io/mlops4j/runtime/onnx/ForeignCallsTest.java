package io.mlops4j.runtime.onnx;

import static io.mlops4j.runtime.onnx.OnnxFixture.CPU;
import static io.mlops4j.runtime.onnx.OnnxFixture.bytes;
import static io.mlops4j.runtime.onnx.OnnxFixture.dims;
import static io.mlops4j.runtime.onnx.OnnxFixture.feed;
import static io.mlops4j.runtime.onnx.OnnxFixture.floats;
import static io.mlops4j.runtime.onnx.OnnxFixture.read;
import static io.mlops4j.runtime.onnx.OnnxFixture.readText;
import static io.mlops4j.runtime.onnx.OnnxFixture.source;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.mlops4j.error.InferenceException;
import io.mlops4j.error.MlopsException;
import io.mlops4j.error.ModelInputException;
import io.mlops4j.fixture.DependsOnJava;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.ValueSpec;
import io.mlops4j.runtime.compatibility.SlotCalls;
import io.mlops4j.runtime.memory.DirectMemory;
import io.mlops4j.runtime.memory.Native;
import io.mlops4j.runtime.onnx.graph.ElementTypes;
import io.mlops4j.spi.EngineModel;
import io.mlops4j.spi.EngineOptions;
import io.mlops4j.spi.EngineSlot;
import io.mlops4j.spi.EngineValue;
import io.mlops4j.spi.LoadRequest;
import io.mlops4j.spi.StringColumn;
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
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** Calls through java.lang.foreign do what calls through JNI do. */
@DependsOnJava
class ForeignCallsTest {
  private static final Path MODELS = Path.of("src/test/resources/io/mlops4j/runtime/models");

  /** Models that run or load for seconds. */
  private static final Set<String> SLOW =
      Set.of("endless", "folded_products", "engine/bomb", "engine/huge_out");

  /** Models with names that ONNX Runtime's Java package alters, and with an optional input. */
  private static final Set<String> ONLY_FOREIGN =
      Set.of("engine/emoji_in", "engine/emoji_out", "engine/optional_in");

  private static final String[] TEXTS = {
    "",
    "a",
    "b",
    "\u00e9",
    "\u4e2d\u6587",
    "\uD83D\uDE00",
    "x\uD83D\uDE00y",
    "x\0y",
    "\0",
    "long ".repeat(60)
  };

  /** Both halves of a character as constants, which are not UTF-8. */
  private static final String HALVES =
      """
      node { op_type: "StringConcat" input: "x" input: "first" output: "half" }
      node { op_type: "StringConcat" input: "half" input: "second" output: "y" }
      initializer { name: "first" data_type: 8 string_data: "\\360\\237" }
      initializer { name: "second" data_type: 8 string_data: "\\230\\200" }
      """
          + ProtoText.value("input", "x", 8)
          + ProtoText.value("output", "y", 8)
          + ProtoText.value("output", "half", 8);

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
    foreign("engine/type_string").close();
    foreign("engine/type_uint16").close();
    calls(
        foreign,
        "classifier_zipmap",
        "JNI (output byclass is sequence(map(int64, tensor(float32))))");
    try (EngineModel model =
        foreign.load(source("mlp4.onnx", bytes("mlp4")), CPU.withProfiling())) {
      assertThat(model.placement().calls()).isEqualTo("JNI (its nodes are counted)");
      assertThat(model.placement().nodesByDevice()).isNotEmpty();
    }
  }

  /** So the other tests of this JVM try the way that its flags say, and not another in silence. */
  @Test
  @EnabledForJreRange(min = JRE.JAVA_22, disabledReason = NEEDS_22)
  void testsUseTheWayThatIsSetOrElseJavaLangForeign() {
    String expected =
        "jni".equals(System.getProperty("mlops4j.calls"))
            ? "JNI (the system property mlops4j.calls is jni)"
            : "java.lang.foreign";
    OnnxEngine engine = OnnxEngine.open(options);
    calls(engine, "mlp4", expected);
    engine.close();
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
      if (!SLOW.contains(name) && !ONLY_FOREIGN.contains(name)) {
        counts.merge(compare(name), 1, Integer::sum);
      }
    }
    assertThat(counts.get("java.lang.foreign")).as(counts.toString()).isGreaterThan(35);
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
    List<StringColumn> columns = new ArrayList<>();
    DirectMemory callers = new DirectMemory();
    for (int i = 0; i < inputs.size(); i++) {
      TensorSpec input = (TensorSpec) inputs.get(i);
      long[] dims = shape(input, symbols, random);
      if (input.type() == ElementType.STRING) {
        columns.add(feedText(List.of(one, other), i, dims, callers, random));
        continue;
      }
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
    columns.forEach(column -> SlotCalls.free(callers, column));
  }

  private static StringColumn feedText(
      List<EngineSlot> slots, int input, long[] dims, DirectMemory callers, Random random) {
    String[] texts = new String[(int) ElementTypes.elements(dims)];
    Arrays.setAll(texts, i -> TEXTS[random.nextInt(TEXTS.length)]);
    StringColumn column =
        switch (random.nextInt(3)) {
          case 0 -> SlotCalls.text(texts);
          case 1 -> SlotCalls.utf8(callers, texts);
          default -> SlotCalls.coded(callers, texts);
        };
    for (EngineSlot slot : slots) {
      slot.shape(input, dims);
      slot.strings(input, column);
    }
    return column;
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
        answers.add(value.offsets() == 0 ? ByteBuffer.wrap(read(value)) : List.of(readText(value)));
      } catch (IllegalStateException e) {
        answers.add(e.getMessage());
      }
    }
    return answers;
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_22, disabledReason = NEEDS_22)
  void namesWithEmojiAreKnownAndThoseWithZerosAreRefused() {
    for (String name : Set.of("engine/emoji_in", "engine/emoji_out")) {
      try (EngineModel model = foreign(name);
          EngineSlot slot = model.slot()) {
        feed(slot, 0, floats(1, -2), 2);
        slot.run();
        assertThat(floats(slot.output(0))).containsExactly(-1, 2);
      }
    }
    assertThatThrownBy(() -> load(foreign, "engine/zero_in").close())
        .hasMessageContaining("rename it");
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_22, disabledReason = NEEDS_22)
  void aValueInsideTheModelIsAnInputIfAFeatureHasItsName() {
    LoadRequest named = CPU.withFeatures(Set.of("x", "bias"));
    try (EngineModel model =
            foreign.load(source("overridable.onnx", bytes("engine/overridable")), named);
        EngineSlot slot = model.slot()) {
      assertThat(model.signature())
          .hasToString("(x: float32[N], bias: float32[1]?) -> (y: float32[N])");
      for (float bias : new float[] {0.25f, -8}) {
        feed(slot, 0, floats(1, 2), 2);
        feed(slot, 1, floats(bias), 1);
        slot.run();
        assertThat(floats(slot.output(0))).containsExactly(1 + bias, 2 + bias);
        slot.recycle();
      }
    }
    for (OnnxEngine engine : List.of(foreign, jni)) {
      LoadRequest request = engine == jni ? named : CPU;
      try (EngineModel model =
          engine.load(source("overridable.onnx", bytes("engine/overridable")), request)) {
        assertThat(model.signature()).hasToString("(x: float32[N]) -> (y: float32[N])");
      }
    }
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_22, disabledReason = NEEDS_22)
  void charactersThatAModelMakesItselfAreReadExactly() {
    byte[] halves = ProtoText.model(HALVES);
    try (EngineModel model = foreign.load(source("halves.onnx", halves), CPU);
        EngineSlot slot = model.slot()) {
      OnnxFixture.feedText(slot, 0, new String[] {"", "a\0b", "\u00e9"}, 3);
      slot.run();
      assertThat(readText(slot.output(0)))
          .containsExactly("\uD83D\uDE00", "a\0b\uD83D\uDE00", "\u00e9\uD83D\uDE00");
      assertThat(readText(slot.output(1)))
          .as("bytes that are not UTF-8")
          .containsExactly("\uFFFD", "a\0b\uFFFD", "\u00e9\uFFFD");
    }
    try (EngineModel model = jni.load(source("halves.onnx", halves), CPU);
        EngineSlot slot = model.slot()) {
      OnnxFixture.feedText(slot, 0, new String[] {""}, 1);
      assertThatThrownBy(slot::run)
          .isInstanceOf(InferenceException.class)
          .hasMessageContaining("Java 22 or later with native access");
    }
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_22, disabledReason = NEEDS_22)
  void textThatCannotBeGivenIsRefusedAndTheSlotStaysUsable() {
    try (EngineModel model = foreign("engine/type_string");
        EngineSlot slot = model.slot()) {
      for (String bad : new String[] {null, "\uD83D", "\uDE00", "a\uD83Db"}) {
        DirectMemory callers = new DirectMemory();
        for (StringColumn column :
            List.of(
                SlotCalls.text("a", "b", bad),
                SlotCalls.coded(callers, "a", "b", "c", "a", "b", bad))) {
          slot.shape(0, new long[] {column.size() / 3, 3});
          assertThatThrownBy(() -> slot.strings(0, column)).isInstanceOf(ModelInputException.class);
          assertThatThrownBy(slot::run)
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("found no text");
          slot.recycle();
          SlotCalls.free(callers, column);
        }
      }
      OnnxFixture.feedText(slot, 0, new String[] {"good", "", "too"}, 1, 3);
      slot.run();
      assertThat(readText(slot.output(0))).containsExactly("good", "", "too");
      slot.recycle();
      assertThatThrownBy(slot::run).as("text of the last call").hasMessageContaining("no text");
    }
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
      for (int round = 0; round < 5_000 && least > 0; round++) { // until all of it is compiled
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
