package io.mlops4j.runtime.deployment.alias.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.ModelInputException;
import io.mlops4j.error.ModelLoadException;
import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.model.Feature;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.GoldenRows;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.Narrowing;
import io.mlops4j.model.NullPolicy;
import io.mlops4j.runtime.internal.source.FileSource;
import io.mlops4j.runtime.serving.DefaultModelLoader;
import io.mlops4j.runtime.serving.RuntimeSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SelfTestTest {
  private final DefaultModelLoader loader = new DefaultModelLoader(RuntimeSettings.of(1));
  private final List<InferenceEvent.Route> asked = new ArrayList<>();

  @AfterEach
  void nothingIsLeft() {
    assertThat(loader.closeAndReport()).isEmpty();
  }

  private void run(String file, FeatureSchema schema, GoldenRows golden) {
    ModelCard.Builder card = ModelCard.builder("m");
    if (golden != null) {
      card.goldenRows(golden);
    }
    Path path = Path.of("src/test/resources/io/mlops4j/runtime/models", file + ".onnx");
    LoadOptions options = LoadOptions.builder().listener(event -> asked.add(event.route())).build();
    if (schema != null) {
      options = options.toBuilder().features(schema).build();
    }
    try (Model model = loader.load(() -> FileSource.read(path), "m", options)) {
      new SelfTest(model, loader.allocator(), Duration.ofMinutes(1), false).run(card.build());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"engine/type_float16", "engine/type_bfloat16"})
  void halvesAreAskedAsWhatTheyAre(String file) {
    run(
        file,
        null,
        GoldenRows.within(0)
            .withInput("x", List.of(1.5, -2, 0.25))
            .withOutput("same", List.of(1.5, -2, 0.25)));
    assertThat(asked).hasSize(1);
  }

  /** {@code columns.onnx} gives every input back and adds the numbers. */
  private static GoldenRows columns() {
    return GoldenRows.within(1e-6)
        .withInput("f", 1.5, -2)
        .withInput("d", 1, 0.25)
        .withInput("i", 3, -4)
        .withInput("l", 5L, 1L << 40)
        .withInput("b", true, false)
        .withInput("s", "früh ✈", "");
  }

  @Test
  void goldenRowsOfEveryTypePass() {
    run(
        "columns",
        null,
        columns()
            .withOutput("f_out", 1.5, -2)
            .withOutput("d_out", 1.0, 0.25)
            .withOutput("i_out", 3, -4)
            .withOutput("l_out", 5, 1L << 40)
            .withOutput("b_out", true, false)
            .withOutput("s_out", "früh ✈", "")
            .withOutput("total", 10.5, null));
    assertThat(asked).hasSize(1);
  }

  @Test
  void everyTypeOfOutputIsCompared() {
    assertFails(
        columns().withOutput("f_out", 1.5, -2.1), "f_out in row 1: found -2.0, expected -2.1");
    assertFails(columns().withOutput("l_out", 6, 1), "l_out in row 0: found 5, expected 6");
    assertFails(
        columns().withOutput("b_out", true, true), "b_out in row 1: found 0, expected true");
    assertFails(columns().withOutput("s_out", "x", ""), "s_out in row 0: found früh ✈, expected x");
    assertFails(columns().withOutput("s_out", 1, 2), "s_out in row 0: found früh ✈, expected 1");
    assertFails(
        columns().withOutput("absent", 1, 2),
        "absent: found no such output, expected one of [f_out: float32[N]");
    assertFails(columns().withOutput("total", Double.NaN, 1), "total in row 0: found 10.5");
  }

  private void assertFails(GoldenRows golden, String message) {
    assertThatThrownBy(() -> run("columns", null, golden))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("fails its golden rows")
        .hasMessageContaining(message);
  }

  @Test
  void aValueThatItsColumnCannotHoldIsNamed() {
    assertThatThrownBy(
            () ->
                run(
                    "columns2d",
                    null,
                    GoldenRows.within(0).withInput("i", 1.5).withOutput("sum", 1)))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("column i: found 1.5 in row 0");
    assertThatThrownBy(
            () ->
                run(
                    "columns2d",
                    null,
                    GoldenRows.within(0).withInput("f", "x").withOutput("sum", 1)))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("column f: found x");
  }

  /** They go through the same check as a caller's values. */
  @Test
  void numbersOfANarrowedColumnKeepTheirTypeAndAreChecked() {
    FeatureSchema schema = FeatureSchema.ofNames("f", "i").withNarrowing(Narrowing.CHECKED);
    run(
        "columns2d",
        schema,
        GoldenRows.within(1e-6)
            .withInput("f", 0.1, 2)
            .withInput("i", 1, 2)
            .withOutput("sum", 1.1, 4));
    assertThatThrownBy(
            () ->
                run(
                    "columns2d",
                    schema,
                    GoldenRows.within(0)
                        .withInput("f", 1e300)
                        .withInput("i", 1)
                        .withOutput("sum", 1)))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("fails its golden rows: f: found 1.0E300 in row 0")
        .hasCauseInstanceOf(ModelInputException.class);
    assertThatThrownBy(
            () ->
                run(
                    "columns2d",
                    schema,
                    GoldenRows.within(0)
                        .withInput("f", 16777217L)
                        .withInput("i", 1)
                        .withOutput("sum", 1)))
        .hasMessageContaining("f: found 16777217 in row 0");
  }

  /** Without a narrowing, too, no value becomes another one in silence. */
  @Test
  void aValueBeyondItsColumnIsNamed() {
    assertThatThrownBy(
            () ->
                run(
                    "columns2d",
                    null,
                    GoldenRows.within(0)
                        .withInput("f", 1e300)
                        .withInput("i", 1)
                        .withOutput("sum", 1)))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("column f: found 1.0E300 in row 0");
    assertThatThrownBy(
            () ->
                run(
                    "columns",
                    null,
                    GoldenRows.within(0)
                        .withInput("f", 1)
                        .withInput("d", 1)
                        .withInput("i", 1L << 32)
                        .withInput("l", 1)
                        .withInput("b", true)
                        .withInput("s", "")
                        .withOutput("i_out", 0)))
        .hasMessageContaining("column i: found 4294967296 in row 0");
  }

  @Test
  void aColumnThatIsMissingIsNamed() {
    assertThatThrownBy(
            () ->
                run("columns2d", null, GoldenRows.within(0).withInput("i", 1).withOutput("sum", 1)))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("fails its golden rows: f: found no such column")
        .hasCauseInstanceOf(ModelInputException.class);
  }

  @Test
  void nullsAndRenamedColumnsFollowTheSchemaAndKeysTravelAlong() {
    FeatureSchema schema =
        FeatureSchema.of(
                Feature.of("f").withColumn("distance").withNulls(NullPolicy.replaceWith(2)),
                Feature.of("i"))
            .withKey("id");
    run(
        "columns2d",
        schema,
        GoldenRows.within(0)
            .withInput("distance", 1, null)
            .withInput("i", 10, 20)
            .withInput("id", "a-1", "b-2")
            .withOutput("sum", 11, 22));
    assertThat(asked).hasSize(1);
  }

  @Test
  void columnsThatAreGatheredHaveTheTypeOfTheirInput() {
    FeatureSchema schema = FeatureSchema.ofNames("a", "b");
    GoldenRows labels =
        GoldenRows.within(0)
            .withInput("a", 2, 0, -2)
            .withInput("b", 0, 1, -2)
            .withOutput("label", 0, 1, 1);
    run("classifier", schema, labels);
    assertThatThrownBy(
            () ->
                run(
                    "classifier",
                    schema,
                    GoldenRows.within(0)
                        .withInput("a", 2)
                        .withInput("b", 0)
                        .withOutput("probabilities", 1)))
        .hasMessageContaining("probabilities: found 3 values, expected 1, one for each row");
  }

  @ParameterizedTest
  @ValueSource(strings = {"columns", "columns2d", "strings_out", "dynamic"})
  void withoutGoldenRowsOneCallWarms(String file) {
    run(file, null, null);
    assertThat(asked).hasSize(1);
  }

  @Test
  void aModelOfFixedBatchIsWarmedWithThatManyRows() {
    run("fixed_batch8", FeatureSchema.ofNames("a", "b", "c", "d"), null);
    assertThat(asked).hasSize(1);
  }

  @Test
  void severalValuesARowAreAskedAndCompared() {
    GoldenRows rows =
        GoldenRows.within(1e-6).withInput("x", new float[] {1, 2, 3, 4}, new float[] {-1, 4, 0, 0});
    float[] first = {7.75f, 4.25f};
    float[] second = {13.75f, -4.75f};
    run("mlp4", null, rows.withOutput("y", first, second));
    run("mlp4", null, rows.withOutput("y", null, Arrays.asList(null, -4.75)));
    assertThatThrownBy(() -> run("mlp4", null, rows.withOutput("y", first, first)))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("y in row 1 at 0: found 13.75, expected 7.75 within 1.0E-6");
    float[] wide = {1, 2, 3};
    assertThatThrownBy(() -> run("mlp4", null, rows.withOutput("y", wide, wide)))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("y: found 4 values, expected 6, 3 for each row");
  }

  @Test
  void aModelOfListsIsWarmedWithLists() {
    run("mlp4", null, null);
    assertThat(asked).hasSize(1);
  }

  /** Expected values by NumPy, from expected.json. */
  @Test
  void mapsAreComparedInTheOrderOfTheirKeys() {
    FeatureSchema schema = FeatureSchema.ofNames("a", "b");
    GoldenRows rows = GoldenRows.within(1e-6).withInput("a", 2, 0).withInput("b", 0, 1);
    double[] first = {0.492562943960795, 0.014874112078410105, 0.492562943960795};
    double[] second = {0.3314989604240915, 0.5465493872661796, 0.12195165230972886};
    run("classifier_zipmap", schema, rows.withOutput("byclass", first, second));
    assertThatThrownBy(
            () -> run("classifier_zipmap", schema, rows.withOutput("byclass", first, first)))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("byclass in row 1 at 0: found ");
    assertThatThrownBy(() -> run("classifier_zipmap", schema, rows.withOutput("byclass", 1, 1)))
        .hasMessageContaining("byclass: found 6 values, expected 2, one for each row");
  }

  @Test
  void sequencesAreNotCompared() {
    GoldenRows rows = GoldenRows.within(0).withInput("x", List.of(1, 2), List.of(3, 4));
    assertThatThrownBy(() -> run("tensors/split", null, rows.withOutput("rows", 1, 2)))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("rows: found rows: sequence(float32[")
        .hasMessageContaining("a tensor, or a map in each row: no other output is compared");
  }
}
