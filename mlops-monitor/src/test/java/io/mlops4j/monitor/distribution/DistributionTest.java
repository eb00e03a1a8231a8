package io.mlops4j.monitor.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.monitor.golden.GoldenFile;
import java.util.Arrays;
import java.util.function.ToDoubleFunction;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tails and quantiles against SciPy and mpmath. */
class DistributionTest {
  private static final double NAN = Double.NaN;
  private static final double INF = Double.POSITIVE_INFINITY;

  private static final JsonNode EXPECTED = GoldenFile.read("edge/distribution_cases.json");
  private static final JsonNode OLDER = GoldenFile.read("distributions.json");

  /**
   * The last number of each row is the value of a function of the others, up to a relative error.
   */
  private static void agree(JsonNode rows, double relative, ToDoubleFunction<double[]> function) {
    assertThat(rows.size()).isPositive();
    SoftAssertions softly = new SoftAssertions();
    GoldenFile.elements(rows)
        .map(GoldenFile::doubles)
        .forEach(
            row -> {
              double expected = row[row.length - 1];
              double found = function.applyAsDouble(row);
              // tails below the normal doubles have fewer digits
              double tolerance = relative * Math.abs(expected) + 1e-307;
              softly
                  .assertThat(found == expected || Math.abs(found - expected) <= tolerance)
                  .as("%s: found %s, off by %s", Arrays.toString(row), found, found / expected - 1)
                  .isTrue();
            });
    softly.assertAll();
  }

  @Test
  void normal() {
    agree(EXPECTED.get("normal_sf"), 1e-13, row -> Normal.survival(row[0]));
    agree(EXPECTED.get("normal_isf"), 1e-13, row -> Normal.upperQuantile(row[0]));
    agree(EXPECTED.get("normal_isf"), 1e-13, row -> -Normal.quantile(row[0]));
    agree(OLDER.get("norm_sf"), 1e-13, row -> Normal.survival(row[0]));
  }

  @Test
  void studentT() {
    agree(EXPECTED.get("t_sf"), 1e-13, row -> survivalOfT(row[0], row[1]));
    agree(EXPECTED.get("t_sf_scipy"), 1e-13, row -> survivalOfT(row[0], row[1]));
    agree(EXPECTED.get("t_isf"), 1e-13, row -> StudentT.upperQuantile(row[0], row[1]));
    agree(OLDER.get("t_sf"), 1e-13, row -> survivalOfT(row[1], row[0]));
  }

  private static double survivalOfT(double t, double df) {
    return t < 0 ? 1 - StudentT.tail(-t, df) : StudentT.tail(t, df);
  }

  @Test
  void gamma() {
    agree(EXPECTED.get("gamma_sf"), 1e-12, row -> GammaTail.survival(row[0], row[1]));
    agree(EXPECTED.get("chi2_sf"), 1e-12, row -> GammaTail.chiSquare(row[0], row[1]));
    agree(OLDER.get("chi2_sf"), 1e-12, row -> GammaTail.chiSquare(row[1], row[0]));
  }

  /** The incomplete beta function of millions of trials has ten digits. */
  @Test
  void binomial() {
    agree(EXPECTED.get("binomial"), 1e-13, row -> Binomial.probability(row[0], row[1], row[2]));
    agree(
        EXPECTED.get("at_least"),
        1e-10,
        row -> Binomial.atLeast((long) row[0], (long) row[1], row[2]));
  }

  @Test
  void tailsEndWhereTheDistributionsDo() {
    assertThat(Normal.survival(INF)).isZero();
    assertThat(Normal.survival(-INF)).isOne();
    assertThat(Normal.upperQuantile(0)).isEqualTo(INF);
    assertThat(Normal.quantile(0)).isEqualTo(-INF);
    assertThat(Normal.quantile(0.5)).isEqualTo(0.0);
    assertThat(StudentT.tail(INF, 3)).isZero();
    assertThat(StudentT.upperQuantile(0, 3)).isEqualTo(INF);
    assertThat(StudentT.upperQuantile(1, 3)).isEqualTo(-INF);
    assertThat(GammaTail.survival(-1, 2)).isOne();
    assertThat(GammaTail.survival(INF, 2)).isZero();
    assertThat(Binomial.atLeast(-1, 5, 0.5)).isOne();
    assertThat(Binomial.atLeast(3, 5, 1)).isOne();
    assertThat(Binomial.atLeast(3, 5, 0)).isZero();
    assertThat(Binomial.probability(5, 5, 1)).isOne();
    assertThat(Binomial.probability(4, 5, 1)).isZero();
    assertThat(Binomial.probability(0, 5, 0)).isOne();
    assertThat(Binomial.probability(1, 5, 0)).isZero();
    assertThat(Binomial.probability(0, 0, 0.5)).isOne();
  }

  /** Where t^2 is no double, P(T > t) of half a degree falls with the root of t. */
  @Test
  void studentsTailGoesOnWhereSquaresOverflow() {
    double near = StudentT.tail(1e150, 0.5);
    assertThat(StudentT.tail(1e200, 0.5)).isCloseTo(near * 1e-25, within(near * 1e-37));
    assertThat(StudentT.upperQuantile(near * 1e-25, 0.5)).isCloseTo(1e200, within(1e188));
    assertThat(StudentT.upperQuantile(1e-300, 0.5)).isEqualTo(INF);
  }

  @ParameterizedTest
  @ValueSource(doubles = {NAN, -1, 2})
  void argumentsOutOfRangeGiveNaN(double probability) {
    assertThat(Normal.upperQuantile(probability)).isNaN();
    assertThat(Normal.quantile(probability)).isNaN();
    assertThat(StudentT.upperQuantile(probability, 3)).isNaN();
    assertThat(Normal.survival(NAN)).isNaN();
    assertThat(StudentT.upperQuantile(0.1, 0)).isNaN();
    assertThat(GammaTail.survival(NAN, 1)).isNaN();
    assertThat(GammaTail.survival(1, -1)).isNaN();
    assertThat(GammaTail.survival(1, NAN)).isNaN();
    assertThat(Binomial.probability(1, 3, NAN)).isNaN();
    assertThat(Binomial.atLeast(1, 3, NAN)).isNaN();
  }
}
