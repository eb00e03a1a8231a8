package io.mlops4j.runtime.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import io.mlops4j.error.ModelInputException;
import io.mlops4j.feature.BFloat16Vector;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FixedShapeTensorType;
import io.mlops4j.feature.FixedShapeTensorVector;
import io.mlops4j.feature.VariableShapeTensorVector;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.model.Feature;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.NullPolicy;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float2Vector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.UInt2Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.MapVector;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.ArrowType.ExtensionType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tensors of every rank through the real engine. */
@SuppressWarnings("ArrayRecordComponent") // as users write them
class TensorPredictionTest {
  private static final float[] TWELVE = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  private static final float[] MINUS = {-1, -2, -3, -4, -5, -6, -7, -8, -9, -10, -11, -12};

  private final ServingFixture fixture = new ServingFixture();

  @AfterEach
  void nothingIsForgotten() {
    fixture.close();
  }

  private FeatureBatch.Builder builder() {
    return FeatureBatch.builder(fixture.allocator());
  }

  private static FeatureBatch owning(int rows, FieldVector... vectors) {
    List<Field> fields = List.of(vectors).stream().map(FieldVector::getField).toList();
    try (VectorSchemaRoot root = new VectorSchemaRoot(fields, List.of(vectors), rows)) {
      return FeatureBatch.owning(root);
    }
  }

  /** Lists of these lengths; a negative one is a null. */
  private ListVector lists(String name, float[] values, int... lengths) {
    ListVector list = ListVector.empty(name, fixture.allocator());
    list.addOrGetVector(
        FieldType.nullable(new Float4Vector("", fixture.allocator()).getField().getType()));
    list.allocateNew();
    Float4Vector inside = (Float4Vector) list.getDataVector();
    for (int i = 0; i < values.length; i++) {
      inside.setSafe(i, values[i]);
    }
    for (int row = 0; row < lengths.length; row++) {
      if (lengths[row] < 0) {
        list.setNull(row);
      } else {
        list.startNewValue(row);
        list.endValue(row, lengths[row]);
      }
    }
    list.setValueCount(lengths.length);
    return list;
  }

  @Test
  void rowsOfMatricesAreStackedWhateverHoldsThem() {
    try (Model model = fixture.load("tensors/matrices.onnx");
        FeatureBatch fixed = builder().floats("x", TWELVE).asTensors(2, 3).build();
        FeatureBatch variable =
            builder()
                .floats("x", TWELVE)
                .asTensors(List.of(new long[] {2, 3}, new long[] {2, 3}))
                .build();
        FeatureBatch flat = builder().floats("x", TWELVE).asTensors(6).build();
        FeatureBatch listed = owning(2, lists("x", TWELVE, 6, 6))) {
      FeatureBatch plain =
          FeatureBatch.owning(
              VectorSchemaRoot.of(
                  ((FixedShapeTensorVector) flat.column("x")).getUnderlyingVector()));
      for (FeatureBatch batch : List.of(fixed, variable, plain, listed)) {
        try (Prediction prediction = model.predict(batch)) {
          assertThat(prediction.floats("y")).containsExactly(MINUS);
          assertThat(prediction.floats("sum")).containsExactly(21, 57);
          assertThat(prediction.shape("y")).containsExactly(2, 2, 3);
          assertThat(prediction.shape("sum")).containsExactly(2);
          FixedShapeTensorVector whole = prediction.tensor("y");
          assertThat(whole.getValueCount()).isEqualTo(1);
          assertThat(whole.shape()).containsExactly(2, 2, 3);
          assertThat(whole.floats(0)).containsExactly(MINUS);
          assertThat(prediction.vector("y").getValueCount()).isEqualTo(2);
        }
      }
      plain.close();
      try (FeatureBatch slice = fixed.slice(1, 1);
          Prediction prediction = model.predict(slice)) {
        assertThat(prediction.floats("sum")).containsExactly(57);
      }
    }
  }

