package io.mlops4j.runtime.onnx;

import static io.mlops4j.runtime.onnx.OnnxFixture.bytes;
import static io.mlops4j.runtime.onnx.OnnxFixture.dims;
import static io.mlops4j.runtime.onnx.OnnxFixture.feed;
import static io.mlops4j.runtime.onnx.OnnxFixture.feedText;
import static io.mlops4j.runtime.onnx.OnnxFixture.floats;
import static io.mlops4j.runtime.onnx.OnnxFixture.longs;
import static io.mlops4j.runtime.onnx.OnnxFixture.read;
import static io.mlops4j.runtime.onnx.OnnxFixture.readText;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import ai.onnx.proto.OnnxMl.GraphProto;
import io.mlops4j.error.InferenceException;
import io.mlops4j.error.ModelInputException;
import io.mlops4j.fixture.DependsOnJava;
import io.mlops4j.fixture.Thorough;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.spi.EngineModel;
import io.mlops4j.spi.EngineSlot;
import io.mlops4j.spi.EngineValue;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DependsOnJava
class OnnxSlotTest {

  /**
   * Of the rows (2, 0), (0, 1), (-2, -2), (0, 0): as NumPy gives them, in expected.json, to six
   * digits.
   */
  private static final float[][] CLASSIFIER_PROBABILITIES = {
    {0.492563f, 0.014874f, 0.492563f},
    {0.331499f, 0.546549f, 0.121952f},
    {0.010162f, 0.914751f, 0.075087f},
    {0.274069f, 0.451863f, 0.274069f}
  };

  private final OnnxFixture onnx = new OnnxFixture();

  @AfterEach
  void everyByteIsFreed() {
    onnx.close();
    assertThat(onnx.memory.bytes()).isZero();
    assertThat(onnx.memory.blocks()).isZero();
  }

  @ParameterizedTest
  @EnumSource(
      names = {"UINT16", "UINT32", "UINT64", "STRING"},
      mode = EnumSource.Mode.EXCLUDE)
  void bitsEqualThoseOfOnnxRuntimeForEveryType(ElementType type) throws Exception {
    String name = "engine/type_" + type;
    Random random = new Random(7);
    try (EngineModel model = onnx.load(name);
        EngineSlot slot = model.slot()) {
      assertThat(((TensorSpec) model.signature().inputs().get(0)).type()).isEqualTo(type);
      for (int rows : new int[] {1, 5, 5, 1, 300, 2}) {
        byte[] elements = new byte[rows * 3 * type.bytes()];
        random.nextBytes(elements);
        if (type == ElementType.BOOL) {
          for (int i = 0; i < elements.length; i++) {
            elements[i] &= 1;
          }
        }
        Map<String, byte[]> expected = OnnxFixture.raw(name, type, elements, null, rows, 3);
        feed(slot, 0, elements, rows, 3);
        slot.run();
        assertThat(dims(slot.output(0))).containsExactly(rows, 3);
        assertThat(dims(slot.output(1))).containsExactly(rows, 6);
        assertThat(slot.output(0).type()).isEqualTo(type);
        assertThat(read(slot.output(0))).isEqualTo(expected.get("same")).isEqualTo(elements);
        assertThat(read(slot.output(1))).isEqualTo(expected.get("twice"));
        slot.recycle();
      }
    }
  }

  @Test
  void textGoesInAndComesOutUnchanged() {
    try (EngineModel model = onnx.load("engine/type_string");
        EngineSlot slot = model.slot()) {
      String[] six = {"a", "", "früh ✈", "\uD83D\uDE00", "with\nline", "z"};
      feedText(slot, 0, six, 2, 3);
      slot.run();
      assertThat(readText(slot.output(0))).isEqualTo(six);
      assertThat(readText(slot.output(1)))
          .containsExactly(
              "a",
              "",
              "früh ✈",
              "a",
              "",
              "früh ✈",
              "\uD83D\uDE00",
              "with\nline",
              "z",
              "\uD83D\uDE00",
              "with\nline",
              "z");
      slot.recycle();
      assertThatThrownBy(slot::run)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("input x");
      String[] three = {"x", "y", "long ".repeat(1000)};
      feedText(slot, 0, three, 1, 3);
      slot.run();
      assertThat(readText(slot.output(0))).isEqualTo(three);
    }
  }

