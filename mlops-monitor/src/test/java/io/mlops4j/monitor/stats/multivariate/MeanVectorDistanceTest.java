package io.mlops4j.monitor.stats.multivariate;

import static io.mlops4j.monitor.stats.multivariate.JointCases.normal;
import static io.mlops4j.monitor.stats.multivariate.JointCases.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.monitor.golden.GoldenFile;
import io.mlops4j.monitor.stats.TestResult;
import io.mlops4j.monitor.stats.multivariate.MeanVectorDistance.Form;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MeanVectorDistanceTest {
  private final MeanVectorDistance test = MeanVectorDistance.withDefaults();

  static Stream<JsonNode> cases() {
    return GoldenFile.elements(JointCases.CASES.get("pairs"));
  }

  /** NumPy's own mean of values near 1e9 is known to 1e-7 only, and 1 - cos to 1e-16. */
  @ParameterizedTest
  @MethodSource("cases")
  void agreesWithNumPy(JsonNode golden) {
    double[][] reference = rows(golden.get("ref"));
    boolean offset = reference[0][0] > 1e8;
    for (Form form : Form.values()) {
      double expected = golden.get(form.name().toLowerCase(Locale.ROOT)).asDouble();
      assertThat(test.with(form).test(reference, rows(golden.get("cur"))).statistic())
          .as(form.name())
          .isCloseTo(expected, within(offset ? 1e-6 : 1e-12 + 1e-9 * expected));
    }
  }

  @Test
  void aMovedMeanIsFoundByEveryForm() {
    SplittableRandom random = new SplittableRandom(1);
    double[][] reference = normal(random, 80, 5, 1, 1);
    double[][] current = normal(random, 60, 5, 2, 1);
    current[0][0] += 1;
    for (Form form : Form.values()) {
      assertThat(
              test.with(form)
                  .test(reference, form == Form.COSINE ? negated(current) : current)
                  .pValue())
          .as(form.name())
          .isEqualTo(1 / 200.0);
    }
  }

  private static double[][] negated(double[][] rows) {
    return Stream.of(rows)
        .map(row -> new double[] {row[0], -row[1], row[2], -row[3], row[4]})
        .toArray(double[][]::new);
  }

  @Test
  void aChangeOfSpreadAloneIsNot() {
    double[][] narrow = normal(new SplittableRandom(2), 80, 5, 0, 1);
    double[][] wide =
        Stream.of(narrow)
            .map(row -> DoubleStream.of(row).map(x -> 3 * x).toArray())
            .toArray(double[][]::new);
    double[] mean = CompleteRows.means(narrow);
    for (double[] row : wide) {
      Arrays.setAll(row, j -> row[j] - 2 * mean[j]);
    }
    assertThat(test.test(narrow, wide).pValue()).isGreaterThan(0.9);
  }

  @Test
  void equalSamplesAndConstantsAreNoDrift() {
    double[][] constant = {{5, 5}, {5, 5}};
    TestResult none = TestResult.of(0, 1);
    for (Form form : Form.values()) {
      assertThat(test.with(form).test(constant, new double[][] {{5, 5}})).isEqualTo(none);
    }
    assertThat(test.test(constant, new double[][] {{5, 6}}).statistic())
        .isEqualTo(Double.POSITIVE_INFINITY);
    assertThat(test.with(Form.COSINE).test(new double[][] {{0, 0}}, constant).statistic())
        .isEqualTo(1);
    assertThat(test.with(Form.COSINE).test(new double[][] {{0, 0}}, new double[][] {{0, 0}}))
        .isEqualTo(none);
  }

  @Test
  void offsetsCostNoDigits() {
    double[][] reference = {{1e9 + 0.25}, {1e9 + 0.5}, {1e9 + 0.75}};
    double[][] current = {{1e9 + 1.25}, {1e9 + 1.5}, {1e9 + 1.75}};
    assertThat(test.with(Form.EUCLIDEAN).test(reference, current).statistic()).isEqualTo(1);
  }

  @Test
  void theSameSeedGivesTheSameAnswer() {
    SplittableRandom random = new SplittableRandom(3);
    double[][] reference = normal(random, 20, 2, 0, 1);
    double[][] current = normal(random, 20, 2, 0.5, 1);
    MeanVectorDistance seeded = test.withPermutations(100, 5);
    assertThat(seeded.test(reference, current)).isEqualTo(seeded.test(reference, current));
    assertThatThrownBy(() -> test.test(new double[0][], current))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theUnitOfTheColumnsDoesNotMatter() {
    SplittableRandom random = new SplittableRandom(4);
    double[][] reference = normal(random, 40, 3, 0, 1);
    double[][] current = normal(random, 40, 3, 0.3, 1);
    for (Form form : Form.values()) {
      double expected = test.with(form).test(reference, current).pValue();
      for (double unit : new double[] {0x1p-60, 0x1p60}) {
        assertThat(test.with(form).test(times(reference, unit), times(current, unit)).pValue())
            .as(form + " in units of " + unit)
            .isEqualTo(expected);
      }
    }
  }

  private static double[][] times(double[][] rows, double factor) {
    return Stream.of(rows)
        .map(row -> DoubleStream.of(row).map(x -> factor * x).toArray())
        .toArray(double[][]::new);
  }

  /** Columns that hardly vary leave mean vectors of nearly one direction. */
  @Test
  void directionsThatHardlyDifferAreCompared() {
    SplittableRandom random = new SplittableRandom(5);
    double[][] reference = normal(random, 40, 3, 0, 1);
    double[][] current = normal(random, 40, 3, 0, 1);
    for (int i = 0; i < reference.length; i++) {
      for (int j = 0; j < 3; j++) {
        reference[i][j] += 1e7;
        current[i][j] += 1e7 + 10 * j;
      }
    }
    assertThat(test.with(Form.COSINE).test(reference, current).pValue()).isEqualTo(1 / 200.0);
  }

  @Test
  void valuesWhoseSquaresAreNoDoublesAreRefused() {
    double[][] small = {{1, 2}, {3, 4}};
    double[][] huge = {{1, 2}, {-1e200, 4}};
    for (Form form : Form.values()) {
      assertThatThrownBy(() -> test.with(form).test(small, huge))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("current[1] holds a value beyond 1.0E150");
    }
    assertThatThrownBy(() -> MaximumMeanDiscrepancy.withDefaults().test(huge, small))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("reference[1] holds a value beyond 1.0E150");
  }
}
