package io.mlops4j.runtime.compatibility;

import static io.mlops4j.runtime.compatibility.SlotCalls.dims;
import static io.mlops4j.runtime.compatibility.SlotCalls.feed;
import static io.mlops4j.runtime.compatibility.SlotCalls.feedText;
import static io.mlops4j.runtime.compatibility.SlotCalls.floats;
import static io.mlops4j.runtime.compatibility.SlotCalls.longs;
import static io.mlops4j.runtime.compatibility.SlotCalls.read;
import static io.mlops4j.runtime.compatibility.SlotCalls.readText;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.InferenceException;
import io.mlops4j.error.ModelInputException;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.spi.EngineModel;
import io.mlops4j.spi.EngineSlot;
import io.mlops4j.spi.EngineValue;
import io.mlops4j.spi.StringColumn;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whether an engine gives right values, and refuses wrong ones. */
public abstract class EngineValuesCompatibility extends EngineSuite {
  private static final long SEED = 20_260_101;
  private static final float[][] WEIGHTS = {{1, 2}, {-1, 0.5f}, {0, 3}, {2, -1}};
  private static final float[] BIAS = {0.5f, -0.25f};
  private static final String[] TEXT = {
    "a",
    "",
    "früh ✈",
    "\uD83D\uDE00",
    "line\nand\0zero",
    "twenty-two bytes, just",
    "twenty-three bytes, now",
    "long ".repeat(5000),
    "a"
  };

  @Test
  void signaturesTellNamesTypesAndRanks() {
    assertThat(signature(Job.SUM))
        .containsExactly("a: float32[1]", "b: float32[1]", "sum: float32[1]");
    assertThat(signature(Job.AFFINE)).containsExactly("x: float32[2]", "y: float32[2]");
    assertThat(signature(Job.TWO))
        .containsExactly("x: float32[1]", "square: float32[1]", "twice: float32[1]");
  }

  private List<String> signature(Job job) {
    try (EngineModel model = load(job)) {
      assertThat(model.placement().devices()).isNotEmpty();
      return Stream.concat(
              model.signature().inputs().stream(), model.signature().outputs().stream())
          .map(TensorSpec.class::cast)
          .map(spec -> spec.name() + ": " + spec.type() + "[" + spec.shape().size() + "]")
          .toList();
    }
  }

  @ParameterizedTest
  @EnumSource(
      names = {"STRING"},
      mode = EnumSource.Mode.EXCLUDE)
  void everyTypeKeepsItsBits(ElementType type) {
    Random random = new Random(SEED);
    try (EngineModel model = load(type);
        EngineSlot slot = model.slot()) {
      for (int rows : new int[] {2, 5, 5, 1, 300, 0, 7}) {
        byte[] elements = elements(type, 3 * rows, random);
        feed(slot, 0, elements, rows, 3);
        slot.run();
        EngineValue same = slot.output(output(model, "same"));
        assertThat(same.kind()).isEqualTo(EngineValue.Kind.TENSOR);
        assertThat(same.type()).isEqualTo(type);
        assertThat(dims(same)).containsExactly(rows, 3);
        assertThat(read(same)).as("%d rows, seed %d", rows, SEED).isEqualTo(elements);
        slot.recycle();
      }
    }
  }

  /** Extremes, not-a-numbers with a payload, negative zero; then bits of all kinds. */
  static byte[] elements(ElementType type, int count, Random random) {
    byte[] elements = new byte[count * type.bytes()];
    random.nextBytes(elements);
    ByteBuffer buffer = ByteBuffer.wrap(elements).order(ByteOrder.nativeOrder());
    long[] first =
        switch (type) {
          case FLOAT32 -> bits(0x7fc0_1234, 0x8000_0000L, 0x7f7f_ffff, 1, 0xff80_0000L);
          case FLOAT64 ->
              bits(0x7ff8_0000_0000_1234L, 1L << 63, 0x7fef_ffff_ffff_ffffL, 1, 0xfffL << 52);
          case FLOAT16 -> bits(0x7e12, 0x8000, 0x7bff, 1, 0xfc00);
          case BFLOAT16 -> bits(0x7fd2, 0x8000, 0x7f7f, 1, 0xff80);
          default -> bits(0, -1, Long.MAX_VALUE, 1L << (8 * type.bytes() - 1), 1);
        };
    for (int i = 0; i < Math.min(count, first.length); i++) {
      switch (type.bytes()) {
        case 1 -> buffer.put((byte) first[i]);
        case 2 -> buffer.putShort((short) first[i]);
        case 4 -> buffer.putInt((int) first[i]);
        default -> buffer.putLong(first[i]);
      }
    }
    if (type == ElementType.BOOL) {
      for (int i = 0; i < elements.length; i++) {
        elements[i] &= 1;
      }
    }
    return elements;
  }