  @Test
  void everyWordIsFoundInAVocabularyWhateverItsCharacters() {
    try (EngineModel model = onnx.load("engine/words");
        EngineSlot slot = model.slot()) {
      String[] plain = {"a", "\u00e9", "\u4e2d", ""};
      String[] others = {"x\0y", "\uD83D\uDE00", "a", "\uD83D\uDE01", "x"};
      for (int i = 0; i < 3; i++) {
        feedText(slot, 0, plain, 4, 1);
        slot.run();
        assertThat(read(slot.output(0))).isEqualTo(longs(1, 2, 3, -1));
        slot.recycle();
        feedText(slot, 0, others, 5, 1);
        slot.run();
        assertThat(read(slot.output(0))).isEqualTo(longs(5, 4, 1, -1, -1));
        slot.recycle();
      }
    }
  }

  /** Tensors of single texts are kept, in fewer places than there are texts here. */
  @Test
  void aSingleTextIsFoundWhateverTextsCameBefore() {
    String[] known = {"a", "\u00e9", "\u4e2d", "\uD83D\uDE00", "x\0y"};
    try (EngineModel model = onnx.load("engine/words");
        EngineSlot slot = model.slot()) {
      for (int i = 0; i < 1_000; i++) {
        int word = i % 7;
        String text = word < known.length ? known[word] : (word == 5 ? "w" : "a".repeat(65)) + i;
        feedText(slot, 0, new String[] {text}, 1, 1);
        slot.run();
        assertThat(read(slot.output(0)))
            .as(text)
            .isEqualTo(longs(word < known.length ? word + 1 : -1));
        slot.recycle();
        if (i % 100 == 0) {
          feedText(slot, 0, new String[] {"a", text}, 2, 1);
          slot.run();
          assertThat(read(slot.output(0))).isEqualTo(longs(1, word < known.length ? word + 1 : -1));
          slot.recycle();
        }
      }
      assertThatThrownBy(slot::run)
          .as("a kept text is not used without being fed")
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("input ");
    }
  }

