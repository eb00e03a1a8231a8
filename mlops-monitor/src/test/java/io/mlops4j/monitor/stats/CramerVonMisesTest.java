package io.mlops4j.monitor.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.monitor.golden.GoldenFile;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CramerVonMisesTest {
  private final CramerVonMises test = CramerVonMises.withDefaults();

  /**
   * Below 1e-7 SciPy's limiting p-values are noise; here they must be as small as its exact one.
   */
  @ParameterizedTest(name = "{0}")
  @MethodSource("io.mlops4j.monitor.stats.TwoSampleGoldenTest#cases")
  void byMidranksItAgreesWithSciPy(String name, JsonNode golden) {
    double[] reference = GoldenFile.doubles(golden.get("ref"));
    double[] current = GoldenFile.doubles(golden.get("cur"));
    for (PValueMethod method : PValueMethod.values()) {
      JsonNode expected =
          golden
              .get("expected")
              .get(
                  switch (method) {
                    case AUTO -> "cvm2_auto";
                    case EXACT -> "cvm2_exact";
                    case ASYMPTOTIC -> "cvm2_asymptotic";
                  });
      if (expected != null) {
        TestResult result = test.with(method).withMidranks().test(reference, current);
        assertThat(result.statistic())
            .isCloseTo(
                expected.get("statistic").asDouble(),
                GoldenFile.statistic(expected.get("statistic")));
        double p = expected.get("pvalue").asDouble();
        double noise = method == PValueMethod.EXACT ? 0 : 1e-9;
        assertThat(result.pValue()).isCloseTo(p, within(Math.max(noise, 1e-6 * p)));
      }
    }
  }

  @Test
  void equalSamplesAndConstantsAreNoDriftWhereMidranksAlarm() {
    double[] thirty = DoubleStream.generate(() -> 5).limit(30).toArray();
    double[] twenty = DoubleStream.generate(() -> 5).limit(20).toArray();
    TestResult none = TestResult.of(0, 1);
    assertThat(test.test(thirty, twenty)).isEqualTo(none);
    assertThat(test.test(new double[] {1}, new double[] {1})).isEqualTo(none);
    assertThat(test.test(new double[] {1, 2, 2}, new double[] {2, 1, 2})).isEqualTo(none);
    assertThat(test.withMidranks().test(thirty, twenty).pValue()).isLessThan(0.02);
  }

  /** SciPy's midranks reject every time here. */
  @Test
  void theLevelHoldsForSamplesOfManyTiesAndUnequalSizes() {
    long seed = 11;
    SplittableRandom random = new SplittableRandom(seed);
    for (int sides : new int[] {2, 3, 10}) {
      int alarms = 0;
      int runs = 2000;
      for (int run = 0; run < runs; run++) {
        alarms +=
            test.test(dice(500, sides, random), dice(60, sides, random)).pValue() < 0.05 ? 1 : 0;
      }
      // 5 % and three standard errors of the simulation
      assertThat(alarms / (double) runs).as(sides + " sides, seed " + seed).isBetween(0.035, 0.066);
    }
  }

  private static double[] dice(int rows, int sides, SplittableRandom random) {
    return random.ints(rows, 0, sides).asDoubleStream().toArray();
  }

  @Test
  void binsOfSingleValuesGiveTheAnswerOfTheRows() {
    double[] reference = {0, 0, 1, 2, 2, 2};
    double[] current = {0, 2, 2, 3};
    TestResult rows = test.with(PValueMethod.ASYMPTOTIC).test(reference, current);
    TestResult bins = test.test(new long[] {2, 1, 3, 0, 0}, new long[] {1, 0, 2, 0, 1});
    assertThat(bins.statistic()).isEqualTo(rows.statistic());
    assertThat(bins.pValue()).isEqualTo(rows.pValue());
  }

  /** One bin of one row each: the rows are either this way round or that way. */
  @Test
  void theBoundOfABinCoversEveryOrderOfItsRows() {
    double[] first = {1, 4, 6};
    double[] second = {2, 3, 9};
    TestResult bins = test.test(new long[] {1, 1, 1}, new long[] {2, 0, 1});
    assertThat(Math.abs(test.test(first, second).statistic() - bins.statistic()))
        .isLessThanOrEqualTo(bins.errorBound());
    assertThat(test.test(new long[] {3, 0}, new long[] {0, 3}).errorBound()).isPositive();
  }

  @Test
  void theBoundCoversTheRowsForAnyBins() {
    SplittableRandom random = new SplittableRandom(5);
    for (int size : new int[] {2, 10, 64}) {
      double[] reference = random.doubles(300).toArray();
      double[] current = random.doubles(200).map(x -> x * x).toArray();
      QuantileBins bins = QuantileBins.of(reference, size);
      TestResult binned = test.test(bins.count(reference), bins.count(current));
      assertThat(test.test(reference, current).statistic())
          .as(size + " bins")
          .isCloseTo(binned.statistic(), within(binned.errorBound()));
    }
  }

  /** All 70 orders of four and four rows, by hand: the walk counts what a list counts. */
  @Test
  void exactIsTheShareOfAllOrders() {
    double[] reference = {1, 2, 3, 6};
    double[] current = {4, 5, 7, 8};
    double observed = test.test(reference, current).statistic();
    long atLeast =
        IntStream.range(0, 256)
            .filter(order -> Integer.bitCount(order) == 4)
            .filter(
                order ->
                    test.test(
                                IntStream.range(0, 8)
                                    .filter(i -> (order >> i & 1) == 1)
                                    .asDoubleStream()
                                    .toArray(),
                                IntStream.range(0, 8)
                                    .filter(i -> (order >> i & 1) == 0)
                                    .asDoubleStream()
                                    .toArray())
                            .statistic()
                        > observed - 1e-9)
            .count();
    assertThat(test.test(reference, current).pValue()).isCloseTo(atLeast / 70.0, within(1e-12));
  }

  @Test
  void anExactDistributionThatDoesNotFitIsRefusedWithWhatToDo() {
    double[] reference = IntStream.range(0, 1009).asDoubleStream().toArray();
    double[] current = IntStream.range(0, 1000).mapToDouble(i -> 2000.5 + i).toArray();
    assertThatThrownBy(() -> test.with(PValueMethod.EXACT).test(reference, current))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1009 and 1000 rows")
        .hasMessageContaining("asymptotic");
  }

  @Test
  void missingIsLeftOutAndInfinitiesAreExtremes() {
    double inf = Double.POSITIVE_INFINITY;
    assertThat(test.test(new double[] {Double.NaN, 1, inf}, new double[] {-inf, 2}))
        .isEqualTo(test.test(new double[] {1, 9}, new double[] {-9, 2}));
    assertThatThrownBy(() -> test.test(new double[0], new double[] {1}))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** By SciPy's formula in Python's fractions, without ties, and where three values are one. */
  @Test
  void midranksKeepTheirDigitsAtAMillionRows() {
    double[] reference =
        IntStream.range(0, 1_000_000).mapToDouble(k -> k * 7919L % 1_000_003).toArray();
    double[] current =
        IntStream.range(0, 800_000).mapToDouble(k -> (k * 104_729L + 17) % 999_983).toArray();
    CramerVonMises midranks = test.withMidranks().with(PValueMethod.ASYMPTOTIC);
    assertThat(midranks.test(reference, current).statistic())
        .isCloseTo(6.397680719907407e-05, within(1e-13));
    double[] tied = DoubleStream.of(current).map(x -> x - x % 3).toArray();
    assertThat(midranks.test(reference, tied).statistic())
        .isCloseTo(7.438435730324074e-05, within(1e-13));
    double[] next = DoubleStream.of(reference).map(x -> x + 1).toArray();
    assertThat(midranks.test(reference, next).statistic()).isCloseTo(4.99999e-07, within(1e-15));
  }
}