  private static long[] bits(long... bits) {
    return bits;
  }

  private static int output(EngineModel model, String name) {
    return IntStream.range(0, model.signature().outputs().size())
        .filter(i -> model.signature().outputs().get(i).name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void textKeepsEveryCharacterInWhicheverFormItCame() {
    try (EngineModel model = load(ElementType.STRING);
        EngineSlot slot = model.slot()) {
      for (StringColumn column :
          List.of(
              SlotCalls.text(TEXT),
              SlotCalls.utf8(memory, TEXT),
              SlotCalls.coded(memory, TEXT),
              SlotCalls.text(TEXT))) {
        slot.shape(0, new long[] {3, 3});
        slot.strings(0, column);
        slot.run();
        EngineValue same = slot.output(output(model, "same"));
        assertThat(dims(same)).containsExactly(3, 3);
        assertThat(readText(same)).containsExactly(TEXT);
        slot.recycle();
        assertThatThrownBy(slot::run)
            .as("text is given for one run")
            .isInstanceOf(IllegalStateException.class);
        SlotCalls.free(memory, column);
      }
    }
  }

  @Test
  void textIsJoined() {
    try (EngineModel model = load(Job.JOIN);
        EngineSlot slot = model.slot()) {
      for (int i = 0; i < 3; i++) {
        feedText(slot, 0, new String[] {"é", "", "\uD83D\uDE00", "x".repeat(30)}, 4);
        feedText(slot, 1, new String[] {"✈", "", "!", "y".repeat(30)}, 4);
        slot.run();
        assertThat(readText(slot.output(0)))
            .containsExactly("é✈", "", "\uD83D\uDE00!", "x".repeat(30) + "y".repeat(30));
        slot.recycle();
        feedText(slot, 0, new String[] {"a"}, 1);
        feedText(slot, 1, new String[] {"b"}, 1);
        slot.run();
        assertThat(readText(slot.output(0))).containsExactly("ab");
        slot.recycle();
      }
    }
  }

  @Test
  void emptyTextTensorsDoNoHarm() {
    try (EngineModel model = load(Job.JOIN);
        EngineSlot slot = model.slot()) {
      feedText(slot, 0, new String[0], 0);
      feedText(slot, 1, new String[0], 0);
      slot.run();
      assertThat(dims(slot.output(0))).containsExactly(0);
      assertThat(slot.output(0).bytes()).isZero();
    }
  }

  @Test
  void nullTextNeverReachesTheEngine() {
    try (EngineModel model = load(Job.JOIN);
        EngineSlot slot = model.slot()) {
      feedText(slot, 0, new String[] {"a", "b"}, 2);
      slot.shape(1, new long[] {2});
      assertThatThrownBy(() -> slot.strings(1, SlotCalls.text("c", null)))
          .isInstanceOf(ModelInputException.class)
          .hasMessageContaining("b: found null at 1");
      assertThatThrownBy(slot::run).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> slot.strings(1, SlotCalls.text("c")))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("1 values");
      feedText(slot, 0, new String[] {"a", "b"}, 2);
      feedText(slot, 1, new String[] {"c", "d"}, 2);
      slot.run();
      assertThat(readText(slot.output(0))).containsExactly("ac", "bd");
    }
  }

  @Test
  void halfOfASurrogatePairIsRefused() {
    try (EngineModel model = load(Job.JOIN);
        EngineSlot slot = model.slot()) {
      slot.shape(0, new long[] {2});
      for (String broken : new String[] {"x\uD83D", "\uDE00x", "\uD83D\uD83D\uDE00"}) {
        assertThatThrownBy(() -> slot.strings(0, SlotCalls.text("good \uD83D\uDE00", broken)))
            .isInstanceOf(ModelInputException.class)
            .hasMessageContaining("a: found half of a surrogate pair at 1");
      }
    }
  }

  @Test
  void sizesMayChangeFromCallToCall() {
    try (EngineModel model = load(Job.AFFINE);
        EngineSlot slot = model.slot()) {
      for (int rows : new int[] {1, 7, 7, 64, 1, 1000, 3, 65_536, 0, 2}) {
        float[] x = new float[4 * rows];
        for (int i = 0; i < x.length; i++) {
          x[i] = (i * 31) % 1024 - 512;
        }
        feed(slot, 0, floats(x), rows, 4);
        slot.run();
        assertThat(dims(slot.output(0))).containsExactly(rows, 2);
        assertThat(floats(slot.output(0))).as("%d rows", rows).isEqualTo(affine(x));
        slot.recycle();
      }
    }
  }

  /** Exact: every number is a small multiple of a quarter. */
  static float[] affine(float... x) {
    float[] y = new float[x.length / 2];
    for (int i = 0; i < y.length; i++) {
      y[i] = BIAS[i % 2];
      for (int k = 0; k < 4; k++) {
        y[i] += x[i / 2 * 4 + k] * WEIGHTS[k][i % 2];
      }
    }
    return y;
  }

  @Test
  void severalInputsAreFed() {
    try (EngineModel model = load(Job.SUM);
        EngineSlot slot = model.slot()) {
      for (int rows : new int[] {3, 3, 100_000, 1}) {
        float[] a = new float[rows];
        float[] b = new float[rows];
        float[] sum = new float[rows];
        for (int i = 0; i < rows; i++) {
          a[i] = i;
          b[i] = -3 * i + 0.5f;
          sum[i] = -2 * i + 0.5f;
        }
        feed(slot, 1, floats(b), rows);
        feed(slot, 0, floats(a), rows);
        slot.run();
        assertThat(floats(slot.output(0))).isEqualTo(sum);
        slot.recycle();
      }
    }
  }

  @Test
  void shapesKnownOnlyAfterTheRunAreRead() {
    float[][] inputs = {{0, 2, 0, -3, 0}, {1, 2, 3, 4, 5}, {0, 0, 0, 0, 0}, {0, 0, 7, 0, 0}};
    long[][] index = {{1, 3}, {0, 1, 2, 3, 4}, {}, {2}};
    float[][] kept = {{2, -3}, {1, 2, 3, 4, 5}, {}, {7}};
    try (EngineModel model = load(Job.NONZERO);
        EngineSlot slot = model.slot()) {
      for (int i = 0; i < 8; i++) {
        feed(slot, 0, floats(inputs[i % 4]), 5);
        slot.run();
        assertThat(read(slot.output(0))).as("run " + i).isEqualTo(longs(index[i % 4]));
        assertThat(floats(slot.output(1))).containsExactly(kept[i % 4]);
        slot.recycle();
      }
    }
  }

  @Test
  void onlyWantedOutputsAreRead() {
    try (EngineModel model = load(Job.TWO);
        EngineSlot slot = model.slot()) {
      slot.want(0, false);
      for (float x : new float[] {3, 4}) {
        feed(slot, 0, floats(x, -x), 2);
        slot.run();
        assertThat(floats(slot.output(1))).containsExactly(2 * x, -2 * x);
        assertThatThrownBy(() -> slot.output(0)).isInstanceOf(IllegalStateException.class);
        slot.recycle();
      }
      slot.want(0, true);
      slot.want(1, false);
      feed(slot, 0, floats(5, -5), 2);
      slot.run();
      assertThat(floats(slot.output(0))).containsExactly(25, 25);
      slot.recycle();
      slot.want(1, true);
      feed(slot, 0, floats(5, -5), 2);
      slot.run();
      assertThat(floats(slot.output(0))).containsExactly(25, 25);
      assertThat(floats(slot.output(1))).containsExactly(10, -10);
    }
  }

  @Test
  void shapesThatTheModelForbidsAreRefusedAndTheSlotStaysUsable() {
    try (EngineModel model = load(Job.AFFINE);
        EngineSlot slot = model.slot()) {
      long[][] wrong = {{3}, {3, 4, 1}, {3, 5}, {3, 0}, {-1, 4}, {3, -4}, {}};
      for (long[] dims : wrong) {
        assertThatThrownBy(() -> slot.shape(0, dims))
            .as("%s", (Object) dims)
            .isInstanceOf(ModelInputException.class)
            .hasMessageContaining("x: found shape [")
            .hasMessageContaining("expected x: float32[");
      }
      feed(slot, 0, floats(1, 2, 3, 4), 1, 4);
      slot.run();
      assertThat(floats(slot.output(0))).isEqualTo(affine(1, 2, 3, 4));
    }
  }

  @Test
  void sizesBeyondABufferAreRefusedBeforeAnythingIsAllocated() {
    try (EngineModel model = load(Job.AFFINE);
        EngineSlot slot = model.slot()) {
      long before = model.nativeBytes();
      for (long rows : new long[] {1L << 28, 1L << 40, Long.MAX_VALUE / 2, Long.MAX_VALUE}) {
        assertThatThrownBy(() -> slot.shape(0, new long[] {rows, 4}))
            .isInstanceOf(ModelInputException.class)
            .hasMessageContaining("x: found shape [" + rows + ", 4]")
            .hasMessageContaining("2 GiB");
      }
      assertThat(memory.bytes()).isZero();
      assertThat(model.nativeBytes()).isEqualTo(before);
    }
  }

  @Test
  void failureInsideTheModelIsTypedAndTheSlotStaysUsable() {
    try (EngineModel model = load(Job.LOOKUP);
        EngineSlot slot = model.slot()) {
      String name = tested.model(Job.LOOKUP).path().getFileName().toString();
      for (int i = 0; i < 3; i++) {
        feed(slot, 0, longs(0, 99), 2);
        assertThatThrownBy(slot::run)
            .isInstanceOf(InferenceException.class)
            .hasMessageContaining(name)
            .hasMessageContaining("index[2]")
            .hasMessageContaining("99");
        assertThatThrownBy(() -> slot.output(0)).isInstanceOf(IllegalStateException.class);
        slot.recycle();
        feed(slot, 0, longs(2, 0), 2);
        slot.run();
        assertThat(floats(slot.output(0))).containsExactly(30, 10);
        slot.recycle();
      }
    }
  }

  @Test
  void inputsThatDoNotFitTogetherFailAndTheSlotStaysUsable() {
    try (EngineModel model = load(Job.SUM);
        EngineSlot slot = model.slot()) {
      feed(slot, 0, floats(1, 2, 3), 3);
      feed(slot, 1, floats(1, 2), 2);
      assertThatThrownBy(slot::run).isInstanceOf(InferenceException.class);
      slot.recycle();
      feed(slot, 0, floats(1, 2, 3), 3);
      feed(slot, 1, floats(1, 2, 3), 3);
      slot.run();
      assertThat(floats(slot.output(0))).containsExactly(2, 4, 6);
    }
  }

  @Test
  void callsOutOfOrderAreRefused() {
    try (EngineModel model = load(Job.AFFINE);
        EngineSlot slot = model.slot()) {
      assertThatThrownBy(() -> slot.address(0)).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(slot::run)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("input x");
      assertThatThrownBy(() -> slot.output(0)).isInstanceOf(IllegalStateException.class);
      slot.shape(0, new long[] {1, 4});
      assertThatThrownBy(() -> slot.strings(0, SlotCalls.text("a", "b", "c", "d")))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("input x");
      feed(slot, 0, new byte[16], 1, 4);
      slot.run();
      slot.recycle();
      assertThatThrownBy(() -> slot.output(0)).isInstanceOf(IllegalStateException.class);
    }
  }
}
