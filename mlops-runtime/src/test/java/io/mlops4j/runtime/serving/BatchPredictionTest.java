package io.mlops4j.runtime.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import io.mlops4j.error.ModelInputException;
import io.mlops4j.error.ModelLoadException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.Feature;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.Narrowing;
import io.mlops4j.model.NullPolicy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.SmallIntVector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.UInt1Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryEncoder;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Arrow batches through the real engine. */
class BatchPredictionTest {
  private final ServingFixture fixture = new ServingFixture();

  @AfterEach
  void nothingIsForgotten() {
    fixture.close();
  }

  private FeatureBatch.Builder builder() {
    return FeatureBatch.builder(fixture.allocator());
  }

  private FeatureBatch abcd(String... order) {
    FeatureBatch.Builder builder = builder();
    for (String name : order) {
      builder.floats(name, ServingFixture.column((name.charAt(0) - 'a') % 4));
    }
    return builder.build();
  }

  @Test
  void columnsMeetTheInputByNameInWhateverOrderTheyCome() {
    try (Model model = fixture.load("mlp4.onnx", ServingFixture.ABCD)) {
      for (String[] order :
          new String[][] {{"a", "b", "c", "d"}, {"d", "a", "c", "b"}, {"e", "b", "a", "d", "c"}}) {
        try (FeatureBatch batch = abcd(order);
            Prediction prediction = model.predict(batch)) {
          assertThat(prediction.floats("y")).containsExactly(ServingFixture.flat(ServingFixture.Y));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 63, 64, 65, 129, 1000})
  void gatheredColumnsAndFixedSizeListsAnswerAsRawOnnxRuntimeBitForBit(int rows) throws Exception {
    long seed = 20_011_125L + rows;
    Random random = new Random(seed);
    float[][] x = new float[rows][4];
    float[][] columns = new float[4][rows];
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < 4; i++) {
        x[row][i] = (float) random.nextGaussian();
        columns[i][row] = x[row][i];
      }
    }
    try (Model model = fixture.load("mlp4.onnx", ServingFixture.ABCD);
        Model byList = fixture.load("mlp4.onnx");
        FeatureBatch batch =
            builder()
                .floats("c", columns[2])
                .floats("a", columns[0])
                .floats("d", columns[3])
                .floats("b", columns[1])
                .build();
        FeatureBatch lists = lists("x", x);
        Prediction gathered = model.predict(batch);
        Prediction listed = byList.predict(lists)) {
      float[] raw = raw(x);
      assertThat(gathered.floats("y")).as("seed " + seed).containsExactly(raw);
      assertThat(listed.floats("y")).as("seed " + seed).containsExactly(raw);
    }
  }

