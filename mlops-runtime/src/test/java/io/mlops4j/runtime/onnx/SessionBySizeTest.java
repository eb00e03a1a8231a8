package io.mlops4j.runtime.onnx;

import static io.mlops4j.runtime.onnx.OnnxFixture.CPU;
import static io.mlops4j.runtime.onnx.OnnxFixture.feed;
import static io.mlops4j.runtime.onnx.OnnxFixture.floats;
import static io.mlops4j.runtime.onnx.OnnxFixture.read;
import static io.mlops4j.runtime.onnx.OnnxFixture.source;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnxruntime.OrtException;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.runtime.memory.DirectMemory;
import io.mlops4j.spi.EngineModel;
import io.mlops4j.spi.EngineOptions;
import io.mlops4j.spi.EngineSlot;
import io.mlops4j.spi.LoadRequest;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Small calls without an arena, and others with one. */
class SessionBySizeTest {
  private static final int COLUMNS = 4;
  private static final int MOST_ROWS =
      (int) (SessionBySize.SMALL_CALL / (COLUMNS * (long) Float.BYTES));

  private final OnnxFixture onnx = new OnnxFixture();
  private final List<String> events = new CopyOnWriteArrayList<>();

  @AfterEach
  void everyByteIsFreed() {
    onnx.close();
    assertThat(onnx.memory.bytes()).isZero();
  }

