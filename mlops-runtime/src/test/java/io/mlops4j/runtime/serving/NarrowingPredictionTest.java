package io.mlops4j.runtime.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.ModelInputException;
import io.mlops4j.error.ModelLoadException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.inference.RowModel;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.Feature;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.Narrowing;
import io.mlops4j.model.NullPolicy;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.types.Types.MinorType;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Columns and components of wider types than the model's, through the real engine. */
@SuppressWarnings("ArrayRecordComponent") // several values a row
class NarrowingPredictionTest {
  private static final FeatureSchema ABCD =
      FeatureSchema.ofNames("a", "b", "c", "d").withNarrowing(Narrowing.CHECKED);

  private final ServingFixture fixture = new ServingFixture();

  @AfterEach
  void nothingIsForgotten() {
    fixture.close();
  }

  private Model load(String file, FeatureSchema schema) {
    return fixture.load(file, LoadOptions.builder().features(schema).build());
  }

  private FeatureBatch.Builder builder() {
    return FeatureBatch.builder(fixture.allocator());
  }

  private static double[] doubles(int column) {
    double[] doubles = new double[ServingFixture.X.length];
    for (int row = 0; row < doubles.length; row++) {
      doubles[row] = ServingFixture.X[row][column];
    }
    return doubles;
  }

  @Test
  void aRefusedColumnNamesTheWayOut() {
    try (Model model = fixture.load("mlp4.onnx", ServingFixture.ABCD);
        FeatureBatch batch =
            builder().doubles("a", 1).floats("b", 1).floats("c", 1).floats("d", 1).build()) {
      assertThatThrownBy(() -> model.predict(batch))
          .isInstanceOf(ModelInputException.class)
          .hasMessageStartingWith(
              "a: found float64, expected float32; the model's features can allow")
          .hasMessageContaining("LoadOptions.lenientColumns")
          .hasMessageContaining("in the card or in LoadOptions.feature");
      assertThatThrownBy(() -> model.rows(Doubles.class, Y.class))
          .isInstanceOf(ModelInputException.class)
          .hasMessageStartingWith("a: found double, expected float32")
          .hasMessageContaining("LoadOptions.lenientColumns");
    }
    FeatureSchema stated = FeatureSchema.of(Feature.of("x", ElementType.FLOAT64));
    assertThatThrownBy(() -> load("mlp4.onnx", stated))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("LoadOptions.lenientColumns");
  }

  /** As pandas writes them: float64 and int64 side by side, in an input of float32. */
  @Test
  void columnsOfDoublesAndWholeNumbersAreGathered() {
    try (Model model = load("mlp4.onnx", ABCD);
        FeatureBatch batch =
            builder()
                .doubles("a", doubles(0))
                .doubles("b", doubles(1))
                .longs("c", 3, 0, -3, 2, 0)
                .floats("d", ServingFixture.column(3))
                .build();
        Prediction answer = model.predict(batch);
        FeatureBatch last = batch.slice(3, 2);
        Prediction some = model.predict(last)) {
      assertThat(answer.floats("y")).containsExactly(ServingFixture.flat(ServingFixture.Y));
      assertThat(some.floats("y")).containsExactly(5.25f, 12.25f, 13.75f, -4.75f);
    }
  }

  private static final FeatureSchema COLUMNS =
      FeatureSchema.ofNames("f", "d", "i", "l", "b", "s").withNarrowing(Narrowing.CHECKED);

  private FeatureBatch columns(double[] f, long[] d, long[] i) {
    return builder()
        .doubles("f", f)
        .longs("d", d)
        .longs("i", i)
        .longs("l", new long[f.length])
        .booleans("b", new boolean[f.length])
        .strings("s", new String[f.length])
        .build();
  }

  private static FeatureSchema texts(FeatureSchema schema) {
    return FeatureSchema.of(
        schema.features().stream()
            .map(f -> f.name().equals("s") ? f.withNulls(NullPolicy.replaceWith("")) : f)
            .toArray(Feature[]::new));
  }

