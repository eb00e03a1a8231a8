package io.mlops4j.runtime.compatibility;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.InferenceException;
import io.mlops4j.error.ModelInputException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.VariableShapeTensorVector;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.inference.RowModel;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.Feature;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.NullPolicy;
import io.mlops4j.model.TensorSpec;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider.MapDictionaryProvider;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What batches and records may hold, and what is refused before the engine sees it: each time with
 * the column, what was found, what was expected, and what to do; and the model goes on.
 */
public abstract class EngineInputCompatibility extends RuntimeSuite {
  private static final long SEED = 20_260_103;
  private static final float[] SIX = {1, 2, 3, 4, 5, 6};

  private Columns columns;

  @BeforeEach
  void openColumns() {
    columns = new Columns(runtime.allocator());
  }

  private void assertRefused(Model model, FeatureBatch batch, String... parts) {
    try (batch) {
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> model.predict(batch))
            .isInstanceOf(ModelInputException.class)
            .satisfies(e -> assertThat(e.getMessage()).contains(parts));
      }
    }
  }

  private void assertSum(Model model, FeatureBatch batch, float... sum) {
    try (batch;
        Prediction prediction = model.predict(batch)) {
      assertThat(prediction.floats("sum")).containsExactly(sum);
    }
  }

  private FeatureBatch oneAndTwo() {
    return builder().floats("b", 2).floats("a", 1).build();
  }

  @Test
  void columnsThatAreMissingOrThereTwiceAreNamed() {
    try (Model model = load(Job.SUM)) {
      assertRefused(
          model,
          builder().floats("a", 1).floats("c", 2).build(),
          "b: found no such column among [a, c], expected a column of float32");
      assertRefused(
          model,
          Columns.owning(columns.floats("a", 1), columns.floats("b", 2), columns.floats("b", 3)),
          "b: found two such columns, expected one");
      assertSum(model, oneAndTwo(), 3);
    }
  }

  @ParameterizedTest
  @EnumSource(
      names = {"STRING"},
      mode = EnumSource.Mode.EXCLUDE)
  void columnsOfEveryTypeKeepTheirBits(ElementType type) {
    FeatureSchema thrice =
        FeatureSchema.of(
            Feature.of("a").withColumn("x"),
            Feature.of("b").withColumn("x"),
            Feature.of("c").withColumn("x"));
    int rows = 100;
    byte[] elements = EngineValuesCompatibility.elements(type, rows, new Random(SEED));
    try (Model model = load(type, thrice);
        FeatureBatch batch = Columns.owning(columns.column(type, elements));
        Prediction prediction = model.predict(batch)) {
      FieldVector same = ((FixedSizeListVector) prediction.vector("same")).getDataVector();
      for (int i = 0; i < 3 * rows; i++) {
        assertThat(Columns.bits(same, i))
            .as("element %d, seed %d", i, SEED)
            .isEqualTo(Columns.bits(batch.column("x"), i / 3));
      }
    }
  }

  @Test
  void onlyExactWideningIsDone() {
    try (Model model = load(Job.SUM)) {
      assertSum(model, builder().shorts("a", (short) -7).floats("b", 0.5f).build(), -6.5f);
      for (FeatureBatch.Builder wrong :
          List.of(
              builder().doubles("b", 2),
              builder().ints("b", 2),
              builder().longs("b", 2),
              builder().bfloat16s("b", 2))) {
        assertRefused(
            model,
            wrong.floats("a", 1).build(),
            "b: found ",
            "expected float32",
            "cast the column");
      }
      assertRefused(
          model,
          builder().floats("a", 1).strings("b", "2").build(),
          "b: found string, expected float32");
      assertRefused(
          model,
          builder().floats("a", 1).booleans("b", true).build(),
          "b: found bool, expected float32");
      assertSum(model, oneAndTwo(), 3);
    }
    try (Model model = load(Job.LOOKUP);
        FeatureBatch ints = builder().ints("index", 2, 0).build();
        Prediction value = model.predict(ints)) {
      assertThat(value.floats("value")).containsExactly(30, 10);
      assertRefused(
          model, builder().doubles("index", 1).build(), "index: found float64, expected int64");
    }
  }

  @Test
  void refusalsReachAsynchronousCallersToo() {
    try (Model model = load(Job.SUM);
        FeatureBatch wrong = builder().floats("a", 1).strings("b", "2").build();
        FeatureBatch right = oneAndTwo()) {
      CompletableFuture<float[]> refused =
          model.predictAsync(wrong, CallOptions.withDefaults(), sum -> sum.floats("sum"));
      CompletableFuture<float[]> answered =
          model.predictAsync(right, CallOptions.withDefaults(), sum -> sum.floats("sum"));
      assertThatThrownBy(refused::join)
          .hasCauseInstanceOf(ModelInputException.class)
          .hasMessageContaining("b: found string, expected float32");
      assertThat(answered.join()).containsExactly(3);
    }
  }

  record OneOfTwo(float a) {}

  record Doubles(float a, double b) {}

  @SuppressWarnings("ArrayRecordComponent") // an input of four values a row
  record Wide(float[] x) {}

  @SuppressWarnings("ArrayRecordComponent") // an output of two values a row
  record Pair(float[] y) {}

  record Sum(float sum) {}

  @Test
  void recordsThatDoNotFitAreRefusedByComponentAndRow() {
    try (Model sum = load(Job.SUM);
        Model affine = load(Job.AFFINE)) {
      assertThatThrownBy(() -> sum.rows(OneOfTwo.class, Sum.class))
          .isInstanceOf(ModelInputException.class)
          .hasMessageContaining("b");
      assertThatThrownBy(() -> sum.rows(Doubles.class, Sum.class))
          .isInstanceOf(ModelInputException.class)
          .hasMessageContaining("b: found double, expected float32");
      RowModel<Wide, Pair> rows = affine.rows(Wide.class, Pair.class);
      Wide four = new Wide(new float[] {1, 2, 3, 4});
      assertThatThrownBy(() -> rows.predict(List.of(four, new Wide(new float[3]))))
          .isInstanceOf(ModelInputException.class)
          .hasMessageContaining(
              "x: found 3 values in row 1, expected 4 in each row for x: float32[");
      assertThatThrownBy(() -> rows.predict(List.of(four, new Wide(null))))
          .isInstanceOf(ModelInputException.class)
          .hasMessageContaining("x: found null");
      assertThat(rows.predict(four).y()).containsExactly(7.5f, 7.75f);
    }
  }

  @Test
  void nullsFollowThePolicyOfTheirFeature() {
    try (Model refusing = load(Job.SUM);
        Model replacing =
            load(
                Job.SUM,
                FeatureSchema.of(
                    Feature.of("a").withNulls(NullPolicy.nan()),
                    Feature.of("b").withNulls(NullPolicy.replaceWith(10))))) {
      assertRefused(refusing, withNulls(), "a: found a null in row 1");
      assertSum(replacing, withNulls(), 1, Float.NaN, 13);
      assertSum(refusing, oneAndTwo(), 3);
    }
  }

  /** (1, 0), (null, 0), (3, null). */
  private FeatureBatch withNulls() {
    Float4Vector a = columns.floats("a", 1, 2, 3);
    a.setNull(1);
    Float4Vector b = columns.floats("b", 0, 0, 0);
    b.setNull(2);
    return Columns.owning(a, b);
  }

  @Test
  void nullTextFollowsThePolicyOfItsFeature() {
    FeatureSchema policy =
        FeatureSchema.of(
            Feature.of("a").withNulls(NullPolicy.replaceWith("none ")), Feature.of("b"));
    try (Model refusing = load(Job.JOIN);
        Model replacing = load(Job.JOIN, policy);
        FeatureBatch text = builder().strings("a", null, "x").strings("b", "y", "z").build();
        Prediction joined = replacing.predict(text)) {
      assertThat(joined.strings("joined")).containsExactly("none y", "xz");
      assertRefused(refusing, text, "a: found a null in row 0");
    }
  }

  @Test
  void rowsOfColumnsAndModelsMustAgree() {
    try (Model sum = load(Job.SUM);
        Model fixed = load(Job.FIXED, FeatureSchema.ofNames("a", "b", "c", "d"));
        Model scalar = load(Job.SCALAR)) {
      List<FieldVector> uneven = List.of(columns.floats("a", 1, 2, 3), columns.floats("b", 1, 2));
      List<Field> fields = uneven.stream().map(FieldVector::getField).toList();
      try (VectorSchemaRoot root = new VectorSchemaRoot(fields, uneven, 3)) {
        assertRefused(sum, FeatureBatch.of(root), "b: found 2 values, expected 3");
      }
      assertSum(sum, builder().floats("a").floats("b").build());
      assertRefused(
          fixed,
          builder().floats("a", 1).floats("b", 1).floats("c", 1).floats("d", 1).build(),
          "a: found 1 row, expected 8 rows, the batch size that the model fixes");
      assertRefused(
          scalar,
          builder().floats("x", 1, 2).build(),
          "x: found 2 rows, expected one row, because a value is the whole of x: float32[]");
      float[] eight = {1, 2, 3, 4, 5, 6, 7, 8};
      try (FeatureBatch rows =
              builder()
                  .floats("a", eight)
                  .floats("b", eight)
                  .floats("c", eight)
                  .floats("d", eight)
                  .build();
          Prediction negative = fixed.predict(rows);
          FeatureBatch one = builder().floats("x", 2.5f).build();
          Prediction minus = scalar.predict(one)) {
        assertThat(negative.shape("negative")).containsExactly(8, 4);
        assertThat(negative.floats("negative")).startsWith(-1, -1, -1, -1, -2);
        assertThat(minus.shape("negative")).isEmpty();
        assertThat(minus.floats("negative")).containsExactly(-2.5f);
      }
    }
  }

  @Test
  void tensorsOfAnySizesAreTakenAndOtherRanksRefused() {
    try (Model model = load(Job.TURN)) {
      assertTurned(model, builder().floats("x", SIX).asTensors(2, 3).build(), 2, 1, 4, 2, 5, 3, 6);
      assertTurned(model, builder().floats("x", SIX).asTensors(1, 3).build(), 1, SIX);
      assertTurned(model, variable(), 2, 1, 3, 2, 4, 5, 7, 6, 8);
      for (FeatureBatch.Builder wrong :
          List.of(
              builder().floats("x", SIX),
              builder().floats("x", SIX).asTensors(6),
              builder().floats("x", SIX).asTensors(1, 1, 2, 3))) {
        assertRefused(model, wrong.build(), "x: found ", "expected ", "x: float32[");
      }
      assertRefused(
          model,
          columns.lists(3, 3),
          "x: found a list of float32, expected ",
          "because one size does not determine the others");
      assertTurned(model, builder().floats("x", SIX).asTensors(3, 2).build(), 3, 1, 3, 5, 2, 4, 6);
    }
  }

  /** Of matrices with so many rows, which the answer's have columns. */
  private void assertTurned(Model model, FeatureBatch batch, int rows, float... expected) {
    try (batch;
        Prediction prediction = model.predict(batch)) {
      assertThat(prediction.floats("turned")).containsExactly(expected);
      int columns = expected.length / rows / batch.rows();
      assertThat(prediction.shape("turned")).containsExactly(batch.rows(), columns, rows);
    }
  }

  /** Two matrices of 2 by 2, each with a shape of its own. */
  private FeatureBatch variable() {
    return builder()
        .floats("x", 1, 2, 3, 4, 5, 6, 7, 8)
        .asTensors(List.of(new long[] {2, 2}, new long[] {2, 2}))
        .build();
  }

  @Test
  void unequalNegativeAndOverflowingShapesAreRefusedWithTheirRow() {
    try (Model turn = load(Job.TURN);
        Model affine = load(Job.AFFINE)) {
      assertRefused(
          affine,
          columns.lists(4, 3),
          "x: found a list of 3 in row 1, expected 4 as in row 0",
          "pad the rows");
      assertRefused(
          affine, columns.lists(5, 5), "x: found lists of 5, expected values of x: float32[");
      assertRefused(
          turn,
          builder()
              .floats("x", SIX)
              .asTensors(List.of(new long[] {1, 2}, new long[] {2, 2}))
              .build(),
          "x: found a tensor of [2, 2] in row 1, expected [1, 2] as in row 0");
      assertRefused(turn, damaged(0, -2), "x: found a tensor of shape [-2, 2] with 4 values");
      assertRefused(turn, damaged(1, 1 << 30), "x: found a tensor of shape [2, 1073741824]");
      assertRefused(turn, damaged(3, 3), "x: found a tensor of [2, 3] in row 1, expected [2, 2]");
      assertTurned(turn, variable(), 2, 1, 3, 2, 4, 5, 7, 6, 8);
    }
  }

  /** With one of the four sizes changed. */
  private FeatureBatch damaged(int index, int size) {
    FeatureBatch batch = variable();
    VariableShapeTensorVector x = (VariableShapeTensorVector) batch.column("x");
    FixedSizeListVector shapes = (FixedSizeListVector) x.getUnderlyingVector().getChild("shape");
    ((IntVector) shapes.getDataVector()).set(index, size);
    return batch;
  }

  /** Where a format has no names for dimensions, only the engine can tell. */
  @Test
  void inputsWhoseDimensionsDisagreeAreRefused() {
    try (Model model = load(Job.PRODUCT)) {
      boolean named =
          ((TensorSpec) model.signature().inputs().get(0)).shape().get(1).symbol().isPresent();
      try (FeatureBatch wrong =
          builder()
              .floats("x", 1, 2, 3, 4, 5, 6, 7, 8)
              .asTensors(4)
              .floats("w", SIX)
              .asTensors(3)
              .build()) {
        assertThatThrownBy(() -> model.predict(wrong))
            .isInstanceOf(named ? ModelInputException.class : InferenceException.class)
            .hasMessageContaining(named ? "as dimension A of" : "");
      }
      try (FeatureBatch right =
              builder().floats("x", SIX).asTensors(3).floats("w", SIX).asTensors(3).build();
          Prediction product = model.predict(right)) {
        assertThat(product.floats("product")).containsExactly(1, 4, 9, 16, 25, 36);
      }
    }
  }

  /** Half a gigabyte that nobody writes, four times in each row, so that no machine feels it. */
  @Test
  void batchesAboveTwoGibibytesAreRefusedWithTheLimit() {
    FeatureSchema four =
        FeatureSchema.of(
            Feature.of("a").withColumn("s"),
            Feature.of("b").withColumn("s"),
            Feature.of("c").withColumn("s"),
            Feature.of("d").withColumn("s"));
    int rows = 1 << 27;
    try (Model model = load(Job.AFFINE, four)) {
      Float4Vector values = new Float4Vector("s", runtime.allocator());
      try (ArrowBuf validity = runtime.allocator().buffer(rows / 8);
          ArrowBuf data = runtime.allocator().buffer(4L * rows)) {
        values.loadFieldBuffers(new ArrowFieldNode(rows, 0), List.of(validity, data));
      }
      assertRefused(
          model,
          Columns.owning(values),
          "s: found the shape [134217728, 4] of float32, expected less than 2 GiB",
          "split the batch");
    }
  }

  @Test
  void bytesThatAreNoUtf8AreRefusedWithTheirRow() {
    byte[][] texts = {{'o', 'k'}, {(byte) 0xef, (byte) 0xbf, (byte) 0xbd}, {'a', (byte) 0xc3}};
    try (Model model = load(Job.JOIN)) {
      assertRefused(
          model,
          Columns.owning(columns.words("a", texts), columns.words("b", texts)),
          "a: found bytes that are not UTF-8 in row 2",
          "expected text in UTF-8");
      DictionaryEncoding encoding = new DictionaryEncoding(1, false, new ArrowType.Int(8, true));
      try (VarCharVector dictionary = columns.words("words", texts);
          VarCharVector b = columns.words("b", texts[0], texts[0]);
          TinyIntVector codes =
              new TinyIntVector(
                  "a",
                  new FieldType(true, new ArrowType.Int(8, true), encoding),
                  runtime.allocator())) {
        codes.allocateNew(2);
        codes.set(0, 0);
        codes.set(1, 2);
        codes.setValueCount(2);
        MapDictionaryProvider provider =
            new MapDictionaryProvider(new Dictionary(dictionary, encoding));
        VectorSchemaRoot root = VectorSchemaRoot.of(codes, b);
        assertRefused(
            model, FeatureBatch.of(root, provider), "a: found bytes that are not UTF-8 in row 1");
        codes.set(1, 1);
        // U+FFFD itself is a character like any other.
        try (Prediction joined = model.predict(FeatureBatch.of(root, provider))) {
          assertThat(joined.strings("joined")).containsExactly("okok", "\uFFFDok");
        }
      }
    }
  }

  record Words(String a, String b) {}

  record Joined(String joined) {}

  /** It has no UTF-8, so that whatever the engine got would be another text. */
  @Test
  void halfOfASurrogatePairIsRefused() {
    try (Model model = load(Job.JOIN)) {
      RowModel<Words, Joined> rows = model.rows(Words.class, Joined.class);
      for (String half : List.of("x\uD83D", "\uDE00x", "\uD83D\uD83D\uDE00")) {
        assertThatThrownBy(() -> rows.predict(new Words("whole \uD83D\uDE00", half)))
            .isInstanceOf(ModelInputException.class)
            .hasMessageContaining("b: found half of a surrogate pair at 0")
            .hasMessageContaining("whole characters");
        assertThatThrownBy(() -> builder().strings("a", "whole", half).build())
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("a: found half of a surrogate pair at 1");
      }
      assertThat(rows.predict(new Words("\uD83D\uDE00", "!")).joined()).isEqualTo("\uD83D\uDE00!");
    }
  }
}
