package io.mlops4j.runtime.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.InferenceException;
import io.mlops4j.error.ModelInputException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.InferenceListener;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.inference.PredictionId;
import io.mlops4j.inference.RowModel;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.Feature;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.NullPolicy;
import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Records through the real engine. */
@SuppressWarnings({"try", "ArrayRecordComponent"}) // closing early; several values a row
class RecordPredictionTest {
  private final ServingFixture fixture = new ServingFixture();

  @AfterEach
  void nothingIsForgotten() {
    fixture.close();
  }

  private record Abcd(float a, float b, float c, float d) {}

  private record Y(float[] y) {}

  private record Keyed(String id, short a, byte b, float c, float d) {}

  private record Wrong(float a, float b, float c, double d) {}

  private record Missing(float a, float b, float c) {}

  private record Extra(float a, float b, float c, float d, float e) {}

  private record Unread(float z) {}

  private record Single(float y) {}

  private record Boxed(float a, float b, @Nullable Float c, float d) {}

  private record Listed(float @Nullable [] x) {}

  enum Airport {
    LAS,
    PHL
  }

  private record Columns(float f, double d, int i, long l, boolean b, @Nullable Airport s) {}

  private record ColumnsOut(
      double total,
      float f_out,
      Double d_out,
      long i_out,
      Long l_out,
      boolean b_out,
      String s_out,
      PredictionId id,
      ServedBy servedBy) {}

  @Test
  void recordsAnswerAsTheSameRowsInABatchBitForBit() {
    long seed = 4711;
    Random random = new Random(seed);
    List<Abcd> rows = new ArrayList<>();
    float[][] columns = new float[4][257];
    for (int i = 0; i < 257; i++) {
      for (float[] column : columns) {
        column[i] = (float) random.nextGaussian();
      }
      rows.add(new Abcd(columns[0][i], columns[1][i], columns[2][i], columns[3][i]));
    }
    try (Model model = fixture.load("mlp4.onnx", ServingFixture.ABCD);
        FeatureBatch batch =
            FeatureBatch.builder(fixture.allocator())
                .floats("a", columns[0])
                .floats("b", columns[1])
                .floats("c", columns[2])
                .floats("d", columns[3])
                .build();
        Prediction prediction = model.predict(batch)) {
      float[] expected = prediction.floats("y");
      RowModel<Abcd, Y> bound = model.rows(Abcd.class, Y.class);
      List<Y> together = bound.predict(rows);
      for (int i = 0; i < rows.size(); i++) {
        float[] own = {expected[2 * i], expected[2 * i + 1]};
        assertThat(bound.predict(rows.get(i)).y()).as("seed " + seed).containsExactly(own);
        assertThat(together.get(i).y()).as("seed " + seed).containsExactly(own);
      }
    }
  }

  /** One record, and then one more in each call, so that the numbers of rows take turns. */
  @Test
  void answersAreThoseOfNumPy() {
    List<Abcd> rows = new ArrayList<>();
    try (Model model = fixture.load("mlp4.onnx", ServingFixture.ABCD)) {
      RowModel<Abcd, Y> bound = model.rows(Abcd.class, Y.class);
      for (int i = 0; i < ServingFixture.X.length; i++) {
        float[] x = ServingFixture.X[i];
        rows.add(new Abcd(x[0], x[1], x[2], x[3]));
        assertThat(bound.predict(rows.get(i)).y()).containsExactly(ServingFixture.Y[i]);
        assertThat(bound.predict(rows))
            .zipSatisfy(
                List.of(ServingFixture.Y).subList(0, i + 1),
                (answer, expected) -> assertThat(answer.y()).containsExactly(expected));
      }
    }
  }

  @Test
  void keysTravelAlongAndNarrowNumbersWiden() {
    try (Model model = fixture.load("mlp4.onnx", ServingFixture.ABCD)) {
      RowModel<Keyed, Y> bound = model.rows(MethodHandles.lookup(), Keyed.class, Y.class);
      assertThat(bound.predict(new Keyed("k", (short) 1, (byte) 2, 3, 4)).y())
          .containsExactly(ServingFixture.Y[0]);
    }
  }

