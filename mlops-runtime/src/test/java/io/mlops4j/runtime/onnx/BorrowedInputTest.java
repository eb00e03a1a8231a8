package io.mlops4j.runtime.onnx;

import static io.mlops4j.runtime.onnx.OnnxFixture.dims;
import static io.mlops4j.runtime.onnx.OnnxFixture.feed;
import static io.mlops4j.runtime.onnx.OnnxFixture.floats;
import static io.mlops4j.runtime.onnx.OnnxFixture.longs;
import static io.mlops4j.runtime.onnx.OnnxFixture.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.InferenceException;
import io.mlops4j.fixture.DependsOnJava;
import io.mlops4j.model.ElementType;
import io.mlops4j.runtime.memory.DirectMemory;
import io.mlops4j.runtime.memory.Native;
import io.mlops4j.spi.EngineModel;
import io.mlops4j.spi.EngineSlot;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Inputs that a run reads where the caller has them. */
@DependsOnJava
class BorrowedInputTest {
  private static final int ROWS = 12_000;

  private final OnnxFixture onnx = new OnnxFixture();
  private final DirectMemory callers = new DirectMemory();

  @AfterEach
  void everyByteIsFreed() {
    onnx.close();
    assertThat(onnx.memory.bytes()).isZero();
    assertThat(callers.bytes()).isZero();
  }

  private long lent(byte[] elements) {
    long address = callers.allocate(elements.length, DirectMemory.ALIGNMENT);
    Native.copy(elements, 0, address, elements.length);
    return address;
  }

  private static byte[] random(long seed, ElementType type, int rows) {
    byte[] elements = new byte[rows * 3 * type.bytes()];
    new Random(seed).nextBytes(elements);
    for (int i = 0; type == ElementType.BOOL && i < elements.length; i++) {
      elements[i] &= 1;
    }
    return elements;
  }

  @ParameterizedTest
  @EnumSource(
      names = {"UINT16", "UINT32", "UINT64", "STRING"},
      mode = EnumSource.Mode.EXCLUDE)
  void answersAreThoseOfOnnxRuntimeForEveryType(ElementType type) throws Exception {
    String name = "engine/type_" + type;
    try (EngineModel model = onnx.load(name);
        EngineSlot slot = model.slot()) {
      for (int seed = 0; seed < 3; seed++) {
        byte[] elements = random(seed, type, ROWS);
        Map<String, byte[]> expected = OnnxFixture.raw(name, type, elements, null, ROWS, 3);
        long address = lent(elements);
        slot.shape(0, new long[] {ROWS, 3});
        assertThat(slot.borrow(0, address, elements.length)).isTrue();
        slot.run();
        assertThat(dims(slot.output(0))).containsExactly(ROWS, 3);
        assertThat(read(slot.output(0))).isEqualTo(expected.get("same"));
        assertThat(read(slot.output(1))).isEqualTo(expected.get("twice"));
        assertThat(read(slot.output(1)).length).isEqualTo(2 * elements.length);
        slot.recycle();
        callers.free(address);
      }
    }
  }

  @Test
  void whatIsLentAgainIsReadAnewAndWhatWasLentIsForgotten() {
    byte[] first = random(1, ElementType.INT32, ROWS);
    byte[] second = random(2, ElementType.INT32, ROWS);
    byte[] own = random(3, ElementType.INT32, ROWS);
    try (EngineModel model = onnx.load("engine/type_int32");
        EngineSlot slot = model.slot()) {
      slot.shape(0, new long[] {ROWS, 3});
      long address = lent(first);
      assertThat(slot.borrow(0, address, first.length)).isTrue();
      slot.run();
      assertThat(read(slot.output(0))).isEqualTo(first);
      slot.recycle();

      Native.copy(second, 0, address, second.length);
      assertThat(slot.borrow(0, address, second.length)).isTrue();
      slot.run();
      assertThat(read(slot.output(0))).isEqualTo(second);
      slot.recycle();

      feed(slot, 0, own, ROWS, 3);
      Native.fill(address, first.length, (byte) -1);
      slot.run();
      assertThat(read(slot.output(0))).isEqualTo(own);
      slot.recycle();

      // As many bytes at the same address, but another shape.
      slot.shape(0, new long[] {ROWS / 2, 3});
      assertThat(slot.borrow(0, address, first.length / 2)).isTrue();
      slot.run();
      assertThat(dims(slot.output(0))).containsExactly(ROWS / 2, 3);
      byte[] ones = new byte[first.length / 2];
      Arrays.fill(ones, (byte) -1);
      assertThat(read(slot.output(0))).isEqualTo(ones);
      slot.recycle();
      callers.free(address);
    }
  }

  @Test
  void aRunThatFailedLeavesNothingOfWhatWasLent() {
    long[] wrong = new long[ROWS];
    Arrays.fill(wrong, 99);
    long[] right = new long[ROWS];
    Arrays.fill(right, 2);
    try (EngineModel model = onnx.load("engine/lookup");
        EngineSlot slot = model.slot()) {
      for (int i = 0; i < 3; i++) {
        long address = lent(longs(wrong));
        slot.shape(0, new long[] {ROWS});
        assertThat(slot.borrow(0, address, 8L * ROWS)).isTrue();
        assertThatThrownBy(slot::run)
            .isInstanceOf(InferenceException.class)
            .hasMessageContaining("99");
        slot.recycle();
        callers.free(address);
        feed(slot, 0, longs(right), ROWS);
        slot.run();
        assertThat(floats(slot.output(0))).containsOnly(30).hasSize(ROWS);
        slot.recycle();
      }
    }
  }

  @Test
  void anInputThatIsAlsoAnOutputIsCopied() {
    float[] values = new float[ROWS];
    try (EngineModel model = onnx.load("engine/passthrough");
        EngineSlot slot = model.slot()) {
      for (float a : new float[] {4, 5, 6}) {
        Arrays.fill(values, a);
        long address = lent(floats(values));
        slot.shape(0, new long[] {ROWS});
        assertThat(slot.borrow(0, address, 4L * ROWS)).isTrue();
        slot.run();
        callers.free(address);
        assertThat(floats(slot.output(0))).containsOnly(a).hasSize(ROWS);
        assertThat(floats(slot.output(2))).containsOnly(-a).hasSize(ROWS);
        slot.recycle();
      }
    }
  }

  @Test
  void whatIsShortOddOrOfAnotherSizeIsNotBorrowed() {
    byte[] elements = random(1, ElementType.INT32, ROWS);
    long address = lent(elements);
    try (EngineModel model = onnx.load("engine/type_int32");
        EngineModel unsigned = onnx.load("engine/type_uint32");
        EngineSlot slot = model.slot();
        EngineSlot other = unsigned.slot()) {
      assertThat(slot.borrow(0, address, elements.length)).as("no shape").isFalse();
      slot.shape(0, new long[] {ROWS, 3});
      assertThat(slot.borrow(0, address, elements.length - 4)).as("size").isFalse();
      slot.shape(0, new long[] {ROWS - 1, 3});
      assertThat(slot.borrow(0, address + 4, elements.length - 12)).as("alignment").isFalse();
      slot.shape(0, new long[] {10, 3});
      assertThat(slot.borrow(0, address, 120)).as("a short copy costs less").isFalse();
      other.shape(0, new long[] {ROWS, 3});
      assertThat(other.borrow(0, address, elements.length))
          .as("JNI makes none of uint32")
          .isEqualTo(unsigned.placement().calls().equals("java.lang.foreign"));
    }
    callers.free(address);
  }
}