  /** A session that tells when it binds and closes. */
  private OpenSession telling(String name) {
    return (OpenSession)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {OpenSession.class},
            (proxy, method, arguments) -> {
              events.add(name + " " + method.getName());
              return null;
            });
  }

  private SessionBySize sessions() {
    return new SessionBySize(
        telling("small"),
        () -> {
          events.add("opened");
          return telling("large");
        });
  }

  private OnnxInput input(ElementType type, long... dims) {
    TensorSpec spec = TensorSpec.ofAnyRank("x", type);
    OnnxInput input = new OnnxInput(spec, onnx.memory, null);
    input.reshape(dims);
    return input;
  }

  private static void bind(OpenSession session, OnnxInput... inputs) {
    try {
      Binding unused = session.bind(List.of(inputs), List.of(), new long[0][], null, null);
    } catch (OrtException e) {
      throw new AssertionError(e);
    } finally {
      List.of(inputs).forEach(OnnxInput::close);
    }
  }

  @Test
  void theBytesOfAllInputsDecide() {
    long half = SessionBySize.SMALL_CALL / Double.BYTES / 2;
    SessionBySize session = sessions();
    bind(session, input(ElementType.FLOAT64, half), input(ElementType.FLOAT64, half));
    assertThat(events).containsExactly("small bind");

    bind(session, input(ElementType.FLOAT64, half), input(ElementType.FLOAT64, half + 1));
    bind(session, input(ElementType.FLOAT64, half), input(ElementType.FLOAT64, half + 1));
    bind(session, input(ElementType.INT8, 1));
    assertThat(events)
        .containsExactly("small bind", "opened", "large bind", "large bind", "small bind");

    session.close();
    assertThat(events.subList(5, 7)).containsExactlyInAnyOrder("small close", "large close");
  }

  @Test
  void manyTextsAreLarge() {
    bind(sessions(), input(ElementType.STRING, 128));
    bind(sessions(), input(ElementType.STRING, 129));
    assertThat(events).containsExactly("small bind", "opened", "large bind");
  }

  @Test
  void withoutALargeCallNoSecondSessionIsOpened() {
    SessionBySize session = sessions();
    bind(session, input(ElementType.FLOAT32, 1, 32));
    session.close();
    assertThat(events).containsExactly("small bind", "small close");
  }

  /** The session opens only when all other threads wait for it, or open one, too. */
  @Test
  void threadsWithLargeCallsShareOneSession() throws Exception {
    List<Thread> callers = new CopyOnWriteArrayList<>();
    SessionBySize session =
        new SessionBySize(
            telling("small"),
            () -> {
              events.add("opened");
              while (events.size() == 1 && !othersWait(callers)) {
                Thread.onSpinWait();
              }
              return telling("large");
            });
    for (int i = 0; i < 8; i++) {
      OnnxInput large = input(ElementType.FLOAT32, SessionBySize.SMALL_CALL);
      callers.add(new Thread(() -> bind(session, large)));
    }
    callers.forEach(Thread::start);
    for (Thread caller : callers) {
      caller.join(60_000);
    }
    assertThat(events).filteredOn("opened"::equals).hasSize(1);
    assertThat(events).filteredOn("large bind"::equals).hasSize(8);
  }

  private static boolean othersWait(List<Thread> callers) {
    return callers.stream()
        .filter(caller -> caller != Thread.currentThread())
        .allMatch(caller -> caller.getState() == Thread.State.BLOCKED);
  }

  @Test
  void aSessionThatCannotBeOpenedIsTriedAgain() throws Exception {
    boolean[] opens = {false};
    SessionBySize session =
        new SessionBySize(
            telling("small"),
            () -> {
              if (!opens[0]) {
                throw new OrtException("no memory");
              }
              return telling("large");
            });
    OnnxInput large = input(ElementType.FLOAT32, SessionBySize.SMALL_CALL);
    assertThatThrownBy(() -> session.bind(List.of(large), List.of(), new long[0][], null, null))
        .isInstanceOf(OrtException.class);
    bind(session, input(ElementType.FLOAT32, 1));
    opens[0] = true;
    bind(session, large);
    assertThat(events).containsExactly("small bind", "large bind");
    session.close();
  }

  /** What no process can get is refused with a message of the allocator that was asked. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void onlySmallCallsHaveNoArena(boolean foreignCalls) {
    byte[] zeros =
        ProtoText.model(
            """
            node { op_type: "ConstantOfShape" input: "size" output: "z" }
            node { op_type: "ReduceSum" input: "z" output: "zero" attribute { name: "keepdims" type: INT i: 0 } }
            node { op_type: "Add" input: "x" input: "zero" output: "y" }
            """
                + ProtoText.value("input", "x", 1)
                + ProtoText.value("input", "size", 7)
                + ProtoText.value("output", "y", 1));
    DirectMemory memory = new DirectMemory();
    OnnxEngine engine = OnnxEngine.open(EngineOptions.of(memory, 1).withForeignCalls(foreignCalls));
    try (EngineModel model = engine.load(source("zeros.onnx", zeros), CPU);
        EngineSlot slot = model.slot()) {
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> add(slot, 1, 1L << 50))
            .hasMessageContaining("std::bad_alloc")
            .hasMessageContaining("free memory outside the Java heap")
            .hasCauseInstanceOf(OutOfMemoryError.class);
        assertThat(add(slot, 1, 3)).containsExactly(1);
        assertThatThrownBy(() -> add(slot, (int) SessionBySize.SMALL_CALL, 1L << 50))
            .hasMessageContaining("BFCArena")
            .hasCauseInstanceOf(OutOfMemoryError.class);
        assertThat(add(slot, (int) SessionBySize.SMALL_CALL, 3)).contains(1);
      }
    }
    engine.close();
    assertThat(memory.bytes()).isZero();
  }

  /** Adds a sum of zeros to ones. */
  private static float[] add(EngineSlot slot, int ones, long zeros) {
    float[] x = new float[ones];
    Arrays.fill(x, 1);
    try {
      feed(slot, 0, floats(x), ones);
      feed(slot, 1, OnnxFixture.longs(zeros), 1);
      slot.run();
      return floats(slot.output(0));
    } finally {
      slot.recycle();
    }
  }

  @Test
  void onlySmallModelsInTheUsualSettingsHaveTwoSessions() throws IOException {
    byte[] small = OnnxFixture.bytes("mlp4");
    assertThat(hasTwo(small, CPU)).isTrue();
    assertThat(hasTwo(small, CPU.withoutTrust())).isTrue();
    assertThat(hasTwo(small, CPU.withReleasedMemory())).isFalse();
    assertThat(hasTwo(small, CPU.withProfiling())).isFalse();
    assertThat(hasTwo(ofLength(small, 1 << 20), CPU)).isTrue();
    assertThat(hasTwo(ofLength(small, (1 << 20) + 1), CPU)).isFalse();
  }

  private boolean hasTwo(byte[] bytes, LoadRequest request) {
    try (EngineModel model = onnx.engine.load(source("m.onnx", bytes), request)) {
      return ((OnnxModel) model).session() instanceof SessionBySize;
    }
  }

  private static byte[] ofLength(byte[] model, int length) throws IOException {
    ModelProto.Builder longer = ModelProto.parseFrom(model).toBuilder().setDocString("");
    int rest = length - longer.setDocString("a".repeat(length / 2)).build().getSerializedSize();
    byte[] bytes = longer.setDocString("a".repeat(length / 2 + rest)).build().toByteArray();
    assertThat(bytes).hasSize(length);
    return bytes;
  }

  /** Sizes around the limit, in changing order, so that bindings of both sessions take turns. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void bothAnswerAsOnnxRuntimeDoes(boolean foreignCalls) throws OrtException {
    long seed = 20011129;
    Random random = new Random(seed);
    DirectMemory memory = new DirectMemory();
    OnnxEngine engine = OnnxEngine.open(EngineOptions.of(memory, 1).withForeignCalls(foreignCalls));
    byte[] bytes = OnnxFixture.bytes("mlp4");
    try (EngineModel model = engine.load(source("mlp4.onnx", bytes), CPU);
        EngineSlot slot = model.slot()) {
      int[] sizes = {1, MOST_ROWS, MOST_ROWS + 1, 3, 5000, 1, MOST_ROWS + 1, MOST_ROWS};
      for (int rows : sizes) {
        float[] x = new float[rows * COLUMNS];
        for (int i = 0; i < x.length; i++) {
          x[i] = (float) random.nextGaussian();
        }
        feed(slot, 0, floats(x), rows, COLUMNS);
        slot.run();
        assertThat(read(slot.output(0)))
            .as("%d rows, seed %d", rows, seed)
            .isEqualTo(
                OnnxFixture.raw("mlp4", ElementType.FLOAT32, floats(x), null, rows, COLUMNS)
                    .get("y"));
        slot.recycle();
      }
    }
    engine.close();
    assertThat(memory.bytes()).isZero();
  }
}
