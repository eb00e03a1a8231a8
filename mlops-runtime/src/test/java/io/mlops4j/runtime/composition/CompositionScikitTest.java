package io.mlops4j.runtime.composition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.model.Feature;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.Narrowing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The answers of scikit-learn's ensembles, from expected.json. */
class CompositionScikitTest {
  private static final Path EXPECTED =
      Path.of("src/test/resources/io/mlops4j/runtime/composition/expected.json");

  private final CompositionFixture fixture = new CompositionFixture();
  private JsonNode expected;

  @BeforeEach
  void read() throws IOException {
    expected = new ObjectMapper().readTree(Files.readString(EXPECTED));
  }

  @AfterEach
  void nothingIsLeft() {
    fixture.close();
  }

  private FeatureBatch rows() {
    JsonNode rows = expected.get("rows");
    FeatureBatch.Builder batch = fixture.batch();
    for (int i = 0; i < 3; i++) {
      double[] column = new double[rows.size()];
      for (int row = 0; row < column.length; row++) {
        column[row] = rows.get(row).get(i).asDouble();
      }
      batch.doubles("abc".substring(i, i + 1), column);
    }
    return batch.build();
  }

  private static double[] doubles(JsonNode values) {
    DoubleStream.Builder all = DoubleStream.builder();
    for (JsonNode value : values) {
      if (value.isArray()) {
        DoubleStream.of(doubles(value)).forEach(all::add);
      } else {
        all.add(value.asDouble());
      }
    }
    return all.build().toArray();
  }

  private static List<String> texts(JsonNode values) {
    List<String> all = new ArrayList<>();
    values.forEach(value -> all.add(value.asText()));
    return all;
  }

  private Model narrowed(String name) {
    FeatureSchema abc = FeatureSchema.ofNames("a", "b", "c").withNarrowing(Narrowing.CHECKED);
    return fixture.load("composition/" + name, LoadOptions.builder().features(abc).build());
  }

  private Composition.Builder three(String kind) {
    return fixture
        .runtime
        .composition("vote")
        .member("logistic", narrowed(kind + "_logistic"))
        .member("small", narrowed(kind + "_small"))
        .member("deep", narrowed(kind + "_deep"))
        .rename("small", "scores", "probabilities")
        .rename("deep", "scores", "probabilities");
  }

  private Composition.Builder weighted(String kind) {
    return three(kind).weight("small", 2).weight("deep", 1.5);
  }

  private void hasLabels(Composition vote, JsonNode labels) {
    try (vote;
        FeatureBatch rows = rows();
        Prediction answer = vote.predict(rows)) {
      List<String> found = new ArrayList<>();
      if (labels.get(0).isTextual()) {
        found.addAll(List.of(answer.strings("label")));
      } else {
        for (long label : answer.longs("label")) {
          found.add(Long.toString(label));
        }
      }
      assertThat(found).isEqualTo(texts(labels));
    }
  }

  private void hasValues(Composition mean, String output, JsonNode values, double tolerance) {
    try (mean;
        FeatureBatch rows = rows();
        Prediction answer = mean.predict(rows)) {
      assertThat(answer.doubles(output)).containsExactly(doubles(values), within(tolerance));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"numbers", "texts"})
  void votesLikeHardVoting(String kind) {
    hasLabels(three(kind).vote("label"), expected.get(kind).get("hard"));
    hasLabels(weighted(kind).vote("label"), expected.get(kind).get("hard_weighted"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"numbers", "texts"})
  void averagesLikeSoftVoting(String kind) {
    JsonNode answers = expected.get(kind);
    hasValues(three(kind).average("probabilities"), "probabilities", answers.get("soft"), 1e-6);
    hasValues(
        weighted(kind).average("probabilities"),
        "probabilities",
        answers.get("soft_weighted"),
        1e-6);
  }

  @ParameterizedTest
  @ValueSource(strings = {"numbers", "texts"})
  void stacksLikeStacking(String kind) {
    List<Feature> nine = new ArrayList<>();
    for (String column : List.of("logistic.probabilities", "small.scores", "deep.scores")) {
      for (int i = 0; i < 3; i++) {
        nine.add(Feature.of(column + "." + i));
      }
    }
    Model last =
        fixture.load(
            "composition/" + kind + "_final",
            LoadOptions.builder().features(FeatureSchema.of(nine.toArray(Feature[]::new))).build());
    Composition stack =
        fixture
            .runtime
            .composition("stack")
            .member("logistic", narrowed(kind + "_logistic"))
            .member("small", narrowed(kind + "_small"))
            .member("deep", narrowed(kind + "_deep"))
            .stack("final", last);
    try (FeatureBatch rows = rows();
        Prediction answer = stack.predict(rows)) {
      assertThat(answer.doubles("probabilities"))
          .containsExactly(doubles(expected.get(kind).get("stack_probabilities")), within(1e-6));
    }
    hasLabels(stack, expected.get(kind).get("stack"));
  }

  /** One member takes float64 columns, the other float32; one returns [N], the other [N, 1]. */
  @Test
  void averagesLikeTheVotingRegressor() {
    hasValues(two().average("delay"), "delay", expected.get("mean"), 1e-5);
    hasValues(
        two().weight("linear", 3).average("delay"), "delay", expected.get("mean_weighted"), 1e-5);
  }

  private Composition.Builder two() {
    return fixture
        .runtime
        .composition("mean")
        .member("linear", fixture.load("composition/linear"))
        .member("tree", narrowed("tree"))
        .rename("tree", "variable", "delay");
  }
}
