package io.mlops4j.runtime.onnx;

import static io.mlops4j.runtime.onnx.OnnxFixture.bytes;
import static io.mlops4j.runtime.onnx.OnnxFixture.feed;
import static io.mlops4j.runtime.onnx.OnnxFixture.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.RunOptions;
import io.mlops4j.model.ElementType;
import io.mlops4j.runtime.memory.DirectMemory;
import io.mlops4j.runtime.memory.Native;
import io.mlops4j.spi.EngineModel;
import io.mlops4j.spi.EngineSlot;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The native method under {@code OrtSession.run}, called without it. */
class JniRunTest {
  /** More than the runs of a binding before it calls the native method. */
  private static final int FIRST = 600;

  private static final int RUNS = 700;

  private static final int LARGE = 12_000;

  private final OnnxFixture onnx = new OnnxFixture();
  private final DirectMemory callers = new DirectMemory();

  @AfterEach
  void everyByteIsFreed() {
    onnx.close();
    assertThat(onnx.memory.bytes()).isZero();
    assertThat(callers.bytes()).isZero();
  }

  @Test
  void itIsReachedAndItsErrorsAreThoseOfOnnxRuntime() throws Exception {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    FloatBuffer four = direct(4);
    FloatBuffer two = direct(2);
    try (OrtSession session = environment.createSession(bytes("mlp4"));
        RunOptions options = new RunOptions();
        OnnxTensor x = OnnxTensor.createTensor(environment, four, new long[] {1, 4});
        OnnxTensor wide = OnnxTensor.createTensor(environment, four, new long[] {2, 2});
        OnnxTensor y = OnnxTensor.createTensor(environment, two, new long[] {1, 2})) {
      String in = session.getInputNames().iterator().next();
      String out = session.getOutputNames().iterator().next();
      four.put(0, new float[] {1, 2, 3, 4});
      JniRun run = JniRun.of(session, Map.of(in, x), Map.of(out, y), options);
      run.call();
      assertThat(new float[] {two.get(0), two.get(1)}).containsExactly(7.75f, 4.25f);
      JniRun bad = JniRun.of(session, Map.of(in, wide), Map.of(out, y), options);
      String same = null;
      try {
        session.run(Map.of(in, wide), Set.of(), Map.of(out, y), options);
      } catch (OrtException e) {
        same = e.getMessage();
      }
      assertThatThrownBy(bad::call).isInstanceOf(OrtException.class).hasMessage(same);
    }
  }

  private static FloatBuffer direct(int floats) {
    return ByteBuffer.allocateDirect(floats * Float.BYTES)
        .order(ByteOrder.nativeOrder())
        .asFloatBuffer();
  }

  /** Some runs read the caller's memory, which the native method was not prepared for. */
  @ParameterizedTest
  @EnumSource(
      names = {"UINT16", "UINT32", "UINT64", "STRING"},
      mode = EnumSource.Mode.EXCLUDE)
  void manyRunsGiveTheBitsOfOnnxRuntime(ElementType type) throws Exception {
    String name = "engine/type_" + type;
    Random random = new Random(11);
    try (EngineModel model = onnx.load(name);
        EngineSlot slot = model.slot()) {
      for (int i = 0; i < RUNS; i++) {
        int rows = i < FIRST ? 3 : i % 10 == 9 ? LARGE : 1 + random.nextInt(3);
        byte[] elements = new byte[rows * 3 * type.bytes()];
        random.nextBytes(elements);
        for (int k = 0; type == ElementType.BOOL && k < elements.length; k++) {
          elements[k] &= 1;
        }
        long lent = 0;
        if (rows == LARGE && i % 20 == 9) {
          lent = callers.allocate(elements.length, DirectMemory.ALIGNMENT);
          Native.copy(elements, 0, lent, elements.length);
          slot.shape(0, new long[] {rows, 3});
          assertThat(slot.borrow(0, lent, elements.length)).isTrue();
        } else {
          feed(slot, 0, elements, rows, 3);
        }
        slot.run();
        assertThat(read(slot.output(0))).as("run %d", i).isEqualTo(elements);
        if (i % 100 == 99 || i > 690) {
          Map<String, byte[]> expected = OnnxFixture.raw(name, type, elements, null, rows, 3);
          assertThat(read(slot.output(1))).as("run %d", i).isEqualTo(expected.get("twice"));
        }
        slot.recycle();
        if (lent != 0) {
          callers.free(lent);
        }
      }
    }
  }
}