  @Test
  void aTensorOfAnotherShapeOrRankIsRefusedBeforeTheEngine() {
    try (Model model = fixture.load("tensors/matrices.onnx");
        FeatureBatch turned = builder().floats("x", TWELVE).asTensors(3, 2).build();
        FeatureBatch deep = builder().floats("x", TWELVE).asTensors(1, 2, 3, 1).build();
        FeatureBatch scalars = builder().floats("x", TWELVE).build();
        FeatureBatch doubles = builder().doubles("x", 1, 2, 3, 4, 5, 6).asTensors(2, 3).build();
        FeatureBatch differing =
            builder()
                .floats("x", TWELVE)
                .asTensors(List.of(new long[] {2, 3}, new long[] {3, 2}))
                .build();
        FeatureBatch unequal = owning(2, lists("x", TWELVE, 6, 5))) {
      assertThatThrownBy(() -> model.predict(turned))
          .isInstanceOf(ModelInputException.class)
          .hasMessage(
              "x: found arrow.fixed_shape_tensor[3, 2] of float32, expected a list of 6 float32 or"
                  + " arrow.fixed_shape_tensor[2, 3] of it for x: float32[N, 2, 3]; make tensors of"
                  + " the values with FeatureBatch.Builder.asTensors(2, 3)");
      assertThatThrownBy(() -> model.predict(deep)).isInstanceOf(ModelInputException.class);
      assertThatThrownBy(() -> model.predict(scalars)).isInstanceOf(ModelInputException.class);
      assertThatThrownBy(() -> model.predict(doubles))
          .isInstanceOf(ModelInputException.class)
          .hasMessageContaining("of float64")
          .hasMessageContaining("LoadOptions.lenientColumns");
      assertThatThrownBy(() -> model.predict(differing))
          .isInstanceOf(ModelInputException.class)
          .hasMessage(
              "x: found a tensor of [3, 2] in row 1, expected [2, 3] as in row 0; pad the rows to"
                  + " one size, or call the model for each row");
      assertThatThrownBy(() -> model.predict(unequal))
          .isInstanceOf(ModelInputException.class)
          .hasMessageContaining("x: found a list of 5 in row 1, expected 6 as in row 0");
    }
  }

  @Test
  void symbolsAreOneSizeInAllInputsAndOpenDimensionsNeedAShape() {
    try (Model model = fixture.load("tensors/shared.onnx");
        FeatureBatch right =
            builder()
                .floats("x", TWELVE)
                .asTensors(3, 4)
                .floats("w", TWELVE)
                .asTensors(3, 4)
                .build();
        FeatureBatch wrong =
            builder()
                .floats("x", TWELVE)
                .asTensors(3, 4)
                .floats("w", TWELVE)
                .asTensors(4, 3)
                .build();
        FeatureBatch flat =
            builder()
                .floats("w", TWELVE)
                .asTensors(3, 4)
                .floats("x", TWELVE)
                .asTensors(12)
                .build();
        FeatureBatch rows =
            builder()
                .floats("x", TWELVE)
                .asTensors(2, 3)
                .floats("w", TWELVE)
                .asTensors(2, 3)
                .build()) {
      try (Prediction prediction = model.predict(right)) {
        assertThat(prediction.shape("y")).containsExactly(1, 3, 4);
        assertThat(prediction.floats("y"))
            .containsExactly(1, 4, 9, 16, 25, 36, 49, 64, 81, 100, 121, 144);
      }
      assertThatThrownBy(() -> model.predict(wrong))
          .isInstanceOf(ModelInputException.class)
          .hasMessageContaining("w: found 4 as dimension A of w: float32[A, B], expected 3");
      assertThatThrownBy(() -> model.predict(flat))
          .isInstanceOf(ModelInputException.class)
          .hasMessageContaining("x: float32[N, A, B], because one size does not determine");
      assertThatThrownBy(() -> model.predict(rows))
          .isInstanceOf(ModelInputException.class)
          .hasMessageContaining(
              "w: found 2 rows, expected one row, because a value is the whole of");
    }
  }

