package io.mlops4j.runtime.binding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.mlops4j.error.ModelInputException;
import io.mlops4j.error.ModelLoadException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.VariableShapeTensorVector;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.Feature;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.model.NullPolicy;
import io.mlops4j.model.SequenceSpec;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.TensorSpec.Dim;
import io.mlops4j.runtime.memory.Native;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.BitVectorHelper;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.LargeVarCharVector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.UInt1Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider.MapDictionaryProvider;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.arrow.vector.util.Text;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SlotInputsTest {
  private final RootAllocator memory = new RootAllocator();

  @AfterEach
  void nothingIsLeftAllocated() {
    memory.close();
  }

  private static TensorSpec spec(String name, ElementType type, Object... dims) {
    List<Dim> shape =
        Arrays.stream(dims)
            .map(
                dim ->
                    dim instanceof Integer size
                        ? Dim.of(size)
                        : dim.equals("?") ? Dim.any() : Dim.symbol((String) dim))
            .toList();
    return new TensorSpec(name, type, shape, false);
  }

  private static ModelSignature takes(TensorSpec... inputs) {
    return new ModelSignature(List.of(inputs), List.of());
  }

  private FeatureBatch.Builder builder() {
    return FeatureBatch.builder(memory);
  }

  private static FakeSlot bound(FeatureBatch batch, TensorSpec... inputs) {
    return bound(batch, null, inputs);
  }

  private static FakeSlot bound(FeatureBatch batch, FeatureSchema schema, TensorSpec... inputs) {
    FakeSlot slot = new FakeSlot(takes(inputs), false);
    try {
      SlotInputs columns = BatchBinder.compile(slot.signature, schema).inputs(slot);
      columns.bind(batch);
      columns.release();
      return slot;
    } catch (RuntimeException e) {
      slot.close();
      throw e;
    }
  }

  private static void refuses(FeatureBatch batch, String message, TensorSpec... inputs) {
    assertThatThrownBy(() -> bound(batch, inputs))
        .isInstanceOf(ModelInputException.class)
        .hasMessageContaining(message);
  }

  private FeatureBatch of(FieldVector vector) {
    try (VectorSchemaRoot root = VectorSchemaRoot.of(vector)) {
      root.setRowCount(vector.getValueCount());
      return FeatureBatch.owning(root);
    }
  }

  @Nested
  class Shapes {
    private void shape(FeatureBatch batch, TensorSpec input, long... expected) {
      try (FakeSlot slot = bound(batch, input)) {
        assertThat(slot.shapes[0]).isEqualTo(expected);
      }
    }

    @Test
    void areWhatRowsAndInputMake() {
      try (FeatureBatch plain = builder().floats("x", 1, 2, 3).build();
          FeatureBatch one = builder().floats("x", 1).build();
          FeatureBatch tensors =
              builder().floats("x", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12).asTensors(2, 3).build();
          FeatureBatch flat =
              builder().floats("x", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12).asTensors(6).build();
          FeatureBatch empty = builder().floats("x").asTensors(0, 4).build()) {
        ElementType f = ElementType.FLOAT32;
        FixedSizeListVector storage =
            ((io.mlops4j.feature.FixedShapeTensorVector) flat.column("x")).getUnderlyingVector();
        FeatureBatch list = FeatureBatch.of(VectorSchemaRoot.of(storage));
        shape(plain, spec("x", f, "N"), 3);
        shape(plain, spec("x", f, "N", 1), 3, 1);
        shape(plain, spec("x", f, "N", "M"), 3, 1);
        shape(plain, spec("x", f, 3, 1, 1), 3, 1, 1);
        shape(one, spec("x", f));
        shape(one, spec("x", f, "N"), 1);
        shape(tensors, spec("x", f, "N", 2, 3), 2, 2, 3);
        shape(tensors, spec("x", f, "N", "A", "B"), 2, 2, 3);
        shape(tensors, spec("x", f, 2, "?", 3), 2, 2, 3);
        shape(list, spec("x", f, "N", "M"), 2, 6);
        shape(list, spec("x", f, "N", 3, "M"), 2, 3, 2);
        shape(list, spec("x", f, "N", 1, 2, 3), 2, 1, 2, 3);
        shape(empty, spec("x", f, "A", "B"), 0, 4);
        shape(empty, spec("x", f, "N", "A", "B"), 1, 0, 4);
        shape(tensors, TensorSpec.ofAnyRank("x", f), 2, 2, 3);
        shape(empty, TensorSpec.ofAnyRank("x", f), 0, 4);
        shape(plain, TensorSpec.ofAnyRank("x", f), 3);
        shape(list, TensorSpec.ofAnyRank("x", f), 2, 6);
        refuses(
            plain,
            "x: found 3 rows, expected one row, because a value is the whole of",
            spec("x", f));
        refuses(plain, "3 rows, expected 4 rows", spec("x", f, 4));
        refuses(list, "because one size does not determine", spec("x", f, "N", "A", "B"));
        refuses(
            list,
            "expected a list of float32 or arrow.fixed_shape_tensor[4, M] of it for x",
            spec("x", f, "N", 4, "M"));
        refuses(
            flat,
            "in arrow.fixed_shape_tensor[3, H, W] of it for x",
            spec("x", f, "N", 3, "H", "W"));
        refuses(
            list,
            "expected a list of 4 float32 for x: float32[3, 4], in a batch of 3 rows, or all of it"
                + " as one tensor in one row",
            spec("x", f, 3, 4));
        refuses(
            list,
            "expected a list of 4 float32 for x: float32[N, 4]; if each value has a column of its"
                + " own, set their order",
            spec("x", f, "N", 4));
        refuses(tensors, "expected", spec("x", f, "N", 6));
        refuses(tensors, "2 rows, expected one row", spec("x", f, "A", "B"));
      }
    }

    @Test
    void gatheredColumnsMakeRowsAlsoForAnyRank() {
      FeatureSchema two = FeatureSchema.ofNames("a", "b");
      try (FeatureBatch batch = builder().floats("b", 3, 4).floats("a", 1, 2).build();
          FakeSlot any = bound(batch, two, TensorSpec.ofAnyRank("x", ElementType.FLOAT32));
          FakeSlot open = bound(batch, two, spec("x", ElementType.FLOAT32, "?", "?"))) {
        for (FakeSlot slot : List.of(any, open)) {
          assertThat(slot.shapes[0]).containsExactly(2, 2);
          assertThat(slot.floats(0)).containsExactly(1, 3, 2, 4);
        }
      }
      assertThatThrownBy(
              () -> BatchBinder.compile(takes(spec("x", ElementType.FLOAT32, "N", 2, 1)), two))
          .isInstanceOf(ModelLoadException.class);
    }

    @Test
    void symbolsAreUnifiedAcrossWholeAndStackedInputs() {
      TensorSpec x = spec("x", ElementType.FLOAT32, "N", "F");
      TensorSpec w = spec("w", ElementType.FLOAT32, "F");
      try (FeatureBatch right =
              builder()
                  .floats("x", 1, 2, 3)
                  .asTensors(3)
                  .floats("w", 1, 2, 3)
                  .asTensors(3)
                  .build();
          FeatureBatch wrong =
              builder().floats("x", 1, 2, 3).asTensors(3).floats("w", 1, 2).asTensors(2).build();
          FakeSlot slot = bound(right, x, w)) {
        assertThat(slot.shapes[1]).containsExactly(3);
        refuses(wrong, "w: found 2 as dimension F of w: float32[F], expected 3 as elsewhere", x, w);
      }
    }

    @Test
    void beyondTwoGibibytesAreRefusedWithTheLimit() {
      FeatureSchema policy = FeatureSchema.of(Feature.of("x").withNulls(NullPolicy.replaceWith(0)));
      try (ListVector list = ListVector.empty("x", memory)) {
        list.addOrGetVector(FieldType.nullable(new IntVector("", memory).getField().getType()));
        list.allocateNew();
        list.setNull(0);
        list.setValueCount(1);
        FeatureBatch batch = FeatureBatch.of(VectorSchemaRoot.of(list));
        for (int width : new int[] {1 << 29, 1 << 30, Integer.MAX_VALUE}) {
          assertThatThrownBy(
                  () -> bound(batch, policy, spec("x", ElementType.INT32, "N", width, width)))
              .isInstanceOf(ModelInputException.class)
              .hasMessageContaining("x: found the shape")
              .hasMessageContaining("less than 2 GiB");
        }
      }
    }

    @Test
    void ofSequencesAreRefusedAtLoad() {
      ModelSignature sequence =
          new ModelSignature(
              List.of(new SequenceSpec("s", TensorSpec.ofAnyRank("", ElementType.FLOAT32), false)),
              List.of());
      FeatureSchema s = FeatureSchema.ofNames("s");
      assertThatThrownBy(() -> BatchBinder.compile(sequence, s))
          .isInstanceOf(ModelLoadException.class)
          .hasMessageContaining("input s: sequence(float32[...])");
    }
  }

  @Nested
  class Lists {
    private ListVector booleans(int... offsets) {
      ListVector list = ListVector.empty("x", memory);
      list.addOrGetVector(FieldType.nullable(ArrowType.Bool.INSTANCE));
      list.allocateNew();
      BitVector inside = (BitVector) list.getDataVector();
      int last = offsets[offsets.length - 1];
      for (int i = 0; i < last; i++) {
        inside.setSafe(i, i % 3 == 0 ? 1 : 0);
      }
      for (int row = 0; row + 1 < offsets.length; row++) {
        list.setNotNull(row);
      }
      list.setLastSet(offsets.length - 2);
      ArrowBuf buffer = list.getOffsetBuffer();
      for (int i = 0; i < offsets.length; i++) {
        buffer.setInt(4L * i, offsets[i]);
      }
      list.setValueCount(offsets.length - 1);
      return list;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 8, 13})
    void mayBeginAnywhereAlsoInTheMiddleOfAByte(int first) {
      TensorSpec input = spec("x", ElementType.BOOL, "N", "M");
      try (FeatureBatch batch = of(booleans(first, first + 5, first + 10));
          FakeSlot slot = bound(batch, input)) {
        assertThat(slot.shapes[0]).containsExactly(2, 5);
        byte[] expected = new byte[10];
        for (int i = 0; i < 10; i++) {
          expected[i] = (byte) ((first + i) % 3 == 0 ? 1 : 0);
        }
        assertThat(slot.bytesOf(0)).containsExactly(expected);
      }
    }

    @Test
    void withDamagedOffsetsAreRefusedWithTheirRow() {
      TensorSpec input = spec("x", ElementType.BOOL, "N", "M");
      try (ListVector list = booleans(0, 4, 8)) {
        FeatureBatch batch = FeatureBatch.of(VectorSchemaRoot.of(list));
        list.getOffsetBuffer().setInt(8, 9);
        refuses(batch, "x: found a list from value 4 to 9 in row 1, expected a range", input);
        list.getOffsetBuffer().setInt(8, 3);
        refuses(batch, "a list from value 4 to 3 in row 1", input);
        list.getOffsetBuffer().setInt(0, -4);
        refuses(batch, "a list from value -4 to 4 in row 0", input);
      }
    }

    @Test
    void nullsBetweenAndInsideFollowThePolicy() {
      FeatureSchema policy =
          FeatureSchema.of(Feature.of("x").withNulls(NullPolicy.replaceWith(true)));
      TensorSpec input = spec("x", ElementType.BOOL, "N", "M");
      try (ListVector list = booleans(3, 6, 8, 11)) {
        // Two values lie under it, which do not matter.
        BitVectorHelper.unsetBit(list.getValidityBuffer(), 1);
        FeatureBatch batch = FeatureBatch.of(VectorSchemaRoot.of(list));
        list.getDataVector().setNull(6);
        refuses(batch, "x: found a null in row 1", input);
        try (FakeSlot slot = bound(batch, policy, input)) {
          assertThat(slot.bytesOf(0)).containsExactly(1, 0, 0, 1, 1, 1, 0, 1, 0);
        }
        list.getDataVector().setNull(4);
        try (FakeSlot slot = bound(batch, policy, input)) {
          assertThat(slot.bytesOf(0)).containsExactly(1, 1, 0, 1, 1, 1, 0, 1, 0);
        }
        BitVectorHelper.setBit(list.getValidityBuffer(), 1);
        list.getOffsetBuffer().setInt(8, 9);
        list.getOffsetBuffer().setInt(12, 12);
        list.getDataVector().setValueCount(12);
        refuses(batch, "x: found 3 nulls, the first in row 0", input);
      }
    }
  }

  @Nested
  class VariableTensors {
    private FeatureBatch tensors() {
      return builder()
          .floats("x", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)
          .asTensors(List.of(new long[] {2, 3}, new long[] {2, 3}))
          .build();
    }

    private void damage(int index, int size, String message) {
      try (FeatureBatch batch = tensors()) {
        VariableShapeTensorVector x = (VariableShapeTensorVector) batch.column("x");
        FixedSizeListVector shapes =
            (FixedSizeListVector) x.getUnderlyingVector().getChild("shape");
        ((IntVector) shapes.getDataVector()).set(index, size);
        refuses(batch, message, spec("x", ElementType.FLOAT32, "N", "A", "B"));
      }
    }

    @Test
    void withDamagedShapesAreRefused() {
      damage(0, -2, "x: found a tensor of shape [-2, 3] with 6 values in row 0");
      damage(1, 4, "x: found a tensor of shape [2, 4] with 6 values in row 0");
      damage(0, Integer.MAX_VALUE, "x: found a tensor of shape [2147483647, 3]");
      damage(3, 2, "x: found a tensor of [2, 2] in row 1, expected [2, 3] as in row 0");
    }

    @Test
    void areStackedAlsoWithNullRows() {
      FeatureSchema policy = FeatureSchema.of(Feature.of("x").withNulls(NullPolicy.nan()));
      TensorSpec input = spec("x", ElementType.FLOAT32, "N", "A", "B");
      try (FeatureBatch batch = tensors()) {
        batch.column("x").setNull(0);
        refuses(batch, "x: found a null in row 0", input);
        try (FakeSlot slot = bound(batch, policy, input)) {
          assertThat(slot.shapes[0]).containsExactly(2, 2, 3);
          assertThat(Arrays.copyOf(slot.floats(0), 6)).containsOnly(Float.NaN);
          assertThat(Arrays.copyOfRange(slot.floats(0), 6, 12))
              .containsExactly(7, 8, 9, 10, 11, 12);
        }
        batch.column("x").setNull(1);
        assertThatThrownBy(() -> bound(batch, policy, input))
            .isInstanceOf(ModelInputException.class)
            .hasMessageContaining("x: found only nulls, expected at least one value");
      }
    }
  }

  @Nested
  class TextSource {
    private final TensorSpec input = spec("s", ElementType.STRING, "N");

    private VarCharVector words(String... values) {
      VarCharVector vector = new VarCharVector("words", memory);
      vector.allocateNew();
      for (int i = 0; i < values.length; i++) {
        if (values[i] == null) {
          vector.setNull(i);
        } else {
          vector.setSafe(i, new Text(values[i]));
        }
      }
      vector.setValueCount(values.length);
      return vector;
    }

    private FieldType codes(ArrowType.Int type) {
      return new FieldType(true, type, new DictionaryEncoding(1, false, type));
    }

    private TinyIntVector tinyCodes(int... values) {
      TinyIntVector codes = new TinyIntVector("s", codes(new ArrowType.Int(8, true)), memory);
      for (int i = 0; i < values.length; i++) {
        codes.setSafe(i, values[i]);
      }
      codes.setValueCount(values.length);
      return codes;
    }

    private FeatureBatch encoded(FieldVector codes, FieldVector words) {
      Dictionary dictionary = new Dictionary(words, codes.getField().getDictionary());
      VectorSchemaRoot root = VectorSchemaRoot.of(codes);
      return FeatureBatch.of(root, new MapDictionaryProvider(dictionary));
    }

    @Test
    void ofADictionaryAreDecodedOnceUntilItsBytesChange() {
      try (VarCharVector words = words("LAS", "PHL");
          VarCharVector others = words("LAX", "SFO");
          TinyIntVector codes = tinyCodes(1, 0, 1);
          FakeSlot slot = new FakeSlot(takes(input), false)) {
        SlotInputs columns = BatchBinder.compile(slot.signature, null).inputs(slot);
        FeatureBatch batch = encoded(codes, words);
        columns.bind(batch);
        assertThat(slot.texts[0]).containsExactly("PHL", "LAS", "PHL");
        String las = slot.texts[0][1];
        columns.release();
        columns.bind(encoded(codes, words));
        assertThat(slot.texts[0][1]).isSameAs(las);
        words.getDataBuffer().setByte(0, 'B'); // the same object, in place
        columns.bind(batch);
        assertThat(slot.texts[0]).containsExactly("PHL", "BAS", "PHL");
        columns.bind(encoded(codes, others));
        assertThat(slot.texts[0]).containsExactly("SFO", "LAX", "SFO");
        words.getOffsetBuffer().setInt(4, 2);
        columns.bind(batch);
        assertThat(slot.texts[0]).containsExactly("SPHL", "BA", "SPHL");
      }
    }

    private IntVector intCodes(int... values) {
      IntVector codes = new IntVector("s", codes(new ArrowType.Int(32, true)), memory);
      codes.allocateNew(values.length);
      for (int i = 0; i < values.length; i++) {
        codes.set(i, values[i]);
      }
      codes.setValueCount(values.length);
      return codes;
    }

    @Test
    void ofFourByteCodesAreFollowedByTheEngineOnceAllAreChecked() {
      try (VarCharVector words = words("LAS", "never asked for", "PHL");
          IntVector codes = intCodes(2, 0, 2);
          FakeSlot slot = new FakeSlot(takes(input), false)) {
        SlotInputs columns = BatchBinder.compile(slot.signature, null).inputs(slot);
        FeatureBatch batch = encoded(codes, words);
        columns.bind(batch);
        assertThat(slot.texts[0]).containsExactly("PHL", "LAS", "PHL");
        assertThat(slot.dictionaries[0]).containsExactly("LAS", null, "PHL");
        columns.release();
        codes.setNull(1);
        assertThatThrownBy(() -> columns.bind(batch))
            .isInstanceOf(ModelInputException.class)
            .hasMessageContaining("s: found a null in row 1");
        codes.set(1, 3);
        assertThatThrownBy(() -> columns.bind(batch))
            .isInstanceOf(ModelInputException.class)
            .hasMessageContaining("s: found the dictionary code 3 in row 1, expected 0 to 2");
        codes.set(1, 1);
        words.getDataBuffer().setByte(3, 0xff);
        assertThatThrownBy(() -> columns.bind(batch))
            .isInstanceOf(ModelInputException.class)
            .hasMessageContaining("s: found bytes that are not UTF-8 in row 1");
        codes.set(1, 0);
        columns.bind(batch);
        assertThat(slot.texts[0]).containsExactly("PHL", "LAS", "PHL");
      }
    }

    @Test
    void ofCodesOutsideTheDictionaryAreRefused() {
      try (VarCharVector words = words("LAS", "PHL");
          TinyIntVector codes = tinyCodes(1, 2, -1);
          UInt1Vector unsigned = new UInt1Vector("s", codes(new ArrowType.Int(8, false)), memory)) {
        refuses(encoded(codes, words), "s: found the dictionary code 2 in row 1", input);
        codes.set(1, 0);
        refuses(encoded(codes, words), "s: found the dictionary code -1 in row 2", input);
        unsigned.setSafe(0, 200);
        unsigned.setValueCount(1);
        refuses(encoded(unsigned, words), "s: found the dictionary code 200 in row 0", input);
      }
    }

    @Test
    void nullCodesAndNullWordsAreNulls() {
      FeatureSchema policy =
          FeatureSchema.of(Feature.of("s").withNulls(NullPolicy.replaceWith("none")));
      try (VarCharVector words = words("LAS", null, "PHL");
          TinyIntVector codes = tinyCodes(0, 1, 2, 0)) {
        codes.setNull(3);
        refuses(encoded(codes, words), "s: found 2 nulls, the first in row 1", input);
        try (FakeSlot slot = bound(encoded(codes, words), policy, input)) {
          assertThat(slot.texts[0]).containsExactly("LAS", "none", "PHL", "none");
        }
      }
    }

    @Test
    void damagedWordsAreRefusedWhereTheyAreUsed() {
      try (VarCharVector words = words("LAS", "PHL", "SFO");
          TinyIntVector codes = tinyCodes(0, 2, 1)) {
        words.getDataBuffer().setByte(4, 0xff);
        refuses(encoded(codes, words), "s: found bytes that are not UTF-8 in row 2", input);
        codes.set(2, 0);
        try (FakeSlot slot = bound(encoded(codes, words), input)) {
          assertThat(slot.texts[0]).containsExactly("LAS", "SFO", "LAS");
        }
      }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 100, 65_535, 65_536, 65_537, 200_000})
    void ofAnyLengthAreRead(int length) {
      long seed = 42L + length;
      Random random = new Random(seed);
      String[] expected = new String[40];
      for (int i = 0; i < expected.length; i++) {
        int here = i % 10 == 3 ? length : random.nextInt(5000);
        expected[i] = "é✈😀x".repeat(here / 4) + "y".repeat(here % 4);
      }
      try (VarCharVector narrow = words(expected);
          LargeVarCharVector wide = new LargeVarCharVector("s", memory)) {
        wide.allocateNew();
        for (int i = 0; i < expected.length; i++) {
          wide.setSafe(i, new Text(expected[i]));
        }
        wide.setValueCount(expected.length);
        try (FakeSlot slot = bound(FeatureBatch.of(VectorSchemaRoot.of(wide)), input);
            FakeSlot other =
                bound(
                    FeatureBatch.of(VectorSchemaRoot.of(narrow)),
                    FeatureSchema.of(Feature.of("s").withColumn("words")),
                    input)) {
          assertThat(slot.texts[0]).as("seed " + seed).containsExactly(expected);
          assertThat(other.texts[0]).as("seed " + seed).containsExactly(expected);
        }
      }
    }

    @Test
    void withDamagedOffsetsAreRefused() {
      FeatureSchema from = FeatureSchema.of(Feature.of("s").withColumn("words"));
      try (VarCharVector words = words("LAS", "PHL")) {
        FeatureBatch batch = FeatureBatch.of(VectorSchemaRoot.of(words));
        words.getOffsetBuffer().setInt(8, 1 << 30);
        assertThatThrownBy(() -> bound(batch, from, input))
            .isInstanceOf(ModelInputException.class)
            .hasMessageContaining("words: found text from byte 3 to 1073741824 in row 1");
        words.getOffsetBuffer().setInt(8, 1);
        assertThatThrownBy(() -> bound(batch, from, input))
            .isInstanceOf(ModelInputException.class)
            .hasMessageContaining("text from byte 3 to 1 in row 1");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 8, 31, 32, 33, 63, 64, 65, 127, 128, 200})
  void everyNullIsFoundWhereverItIsAndNoneBeyondTheRows(int rows) {
    TensorSpec input = spec("x", ElementType.INT32, "N");
    try (IntVector vector = new IntVector("x", memory);
        ArrowBuf exact = memory.buffer((rows + 7) / 8)) {
      vector.allocateNew(rows + 100);
      for (int i = 0; i < rows + 100; i++) {
        vector.set(i, i);
      }
      for (int missing = 0; missing < rows; missing++) {
        vector.setValueCount(rows);
        FeatureBatch batch = FeatureBatch.of(VectorSchemaRoot.of(vector));
        BitVectorHelper.unsetBit(vector.getValidityBuffer(), missing);
        refuses(batch, "x: found a null in row " + missing, input);
        BitVectorHelper.setBit(vector.getValidityBuffer(), missing);
      }
      BitVectorHelper.unsetBit(vector.getValidityBuffer(), rows);
      try (FakeSlot slot = bound(FeatureBatch.of(VectorSchemaRoot.of(vector)), input)) {
        assertThat(slot.shapes[0]).containsExactly(rows);
      }
      // Bitmaps that others wrote may end with the last row's byte.
      exact.setBytes(0, vector.getValidityBuffer(), 0, exact.capacity());
      ArrowFieldNode node = new ArrowFieldNode(rows, 0);
      try (IntVector tight = new IntVector("x", memory)) {
        tight.loadFieldBuffers(node, List.of(exact, vector.getDataBuffer()));
        try (FakeSlot slot = bound(FeatureBatch.of(VectorSchemaRoot.of(tight)), input)) {
          assertThat(slot.shapes[0]).containsExactly(rows);
        }
        BitVectorHelper.unsetBit(tight.getValidityBuffer(), rows - 1);
        refuses(
            FeatureBatch.of(VectorSchemaRoot.of(tight)),
            "x: found a null in row " + (rows - 1),
            input);
      }
    }
  }

  /** What the first batch of a schema was checked for, each later one is, too. */
  @ParameterizedTest
  @ValueSource(ints = {1, 7, 8, 31, 32, 33, 63, 64, 65, 127, 128, 200})
  void laterBatchesOfASchemaAreCheckedLikeTheFirst(int rows) {
    TensorSpec input = spec("x", ElementType.INT32, "N");
    try (IntVector vector = new IntVector("x", memory);
        FakeSlot strict = new FakeSlot(takes(input), false);
        FakeSlot lenient = new FakeSlot(takes(input), false)) {
      vector.allocateNew(rows + 100);
      for (int i = 0; i < rows + 100; i++) {
        vector.set(i, i + 1);
      }
      vector.setValueCount(rows);
      FeatureBatch batch = FeatureBatch.of(VectorSchemaRoot.of(vector));
      SlotInputs refusing = BatchBinder.compile(strict.signature, null).inputs(strict);
      FeatureSchema policy =
          FeatureSchema.of(Feature.of("x").withNulls(NullPolicy.replaceWith(-9)));
      SlotInputs replacing = BatchBinder.compile(lenient.signature, policy).inputs(lenient);
      for (int missing = 0; missing < rows; missing++) {
        BitVectorHelper.unsetBit(vector.getValidityBuffer(), rows); // beyond the rows
        refusing.bind(batch);
        replacing.bind(batch);
        assertThat(Native.getInt(lenient.address(0) + 4L * missing)).isEqualTo(missing + 1);
        BitVectorHelper.unsetBit(vector.getValidityBuffer(), missing);
        assertThatThrownBy(() -> refusing.bind(batch))
            .isInstanceOf(ModelInputException.class)
            .hasMessageContaining("x: found a null in row " + missing);
        replacing.bind(batch);
        assertThat(Native.getInt(lenient.address(0) + 4L * missing)).isEqualTo(-9);
        BitVectorHelper.setBit(vector.getValidityBuffer(), missing);
      }
      long whole = (rows + 7L) / 8;
      Schema schema = batch.root().getSchema();
      for (long[] bytes : new long[][] {{whole, 4L * rows}, {whole - 1, 4L * rows}, {whole, 1}}) {
        try (IntVector tight = new IntVector("x", memory)) {
          tight.loadFieldBuffers( // of which two are null, so that the bitmap is taken
              new ArrowFieldNode(rows, 2),
              List.of(
                  vector.getValidityBuffer().slice(0, bytes[0]),
                  vector.getDataBuffer().slice(0, bytes[1])));
          FeatureBatch other = FeatureBatch.of(new VectorSchemaRoot(schema, List.of(tight), rows));
          if (bytes[0] == whole && bytes[1] == 4L * rows) {
            refusing.bind(other);
          } else {
            assertThatThrownBy(() -> refusing.bind(other))
                .isInstanceOf(ModelInputException.class)
                .hasMessageContaining("x: found a buffer of ");
          }
        }
      }
    }
  }

  @Test
  void aVectorThatIsNotWhatTheSchemaSaysIsRefusedAlsoAfterGoodOnes() {
    TensorSpec input = spec("x", ElementType.INT32, "N");
    try (IntVector good = new IntVector("x", memory);
        Float4Vector other = new Float4Vector("x", memory);
        FakeSlot slot = new FakeSlot(takes(input), false)) {
      good.allocateNew(2);
      good.set(0, 1);
      good.set(1, 2);
      good.setValueCount(2);
      other.allocateNew(2);
      other.set(0, 1);
      other.set(1, 2);
      other.setValueCount(2);
      Schema schema = new Schema(List.of(good.getField()));
      SlotInputs columns = BatchBinder.compile(slot.signature, null).inputs(slot);
      FeatureBatch fine = FeatureBatch.of(new VectorSchemaRoot(schema, List.of(good), 2));
      FeatureBatch wrong = FeatureBatch.of(new VectorSchemaRoot(schema, List.of(other), 2));
      for (int i = 0; i < 3; i++) {
        columns.bind(fine);
        assertThat(slot.bytesOf(0)).containsExactly(1, 0, 0, 0, 2, 0, 0, 0);
        assertThatThrownBy(() -> columns.bind(wrong))
            .isInstanceOf(ModelInputException.class)
            .hasMessageContaining("x: found a vector of FLOAT4, expected INT");
      }
      good.setValueCount(1);
      assertThatThrownBy(() -> columns.bind(fine))
          .isInstanceOf(ModelInputException.class)
          .hasMessageContaining("x: found 1 values, expected 2");
    }
  }

  @Test
  void modelsWithoutInputsTakeOneRow() {
    try (FeatureBatch one = builder().rows(1).build();
        FeatureBatch keyed = builder().strings("id", "a", "b").build();
        FakeSlot slot = bound(one)) {
      assertThat(slot.shapes).isEmpty();
      refuses(keyed, "batch: found 2 rows, expected one row, because the model has no inputs");
    }
  }

  /** Batches that one run takes, one after the other. */
  @Nested
  class Joined {
    private final TensorSpec table = spec("x", ElementType.FLOAT32, "N", 2);

    private FakeSlot joined(FeatureSchema schema, List<FeatureBatch> batches, TensorSpec input) {
      FakeSlot slot = new FakeSlot(takes(input), false);
      try {
        BatchBinder binder = BatchBinder.compile(slot.signature, schema);
        SlotInputs columns = binder.inputs(slot);
        columns.bind(
            batches.stream()
                .map(batch -> Objects.requireNonNull(binder.joinable(batch), "joinable"))
                .toList());
        columns.release();
        return slot;
      } catch (RuntimeException e) {
        slot.close();
        throw e;
      }
    }

    @Test
    void eachIsWidenedFromItsOwnTypesAndHasItsNullsReplaced() {
      FeatureSchema schema =
          FeatureSchema.of(Feature.of("a"), Feature.of("b").withNulls(NullPolicy.replaceWith(7)));
      try (FeatureBatch first = builder().floats("a", 1, 2).floats("b", 3, 4).build();
          FeatureBatch second =
              builder().floats("b", 6).strings("further", "x").shorts("a", (short) 5).build();
          FeatureBatch third = builder().floats("a", 8, 9, 10).floats("b", 11, 12, 13).build()) {
        ((Float4Vector) first.column("b")).setNull(1);
        ((Float4Vector) third.column("b")).setNull(0);
        try (FakeSlot slot = joined(schema, List.of(first, second, third), table)) {
          assertThat(slot.shapes[0]).containsExactly(6, 2);
          assertThat(slot.floats(0)).containsExactly(1, 3, 2, 7, 5, 6, 8, 7, 9, 12, 10, 13);
        }
      }
    }

    @Test
    void lateFaultIsFoundAndTheSlotStaysUsable() {
      FeatureSchema schema = FeatureSchema.ofNames("a", "b");
      try (FeatureBatch good = builder().floats("a", 1).floats("b", 3).build();
          FeatureBatch bad = builder().floats("a", 1, 2).floats("b", 3, 4).build();
          FakeSlot slot = new FakeSlot(takes(table), false)) {
        ((Float4Vector) bad.column("b")).setNull(1);
        BatchBinder binder = BatchBinder.compile(slot.signature, schema);
        SlotInputs columns = binder.inputs(slot);
        List<JoinableBatch> both =
            Stream.of(good, bad).map(binder::joinable).map(Objects::requireNonNull).toList();
        assertThatThrownBy(() -> columns.bind(both))
            .isInstanceOf(ModelInputException.class)
            .hasMessageContaining("b: found a null in row 1");
        columns.release();
        columns.bind(good);
        assertThat(slot.shapes[0]).containsExactly(1, 2);
        assertThat(slot.floats(0)).containsExactly(1, 3);
      }
    }

    @Test
    void textsOfSeveralDictionariesAndOfNoneBecomeOneColumn() {
      TensorSpec input = spec("s", ElementType.STRING, "N");
      TextSource texts = new TextSource();
      try (VarCharVector words = texts.words("LAS", "PHL");
          VarCharVector others = texts.words("SFO");
          IntVector codes = texts.intCodes(1, 0, 1);
          TinyIntVector tiny = texts.tinyCodes(0, 0);
          FeatureBatch plain = builder().strings("s", "JFK").build();
          FakeSlot slot =
              joined(
                  null,
                  List.of(texts.encoded(codes, words), texts.encoded(tiny, others), plain),
                  input)) {
        assertThat(slot.texts[0]).containsExactly("PHL", "LAS", "PHL", "SFO", "SFO", "JFK");
      }
    }

    @Test
    void shapesOfRowsTellWhatCanBeJoined() {
      TensorSpec input = spec("x", ElementType.FLOAT32, "N", "M");
      try (FeatureBatch two = builder().floats("x", 1, 2, 3, 4).asTensors(2).build();
          FeatureBatch alsoTwo = builder().floats("x", 1, 2).asTensors(2).build();
          FeatureBatch three = builder().floats("x", 1, 2, 3).asTensors(3).build();
          FeatureBatch single = builder().floats("x", 1, 2, 3).build();
          FeatureBatch missing = builder().floats("z", 1).build();
          FakeSlot slot = new FakeSlot(takes(input), false)) {
        BatchBinder binder = BatchBinder.compile(slot.signature, null);
        JoinableBatch first = Objects.requireNonNull(binder.joinable(two));
        JoinableBatch other = Objects.requireNonNull(binder.joinable(three));
        assertThat(Objects.requireNonNull(binder.joinable(alsoTwo)).shape())
            .isEqualTo(first.shape());
        assertThat(other.shape()).isNotEqualTo(first.shape());
        assertThat(Objects.requireNonNull(binder.joinable(single)).shape())
            .isNotEqualTo(first.shape());
        assertThat(binder.joinable(missing)).isNull();
        SlotInputs columns = binder.inputs(slot);
        assertThatThrownBy(() -> columns.bind(List.of(first, other)))
            .isInstanceOf(ModelInputException.class)
            .hasMessageContaining("found rows of [1, 3], expected [3, 2] like");
      }
    }

    @Test
    void damagedListIsNotJoined() {
      TensorSpec input = spec("x", ElementType.BOOL, "N", "M");
      try (ListVector list = new Lists().booleans(0, 2, 4);
          FakeSlot slot = new FakeSlot(takes(input), false)) {
        BatchBinder binder = BatchBinder.compile(slot.signature, null);
        FeatureBatch batch = FeatureBatch.of(VectorSchemaRoot.of(list));
        assertThat(binder.joinable(batch)).isNotNull();
        list.setNull(0);
        assertThat(binder.joinable(batch)).as("no length is seen").isNull();
        list.getOffsetBuffer().capacity(4);
        assertThat(binder.joinable(batch)).isNull();
      }
    }

    @ParameterizedTest
    @ValueSource(strings = {"N", "?", "8", "M,N", "M", "scalar"})
    void declaredShapesTellWhetherAModelJoins(String output) {
      TensorSpec y =
          switch (output) {
            case "8" -> spec("y", ElementType.FLOAT32, 8);
            case "M,N" -> spec("y", ElementType.FLOAT32, "N", "N");
            case "scalar" -> spec("y", ElementType.FLOAT32);
            default -> spec("y", ElementType.FLOAT32, output);
          };
      ModelSignature signature = new ModelSignature(List.of(table), List.of(y));
      assertThat(BatchBinder.compile(signature, null).takesMany())
          .isEqualTo(output.equals("N") || output.equals("?"));
    }

    @Test
    void inputsThatFixTheRowsOrAreWholeAreNotJoined() {
      for (TensorSpec input :
          List.of(
              spec("x", ElementType.FLOAT32, 8, 2),
              spec("x", ElementType.FLOAT32),
              spec("x", ElementType.FLOAT32, "N", "N"))) {
        assertThat(BatchBinder.compile(takes(input), null).takesMany()).as("" + input).isFalse();
      }
      TensorSpec free = TensorSpec.ofAnyRank("x", ElementType.FLOAT32);
      assertThat(BatchBinder.compile(takes(free), null).takesMany()).isTrue();
    }
  }

  @Test
  void numbersAreBoundWithoutAllocation() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    String[] names = new String[32];
    FeatureBatch.Builder builder = builder();
    for (int i = 0; i < names.length; i++) {
      names[i] = "f" + i;
      builder.floats(names[i], new float[64]);
    }
    try (FeatureBatch batch = builder.build();
        FakeSlot slot = new FakeSlot(takes(spec("x", ElementType.FLOAT32, "N", 32)), false)) {
      SlotInputs columns =
          BatchBinder.compile(slot.signature, FeatureSchema.ofNames(names)).inputs(slot);
      long least = Long.MAX_VALUE;
      for (int round = 0; round < 5_000 && least >= 16; round++) { // until all of it is compiled
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 1000; i++) {
          columns.bind(batch);
          columns.release();
        }
        least = Math.min(least, (threads.getCurrentThreadAllocatedBytes() - before) / 1000);
      }
      assertThat(least).as("bytes for each call").isLessThan(16);
    }
  }
}