  @Test
  void floatsRoundAsJavasCastAndWholeNumbersAreExact() {
    double[] f = {0.1, 1e-50, Double.NaN, Double.NEGATIVE_INFINITY, -0.0};
    long[] d = {1L << 53, -5, 0, Long.MIN_VALUE, 7};
    long[] i = {Integer.MAX_VALUE, Integer.MIN_VALUE, 0, -1, 1};
    try (Model model = load("columns.onnx", texts(COLUMNS));
        FeatureBatch batch = columns(f, d, i);
        Prediction answer = model.predict(batch)) {
      assertThat(answer.floats("f_out"))
          .containsExactly(0.1f, 0, Float.NaN, Float.NEGATIVE_INFINITY, -0.0f);
      assertThat(answer.doubles("d_out")).containsExactly(0x1p53, -5, 0, -0x1p63, 7);
      assertThat(answer.longs("i_out")).containsExactly(i);
    }
  }

  @Test
  void aValueThatDoesNotFitIsRejectedWithItsColumnAndRow() {
    try (Model model = load("columns.onnx", texts(COLUMNS))) {
      assertRejected(
          model,
          columns(new double[] {1, 1e300}, new long[2], new long[2]),
          "f: found 1.0E300 in row 1, expected a value that fits float32 (up to 3.4028235E38");
      assertRejected(
          model,
          columns(new double[2], new long[] {0, (1L << 53) + 1}, new long[2]),
          "d: found 9007199254740993 in row 1, expected a value that fits float64");
      assertRejected(
          model,
          columns(new double[3], new long[3], new long[] {0, 0, 3_000_000_000L}),
          "i: found 3000000000 in row 2, expected a value that fits int32 (-2147483648 to"
              + " 2147483647)");
      try (FeatureBatch good = columns(new double[1], new long[1], new long[1]);
          Prediction answer = model.predict(good)) {
        assertThat(answer.rows()).isOne();
      }
    }
  }

  private static void assertRejected(Model model, FeatureBatch batch, String message) {
    try (batch) {
      assertThatThrownBy(() -> model.predict(batch))
          .isInstanceOf(ModelInputException.class)
          .hasMessageContaining(message);
    }
  }

  @Test
  void whatLiesUnderANullIsNotRead() {
    FeatureSchema zero =
        FeatureSchema.of(
            ABCD.features().stream()
                .map(feature -> feature.withNulls(NullPolicy.replaceWith(0)))
                .toArray(Feature[]::new));
    try (Model model = load("mlp4.onnx", zero);
        FeatureBatch batch =
            builder()
                .doubles("a", 1e300, 1)
                .doubles("b", 0, 2)
                .doubles("c", 0, 3)
                .doubles("d", 0, 4)
                .build()) {
      ((Float8Vector) batch.column("a")).setNull(0);
      try (Prediction answer = model.predict(batch)) {
        assertThat(answer.floats("y")).containsExactly(0.75f, -0.75f, 7.75f, 4.25f);
      }
      ((Float8Vector) batch.column("b")).set(1, 1e39);
      assertThatThrownBy(() -> model.predict(batch))
          .hasMessageContaining("b: found 1.0E39 in row 1");
    }
  }

  @Test
  void listsAndTensorsAreNarrowed() {
    FeatureSchema x = FeatureSchema.of(Feature.of("x").withNarrowing(Narrowing.CHECKED));
    double[] flat = new double[20];
    for (int i = 0; i < 20; i++) {
      flat[i] = ServingFixture.X[i / 4][i % 4];
    }
    try (Model model = load("mlp4.onnx", x);
        FeatureBatch tensors = builder().doubles("x", flat).asTensors(4).build();
        ListVector lists = ListVector.empty("x", fixture.allocator());
        Prediction answer = model.predict(tensors)) {
      assertThat(answer.floats("y")).containsExactly(ServingFixture.flat(ServingFixture.Y));
      fill(lists, flat);
      try (Prediction same = model.predict(FeatureBatch.of(VectorSchemaRoot.of(lists)))) {
        assertThat(same.floats("y")).containsExactly(ServingFixture.flat(ServingFixture.Y));
      }
      ((Float8Vector) lists.getDataVector()).set(14, -1e39);
      assertThatThrownBy(() -> model.predict(FeatureBatch.of(VectorSchemaRoot.of(lists))))
          .isInstanceOf(ModelInputException.class)
          .hasMessageContaining("x: found -1.0E39 in row 3");
    }
  }