  @Test
  void wholeInputsAndScalarsTakeOneRow() {
    record Wrong(float[] x, float t) {}
    try (Model model = fixture.load("tensors/whole.onnx");
        FeatureBatch batch =
            builder().floats("x", 1, 2, 3, 4, 5, 6).asTensors(2, 3).floats("t", 2.5f).build();
        FeatureBatch stacked =
            builder().floats("x", 1, 2, 3, 4, 5, 6).asTensors(3).floats("t", 2.5f, 2.5f).build();
        Prediction prediction = model.predict(batch)) {
      assertThat(prediction.shape("turned")).containsExactly(3, 2);
      assertThat(prediction.tensor("turned").floats(0)).containsExactly(1, 4, 2, 5, 3, 6);
      assertThat(prediction.tensor("scaled").floats(0))
          .containsExactly(2.5f, 5, 7.5f, 10, 12.5f, 15);
      assertThat(prediction.shape("minus")).isEmpty();
      assertThat(prediction.tensor("minus").floats(0)).containsExactly(-2.5f);
      // Whole the answer to the one row.
      assertThat(prediction.outputs().rows()).isEqualTo(1);
      assertThat(((Float4Vector) prediction.vector("minus")).get(0)).isEqualTo(-2.5f);
      assertThat(prediction.outputs().column("turned").getValueCount()).isEqualTo(1);
      assertThatThrownBy(() -> model.predict(stacked))
          .isInstanceOf(ModelInputException.class)
          .hasMessageContaining("t: found 2 rows, expected one row")
          .hasMessageContaining("t: float32[]");
      assertThatThrownBy(() -> model.rows(Wrong.class, Wrong.class))
          .isInstanceOf(ModelInputException.class);
    }
  }

  @Test
  void recordsFillWholeInputsAndReadWholeOutputs() {
    record Signal(float[] x) {}
    record Answer(float peak, float[] y) {}
    try (Model model = fixture.load("tensors/signal.onnx")) {
      Answer answer =
          model.rows(Signal.class, Answer.class).predict(new Signal(new float[] {1, 7, 3}));
      assertThat(answer.peak()).isEqualTo(7);
      assertThat(answer.y()).containsExactly(-1, -7, -3);
      assertThatThrownBy(
              () ->
                  model
                      .rows(Signal.class, Answer.class)
                      .predict(List.of(new Signal(new float[2]), new Signal(new float[2]))))
          .isInstanceOf(ModelInputException.class)
          .hasMessageContaining("x: found 2 rows, expected one row");
    }
  }

  @Test
  void aVectorInputTakesPlainRowsOrOneWholeList() {
    try (Model model = fixture.load("tensors/signal.onnx");
        FeatureBatch plain = builder().floats("x", 1, 7, 3).build();
        FeatureBatch whole = owning(1, lists("x", new float[] {1, 7, 3}, 3));
        Prediction stacked = model.predict(plain);
        Prediction once = model.predict(whole)) {
      assertThat(stacked.floats("peak")).containsExactly(7);
      assertThat(stacked.outputs().root().getFieldVectors()).hasSize(1);
      assertThat(once.floats("peak")).containsExactly(7);
      assertThat(once.outputs().root().getFieldVectors()).hasSize(2);
    }
  }

  @Test
  void anyRankTakesWhatThereIs() {
    try (Model model = fixture.load("tensors/free.onnx");
        FeatureBatch plain = builder().floats("x", 1, 2).build();
        FeatureBatch lists = owning(2, lists("x", TWELVE, 6, 6));
        FeatureBatch tensors = builder().floats("x", TWELVE).asTensors(2, 3).build();
        FeatureBatch whole = builder().floats("x", TWELVE).asTensors(3, 2, 2).build();
        FeatureBatch scalar = builder().floats("x", 4).asTensors().build()) {
      long[][] shapes = {{2}, {2, 6}, {2, 2, 3}, {3, 2, 2}, {}};
      FeatureBatch[] batches = {plain, lists, tensors, whole, scalar};
      for (int i = 0; i < batches.length; i++) {
        try (Prediction prediction = model.predict(batches[i])) {
          assertThat(prediction.shape("y")).isEqualTo(shapes[i]);
          assertThat(prediction.floats("y")[0]).isEqualTo(-(i == 4 ? 4f : 1f));
        }
      }
    }
  }