  private static float[] raw(float[][] x) throws Exception {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    String file = ServingFixture.MODELS.resolve("mlp4.onnx").toString();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      try (OrtSession session = environment.createSession(file, options);
          OnnxTensor tensor = OnnxTensor.createTensor(environment, x);
          OrtSession.Result result = session.run(Map.of("x", tensor))) {
        return ServingFixture.flat((float[][]) result.get(0).getValue());
      }
    }
  }

  @Test
  void aNullInAListIsReportedWithItsRowHoweverManyThereAre() {
    float[][] x = new float[50_000][4];
    try (Model model = fixture.load("mlp4.onnx");
        FeatureBatch lists = lists("x", x)) {
      ((FixedSizeListVector) lists.column("x")).getDataVector().setNull(4 * 49_999 + 3);
      assertThatThrownBy(() -> model.predict(lists))
          .isInstanceOf(ModelInputException.class)
          .hasMessageContaining("a null in row 49999");
    }
  }

  private FeatureBatch lists(String name, float[][] rows) {
    Field values =
        Field.nullable("item", new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE));
    Field field =
        new Field(
            name, FieldType.nullable(new ArrowType.FixedSizeList(rows[0].length)), List.of(values));
    FixedSizeListVector list = (FixedSizeListVector) field.createVector(fixture.allocator());
    Float4Vector inside = (Float4Vector) list.getDataVector();
    float[] flat = ServingFixture.flat(rows);
    for (int i = 0; i < flat.length; i++) {
      inside.setSafe(i, flat[i]);
    }
    for (int row = 0; row < rows.length; row++) {
      list.setNotNull(row);
    }
    inside.setValueCount(flat.length);
    list.setValueCount(rows.length);
    return owning(rows.length, list);
  }

  private static FeatureBatch owning(int rows, FieldVector... vectors) {
    List<Field> fields = List.of(vectors).stream().map(FieldVector::getField).toList();
    return FeatureBatch.owning(new VectorSchemaRoot(fields, List.of(vectors), rows));
  }

  @Test
  void slicesAreReadFromTheirFirstRow() {
    try (Model model = fixture.load("mlp4.onnx", ServingFixture.ABCD);
        FeatureBatch batch = abcd("a", "b", "c", "d")) {
      for (int from = 0; from < 5; from++) {
        try (FeatureBatch slice = batch.slice(from, 5 - from);
            Prediction prediction = model.predict(slice)) {
          assertThat(prediction.floats("y"))
              .startsWith(ServingFixture.Y[from])
              .hasSize(2 * (5 - from));
        }
      }
    }
  }

  @Test
  void everyTypePassesThroughUnchanged() {
    float[] f = {1.5f, Float.NaN, -0f};
    double[] d = {Math.PI, -1e300, 0};
    int[] i = {Integer.MIN_VALUE, 0, 7};
    long[] l = {Long.MAX_VALUE, -1, 3};
    try (Model model = fixture.load("columns.onnx");
        FeatureBatch batch =
            builder()
                .strings("s", "", "früh ✈", "x")
                .longs("l", l)
                .booleans("b", true, false, true)
                .floats("f", f)
                .doubles("d", d)
                .ints("i", i)
                .build();
        Prediction prediction = model.predict(batch)) {
      assertThat(prediction.floats("f_out")).containsExactly(f);
      assertThat(prediction.doubles("d_out")).containsExactly(d);
      assertThat(prediction.longs("i_out")).containsExactly(Integer.MIN_VALUE, 0, 7);
      assertThat(prediction.longs("l_out")).containsExactly(l);
      assertThat(prediction.longs("b_out")).containsExactly(1, 0, 1);
      assertThat(prediction.strings("s_out")).containsExactly("", "früh ✈", "x");
      assertThat(prediction.outputs().column("b_out")).isInstanceOf(BitVector.class);
      assertThat(((BitVector) prediction.vector("b_out")).get(2)).isEqualTo(1);
      assertThat(((VarCharVector) prediction.vector("s_out")).getObject(1)).hasToString("früh ✈");
      assertThat(((IntVector) prediction.vector("i_out")).get(0)).isEqualTo(Integer.MIN_VALUE);
    }
  }

  @Test
  void narrowIntegersWidenExactly() {
    BufferAllocator memory = fixture.allocator();
    TinyIntVector a = new TinyIntVector("a", memory);
    a.allocateNew(1);
    a.set(0, -1);
    a.setValueCount(1);
    SmallIntVector b = new SmallIntVector("b", memory);
    b.allocateNew(1);
    b.set(0, 4);
    b.setValueCount(1);
    UInt1Vector c = new UInt1Vector("c", memory);
    c.allocateNew(1);
    c.set(0, 0);
    c.setValueCount(1);
    Float4Vector d = new Float4Vector("d", memory);
    d.allocateNew(1);
    d.set(0, 0);
    d.setValueCount(1);
    try (Model model = fixture.load("mlp4.onnx", ServingFixture.ABCD);
        FeatureBatch batch = owning(1, a, b, c, d);
        Prediction prediction = model.predict(batch)) {
      assertThat(prediction.floats("y")).containsExactly(ServingFixture.Y[4]);
    }
  }

  @Test
  void columnsOfShapeNBy1AreTakenByScalarsAndReadAsScalars() {
    try (Model model = fixture.load("columns2d.onnx");
        FeatureBatch batch = builder().ints("i", 1, 2).floats("f", 0.5f, 0.25f).build();
        Prediction prediction = model.predict(batch)) {
      assertThat(prediction.floats("sum")).containsExactly(1.5f, 2.25f);
      assertThat(((Float4Vector) prediction.vector("sum")).get(1)).isEqualTo(2.25f);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 16, 32, 64})
  void dictionaryEncodedTextIsRead(int bits) {
    BufferAllocator memory = fixture.allocator();
    DictionaryEncoding encoding = new DictionaryEncoding(1, false, new ArrowType.Int(bits, true));
    try (VarCharVector words = text(memory, "words", "PHL", "LAS");
        VarCharVector plain = text(memory, "s", "LAS", "PHL", "LAS")) {
      Dictionary dictionary = new Dictionary(words, encoding);
      DictionaryProvider provider = new DictionaryProvider.MapDictionaryProvider(dictionary);
      FieldVector codes = (FieldVector) DictionaryEncoder.encode(plain, dictionary);
      try (Model model = fixture.load("columns.onnx");
          FeatureBatch others = othersOfColumns(3);
          VectorSchemaRoot root = with(others, codes);
          FeatureBatch batch = FeatureBatch.of(root, provider);
          Prediction prediction = model.predict(batch)) {
        assertThat(prediction.strings("s_out")).containsExactly("LAS", "PHL", "LAS");
      } finally {
        codes.close();
      }
    }
  }

  private FeatureBatch othersOfColumns(int rows) {
    return builder()
        .floats("f", new float[rows])
        .doubles("d", new double[rows])
        .ints("i", new int[rows])
        .longs("l", new long[rows])
        .booleans("b", new boolean[rows])
        .build();
  }

  /** Shares the vectors, so that closing the root frees nothing else. */
  private static VectorSchemaRoot with(FeatureBatch batch, FieldVector more) {
    VectorSchemaRoot shared = batch.root().slice(0, batch.rows());
    var pair = more.getTransferPair(more.getAllocator());
    pair.splitAndTransfer(0, more.getValueCount());
    VectorSchemaRoot wide =
        shared.addVector(shared.getFieldVectors().size(), (FieldVector) pair.getTo());
    wide.setRowCount(batch.rows());
    return wide;
  }

  private static VarCharVector text(BufferAllocator memory, String name, String... values) {
    VarCharVector vector = new VarCharVector(name, memory);
    vector.allocateNew();
    for (int i = 0; i < values.length; i++) {
      vector.setSafe(i, values[i].getBytes(StandardCharsets.UTF_8));
    }
    vector.setValueCount(values.length);
    return vector;
  }

  @Test
  void missingColumnIsNamedWithThoseThatAreThere() {
    try (Model model = fixture.load("mlp4.onnx", ServingFixture.ABCD);
        FeatureBatch batch = abcd("a", "b", "d")) {
      assertThatThrownBy(() -> model.predict(batch))
          .isInstanceOf(ModelInputException.class)
          .hasMessageContaining("c: found no such column among [a, b, d], expected a column of")
          .hasMessageContaining("float32");
    }
  }

  @Test
  void wrongTypeIsRefusedWithBothTypes() {
    try (Model model = fixture.load("mlp4.onnx", ServingFixture.ABCD);
        FeatureBatch batch =
            builder().floats("a", 1).floats("b", 1).doubles("c", 1).floats("d", 1).build()) {
      assertThatThrownBy(() -> model.predict(batch))
          .isInstanceOf(ModelInputException.class)
          .hasMessage(
              "c: found float64, expected float32; the model's features can allow a conversion that"
                  + " checks each value: for all of them with LoadOptions.lenientColumns, for one"
                  + " with its narrowing in the card or in LoadOptions.feature, cast the column"
                  + " where the batch is made, or export the model with an input of float64");
    }
  }

  /** The columns of a file that pandas wrote: int64, float64, and cells without a value. */
  @Test
  void lenientColumnsAreNarrowedAndTheirNullsAreNan() {
    LoadOptions lenient = LoadOptions.builder().lenientColumns().build();
    BigIntVector a = new BigIntVector("a", fixture.allocator());
    a.allocateNew(2);
    a.set(0, 1);
    a.setNull(1);
    a.setValueCount(2);
    Float8Vector b = new Float8Vector("b", fixture.allocator());
    Float8Vector c = new Float8Vector("c", fixture.allocator());
    Float8Vector d = new Float8Vector("d", fixture.allocator());
    int value = 2;
    for (Float8Vector each : List.of(b, c, d)) {
      each.allocateNew(2);
      each.set(0, value);
      each.set(1, value++);
      each.setValueCount(2);
    }
    FeatureSchema typed =
        FeatureSchema.of(
            Feature.of("a"),
            Feature.of("b", ElementType.FLOAT32),
            Feature.of("c"),
            Feature.of("d"));
    try (FeatureBatch pandas = owning(2, a, b, c, d);
        Model strict = fixture.load("mlp4.onnx", ServingFixture.ABCD);
        Model model = fixture.load("mlp4.onnx", lenient.toBuilder().features(typed).build());
        Prediction prediction = model.predict(pandas)) {
      assertThatThrownBy(() -> strict.predict(pandas)).isInstanceOf(ModelInputException.class);
      // 1, 2, 3, 4 is the first row of expected.json.
      assertThat(prediction.floats("y")[0]).isEqualTo(ServingFixture.Y[0][0]);
      assertThat(prediction.floats("y")[1]).isEqualTo(ServingFixture.Y[0][1]);
      assertThat(prediction.floats("y")[2]).isNaN();
      assertThat(model.features().features())
          .containsOnly(
              Arrays.stream(new String[] {"a", "b", "c", "d"})
                  .map(Feature::of)
                  .map(each -> each.withNulls(NullPolicy.nan()).withNarrowing(Narrowing.CHECKED))
                  .toArray(Feature[]::new));
    }
    try (FeatureBatch huge =
            builder().doubles("a", 1e300).floats("b", 1).floats("c", 1).floats("d", 1).build();
        Model model = fixture.load("mlp4.onnx", lenient.toBuilder().features(typed).build())) {
      assertThatThrownBy(() -> model.predict(huge))
          .isInstanceOf(ModelInputException.class)
          .hasMessageContaining("a: found 1.0E300 in row 0");
    }
  }

  @Test
  void lenientColumnsKeepOtherPoliciesAndRejectNullsThatHaveNoNan() {
    FeatureSchema stated =
        FeatureSchema.of(
            Feature.of("f"),
            Feature.of("d").withNulls(NullPolicy.replaceWith(7)),
            Feature.of("i"),
            Feature.of("l"),
            Feature.of("b"),
            Feature.of("s"));
    try (Model model =
        fixture.load(
            "columns.onnx", LoadOptions.builder().features(stated).lenientColumns().build())) {
      assertThat(model.features().features())
          .extracting(Feature::nulls)
          .containsExactly(
              NullPolicy.nan(),
              NullPolicy.replaceWith(7),
              NullPolicy.reject(),
              NullPolicy.reject(),
              NullPolicy.reject(),
              NullPolicy.reject());
    }
  }

  @Test
  void nullsAreRefusedWithTheirFirstRowUnlessAPolicySaysWhatTheyMean() {
    BufferAllocator memory = fixture.allocator();
    Float4Vector a = new Float4Vector("a", memory);
    a.allocateNew(70);
    for (int i = 0; i < 70; i++) {
      if (i == 66 || i == 68) {
        a.setNull(i);
      } else {
        a.set(i, 1);
      }
    }
    a.setValueCount(70);
    FeatureSchema three =
        FeatureSchema.of(
            Feature.of("a", ElementType.FLOAT32).withNulls(NullPolicy.replaceWith(1.0)),
            Feature.of("a2").withColumn("a").withNulls(NullPolicy.replaceWith(2)),
            Feature.of("a3").withColumn("a").withNulls(NullPolicy.replaceWith(3)),
            Feature.of("a4").withColumn("a").withNulls(NullPolicy.replaceWith(4)));
    FeatureSchema nan =
        FeatureSchema.of(
            Feature.of("a1").withColumn("a").withNulls(NullPolicy.nan()),
            Feature.of("a2").withColumn("a").withNulls(NullPolicy.replaceWith(2)),
            Feature.of("a3").withColumn("a").withNulls(NullPolicy.replaceWith(3)),
            Feature.of("a4").withColumn("a").withNulls(NullPolicy.replaceWith(4)));
    FeatureSchema reject =
        FeatureSchema.of(
            Feature.of("a1").withColumn("a"),
            Feature.of("a2").withColumn("a"),
            Feature.of("a3").withColumn("a"),
            Feature.of("a4").withColumn("a"));
    LoadOptions options = LoadOptions.defaults();
    try (FeatureBatch batch = owning(70, a);
        Model refusing = fixture.load("mlp4.onnx", options.toBuilder().features(reject).build());
        Model replacing = fixture.load("mlp4.onnx", options.toBuilder().features(three).build());
        Model notANumber = fixture.load("mlp4.onnx", options.toBuilder().features(nan).build());
        Prediction replaced = replacing.predict(batch);
        Prediction nans = notANumber.predict(batch)) {
      assertThatThrownBy(() -> refusing.predict(batch))
          .isInstanceOf(ModelInputException.class)
          .hasMessageContaining("a: found 2 nulls, the first in row 66, expected no null");
      // 1, 2, 3, 4 is the first row of expected.json.
      assertThat(replaced.floats("y")[2 * 66]).isEqualTo(ServingFixture.Y[0][0]);
      assertThat(replaced.floats("y")[2 * 66 + 1]).isEqualTo(ServingFixture.Y[0][1]);
      assertThat(replaced.floats("y")[2 * 67]).isNotEqualTo(ServingFixture.Y[0][0]);
      assertThat(nans.floats("y")[2 * 68 + 1]).isNaN();
      assertThat(nans.floats("y")[2 * 67 + 1]).isNotNaN();
    }
  }

  @Test
  void nullTextIsRefusedOrReplaced() {
    FeatureSchema schema =
        FeatureSchema.of(
            Feature.of("f"),
            Feature.of("d"),
            Feature.of("i"),
            Feature.of("l"),
            Feature.of("b"),
            Feature.of("s").withNulls(NullPolicy.replaceWith("none")));
    try (Model refusing = fixture.load("columns.onnx");
        Model replacing =
            fixture.load("columns.onnx", LoadOptions.builder().features(schema).build());
        FeatureBatch others = othersOfColumns(2);
        FeatureBatch words = builder().strings("s", "LAS", null).build();
        VectorSchemaRoot root = with(others, words.column("s"));
        FeatureBatch batch = FeatureBatch.of(root);
        Prediction prediction = replacing.predict(batch)) {
      assertThat(prediction.strings("s_out")).containsExactly("LAS", "none");
      assertThatThrownBy(() -> refusing.predict(batch))
          .isInstanceOf(ModelInputException.class)
          .hasMessageContaining("s: found a null in row 1, expected no null");
    }
  }

  @Test
  void noRowsAreAnsweredWithNoRows() {
    try (Model model = fixture.load("mlp4.onnx", ServingFixture.ABCD);
        FeatureBatch none = builder().floats("a").floats("b").floats("c").floats("d").build();
        Prediction prediction = model.predict(none)) {
      assertThat(prediction.rows()).isZero();
      assertThat(prediction.floats("y")).isEmpty();
      assertThat(prediction.vector("y").getValueCount()).isZero();
      assertThat(prediction.outputs().rows()).isZero();
      assertThatThrownBy(() -> prediction.id(0)).isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void whoClosesTheOutputsGetsThemAgain() {
    FeatureBatch last;
    try (Model model = fixture.load("mlp4.onnx", ServingFixture.ABCD);
        FeatureBatch batch = abcd("a", "b", "c", "d");
        Prediction prediction = model.predict(batch)) {
      try (FeatureBatch outputs = prediction.outputs()) {
        assertThat(outputs.rows()).isEqualTo(batch.rows());
      }
      last = prediction.outputs();
      assertThat(last.rows()).isEqualTo(batch.rows());
      assertThat(last.column("y").getValueCount()).isEqualTo(batch.rows());
    }
    assertThatThrownBy(last::rows).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aBatchWithoutRowsStillNeedsItsColumns() {
    try (Model model = fixture.load("mlp4.onnx", ServingFixture.ABCD);
        FeatureBatch none = builder().floats("a").build()) {
      assertThatThrownBy(() -> model.predict(none)).isInstanceOf(ModelInputException.class);
    }
  }

  @Test
  void fixedBatchSizeIsChecked() {
    try (Model model = fixture.load("fixed_batch8.onnx", ServingFixture.ABCD);
        FeatureBatch five = abcd("a", "b", "c", "d")) {
      assertThatThrownBy(() -> model.predict(five))
          .isInstanceOf(ModelInputException.class)
          .hasMessageContaining("5 rows")
          .hasMessageContaining("8 rows");
    }
  }

  @Test
  void columnsWithoutAStatedOrderAreNotGathered() {
    try (Model model = fixture.load("mlp4.onnx");
        FeatureBatch batch = abcd("a", "b", "c", "d")) {
      assertThatThrownBy(() -> model.predict(batch))
          .isInstanceOf(ModelInputException.class)
          .hasMessageContaining("x: found no such column")
          .hasMessageContaining("LoadOptions.builder().features(FeatureSchema.ofNames(...))");
    }
  }

  @Test
  void schemaThatCannotFillTheInputsIsRefusedAtLoad() {
    LoadOptions options = LoadOptions.defaults();
    assertThatThrownBy(
            () ->
                fixture.load(
                    "mlp4.onnx",
                    options.toBuilder().features(FeatureSchema.ofNames("a", "b", "c")).build()))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("found 3 (a, b, c) for the input x: float32[N, 4], expected 4");
    assertThatThrownBy(
            () ->
                fixture.load(
                    "columns2d.onnx",
                    options.toBuilder().features(FeatureSchema.ofNames("f")).build()))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("i: int64[N, 1]");
    assertThatThrownBy(
            () ->
                fixture.load(
                    "columns2d.onnx",
                    options.toBuilder()
                        .features(
                            FeatureSchema.of(
                                Feature.of("f"), Feature.of("i").withNulls(NullPolicy.nan())))
                        .build()))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("NaN for a null");
    assertThatThrownBy(
            () ->
                fixture.load(
                    "columns2d.onnx",
                    options.toBuilder()
                        .features(
                            FeatureSchema.of(Feature.of("f", ElementType.FLOAT64), Feature.of("i")))
                        .build()))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("widens exactly");
  }

  @Test
  void outputsWhoseRowsAreNotTheBatchsAreReadAsArraysOnly() {
    try (Model model = fixture.load("dynamic.onnx");
        FeatureBatch batch = builder().floats("x", 0, 5, 0, 7, 0).build();
        Prediction prediction = model.predict(batch)) {
      assertThat(prediction.longs("index")).containsExactly(1, 3);
      assertThat(prediction.floats("kept")).containsExactly(5, 7);
      assertThatThrownBy(() -> prediction.vector("kept"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("kept");
    }
  }

  @Test
  void unknownOutputsAndWrongTypesAreNamed() {
    try (Model model =
            fixture.load(
                "classifier.onnx",
                LoadOptions.builder().features(FeatureSchema.ofNames("u", "v")).build());
        FeatureBatch batch = builder().floats("u", 2).floats("v", 0).build();
        Prediction prediction = model.predict(batch)) {
      assertThat(prediction.longs("label")).containsExactly(0);
      assertThatThrownBy(() -> prediction.floats("nope"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("output: found no \"nope\", expected one of [label, probabilities]");
      assertThatThrownBy(() -> prediction.floats("label"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "output label: found int64, expected one of [float32] for floats; read it with"
                  + " longs(\"label\")");
    }
  }

  @Test
  void rootsOfOtherAllocatorsAreTaken() {
    try (BufferAllocator other = new RootAllocator();
        Model model = fixture.load("dynamic.onnx");
        Float4Vector x = new Float4Vector("x", other)) {
      x.allocateNew(2);
      x.set(0, 0);
      x.set(1, 9);
      x.setValueCount(2);
      VectorSchemaRoot root = VectorSchemaRoot.of(x);
      try (FeatureBatch batch = FeatureBatch.of(root);
          Prediction prediction = model.predict(batch)) {
        assertThat(prediction.floats("kept")).containsExactly(9);
      }
    }
  }

  @Test
  void aRootWhoseVectorsAreShorterThanItSaysIsRefused() {
    Float4Vector x = new Float4Vector("x", fixture.allocator());
    x.allocateNew(2);
    x.set(0, 1);
    x.setValueCount(1);
    try (Model model = fixture.load("dynamic.onnx");
        FeatureBatch batch = owning(1000, x)) {
      assertThatThrownBy(() -> model.predict(batch))
          .isInstanceOf(ModelInputException.class)
          .hasMessageContaining("x: found 1 values, expected 1000");
    }
  }

  @Test
  void aModelWhoseInputHasNoNameIsServedOnceItsColumnIsNamed(@TempDir Path folder)
      throws Exception {
    ModelProto.Builder model =
        ModelProto.parseFrom(
            Files.readAllBytes(ServingFixture.MODELS.resolve("engine/type_float32.onnx")))
            .toBuilder();
    model.getGraphBuilder().getInputBuilder(0).setName(" ");
    for (NodeProto.Builder node : model.getGraphBuilder().getNodeBuilderList()) {
      for (int i = 0; i < node.getInputCount(); i++) {
        node.setInput(i, " ");
      }
    }
    Path file = Files.write(folder.resolve("unnamed.onnx"), model.build().toByteArray());
    assertThatThrownBy(() -> fixture.load(file.toAbsolutePath().toString()))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("found a blank name")
        .hasMessageContaining("LoadOptions.features");
    LoadOptions named =
        LoadOptions.builder().features(FeatureSchema.ofNames("a", "b", "c")).build();
    try (Model served = fixture.load(file.toAbsolutePath().toString(), named);
        FeatureBatch batch =
            FeatureBatch.builder(fixture.allocator())
                .floats("a", 1)
                .floats("b", 2)
                .floats("c", 3)
                .build();
        Prediction prediction = served.predict(batch)) {
      assertThat(prediction.floats("same")).containsExactly(1, 2, 3);
    }
  }
}
