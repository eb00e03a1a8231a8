package io.mlops4j.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.UInt2Vector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.ArrowType.ExtensionType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExtensionTypesTest {
  private static final ArrowType FLOAT = new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE);

  private final RootAllocator memory = new RootAllocator();

  @AfterEach
  void nothingIsLeftAllocated() {
    memory.close();
  }

  private FeatureBatch all() {
    return FeatureBatch.builder(memory)
        .floats("image", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)
        .asTensors(2, 2)
        .longs("ids", 1, 2, 3, 4, 5, 6, 7, 8)
        .asTensors(List.of(new long[] {1, 3}, new long[] {2, 1}, new long[] {3, 1}))
        .bfloat16s("b", 1.5f, Float.NaN, -0f)
        .strings("words", "a", "b", "c", "d", "früh ✈", "")
        .asTensors(2)
        .bfloat16s("deep", 1, 2, 3)
        .asTensors(1, 1)
        .doubles("scalar", 0.5, 1.5, 2.5)
        .asTensors()
        .build();
  }

  private static void check(FeatureBatch batch, int first) {
    FixedShapeTensorVector image = (FixedShapeTensorVector) batch.column("image");
    VariableShapeTensorVector ids = (VariableShapeTensorVector) batch.column("ids");
    BFloat16Vector b = (BFloat16Vector) batch.column("b");
    FixedShapeTensorVector words = (FixedShapeTensorVector) batch.column("words");
    FixedShapeTensorVector deep = (FixedShapeTensorVector) batch.column("deep");
    FixedShapeTensorVector scalar = (FixedShapeTensorVector) batch.column("scalar");
    float[][] images = {{1, 2, 3, 4}, {5, 6, 7, 8}, {9, 10, 11, 12}};
    long[][] shapes = {{1, 3}, {2, 1}, {3, 1}};
    long[][] numbers = {{1, 2, 3}, {4, 5}, {6, 7, 8}};
    String[][] texts = {{"a", "b"}, {"c", "d"}, {"früh ✈", ""}};
    assertThat(image.shape()).containsExactly(2, 2);
    assertThat(ids.rank()).isEqualTo(2);
    for (int row = 0; row < batch.rows(); row++) {
      int at = first + row;
      assertThat(image.floats(row)).containsExactly(images[at]);
      assertThat(ids.shape(row)).containsExactly(shapes[at]);
      assertThat(ids.longs(row)).containsExactly(numbers[at]);
      assertThat(b.getObject(row)).isEqualTo(new Float[] {1.5f, Float.NaN, -0f}[at]);
      assertThat(words.strings(row)).containsExactly(texts[at]);
      assertThat(deep.doubles(row)).containsExactly(at + 1);
      assertThat(scalar.shape()).isEmpty();
      assertThat(scalar.doubles(row)).containsExactly(at + 0.5);
    }
  }

  @Test
  void rowsReadBackAsTheyWereBuilt() {
    try (FeatureBatch batch = all()) {
      assertThat(batch.rows()).isEqualTo(3);
      check(batch, 0);
    }
  }

  @Test
  void slicesSharedCopiedAndMovedColumnsStayWhatTheyAre() {
    try (FeatureBatch batch = all();
        FeatureBatch slice = batch.slice(1, 2);
        FeatureBatch deeper = slice.slice(1, 1);
        FeatureBatch second = batch.retain();
        FeatureBatch borrowed = FeatureBatch.of(batch.root());
        FeatureBatch copy = borrowed.retain();
        FeatureBatch borrowedSlice = borrowed.slice(2, 1);
        FeatureBatch copiedSlice = borrowedSlice.retain();
        FeatureBatch none = batch.slice(3, 0)) {
      check(slice, 1);
      check(deeper, 2);
      check(second, 0);
      check(copy, 0);
      check(copiedSlice, 2);
      check(none, 0);
      try (FeatureBatch moved = FeatureBatch.owning(batch.root())) {
        check(moved, 0);
      }
    }
  }

  @Test
  void tensorsInsideListsAreSlicedWithThem() {
    Field tensor = VariableShapeTensorType.of().field("item", 1, FLOAT);
    Field field = new Field("pieces", FieldType.nullable(ArrowType.List.INSTANCE), List.of(tensor));
    try (FeatureBatch flat =
            FeatureBatch.builder(memory)
                .floats("t", 1, 2, 3, 4)
                .asTensors(List.of(new long[] {1}, new long[] {3}))
                .build();
        ListVector list = (ListVector) field.createVector(memory)) {
      list.allocateNew();
      for (int row = 0; row < 2; row++) {
        list.startNewValue(row);
        list.endValue(row, 1);
      }
      flat.column("t").makeTransferPair(list.getDataVector()).transfer();
      list.setValueCount(2);
      try (FeatureBatch lists = FeatureBatch.owning(VectorSchemaRoot.of(list));
          FeatureBatch last = lists.slice(1, 1);
          FeatureBatch borrowed = FeatureBatch.of(last.root());
          FeatureBatch copy = borrowed.retain()) {
        for (FeatureBatch batch : List.of(last, copy)) {
          ListVector pieces = (ListVector) batch.column("pieces");
          VariableShapeTensorVector inside = (VariableShapeTensorVector) pieces.getDataVector();
          assertThat(inside.shape(0)).containsExactly(3);
          assertThat(inside.floats(0)).containsExactly(2, 3, 4);
        }
      }
    }
  }

  @Test
  void nullsAreTold() {
    try (FeatureBatch batch = all()) {
      batch.column("image").setNull(1);
      batch.column("b").setNull(0);
      FixedShapeTensorVector image = (FixedShapeTensorVector) batch.column("image");
      assertThat(image.getNullCount()).isEqualTo(1);
      assertThat(image.getObject(1)).isNull();
      assertThatIllegalStateException()
          .isThrownBy(() -> image.floats(1))
          .withMessage("image: found a null in row 1, expected a tensor");
      assertThat(batch.column("b").getObject(0)).isNull();
      assertThatIllegalStateException()
          .isThrownBy(() -> ((BFloat16Vector) batch.column("b")).get(0));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> image.longs(0))
          .withMessageContaining("expected integer or boolean for longs");
    }
  }

  @ParameterizedTest
  @CsvSource({
    // What NumPy's ml_dtypes.bfloat16 gives: nearest, ties to even.
    "1.0, 0x3f80",
    "1.00390625, 0x3f80",
    "1.01171875, 0x3f82",
    "3.3895314E38, 0x7f7f",
    "3.4028235E38, 0x7f80",
    "-Infinity, 0xff80",
    "-0.0, 0x8000",
    "1.0E-40, 0x0001"
  })
  void bfloat16RoundsToTheNearestAndTiesToEven(float value, int bits) {
    assertThat(BFloat16Vector.toBits(value)).isEqualTo((short) bits);
  }

  @Test
  void everyBfloat16ReadsAndWritesAsItself() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      float value = Float.intBitsToFloat(bits << 16);
      int back = BFloat16Vector.toBits(value) & 0xffff;
      assertThat(back).isEqualTo(Float.isNaN(value) ? bits | 0x40 : bits);
    }
  }

  @Test
  void metadataIsTheCanonicalOne() {
    // The examples of Arrow's "Canonical Extension Types".
    FixedShapeTensorType fixed =
        (FixedShapeTensorType)
            FixedShapeTensorType.of()
                .deserialize(
                    new ArrowType.FixedSizeList(10_000_000),
                    "{ \"shape\": [100, 200, 500], \"dim_names\": [\"C\", \"H\", \"W\"]}");
    assertThat(fixed.shape()).containsExactly(100, 200, 500);
    assertThat(fixed.names()).containsExactly("C", "H", "W");
    assertThat(fixed.serialize())
        .isEqualTo("{\"shape\":[100,200,500],\"dim_names\":[\"C\",\"H\",\"W\"]}");
    assertThat(fixed).isEqualTo(FixedShapeTensorType.of(100, 200, 500).named("C", "H", "W"));
    assertThat(FixedShapeTensorType.of(2, 5).serialize()).isEqualTo("{\"shape\":[2,5]}");
    VariableShapeTensorType variable =
        (VariableShapeTensorType)
            VariableShapeTensorType.of()
                .deserialize(ArrowType.Struct.INSTANCE, "{ \"uniform_shape\": [400, null, 3] }");
    assertThat(variable.uniformShape())
        .containsExactly(OptionalLong.of(400), OptionalLong.empty(), OptionalLong.of(3));
    assertThat(variable.serialize()).isEqualTo("{\"uniform_shape\":[400,null,3]}");
    assertThat(VariableShapeTensorType.of().serialize()).isEmpty();
  }

  @Test
  void aPermutationIsRefusedUnlessItChangesNothing() {
    ArrowType storage = new ArrowType.FixedSizeList(6);
    assertThat(
            FixedShapeTensorType.of()
                .deserialize(storage, "{\"shape\":[2,3],\"permutation\":[0,1]}"))
        .isEqualTo(FixedShapeTensorType.of(2, 3));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                FixedShapeTensorType.of()
                    .deserialize(storage, "{\"shape\":[2,3],\"permutation\":[1,0]}"))
        .withMessageContaining("found the permutation [1, 0] of its dimensions, expected none");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[2,3]",
        "{\"shape\":[2,3]",
        "{\"shape\":[2,-3]}",
        "{\"shape\":[2,1.5]}",
        "{\"shape\":[2,null]}",
        "{\"shape\":[2,4]}",
        "{\"shape\":[65536,65536]}",
        "{\"shape\":[9223372036854775807,9223372036854775807]}",
        "{\"shape\":[99999999999999999999]}",
        "{\"shape\":[2,3],\"dim_names\":[\"a\"]}",
        "{\"shape\":[2,3]} {}",
        "{\"dim_names\":[]}"
      })
  void damagedMetadataIsRefused(String json) {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> FixedShapeTensorType.of().deserialize(new ArrowType.FixedSizeList(6), json))
        .withMessageContaining("expected");
  }

  @Test
  void plainStorageIsRecognisedByItsMetadata() {
    Field plain =
        new Field(
            "x",
            new FieldType(
                true,
                new ArrowType.FixedSizeList(6),
                null,
                Map.of(
                    ExtensionType.EXTENSION_METADATA_KEY_NAME,
                    FixedShapeTensorType.NAME,
                    ExtensionType.EXTENSION_METADATA_KEY_METADATA,
                    "{\"shape\": [2, 3]}")),
            List.of(
                new Field(
                    "item",
                    new FieldType(
                        true,
                        new ArrowType.Int(16, false),
                        null,
                        Map.of(ExtensionType.EXTENSION_METADATA_KEY_NAME, BFloat16Type.NAME)),
                    null)));
    Field known = ExtensionFields.recognise(plain);
    assertThat(known.getType()).isEqualTo(FixedShapeTensorType.of(2, 3));
    assertThat(known.getChildren().get(0).getType()).isEqualTo(BFloat16Type.of());
    try (FieldVector vector = known.createVector(memory)) {
      assertThat(((FixedShapeTensorVector) vector).values()).isInstanceOf(BFloat16Vector.class);
    }
    Field other = Field.nullable("y", FLOAT);
    assertThat(ExtensionFields.recognise(other)).isSameAs(other);
    Field struct =
        new Field(
            "v",
            new FieldType(
                true,
                ArrowType.Struct.INSTANCE,
                null,
                Map.of(ExtensionType.EXTENSION_METADATA_KEY_NAME, VariableShapeTensorType.NAME)),
            List.of(other));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ExtensionFields.recognise(struct))
        .withMessageContaining("\"data\", a list");
  }

  @Test
  void plainUint16IsNoBfloat16() {
    try (UInt2Vector plain = new UInt2Vector("x", memory)) {
      assertThat(ExtensionFields.recognise(plain.getField()).getType())
          .isEqualTo(new ArrowType.Int(16, false));
    }
  }

  @Test
  void valuesThatAreNoWholeTensorsAreRefused() {
    FeatureBatch.Builder builder = FeatureBatch.builder(memory);
    assertThatIllegalStateException().isThrownBy(() -> builder.asTensors(2));
    builder.floats("x", 1, 2, 3);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.asTensors(2))
        .withMessage("x: found 3 values, expected a multiple of 2");
    assertThatIllegalArgumentException().isThrownBy(() -> builder.asTensors(-1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.asTensors(List.of(new long[] {2}, new long[] {1, 1})));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.asTensors(List.of(new long[] {2})))
        .withMessage("x: found 3 values, expected 2 of at least one tensor");
    assertThatIllegalStateException().isThrownBy(() -> builder.asTensors(3).asTensors(3));
  }

  @Test
  void aTensorWithoutElementsIsOneRow() {
    try (FeatureBatch batch = FeatureBatch.builder(memory).floats("x").asTensors(0, 3).build()) {
      assertThat(batch.rows()).isEqualTo(1);
      assertThat(((FixedShapeTensorVector) batch.column("x")).floats(0)).isEmpty();
    }
  }

  @Test
  void rowsCanBeStatedWithoutColumns() {
    try (FeatureBatch batch = FeatureBatch.builder(memory).rows(1).build();
        FeatureBatch kept = batch.retain()) {
      assertThat(kept.rows()).isEqualTo(1);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FeatureBatch.builder(memory).rows(2).floats("x", 1).build())
        .withMessage(
            "column \"x\": found 1 row, expected 2 as in rows(2); give each column one value for"
                + " each row");
    assertThatIllegalArgumentException().isThrownBy(() -> FeatureBatch.builder(memory).rows(-1));
  }

  @Test
  void valuesInsideAreArrowsOwnVectors() {
    try (FeatureBatch batch = all()) {
      assertThat(((FixedShapeTensorVector) batch.column("image")).values())
          .isInstanceOf(Float4Vector.class);
    }
  }
}