  @Test
  void everyComponentTypeIsTakenAndGiven() {
    try (Model model = fixture.load("columns.onnx")) {
      RowModel<Columns, ColumnsOut> bound = model.rows(Columns.class, ColumnsOut.class);
      ColumnsOut out = bound.predict(new Columns(1.5f, 2.25, 3, 4, true, Airport.PHL));
      assertThat(out.total()).isEqualTo(10.75);
      assertThat(out.f_out()).isEqualTo(1.5f);
      assertThat(out.d_out()).isEqualTo(2.25);
      assertThat(out.i_out()).isEqualTo(3);
      assertThat(out.l_out()).isEqualTo(4);
      assertThat(out.b_out()).isTrue();
      assertThat(out.s_out()).isEqualTo("PHL");
      assertThat(out.id().row()).isZero();
      assertThat(out.servedBy()).isSameAs(model.servedBy());
      assertThatThrownBy(() -> bound.predict(new Columns(1, 2, 3, 4, true, null)))
          .isInstanceOf(ModelInputException.class)
          .hasMessageContaining("s: found null, expected no null")
          .hasMessageContaining("its null policy in the card or in LoadOptions.feature");
      assertThat(bound.predict(new Columns(1, 2, 3, 4, false, Airport.LAS)).s_out())
          .isEqualTo("LAS");
    }
  }

  private record Three(short[] x) {}

  private record Floats(float[] same) {}

  private record Widened(double[] same) {}

  @Test
  void arraysOfFloatingPointHoldWholeNumbers() {
    try (Model model = fixture.load("engine/type_int16.onnx")) {
      Three row = new Three(new short[] {-32768, 0, 32767});
      assertThat(model.rows(Three.class, Floats.class).predict(row).same())
          .containsExactly(-32768, 0, 32767);
      assertThat(model.rows(Three.class, Widened.class).predict(row).same())
          .containsExactly(-32768, 0, 32767);
    }
  }

  @Test
  void aSingleFloatKeepsItsBits() {
    try (Model model = fixture.load("columns.onnx")) {
      RowModel<Columns, ColumnsOut> bound = model.rows(Columns.class, ColumnsOut.class);
      // The second is a signalling not-a-number, of which a double would make another.
      for (int bits : new int[] {0x7fc0_1234, 0x7f80_1234, 0x8000_0000, 1}) {
        Columns row = new Columns(Float.intBitsToFloat(bits), 2, 3, 4, true, Airport.LAS);
        assertThat(Float.floatToRawIntBits(bound.predict(row).f_out())).isEqualTo(bits);
      }
    }
  }

  private record Words(String[] x) {}

  private record SameWords(String[] same) {}

  /** Reads its array one text shorter each time; the first text says how long it is next. */
  record Shrinking(String[] x) {
    @Override
    public String[] x() {
      int length = Integer.parseInt(x[0]);
      x[0] = "" + (length - 1);
      return Arrays.copyOf(x, length);
    }
  }

  @Test
  void arraysThatChangeAreRefused() {
    try (Model model = fixture.load("engine/type_string.onnx")) {
      RowModel<Shrinking, SameWords> bound = model.rows(Shrinking.class, SameWords.class);
      Shrinking row = new Shrinking(new String[] {"3", "b", "c"});
      assertThatThrownBy(() -> bound.predict(row))
          .isInstanceOf(ModelInputException.class)
          .hasMessageContaining("x: found an array that changed");
      RowModel<Words, SameWords> steady = model.rows(Words.class, SameWords.class);
      String[] abc = {"a", "b", "c"};
      assertThat(steady.predict(new Words(abc)).same()).containsExactly(abc);
    }
  }

  private record Answers(float kept) {}

  @Test
  void valuesThatAreNotRowsSayHowToAskForThem() {
    record Values(float x) {}
    try (Model model = fixture.load("engine/lying.onnx")) {
      RowModel<Values, Answers> bound = model.rows(Values.class, Answers.class);
      assertThatThrownBy(() -> bound.predict(List.of(new Values(0), new Values(2))))
          .isInstanceOf(InferenceException.class)
          .hasMessage(
              "output kept: found values that are not rows, expected one value a row; call"
                  + " the model with a batch and read the output with Prediction.tensor");
    }
  }

