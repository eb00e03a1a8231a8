package io.mlops4j.monitor.stats.multivariate;

import static io.mlops4j.monitor.golden.GoldenFile.statistic;
import static io.mlops4j.monitor.stats.multivariate.JointCases.normal;
import static io.mlops4j.monitor.stats.multivariate.JointCases.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.monitor.golden.GoldenFile;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MaximumMeanDiscrepancyTest {
  private static final double NAN = Double.NaN;

  private final MaximumMeanDiscrepancy test = MaximumMeanDiscrepancy.withDefaults();

  static Stream<JsonNode> cases() {
    return GoldenFile.elements(JointCases.CASES.get("pairs"));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void agreesWithTheDoubleSumsInNumPy(JsonNode golden) {
    double[][] reference = rows(golden.get("ref"));
    double[][] current = rows(golden.get("cur"));
    double bandwidth = golden.get("bandwidth").asDouble();
    MaximumMeanDiscrepancy.Result median = test.test(reference, current);
    if (bandwidth != 1.5) {
      assertThat(median.bandwidth()).isCloseTo(bandwidth, within(1e-9 * bandwidth));
      assertThat(median.statistic())
          .isCloseTo(golden.get("statistic").asDouble(), statistic(golden.get("statistic")));
    }
    assertThat(test.withBandwidth(bandwidth).test(reference, current).statistic())
        .isCloseTo(golden.get("statistic").asDouble(), statistic(golden.get("statistic")));
    assertThat(median.referenceRows()).isEqualTo(reference.length);
    assertThat(median.currentRows()).isEqualTo(current.length);
  }

  /** Two against three rows: one in ten deals is the observed one, and it is the largest. */
  @Test
  void thePValueIsTheShareOfDealsAtLeastAsLarge() {
    double[][] reference = {{0}, {0.1}};
    double[][] current = {{5}, {5.1}, {5.2}};
    MaximumMeanDiscrepancy.Result result =
        test.withPermutations(20_000, 3).test(reference, current);
    assertThat(result.pValue()).isCloseTo(0.1, within(0.01));
  }

  @Test
  void aShiftInManyColumnsIsFoundAndThePValueIsNeverZero() {
    SplittableRandom random = new SplittableRandom(1);
    MaximumMeanDiscrepancy.Result result =
        test.test(normal(random, 100, 8, 0, 1), normal(random, 80, 8, 0.7, 1));
    assertThat(result.pValue()).isEqualTo(1 / 200.0);
  }

  /** Correlation alone, which no column shows. */
  @Test
  void aChangedCorrelationIsFound() {
    SplittableRandom random = new SplittableRandom(2);
    double[][] current = normal(random, 150, 2, 0, 1);
    for (double[] row : current) {
      row[1] = 0.95 * row[0] + Math.sqrt(1 - 0.95 * 0.95) * row[1];
    }
    assertThat(test.test(normal(random, 150, 2, 0, 1), current).pValue()).isLessThan(0.02);
  }

  @Test
  void theLevelHoldsAtAnySize() {
    long seed = 3;
    SplittableRandom random = new SplittableRandom(seed);
    int alarms = 0;
    int runs = 400;
    for (int run = 0; run < runs; run++) {
      double[][] reference = normal(random, 15, 2, 0, 1);
      double[][] current = normal(random, 9, 2, 0, 1);
      alarms += test.withPermutations(39, run).test(reference, current).pValue() <= 0.05 ? 1 : 0;
    }
    // 5 % and three standard errors of the simulation
    assertThat(alarms / (double) runs).as("seed " + seed).isBetween(0.015, 0.085);
  }

  @Test
  void theSameSeedGivesTheSameAnswerAlsoWhenRowsAreDrawn() {
    SplittableRandom random = new SplittableRandom(4);
    double[][] reference = normal(random, 60, 3, 0, 1);
    double[][] current = normal(random, 50, 3, 0.2, 1);
    MaximumMeanDiscrepancy few = test.withMostRows(20).withPermutations(50, 7);
    assertThat(few.test(reference, current)).isEqualTo(few.test(reference, current));
    assertThat(few.test(reference, current).referenceRows()).isEqualTo(20);
    assertThat(few.test(reference, current))
        .isNotEqualTo(few.withPermutations(50, 8).test(reference, current));
  }

  @Test
  void equalRowsAreNoDrift() {
    double[][] same = {{1, 2}, {1, 2}, {1, 2}};
    assertThat(test.test(same, same)).isEqualTo(new MaximumMeanDiscrepancy.Result(0, 1, 0, 3, 3));
  }

  @Test
  void moreThanHalfEqualPairsLeaveABandwidth() {
    double[][] reference = {{0}, {0}, {0}, {0}};
    double[][] current = {{0}, {0}, {2}};
    assertThat(test.test(reference, current).bandwidth()).isEqualTo(2);
  }

  @Test
  void rowsWithAMissingValueAreLeftOut() {
    double[][] reference = {{1, 2}, {NAN, 1}, {3, 4}};
    double[][] current = {{1, NAN}, {2, 2}, {0, 0}};
    MaximumMeanDiscrepancy.Result result = test.test(reference, current);
    assertThat(result)
        .isEqualTo(test.test(new double[][] {{1, 2}, {3, 4}}, new double[][] {{2, 2}, {0, 0}}));
    assertThat(reference[1][0]).isNaN();
  }

  @Test
  void embeddingsAreReadAsTheyAre() {
    float[][] reference = {{1, 2}, {0.5f, 4}};
    float[][] current = {{1, 0}, {2, 2}};
    assertThat(test.test(reference, current))
        .isEqualTo(test.test(new double[][] {{1, 2}, {0.5, 4}}, new double[][] {{1, 0}, {2, 2}}));
  }

  @Test
  void badRowsAreRefusedWithTheirPlace() {
    double[][] fine = {{1, 2}, {3, 4}};
    assertThatThrownBy(() -> test.test(fine, new double[][] {{1, 2}}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("current holds 1 rows");
    assertThatThrownBy(() -> test.test(new double[][] {{1, 2}, {1}}, fine))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("reference[1] has 1 columns");
    assertThatThrownBy(() -> test.test(fine, new double[][] {{1}, {2}}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("reference has 2 columns, current has 1");
    assertThatThrownBy(
            () -> test.test(fine, new double[][] {{1, 2}, {1, Double.POSITIVE_INFINITY}}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("current[1] holds an infinite value");
    assertThatThrownBy(() -> test.withBandwidth(0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> test.withPermutations(0, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> test.withMostRows(1)).isInstanceOf(IllegalArgumentException.class);
  }
}