  private static void fill(ListVector lists, double[] flat) {
    lists.addOrGetVector(FieldType.nullable(MinorType.FLOAT8.getType()));
    lists.allocateNew();
    Float8Vector values = (Float8Vector) lists.getDataVector();
    for (int row = 0; row < 5; row++) {
      int start = lists.startNewValue(row);
      for (int i = 0; i < 4; i++) {
        values.setSafe(start + i, flat[4 * row + i]);
      }
      lists.endValue(row, 4);
    }
    lists.setValueCount(5);
  }

  private record Doubles(double a, Double b, long c, @Nullable Integer d) {}

  private record Rows(double[] x) {}

  private record Longs(long[] x) {}

  private record Y(float[] y) {}

  @Test
  void componentsAreNarrowed() {
    FeatureSchema nulls =
        FeatureSchema.of(
            ABCD.features().stream()
                .map(f -> f.name().equals("d") ? f.withNulls(NullPolicy.replaceWith(0)) : f)
                .toArray(Feature[]::new));
    try (Model model = load("mlp4.onnx", nulls)) {
      RowModel<Doubles, Y> rows = model.rows(Doubles.class, Y.class);
      assertThat(rows.predict(new Doubles(1, 2.0, 3, 4)).y()).containsExactly(7.75f, 4.25f);
      assertThat(rows.predict(new Doubles(0, 0.0, 0, null)).y()).containsExactly(0.75f, -0.75f);
      List<Doubles> some = List.of(new Doubles(1, 2.0, 3, 4), new Doubles(0, 1e300, 0, 0));
      assertThatThrownBy(() -> rows.predict(some))
          .isInstanceOf(ModelInputException.class)
          .hasMessageContaining("b: found 1.0E300 in row 1, expected a value that fits float32");
      assertThatThrownBy(() -> rows.predict(new Doubles(-1e39, 0.0, 0, 0)))
          .hasMessageContaining("a: found -1.0E39 in row 0");
      assertThatThrownBy(() -> rows.predict(new Doubles(0, 0.0, (1 << 24) + 1, 0)))
          .hasMessageContaining("c: found 16777217 in row 0");
    }
  }

  @Test
  void arraysOfComponentsAreNarrowed() {
    FeatureSchema x = FeatureSchema.of(Feature.of("x").withNarrowing(Narrowing.CHECKED));
    try (Model model = load("mlp4.onnx", x)) {
      RowModel<Rows, Y> doubles = model.rows(Rows.class, Y.class);
      List<Rows> all = new ArrayList<>();
      for (float[] row : ServingFixture.X) {
        all.add(new Rows(new double[] {row[0], row[1], row[2], row[3]}));
      }
      List<Y> answers = doubles.predict(all);
      for (int i = 0; i < answers.size(); i++) {
        assertThat(answers.get(i).y()).containsExactly(ServingFixture.Y[i]);
      }
      all.get(4).x()[2] = Double.MAX_VALUE;
      assertThatThrownBy(() -> doubles.predict(all))
          .isInstanceOf(ModelInputException.class)
          .hasMessageContaining("x: found 1.7976931348623157E308 in row 4");
      RowModel<Longs, Y> longs = model.rows(Longs.class, Y.class);
      assertThat(longs.predict(new Longs(new long[] {1, 2, 3, 4})).y())
          .containsExactly(7.75f, 4.25f);
    }
  }

  private record Half(double[] x) {}

  private record Served(ServedBy by) {}

  @Test
  void floatsOfSixteenBitsTakeDoubles() {
    FeatureSchema x = FeatureSchema.of(Feature.of("x").withNarrowing(Narrowing.CHECKED));
    for (String type : List.of("float16", "bfloat16")) {
      try (Model model = load("engine/type_" + type + ".onnx", x);
          FeatureBatch batch = builder().doubles("x", 1.5, -2, 0.25).asTensors(3).build();
          Prediction answer = model.predict(batch)) {
        assertThat(answer.doubles("same")).containsExactly(1.5, -2, 0.25);
        RowModel<Half, Served> rows = model.rows(Half.class, Served.class);
        assertThat(rows.predict(new Half(new double[] {1.5, -2, 0.25}))).isNotNull();
        assertThatThrownBy(() -> rows.predict(new Half(new double[] {0, 1e39, 0})))
            .hasMessageContaining("x: found 1.0E39 in row 0, expected a value that fits " + type);
      }
    }
  }
}
