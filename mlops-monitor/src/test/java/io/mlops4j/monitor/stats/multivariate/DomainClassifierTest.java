package io.mlops4j.monitor.stats.multivariate;

import static io.mlops4j.monitor.golden.GoldenFile.doubles;
import static io.mlops4j.monitor.stats.multivariate.JointCases.normal;
import static io.mlops4j.monitor.stats.multivariate.JointCases.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.monitor.golden.GoldenFile;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DomainClassifierTest {
  private final DomainClassifier test = DomainClassifier.withDefaults();

  static Stream<JsonNode> logistic() {
    return GoldenFile.elements(JointCases.CASES.get("logistic"));
  }

  @ParameterizedTest
  @MethodSource("logistic")
  void theModelHasTheWeightsOfScikitLearn(JsonNode golden) {
    double[][] rows =
        Arrays.stream(rows(golden.get("rows")))
            .map(row -> DoubleStream.concat(DoubleStream.of(1), Arrays.stream(row)).toArray())
            .toArray(double[][]::new);
    double[] labels = doubles(golden.get("labels"));
    boolean[] happened = new boolean[labels.length];
    for (int i = 0; i < labels.length; i++) {
      happened[i] = labels[i] == 1;
    }
    double[] expected = doubles(golden.get("weights"));
    double[] weights =
        new LogisticModel(rows, golden.get("penalty").asDouble()).fit(happened, 1e-12, 100_000);
    for (int j = 0; j < weights.length; j++) {
      assertThat(weights[j]).isCloseTo(expected[j], within(1e-5 * (1 + Math.abs(expected[j]))));
    }
  }

  static Stream<JsonNode> domain() {
    return GoldenFile.elements(JointCases.CASES.get("domain"));
  }

  /** scikit-learn's areas of ten choices of folds spread by about 0.01. */
  @ParameterizedTest
  @MethodSource("domain")
  void theAreaIsThatOfScikitLearnUpToTheChoiceOfFolds(JsonNode golden) {
    DomainClassifier.Result result =
        test.withPermutations(39, 1).test(rows(golden.get("ref")), rows(golden.get("cur")));
    assertThat(result.statistic())
        .isCloseTo(golden.get("area").asDouble(), within(2 * golden.get("spread").asDouble()));
    assertThat(result.pValue()).isEqualTo(1 / 40.0);
    assertThat(result.isOutside()).isTrue();
    assertThat(result.lowest()).isLessThan(0.5);
    assertThat(result.highest()).isBetween(0.5, 0.65);
  }

  @Test
  void theLevelHolds() {
    long seed = 5;
    SplittableRandom random = new SplittableRandom(seed);
    int alarms = 0;
    int runs = 200;
    for (int run = 0; run < runs; run++) {
      double[][] reference = normal(random, 40, 2, 0, 1);
      double[][] current = normal(random, 25, 2, 0, 1);
      alarms += test.withPermutations(19, run).test(reference, current).pValue() <= 0.05 ? 1 : 0;
    }
    // 5 % and three standard errors of the simulation
    assertThat(alarms / (double) runs).as("seed " + seed).isBetween(0.005, 0.1);
  }

  @Test
  void separatedSamplesAreToldApartAlways() {
    SplittableRandom random = new SplittableRandom(6);
    DomainClassifier.Result result =
        test.withPermutations(19, 0)
            .test(normal(random, 30, 1, 1e9, 1), normal(random, 30, 1, 1e9 + 50, 1));
    assertThat(result.statistic()).isOne();
  }

  @Test
  void constantColumnsSayNothing() {
    double[][] constant = new double[8][2];
    assertThat(test.test(constant, constant))
        .isEqualTo(new DomainClassifier.Result(0.5, 1, 0.5, 0.5));
    SplittableRandom random = new SplittableRandom(7);
    double[][] half = normal(random, 20, 2, 0, 1);
    for (double[] row : half) {
      row[1] = 3;
    }
    assertThat(test.withPermutations(9, 0).test(half, half).statistic()).isBetween(0.2, 0.8);
  }

  @Test
  void twoValuesAreTheirOwnSquares() {
    double[][] zeros = Stream.generate(() -> new double[] {0}).limit(20).toArray(double[][]::new);
    double[][] ones = Stream.generate(() -> new double[] {1}).limit(20).toArray(double[][]::new);
    assertThat(test.withPermutations(19, 0).test(zeros, ones).statistic()).isOne();
  }

  @Test
  void tablesAreMatchedByNameAndCategoriesByHowCommonTheyAre() {
    double[] numbers = IntStream.range(0, 30).mapToDouble(i -> i == 6 ? Double.NaN : i).toArray();
    String[] kinds =
        IntStream.range(0, 30)
            .mapToObj(i -> i == 7 ? null : i % 3 == 0 ? "b" : "a")
            .toArray(String[]::new);
    String[] news = Stream.generate(() -> "new").limit(30).toArray(String[]::new);
    Table reference = Table.builder().numbers("x", numbers).categories("kind", kinds).build();
    Table turned = Table.builder().categories("kind", news).numbers("x", numbers).build();
    DomainClassifier few = test.withPermutations(99, 1);
    assertThat(few.test(reference, turned).pValue()).isLessThan(0.05);
    assertThat(few.test(reference, reference).pValue()).isGreaterThan(0.05);
    assertThatThrownBy(() -> few.test(reference, Table.builder().numbers("x", 1, 2, 3).build()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no column kind among [x]");
    assertThatThrownBy(
            () ->
                few.test(
                    reference, Table.builder().numbers("x", 1, 2).numbers("kind", 1, 2).build()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("kind holds numbers, in the reference categories");
  }

  @Test
  void theSameSeedGivesTheSameAnswerAlsoWhenRowsAreDrawn() {
    SplittableRandom random = new SplittableRandom(8);
    double[][] reference = normal(random, 90, 2, 0, 1);
    double[][] current = normal(random, 70, 2, 0.3, 1);
    DomainClassifier few = test.withMostRows(40).withPermutations(9, 3);
    assertThat(few.test(reference, current)).isEqualTo(few.test(reference, current));
    assertThat(few.test(reference, current))
        .isNotEqualTo(few.withPermutations(9, 4).test(reference, current));
  }

  @Test
  void tooFewRowsAndBadSettingsAreRefused() {
    assertThatThrownBy(() -> test.test(new double[4][1], new double[9][1]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("reference holds 4 rows");
    assertThatThrownBy(() -> test.withFolds(1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> test.withMostRows(1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Table.builder().build()).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Table.builder().numbers("x", 1).numbers("x", 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a column x already");
    assertThatThrownBy(() -> Table.builder().numbers("x", 1).categories("y", "a", "b"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("y has 2 rows");
  }
}