  @Test
  void modelsWithoutInputsAnswerOneRow() {
    record Nothing() {}
    record Words(String[] words, float[] y) {}
    try (Model model = fixture.load("tensors/constant.onnx");
        FeatureBatch one = builder().rows(1).build();
        FeatureBatch two = builder().rows(2).build();
        Prediction prediction = model.predict(one)) {
      assertThat(prediction.tensor("y").floats(0)).containsExactly(1, 2, 3, 4);
      assertThat(prediction.shape("words")).containsExactly(3);
      assertThat(prediction.tensor("words").strings(0)).containsExactly("a", "früh ✈", "");
      assertThatThrownBy(() -> model.predict(two))
          .isInstanceOf(ModelInputException.class)
          .hasMessage("batch: found 2 rows, expected one row, because the model has no inputs");
      Words words = model.rows(Nothing.class, Words.class).predict(new Nothing());
      assertThat(words.words()).containsExactly("a", "früh ✈", "");
    }
  }

  @Test
  void bfloat16GoesInAndComesOutAsItself() {
    try (Model model = fixture.load("engine/type_bfloat16.onnx");
        FeatureBatch batch =
            builder().bfloat16s("x", 1.5f, -2, Float.NaN, 0, -0f, 3e38f).asTensors(3).build();
        UInt2Vector bits = new UInt2Vector("x", fixture.allocator());
        Prediction prediction = model.predict(batch)) {
      assertThat(prediction.doubles("same")).hasSize(6).startsWith(1.5, -2, Double.NaN, 0, -0.0);
      FixedShapeTensorVector same = prediction.tensor("same");
      assertThat(same.values()).isInstanceOf(BFloat16Vector.class);
      FixedShapeTensorVector x = (FixedShapeTensorVector) batch.column("x");
      for (int i = 0; i < 6; i++) {
        assertThat(same.values().getDataBuffer().getShort(2L * i))
            .isEqualTo(x.values().getDataBuffer().getShort(2L * i));
      }
      try (Prediction again = model.predict(FeatureBatch.of(renamed(prediction, "same", "x")))) {
        assertThat(again.doubles("same")).containsExactly(prediction.doubles("same"));
      }
      bits.allocateNew(3);
      bits.setValueCount(3);
      FeatureBatch plain = FeatureBatch.of(VectorSchemaRoot.of(bits));
      assertThatThrownBy(() -> model.predict(plain))
          .isInstanceOf(ModelInputException.class)
          .hasMessageContaining("found uint16")
          .hasMessageContaining("bfloat16");
    }
  }

  /** The output's view under another name: the next model's features. */
  private static VectorSchemaRoot renamed(Prediction prediction, String output, String column) {
    FieldVector view = prediction.outputs().column(output);
    Field field = view.getField();
    return new VectorSchemaRoot(
        List.of(new Field(column, field.getFieldType(), field.getChildren())),
        List.of(view),
        view.getValueCount());
  }

  @Test
  void float16StaysArrowsOwn() {
    try (Model model = fixture.load("engine/type_float16.onnx");
        FeatureBatch plain = owning(3, halves());
        Prediction prediction =
            model.predict(
                FeatureBatch.of(
                    new VectorSchemaRoot(
                        List.of(
                            FixedShapeTensorType.of(3)
                                .field(
                                    "x",
                                    new ArrowType.FloatingPoint(
                                        org.apache.arrow.vector.types.FloatingPointPrecision
                                            .HALF))),
                        List.of(tensor(plain)),
                        1)))) {
      assertThat(prediction.doubles("same")).containsExactly(1, 1.5, 2);
      assertThat(prediction.tensor("same").values()).isInstanceOf(Float2Vector.class);
    }
  }

  private final java.util.ArrayDeque<AutoCloseable> later = new java.util.ArrayDeque<>();