  @Test
  void arraysFillOneInputOfManyValues() {
    try (Model model = fixture.load("mlp4.onnx")) {
      RowModel<Listed, Y> bound = model.rows(Listed.class, Y.class);
      assertThat(bound.predict(new Listed(ServingFixture.X[3])).y())
          .containsExactly(ServingFixture.Y[3]);
      assertThatThrownBy(() -> bound.predict(new Listed(new float[3])))
          .isInstanceOf(ModelInputException.class)
          .hasMessage("x: found 3 values in row 0, expected 4 in each row for x: float32[N, 4]");
      assertThatThrownBy(() -> bound.predict(new Listed(null)))
          .isInstanceOf(ModelInputException.class)
          .hasMessageContaining("x: found null");
    }
  }

  @Test
  void boxedNullFollowsThePolicy() {
    FeatureSchema schema =
        FeatureSchema.of(
            Feature.of("a"),
            Feature.of("b"),
            Feature.of("c").withNulls(NullPolicy.replaceWith(3)),
            Feature.of("d"));
    try (Model refusing = fixture.load("mlp4.onnx", ServingFixture.ABCD);
        Model replacing =
            fixture.load("mlp4.onnx", LoadOptions.builder().features(schema).build())) {
      Boxed row = new Boxed(1, 2, null, 4);
      assertThat(replacing.rows(Boxed.class, Y.class).predict(row).y())
          .containsExactly(ServingFixture.Y[0]);
      assertThatThrownBy(() -> refusing.rows(Boxed.class, Y.class).predict(row))
          .isInstanceOf(ModelInputException.class)
          .hasMessageContaining("c: found null");
    }
  }

  @Test
  void componentsThatDoNotFitAreRefusedWhenTheRecordIsBound() {
    try (Model model = fixture.load("mlp4.onnx", ServingFixture.ABCD)) {
      assertThatThrownBy(() -> model.rows(Extra.class, Y.class))
          .isInstanceOf(ModelInputException.class)
          .hasMessageContaining("e: ")
          .hasMessageContaining("[a, b, c, d, id]");
      assertThatThrownBy(() -> model.rows(Missing.class, Y.class))
          .isInstanceOf(ModelInputException.class)
          .hasMessageContaining(
              "d: found no component of this name among [a, b, c], expected one that holds"
                  + " float32");
      assertThatThrownBy(() -> model.rows(Wrong.class, Y.class))
          .isInstanceOf(ModelInputException.class)
          .hasMessage(
              "d: found double, expected float32 (byte, short, float), because the model takes x:"
                  + " float32[N, 4]; the model's features can allow a conversion that checks each"
                  + " value: for all of them with LoadOptions.lenientColumns, for one with its"
                  + " narrowing in the card or in LoadOptions.feature");
      assertThatThrownBy(() -> model.rows(Abcd.class, Unread.class))
          .isInstanceOf(ModelInputException.class)
          .hasMessageContaining("z: ")
          .hasMessageContaining("[y]");
    }
  }

  private record Exported(float[] input_1) {}

  private record Measured(float petal_width__cm_, String _class) {}

  private record MeasuredOut(float _12, String[] default_) {}

  @Test
  void namesThatJavaDoesNotTakeAreWrittenWithUnderscores() {
    try (Model model = fixture.load("java_names.onnx")) {
      assertThat(model.signature())
          .hasToString(
              "(petal width (cm): float32[N], class: string[N]) -> (12: float32[N], default.:"
                  + " string[N])");
      MeasuredOut out =
          model.rows(Measured.class, MeasuredOut.class).predict(new Measured(1.5f, "a"));
      assertThat(out._12()).isEqualTo(1.5f);
      assertThat(out.default_()).containsExactly("a");
      assertThatThrownBy(() -> model.rows(Exported.class, MeasuredOut.class))
          .isInstanceOf(ModelInputException.class)
          .hasMessageContaining(
              "input_1: found a component of this name, expected one of [petal width (cm)"
                  + " (petal_width__cm_ in Java), class]");
      assertThatThrownBy(() -> model.rows(Measured.class, Y.class))
          .isInstanceOf(ModelInputException.class)
          .hasMessageContaining("expected one of [12 (_12 in Java), default. (default_ in Java)]");
    }
  }

