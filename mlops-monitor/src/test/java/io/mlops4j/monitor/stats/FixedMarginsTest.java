package io.mlops4j.monitor.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.monitor.internal.LogFactorial;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** P-values where counts are too small for chi-square, and those of ties. */
class FixedMarginsTest {
  private static final ChiSquare PEARSON = ChiSquare.withDefaults().withYates(false);
  private static final ChiSquare RATIO = PEARSON.withLikelihoodRatio();
  private static final PopulationStability PSI = PopulationStability.withDefaults();

  private static final long[][][] TABLES = {
    {{12, 9, 7, 4, 3, 2, 1, 1, 0, 2, 0, 1}, {20, 6, 12, 2, 7, 0, 3, 0, 2, 1, 3, 4}},
    {{3, 1, 2, 0, 1, 2, 0, 1}, {60, 70, 20, 55, 31, 90, 44, 30}},
    {{10, 10, 10, 10, 10, 10, 10, 10, 10, 10}, {17, 9, 5, 14, 6, 12, 13, 4, 11, 9}}
  };

  /** By a million draws of NumPy's {@code multivariate_hypergeometric}. */
  @ParameterizedTest
  @CsvSource({
    "0, 0.190261, 0.181375, 0.215402",
    "1, 0.361460, 0.275093, 0.408822",
    "2, 0.499222, 0.499331, 0.500894"
  })
  void manyRareColumnsAreJudgedByAllWaysToDealThem(int table, double g, double x2, double psi) {
    long[] reference = TABLES[table][0];
    long[] current = TABLES[table][1];
    assertThat(RATIO.test(reference, current).pValue()).isCloseTo(g, within(0.025));
    assertThat(PEARSON.with(PValueMethod.EXACT).test(reference, current).pValue())
        .isCloseTo(x2, within(0.025));
    assertThat(PSI.test(reference, current).pValue()).isCloseTo(psi, within(0.025));
  }

  /** By SciPy's hypergeometric distribution: all tables with an X2 as large. */
  @ParameterizedTest
  @CsvSource({
    "59, 1, 999000, 1000, 0.05831857017818223",
    "97, 3, 88, 12, 0.028671314973177098",
    "60, 0, 0, 1000000, 8.305773938431428e-279"
  })
  void twoColumnsAreExact(long a, long b, long c, long d, double expected) {
    assertThat(PEARSON.with(PValueMethod.EXACT).test(new long[] {a, b}, new long[] {c, d}).pValue())
        .isCloseTo(expected, within(1e-8 * expected));
  }

  /** Pooled to one column they could not differ: X2 was 0 and p 1. */
  @Test
  void poolingLeavesACompleteChangeVisible() {
    TestResult result =
        PEARSON.withPooling(true).test(new long[] {20, 20, 20, 0}, new long[] {0, 0, 0, 1_000_000});
    assertThat(result.degreesOfFreedom()).isOne();
    assertThat(result.pValue()).isCloseTo(8.305773938431428e-279, within(1e-287));
  }

  @Test
  void manyRowsAreChiSquareAndEqualSharesAreCertain() {
    long[] many = {1000, 2000, 3000};
    long[] others = {1100, 1900, 3000};
    assertThat(RATIO.test(many, others))
        .isEqualTo(RATIO.with(PValueMethod.ASYMPTOTIC).test(many, others));
    assertThat(RATIO.with(PValueMethod.EXACT).test(many, others).pValue())
        .isCloseTo(RATIO.test(many, others).pValue(), within(1e-3));
    long[] few = {1, 2, 3};
    assertThat(RATIO.test(few, few).pValue()).isOne();
    assertThat(PSI.test(few, few).pValue()).isOne();
  }

  /** By {@code mpmath.loggamma(x + 1)}. */
  @ParameterizedTest
  @CsvSource({
    "0, 0.0",
    "1, 0.0",
    "2, 0.6931471805599453",
    "7, 8.525161361065415",
    "9, 12.801827480081469",
    "10, 15.104412573075516",
    "100, 363.73937555556347",
    "1e6, 12815518.384658169",
    "1e12, 26631021115943.28"
  })
  void factorialsHaveTheirLogarithms(double x, double expected) {
    assertThat(LogFactorial.of(x)).isCloseTo(expected, within(1e-12 * Math.max(1, expected)));
  }
}