  @Test
  void nullTextNeverReachesOnnxRuntime() {
    try (EngineModel model = onnx.load("engine/type_string");
        EngineSlot slot = model.slot()) {
      slot.shape(0, new long[] {1, 3});
      assertThatThrownBy(() -> slot.strings(0, OnnxFixture.text("a", null, "c")))
          .isInstanceOf(ModelInputException.class)
          .hasMessageContaining("x: found null at 1");
      assertThatThrownBy(() -> slot.strings(0, OnnxFixture.text("a", "b")))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("2 values");
      assertThatThrownBy(slot::run).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> slot.shape(0, new long[] {1L << 40, 3}))
          .isInstanceOf(ModelInputException.class);
      slot.strings(0, OnnxFixture.text("a", "b", "c"));
      slot.shape(0, new long[] {2, 3});
      assertThatThrownBy(slot::run)
          .as("text of another shape is not used")
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void mixedTypesComeOutInDeclaredOrder() {
    try (EngineModel model = onnx.load("columns");
        EngineSlot slot = model.slot()) {
      feed(slot, 0, floats(1.5f, -2), 2);
      slot.shape(1, new long[] {2});
      feed(slot, 1, longs(Double.doubleToLongBits(10), Double.doubleToLongBits(20)), 2);
      feed(slot, 2, new byte[] {3, 0, 0, 0, 4, 0, 0, 0}, 2);
      feed(slot, 3, longs(100, 200), 2);
      feed(slot, 4, new byte[] {1, 0}, 2);
      feedText(slot, 5, new String[] {"p", "q"}, 2);
      slot.run();
      assertThat(floats(slot.output(0))).containsExactly(1.5f, -2);
      assertThat(read(slot.output(4))).containsExactly(1, 0);
      assertThat(readText(slot.output(5))).containsExactly("p", "q");
      assertThat(read(slot.output(6)))
          .isEqualTo(longs(Double.doubleToLongBits(114.5), Double.doubleToLongBits(222)));
    }
  }

  @Test
  void textIsMadeByTheModel() {
    try (EngineModel model = onnx.load("strings_out");
        EngineSlot slot = model.slot()) {
      for (int i = 0; i < 3; i++) {
        feed(slot, 0, longs(1, 0, 2, 3, 9), 5);
        slot.run();
        assertThat(readText(slot.output(0)))
            .containsExactly("late", "on time", "früh ✈", "", "unknown");
        slot.recycle();
      }
    }
  }

  @Test
  void wideUnsignedOutputsAreRead() {
    try (EngineModel model = onnx.load("engine/unsigned_out");
        EngineSlot slot = model.slot()) {
      for (long a : new long[] {65535, 7}) {
        feed(slot, 0, longs(a, 3), 2);
        slot.run();
        assertThat(slot.output(0).type()).isEqualTo(ElementType.UINT16);
        assertThat(read(slot.output(0)))
            .containsExactly((byte) a, (byte) (a >> 8), (byte) 3, (byte) 0);
        assertThat(slot.output(1).bytes()).isEqualTo(8);
        assertThat(read(slot.output(2))).isEqualTo(longs(a, 3));
        slot.recycle();
      }
    }
  }

  /** ONNX Runtime's Java API cannot make such an input, so there is no raw call to compare with. */
  @ParameterizedTest
  @EnumSource(names = {"UINT16", "UINT32", "UINT64"})
  void wideUnsignedInputsKeepTheirBits(ElementType type) {
    Random random = new Random(7);
    try (EngineModel model = onnx.load("engine/type_" + type);
        EngineSlot slot = model.slot()) {
      assertThat(((TensorSpec) model.signature().inputs().get(0)).type()).isEqualTo(type);
      for (int rows : new int[] {1, 5, 5, 0, 1, 300, 2, 0, 300}) {
        int row = 3 * type.bytes();
        byte[] elements = new byte[rows * row];
        random.nextBytes(elements);
        ByteBuffer twice = ByteBuffer.allocate(2 * elements.length);
        for (int i = 0; i < rows; i++) {
          twice.put(elements, i * row, row).put(elements, i * row, row);
        }
        feed(slot, 0, elements, rows, 3);
        slot.run();
        assertThat(slot.output(0).type()).isEqualTo(type);
        assertThat(read(slot.output(0))).isEqualTo(elements);
        assertThat(dims(slot.output(1))).containsExactly(rows, 6);
        assertThat(read(slot.output(1))).isEqualTo(twice.array());
        slot.recycle();
      }
    }
  }

  @Test
  void wideUnsignedInputsAreNeverNegative() {
    try (EngineModel model = onnx.load("engine/unsigned_in");
        EngineSlot slot = model.slot()) {
      for (long[] shape : new long[][] {{}, {1}, {1, 1, 1}, {}, {1}}) {
        byte[] ones = {-1, -1, -1, -1, -1, -1, -1, -1};
        feed(slot, 0, Arrays.copyOf(ones, 2), shape);
        feed(slot, 1, Arrays.copyOf(ones, 4), shape);
        feed(slot, 2, ones, shape);
        slot.run();
        double[] expected = {0xffffL, 0xffffffffL, 0x1p64};
        for (int i = 0; i < 3; i++) {
          assertThat(dims(slot.output(i))).containsExactly(shape);
          assertThat(
                  ByteBuffer.wrap(read(slot.output(i))).order(ByteOrder.nativeOrder()).getDouble())
              .isEqualTo(expected[i]);
        }
        slot.recycle();
      }
    }
  }

  @Test
  void optionalOutputsAreReadWhereTheyAreThere() {
    try (EngineModel model = onnx.load("engine/optional_out");
        EngineSlot slot = model.slot()) {
      assertThat(model.signature())
          .hasToString("(x: float32[N]) -> (maybe: float32[N], minus: float32[N])");
      for (float a : new float[] {1, 2, 3}) {
        feed(slot, 0, floats(a, -a), 2);
        slot.run();
        assertThat(floats(slot.output(0))).containsExactly(-a, a);
        assertThat(floats(slot.output(1))).containsExactly(-a, a);
        slot.recycle();
      }
    }
  }

  /** To read one from ONNX Runtime's Java API would end the process. */
  @Test
  void absentOutputsFailTheRunAndTheSlotStaysUsable() {
    try (EngineModel model = onnx.load("engine/absent_out");
        EngineSlot slot = model.slot()) {
      for (int i = 0; i < 3; i++) {
        feed(slot, 0, floats(1, 2), 2);
        assertThatThrownBy(slot::run)
            .isInstanceOf(InferenceException.class)
            .hasMessageContaining("optional");
        slot.recycle();
      }
    }
  }

  @Test
  void shapesKnownOnlyAfterTheRunAreRead() {
    try (EngineModel model = onnx.load("dynamic");
        EngineSlot slot = model.slot()) {
      float[][] inputs = {{0, 2, 0, -3, 0}, {1, 2, 3, 4, 5}, {0, 0, 0, 0, 0}, {0, 0, 7, 0, 0}};
      long[][] index = {{1, 3}, {0, 1, 2, 3, 4}, {}, {2}};
      float[][] kept = {{2, -3}, {1, 2, 3, 4, 5}, {}, {7}};
      for (int i = 0; i < 8; i++) {
        feed(slot, 0, floats(inputs[i % 4]), 5);
        slot.run();
        assertThat(read(slot.output(0))).as("run " + i).isEqualTo(longs(index[i % 4]));
        assertThat(floats(slot.output(1))).containsExactly(kept[i % 4]);
        slot.recycle();
      }
    }
  }

  /** The tensors of one shape stay while an answer of another outgrows the memory they lie over. */
  @Test
  void shapesThatComeBackAfterALargerAnswerOfAnotherShapeAreRead() {
    try (EngineModel model = onnx.load("dynamic");
        EngineSlot slot = model.slot()) {
      for (int i = 0; i < 12; i++) {
        boolean many = i % 4 == 3; // after few were pinned
        float[] values = new float[many ? 999 : 1000];
        int rows = many ? 999 : 5;
        Arrays.fill(values, 0, rows, i + 1);
        float[] expected = new float[rows];
        Arrays.fill(expected, i + 1);
        feed(slot, 0, floats(values), values.length);
        slot.run();
        assertThat(dims(slot.output(0))).as("run " + i).containsExactly(rows);
        assertThat(floats(slot.output(1))).as("run " + i).containsExactly(expected);
        slot.recycle();
      }
    }
  }

  @Test
  void outputsInAnotherShapeThanDeclaredAreRead() {
    try (EngineModel model = onnx.load("engine/lying");
        EngineSlot slot = model.slot()) {
      for (int i = 0; i < 3; i++) {
        feed(slot, 0, floats(0, 2, 0, 4), 4);
        slot.run();
        assertThat(floats(slot.output(0))).containsExactly(2, 4);
        assertThat(floats(slot.output(1))).containsExactly(-0f, -2, -0f, -4);
        slot.recycle();
      }
    }
  }

  /** A range of as many numbers as the largest value says, and not as declared. */
  @ParameterizedTest
  @ValueSource(longs = {4_000_000_000L, 100_000_000, 7})
  void aShapeThatAModelMerelyDeclaresIsNeitherReservedNorExpected(long declared) {
    byte[] range =
        CacheModels.model(
            GraphProto.newBuilder()
                .setName("range")
                .addInput(CacheModels.value("x", 0))
                .addOutput(CacheModels.value("y", declared))
                .addInitializer(CacheModels.constant("from", 0))
                .addInitializer(CacheModels.constant("step", 1))
                .addNode(
                    CacheModels.node("ReduceMax", "to", "x").toBuilder()
                        .addAttribute(CacheModels.integer("keepdims", 0)))
                .addNode(CacheModels.node("Range", "y", "from", "to", "step"))
                .build());
    try (EngineModel model = onnx.engine.load(OnnxFixture.source("range", range), OnnxFixture.CPU);
        EngineSlot slot = model.slot()) {
      for (int i = 0; i < 3; i++) {
        feed(slot, 0, floats(1, 3), 2);
        slot.run();
        assertThat(floats(slot.output(0))).containsExactly(0, 1, 2);
        slot.recycle();
      }
    }
  }

  @Test
  void outputsThatNoOperatorMakesAreRead() {
    try (EngineModel model = onnx.load("engine/passthrough");
        EngineSlot slot = model.slot()) {
      for (float a : new float[] {4, 5, 6}) {
        feed(slot, 0, floats(a, -a), 2);
        slot.run();
        assertThat(floats(slot.output(0))).containsExactly(a, -a);
        assertThat(floats(slot.output(1))).containsExactly(1, 2, 3);
        assertThat(floats(slot.output(2))).containsExactly(-a, a);
        slot.recycle();
      }
    }
  }

  @Test
  void mapsPerRowHaveTheirKeysInOrder() {
    try (EngineModel model = onnx.load("classifier_zipmap");
        EngineSlot slot = model.slot()) {
      assertThat(model.signature().outputs().get(1))
          .hasToString("byclass: sequence(map(int64, float32[...]))");
      for (int rows : new int[] {4, 1, 2}) {
        feed(slot, 0, Arrays.copyOf(floats(2, 0, 0, 1, -2, -2, 0, 0), rows * 8), rows, 2);
        slot.run();
        EngineValue byClass = slot.output(1);
        assertThat(byClass.kind()).isEqualTo(EngineValue.Kind.SEQUENCE);
        assertThat(byClass.children()).isEqualTo(rows);
        for (int row = 0; row < rows; row++) {
          EngineValue map = byClass.child(row);
          assertThat(map.kind()).isEqualTo(EngineValue.Kind.MAP);
          assertThat(read(map.child(0))).isEqualTo(longs(0, 1, 2));
          assertThat(floats(map.child(1)))
              .containsExactly(CLASSIFIER_PROBABILITIES[row], offset(2e-6f));
        }
        slot.recycle();
        assertThatThrownBy(() -> slot.output(1)).isInstanceOf(IllegalStateException.class);
      }
    }
  }

  @Test
  void sequencesHoldTensorsOfTheirOwnShapes() {
    try (EngineModel model = onnx.load("engine/pieces");
        EngineSlot slot = model.slot()) {
      assertThat(model.signature().outputs().get(0)).hasToString("pieces: sequence(float32[...])");
      for (int i = 0; i < 2; i++) {
        feed(slot, 0, floats(1, 2, 3), 3);
        feed(slot, 1, longs(1, 2), 2);
        slot.run();
        EngineValue pieces = slot.output(0);
        assertThat(pieces.children()).isEqualTo(2);
        assertThat(dims(pieces.child(1))).containsExactly(2);
        assertThat(floats(pieces.child(0))).containsExactly(1);
        assertThat(floats(pieces.child(1))).containsExactly(2, 3);
        assertThatThrownBy(pieces::address)
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("SEQUENCE");
        // Not recycled on purpose: the next run frees what this one left.
      }
    }
  }

  @Test
  void memoryIsFreedWhenTheCallerOrAnInputFailsHalfway() {
    EngineModel model = onnx.load("engine/type_string");
    EngineSlot slot = model.slot();
    slot.shape(0, new long[] {1, 3});
    assertThatThrownBy(() -> slot.strings(0, OnnxFixture.failingText()))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(slot::run).isInstanceOf(IllegalStateException.class);
    slot.close();
    model.close();
    EngineModel two = onnx.load("engine/two_inputs");
    EngineSlot half = two.slot();
    feed(half, 0, floats(1, 2), 2);
    assertThat(onnx.memory.bytes()).isPositive();
    assertThatThrownBy(() -> half.shape(1, new long[] {1L << 40}))
        .isInstanceOf(ModelInputException.class);
    assertThatThrownBy(half::run).isInstanceOf(IllegalStateException.class);
    half.close();
    two.close();
  }

  @Test
  void unnamedDimensionsFollowEveryBatchSize() {
    try (EngineModel model = onnx.load("engine/unnamed");
        EngineSlot slot = model.slot()) {
      for (int rows : new int[] {1, 2, 2, 1, 3, 1, 4, 5, 6, 1, 2}) {
        float[] x = new float[4 * rows];
        x[4 * (rows - 1)] = rows;
        feed(slot, 0, floats(x), rows, 4);
        slot.run();
        assertThat(dims(slot.output(0))).containsExactly(rows, 2);
        float[] y = floats(slot.output(0));
        assertThat(y[2 * rows - 2]).isZero();
        assertThat(y[2 * rows - 1]).isEqualTo(rows);
        slot.recycle();
      }
    }
  }

  @Test
  void scalarsHaveNoDimensions() {
    try (EngineModel model = onnx.load("engine/scalar");
        EngineSlot slot = model.slot()) {
      for (float x : new float[] {2, 3}) {
        feed(slot, 0, floats(x));
        slot.run();
        assertThat(slot.output(0).rank()).isZero();
        assertThat(floats(slot.output(0))).containsExactly(2 * x);
        slot.recycle();
      }
    }
  }

  @Test
  void inputsOfDifferentSizesUnderOneNameAreLeftToTheModel() {
    try (EngineModel model = onnx.load("engine/two_inputs");
        EngineSlot slot = model.slot()) {
      for (int i = 0; i < 2; i++) {
        feed(slot, 0, floats(1, 2), 2);
        feed(slot, 1, floats(3), 1);
        slot.run();
        assertThat(floats(slot.output(0))).containsExactly(1, 2, 3);
        slot.recycle();
      }
    }
  }

  @Test
  void onlyWantedOutputsAreComputed() {
    try (EngineModel model = onnx.load("classifier");
        EngineSlot slot = model.slot()) {
      feed(slot, 0, floats(2, 0), 1, 2);
      slot.want(1, false);
      slot.run();
      assertThat(read(slot.output(0))).isEqualTo(longs(0));
      assertThatThrownBy(() -> slot.output(1)).isInstanceOf(IllegalStateException.class);
      slot.recycle();
      slot.want(1, true);
      slot.run();
      assertThat(floats(slot.output(1))).hasSize(3);
    }
  }

  @Test
  void unwantedOutputsAreNotMistakenForChangedOnes() {
    try (EngineModel model = onnx.load("engine/lying");
        EngineSlot slot = model.slot()) {
      slot.want(1, false);
      for (int i = 0; i < 3; i++) {
        feed(slot, 0, floats(0, 2, 0, 4), 4);
        slot.run();
        assertThat(floats(slot.output(0))).containsExactly(2, 4);
        slot.recycle();
      }
      slot.want(0, false);
      assertThatThrownBy(slot::run).isInstanceOf(InferenceException.class);
      slot.want(1, true);
      slot.run();
      assertThat(floats(slot.output(1))).containsExactly(-0f, -2, -0f, -4);
    }
  }

  @Test
  void emptyBatchesDoNoHarm() {
    try (EngineModel model = onnx.load("mlp4");
        EngineSlot slot = model.slot()) {
      slot.shape(0, new long[] {0, 4});
      slot.run();
      assertThat(dims(slot.output(0))).containsExactly(0, 2);
      assertThat(slot.output(0).bytes()).isZero();
    }
  }

  @Test
  void shapesThatTheModelForbidsAreRefusedAndTheSlotStaysUsable() {
    try (EngineModel model = onnx.load("fixed_batch8");
        EngineSlot slot = model.slot()) {
      assertThatThrownBy(() -> slot.shape(0, new long[] {3, 4}))
          .isInstanceOf(ModelInputException.class)
          .hasMessageContaining("x: found shape [3, 4], expected x: float32[8, 4]");
      assertThatThrownBy(() -> slot.shape(0, new long[] {8, 4, 1}))
          .isInstanceOf(ModelInputException.class);
      assertThatThrownBy(() -> slot.shape(0, new long[] {8, -4}))
          .isInstanceOf(ModelInputException.class);
      feed(slot, 0, new byte[8 * 4 * 4], 8, 4);
      slot.run();
      assertThat(dims(slot.output(0))).containsExactly(8, 2);
    }
  }

  @Thorough("memory")
  @Test
  void sizesBeyondABufferAreRefusedBeforeAnythingIsAllocated() {
    try (EngineModel model = onnx.load("mlp4");
        EngineSlot slot = model.slot()) {
      for (long rows : new long[] {1L << 27, 1L << 40, Long.MAX_VALUE / 2}) {
        assertThatThrownBy(() -> slot.shape(0, new long[] {rows, 4}))
            .isInstanceOf(ModelInputException.class)
            .hasMessageContaining("2 GiB");
      }
      assertThat(onnx.memory.bytes()).isZero();
    }
    try (EngineModel model = onnx.load("engine/huge_out");
        EngineSlot slot = model.slot()) {
      feed(slot, 0, new byte[4 * 1000], 1000, 1);
      assertThatThrownBy(slot::run)
          .isInstanceOf(InferenceException.class)
          .hasMessageContaining("output y: found shape [1000, 1000000]");
    }
  }

  @Test
  void runsWithoutShapeOrAnswerAreRefused() {
    try (EngineModel model = onnx.load("mlp4");
        EngineSlot slot = model.slot()) {
      assertThatThrownBy(() -> slot.address(0)).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(slot::run)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("input x");
      assertThatThrownBy(() -> slot.output(0)).isInstanceOf(IllegalStateException.class);
      feed(slot, 0, new byte[16], 1, 4);
      slot.run();
      slot.recycle();
      assertThatThrownBy(() -> slot.output(0)).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void failureInsideTheModelIsTypedAndTheSlotStaysUsable() {
    try (EngineModel model = onnx.load("engine/lookup");
        EngineSlot slot = model.slot()) {
      for (int i = 0; i < 3; i++) {
        feed(slot, 0, longs(0, 99), 2);
        assertThatThrownBy(slot::run)
            .isInstanceOf(InferenceException.class)
            .hasMessageContaining("engine/lookup")
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
  void closedSlotsRefuseEveryCall() {
    EngineModel model = onnx.load("mlp4");
    EngineSlot slot = model.slot();
    feed(slot, 0, new byte[16], 1, 4);
    slot.run();
    slot.close();
    slot.close();
    slot.cancel();
    slot.recycle();
    assertThatThrownBy(slot::run).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> slot.shape(0, new long[] {2, 4}))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> slot.shape(0, new long[] {1, 4}))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> slot.address(0)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> slot.output(0)).isInstanceOf(IllegalStateException.class);
    model.close();
  }

  @Test
  void bytesOfModelsAreNeverReadTwice() {
    // The engine may not keep the source's bytes: what is changed later changes nothing.
    byte[] bytes = bytes("mlp4");
    try (EngineModel model =
            onnx.engine.load(OnnxFixture.source("mlp4.onnx", bytes), OnnxFixture.CPU);
        EngineSlot slot = model.slot()) {
      Arrays.fill(bytes, (byte) 0);
      feed(slot, 0, floats(1, 2, 3, 4), 1, 4);
      slot.run();
      assertThat(floats(slot.output(0))).containsExactly(7.75f, 4.25f);
    }
  }
}