  @Test
  void listenersSeeTheColumnsOfTheModelAndNotTheComponents() {
    List<String> seen = new ArrayList<>();
    InferenceListener listener =
        new InferenceListener() {
          @Override
          public boolean needsRows() {
            return true;
          }

          @Override
          public void onInference(InferenceEvent event) {
            event.features().root().getSchema().getFields().forEach(f -> seen.add(f.getName()));
          }
        };
    try (Model model =
        fixture.load("java_names.onnx", LoadOptions.builder().listener(listener).build())) {
      model.rows(Measured.class, MeasuredOut.class).predict(new Measured(1, "a"));
    }
    assertThat(seen).containsExactly("petal width (cm)", "class");
  }

  @Test
  void aRecordOfColumnsWithoutAStatedOrderIsToldWhereToStateIt() {
    try (Model model = fixture.load("mlp4.onnx")) {
      assertThatThrownBy(() -> model.rows(Abcd.class, Y.class))
          .isInstanceOf(ModelInputException.class)
          .hasMessageContaining("a: found a component of this name, expected one of [x]")
          .hasMessageContaining("LoadOptions.builder().features(FeatureSchema.ofNames(...))");
    }
  }

  @Test
  void oneValueIsNotTakenOutOfSeveral() {
    try (Model model = fixture.load("mlp4.onnx", ServingFixture.ABCD);
        Model open = fixture.load("tensors/free.onnx")) {
      assertThatThrownBy(() -> model.rows(Abcd.class, Single.class))
          .isInstanceOf(ModelInputException.class)
          .hasMessage(
              "y: found float, expected an array, because the model returns y: float32[N, 2]");
      RowModel<Listed, Single> bound = open.rows(Listed.class, Single.class);
      assertThat(bound.predict(new Listed(new float[] {3})).y()).isEqualTo(-3);
      assertThatThrownBy(() -> bound.predict(new Listed(new float[] {1, 2})))
          .isInstanceOf(InferenceException.class)
          .hasMessageContaining("found 2 values a row, expected one value a row");
    }
  }

  private record Ints(int[] x) {}

  private record Doubles(double[] same) {}

  private record Image(float[] x) {}

  @Test
  void componentTypesThatFitAreNamed() {
    try (Model unsigned = fixture.load("engine/type_uint64.onnx");
        Model longs = fixture.load("engine/type_int64.onnx")) {
      assertThatThrownBy(() -> unsigned.rows(Ints.class, Doubles.class))
          .isInstanceOf(ModelInputException.class)
          .hasMessage(
              "x: found int[], expected a batch in place of records, none of whose components holds"
                  + " x: uint64[N, 3]");
      assertThatThrownBy(() -> longs.rows(Image.class, Doubles.class))
          .isInstanceOf(ModelInputException.class)
          .hasMessage(
              "x: found float[], expected int64 (an array of byte, short, int, long), because the"
                  + " model takes x: int64[N, 3]");
      assertThatThrownBy(() -> longs.rows(Ints.class, Doubles.class))
          .isInstanceOf(ModelInputException.class)
          .hasMessageStartingWith(
              "same: found double[], expected what holds the model's same: int64[N, 3]")
          .hasMessageEndingWith(": long, or an array of such");
    }
  }

  @Test
  void aMissingRecordAmongManyIsNamed() {
    try (Model model = fixture.load("mlp4.onnx", ServingFixture.ABCD)) {
      RowModel<Abcd, Y> bound = model.rows(Abcd.class, Y.class);
      assertThatThrownBy(() -> bound.predict(Arrays.asList(new Abcd(1, 2, 3, 4), null)))
          .isInstanceOf(NullPointerException.class)
          .hasMessage("rows: found null at 1, expected a record");
    }
  }

  @Test
  void noRecordsAreAnsweredWithNone() {
    try (Model model = fixture.load("mlp4.onnx", ServingFixture.ABCD)) {
      RowModel<Abcd, Y> bound = model.rows(Abcd.class, Y.class);
      assertThat(bound.predict(List.of())).isEmpty();
      model.close();
      assertThatThrownBy(() -> bound.predict(List.of())).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> bound.predict(new Abcd(1, 2, 3, 4)))
          .isInstanceOf(IllegalStateException.class);
    }
  }
}