  private FieldVector tensor(FeatureBatch values) {
    FieldVector tensor =
        FixedShapeTensorType.of(3)
            .field("x", values.column("x").getField().getType())
            .createVector(fixture.allocator());
    later.push(tensor);
    FixedShapeTensorVector fixed = (FixedShapeTensorVector) tensor;
    var pair = values.column("x").makeTransferPair(fixed.values());
    pair.splitAndTransfer(0, 3);
    fixed.getUnderlyingVector().setNotNull(0);
    fixed.setValueCount(1);
    return tensor;
  }

  @AfterEach
  void closeLater() throws Exception {
    for (AutoCloseable closeable : later) {
      closeable.close();
    }
  }

  private Float2Vector halves() {
    Float2Vector values = new Float2Vector("x", fixture.allocator());
    values.allocateNew(3);
    for (int i = 0; i < 3; i++) {
      values.setWithPossibleTruncate(i, 1 + i / 2f);
    }
    values.setValueCount(3);
    return values;
  }

  @Test
  void plainStorageWithArrowsMetadataIsRecognisedAndAPermutationRefused() {
    try (Model model = fixture.load("tensors/matrices.onnx");
        FeatureBatch batch = builder().floats("x", TWELVE).asTensors(2, 3).build()) {
      FieldVector storage = ((FixedShapeTensorVector) batch.column("x")).getUnderlyingVector();
      VectorSchemaRoot plain = said(storage, "{\"shape\":[2,3]}");
      try (Prediction prediction = model.predict(FeatureBatch.of(plain))) {
        assertThat(prediction.floats("y")).containsExactly(MINUS);
      }
      VectorSchemaRoot permuted = said(storage, "{\"shape\":[3,2],\"permutation\":[1,0]}");
      assertThatThrownBy(() -> model.predict(FeatureBatch.of(permuted)))
          .isInstanceOf(ModelInputException.class)
          .hasMessageContaining("found the permutation [1, 0] of its dimensions, expected none");
      VectorSchemaRoot damaged = said(storage, "{\"shape\":[2,");
      assertThatThrownBy(() -> model.predict(FeatureBatch.of(damaged)))
          .isInstanceOf(ModelInputException.class)
          .hasMessageContaining("x: found a damaged extension type");
    }
  }

  private static VectorSchemaRoot said(FieldVector storage, String metadata) {
    Field field =
        new Field(
            "x",
            new FieldType(
                true,
                storage.getField().getType(),
                null,
                Map.of(
                    ExtensionType.EXTENSION_METADATA_KEY_NAME,
                    FixedShapeTensorType.NAME,
                    ExtensionType.EXTENSION_METADATA_KEY_METADATA,
                    metadata)),
            storage.getField().getChildren());
    return new VectorSchemaRoot(List.of(field), List.of(storage), storage.getValueCount());
  }

  @Test
  void mapsOfAZipMapAreAColumn() {
    record Point(float u, float v) {}
    record Classes(long label, Map<Long, Float> byclass) {}
    record Wrong(Map<String, Float> byclass) {}
    LoadOptions uv = LoadOptions.builder().features(FeatureSchema.ofNames("u", "v")).build();
    try (Model model = fixture.load("classifier_zipmap.onnx", uv);
        Model matrix = fixture.load("classifier.onnx", uv);
        FeatureBatch batch = builder().floats("u", 2, 0, -2).floats("v", 0, 1, -2).build();
        Prediction raw = matrix.predict(batch);
        Prediction prediction = model.predict(batch)) {
      float[] expected = raw.floats("probabilities");
      MapVector maps = (MapVector) prediction.vector("byclass");
      assertThat(maps.getValueCount()).isEqualTo(3);
      List<Classes> records =
          model
              .rows(Point.class, Classes.class)
              .predict(List.of(new Point(2, 0), new Point(0, 1), new Point(-2, -2)));
      for (int row = 0; row < 3; row++) {
        List<?> entries = (List<?>) maps.getObject(row);
        assertThat(entries).hasSize(3);
        for (int k = 0; k < 3; k++) {
          Map<?, ?> entry = (Map<?, ?>) entries.get(k);
          assertThat(entry.get("key")).isEqualTo((long) k);
          assertThat(entry.get("value")).isEqualTo(expected[3 * row + k]);
          assertThat(records.get(row).byclass()).containsEntry((long) k, expected[3 * row + k]);
        }
        assertThat(records.get(row).byclass().keySet()).containsExactly(0L, 1L, 2L);
        assertThat(records.get(row).label()).isEqualTo(prediction.longs("label")[row]);
      }
      assertThat(prediction.outputs().root().getFieldVectors()).hasSize(2);
      try (FeatureBatch kept = prediction.outputs().retain();
          FeatureBatch last = kept.slice(2, 1)) {
        assertThat(((MapVector) last.column("byclass")).getObject(0)).isEqualTo(maps.getObject(2));
      }
      assertThatThrownBy(() -> prediction.shape("byclass"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("sequence(map(int64, float32")
          .hasMessageContaining("vector(\"byclass\")");
      assertThatThrownBy(() -> prediction.floats("byclass"))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> model.rows(Point.class, Wrong.class))
          .isInstanceOf(ModelInputException.class)
          .hasMessageContaining("byclass: found Map<String, Float>")
          .hasMessageContaining("a Map<Long, Float>");
      try (FeatureBatch none = builder().floats("u").floats("v").build();
          Prediction empty = model.predict(none)) {
        assertThat(empty.vector("byclass").getValueCount()).isZero();
        assertThat(empty.outputs().root().getFieldVectors()).hasSize(2);
      }
    }
  }

  @Test
  void aSequenceOfTensorsIsOneRow() {
    try (Model model = fixture.load("tensors/split.onnx");
        FeatureBatch batch = builder().floats("x", 1, 2, 3, 4, 5, 6).asTensors(2).build();
        Prediction prediction = model.predict(batch)) {
      ListVector rows = (ListVector) prediction.vector("rows");
      assertThat(rows.getValueCount()).isEqualTo(1);
      VariableShapeTensorVector each = (VariableShapeTensorVector) rows.getDataVector();
      assertThat(each.getValueCount()).isEqualTo(3);
      for (int i = 0; i < 3; i++) {
        assertThat(each.shape(i)).containsExactly(2);
        assertThat(each.floats(i)).containsExactly(2 * i + 1, 2 * i + 2);
      }
      assertThat(prediction.outputs().root().getFieldVectors()).isEmpty();
      try (FeatureBatch none = builder().floats("x").build()) {
        assertThatThrownBy(() -> model.predict(none)).isInstanceOf(ModelInputException.class);
      }
    }
  }

  @Test
  void textsOfRankTwoGoInAndOut() {
    String[] texts = {"a", "früh ✈", "", "😀", "x", "y"};
    try (Model model = fixture.load("tensors/texts.onnx");
        FeatureBatch batch = builder().strings("s", texts).asTensors(2).build();
        FeatureBatch variable =
            builder()
                .strings("s", texts)
                .asTensors(List.of(new long[] {2}, new long[] {2}, new long[] {2}))
                .build();
        FeatureBatch slice = batch.slice(1, 2)) {
      for (FeatureBatch each : List.of(batch, variable)) {
        try (Prediction prediction = model.predict(each)) {
          assertThat(prediction.strings("t")).containsExactly(texts);
          assertThat(prediction.tensor("t").strings(0)).containsExactly(texts);
          assertThat(prediction.shape("u")).containsExactly(3, 4);
        }
      }
      try (Prediction prediction = model.predict(slice)) {
        assertThat(prediction.strings("t")).containsExactly("", "😀", "x", "y");
      }
    }
  }

  @Test
  void bytesThatAreNoUtf8AreRefusedWithTheirRow() {
    VarCharVector text = new VarCharVector("s", fixture.allocator());
    text.allocateNew();
    byte[][] rows = {
      {'o', 'k'}, {(byte) 0xef, (byte) 0xbf, (byte) 0xbd}, {'a', (byte) 0xc3}, {'b'}
    };
    for (int i = 0; i < rows.length; i++) {
      text.setSafe(i, rows[i]);
    }
    text.setValueCount(rows.length);
    LoadOptions two =
        LoadOptions.builder()
            .features(
                FeatureSchema.of(Feature.of("a").withColumn("s"), Feature.of("b").withColumn("s")))
            .build();
    try (Model model = fixture.load("tensors/texts.onnx", two);
        FeatureBatch batch = owning(rows.length, text);
        FeatureBatch sound = batch.slice(0, 2);
        Prediction prediction = model.predict(sound)) {
      // U+FFFD itself is a character like any other.
      assertThat(prediction.strings("t")).containsExactly("ok", "ok", "\uFFFD", "\uFFFD");
      assertThatThrownBy(() -> model.predict(batch))
          .isInstanceOf(ModelInputException.class)
          .hasMessageContaining("s: found bytes that are not UTF-8 in row 2, read as \"a\uFFFD\"");
    }
  }

  @Test
  void nullListsAreReplacedByWhatThePolicySays() {
    FeatureSchema policy = FeatureSchema.of(Feature.of("x").withNulls(NullPolicy.replaceWith(9)));
    try (Model refusing = fixture.load("tensors/matrices.onnx");
        Model replacing =
            fixture.load("tensors/matrices.onnx", LoadOptions.builder().features(policy).build());
        FeatureBatch lists = owning(3, lists("x", TWELVE, 6, -1, 6));
        FeatureBatch none = owning(2, lists("x", new float[0], -1, -1));
        Prediction prediction = replacing.predict(lists);
        Prediction nulls = replacing.predict(none)) {
      assertThat(prediction.floats("sum")).containsExactly(21, 54, 57);
      assertThat(nulls.floats("sum")).containsExactly(54, 54);
      assertThatThrownBy(() -> refusing.predict(lists))
          .isInstanceOf(ModelInputException.class)
          .hasMessageContaining("x: found a null in row 1");
    }
  }

  @Test
  void randomTensorsAnswerAsRawOnnxRuntimeBitForBit() throws Exception {
    long seed = 20_261_125;
    Random random = new Random(seed);
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    String file = ServingFixture.MODELS.resolve("tensors/shared.onnx").toString();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        OrtSession session = environment.createSession(file, options);
        Model model = fixture.load("tensors/shared.onnx")) {
      for (int turn = 0; turn < 30; turn++) {
        long[] shape = {1 + random.nextInt(5), random.nextInt(4)};
        float[] x = floats(random, (int) (shape[0] * shape[1]));
        float[] w = floats(random, x.length);
        try (FeatureBatch batch =
                builder().floats("x", x).asTensors(shape).floats("w", w).asTensors(shape).build();
            Prediction prediction = model.predict(batch);
            OnnxTensor rawX =
                OnnxTensor.createTensor(
                    environment, FloatBuffer.wrap(x), new long[] {1, shape[0], shape[1]});
            OnnxTensor rawW = OnnxTensor.createTensor(environment, FloatBuffer.wrap(w), shape);
            OrtSession.Result raw = session.run(Map.of("x", rawX, "w", rawW))) {
          OnnxTensor y = (OnnxTensor) raw.get(0);
          float[] expected = new float[x.length];
          y.getFloatBuffer().get(expected);
          assertThat(prediction.shape("y"))
              .as("seed " + seed)
              .containsExactly(y.getInfo().getShape());
          assertThat(prediction.tensor("y").floats(0)).as("seed " + seed).containsExactly(expected);
        }
      }
    }
  }

  private static float[] floats(Random random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  @Test
  void answersToNoRowsHaveTheDeclaredShape() {
    try (Model model = fixture.load("mlp4.onnx", ServingFixture.ABCD);
        FeatureBatch none = builder().floats("a").floats("b").floats("c").floats("d").build();
        Prediction prediction = model.predict(none)) {
      assertThat(prediction.shape("y")).containsExactly(0, 2);
      assertThat(prediction.tensor("y").floats(0)).isEmpty();
    }
  }
}
