package io.mlops4j.monitor.stats;

import static io.mlops4j.monitor.golden.GoldenFile.counts;
import static io.mlops4j.monitor.golden.GoldenFile.doubles;
import static io.mlops4j.monitor.golden.GoldenFile.pValue;
import static io.mlops4j.monitor.golden.GoldenFile.statistic;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.monitor.golden.GoldenFile;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Shapes that go wrong elsewhere: ties, constants, heavy tails, tiny and unequal samples, large
 * offsets, a million values.
 */
class StatisticsCasesTest {
  private static final JsonNode GOLDEN = GoldenFile.read("edge/statistics_cases.json");

  static Stream<Arguments> cases() {
    return GoldenFile.elements(GOLDEN.get("two_sample"))
        .map(c -> Arguments.of(c.get("name").asText(), c.get("expected"), new Samples(c)));
  }

  private static final class Samples {
    private final double[] reference;
    private final double[] current;

    Samples(double[] reference, double[] current) {
      this.reference = reference;
      this.current = current;
    }

    Samples(JsonNode golden) {
      this(doubles(golden.get("ref")), doubles(golden.get("cur")));
    }

    TestResult by(Test test) {
      return test.of(reference, current);
    }

    @Override
    public String toString() {
      return reference.length + " against " + current.length;
    }
  }

  @FunctionalInterface
  private interface Test {
    TestResult of(double[] reference, double[] current);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void distancesAgreeWithSciPy(String name, JsonNode expected, Samples samples) {
    TestResult ks = samples.by(KolmogorovSmirnov.withDefaults()::test);
    close(ks.statistic(), expected.get("ks"));
    closeP(ks.pValue(), expected.get("ks_exact"));
    Wasserstein distance = Wasserstein.withDefaults();
    double moved = distance.statistic(samples.reference, samples.current);
    close(moved, expected.get("wasserstein"));
    if (expected.get("deviation").asDouble() > 0) {
      assertThat(
              distance.overReferenceDeviation().statistic(samples.reference, samples.current)
                  * expected.get("deviation").asDouble())
          .isCloseTo(moved, within(1e-9 * moved));
    }
    close(
        EnergyDistance.withDefaults().statistic(samples.reference, samples.current),
        expected.get("energy"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void testsByRanksAndMeansAgreeWithSciPy(String name, JsonNode expected, Samples samples) {
    if (expected.has("anderson")) {
      close(samples.by(AndersonDarling.withDefaults()::test).statistic(), expected.get("anderson"));
      both(
          samples.by(MannWhitney.withDefaults().with(PValueMethod.ASYMPTOTIC)::test),
          expected.get("mann_whitney"));
    }
    if (expected.has("welch")) {
      both(samples.by(WelchT.withDefaults()::test), expected.get("welch"));
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void cramerVonMisesAgreesWithItsDefinitionInNumPy(
      String name, JsonNode expected, Samples samples) {
    CramerVonMises limit = CramerVonMises.withDefaults().with(PValueMethod.ASYMPTOTIC);
    both(samples.by(limit::test), expected.get("cvm_averaged"));
  }

  /** SciPy sums its series to 1e-7 and subtracts it from 1: below that its p-values are noise. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void cramerVonMisesByMidranksAgreesWithSciPy(String name, JsonNode expected, Samples samples) {
    CramerVonMises midranks =
        CramerVonMises.withDefaults().with(PValueMethod.ASYMPTOTIC).withMidranks();
    JsonNode scipy = expected.get("cvm_midranks");
    if (scipy.has("pvalue")) {
      TestResult result = samples.by(midranks::test);
      close(result.statistic(), scipy.get("statistic"));
      double p = scipy.get("pvalue").asDouble();
      assertThat(result.pValue()).isCloseTo(p, within(Math.max(1e-9, 1e-6 * p)));
    }
    if (expected.has("cvm_exact")) {
      CramerVonMises exact = CramerVonMises.withDefaults().with(PValueMethod.EXACT);
      closeP(samples.by(exact::test).pValue(), expected.get("cvm_exact"));
      closeP(samples.by(exact.withMidranks()::test).pValue(), expected.get("cvm_exact"));
    }
  }

  @org.junit.jupiter.api.Test
  void aMillionValuesAgreeWithSciPy() {
    JsonNode golden = GOLDEN.get("million");
    int count = golden.get("count").asInt();
    Samples samples = new Samples(spread(count, 1103515245, 0), spread(count, 65539, 0.002));
    TestResult ks = samples.by(KolmogorovSmirnov.withDefaults()::test);
    close(ks.statistic(), golden.get("ks"));
    closeP(ks.pValue(), golden.get("ks_pvalue"));
    close(
        Wasserstein.withDefaults().statistic(samples.reference, samples.current),
        golden.get("wasserstein"));
    close(
        EnergyDistance.withDefaults().statistic(samples.reference, samples.current),
        golden.get("energy"));
    both(samples.by(MannWhitney.withDefaults()::test), golden.get("mann_whitney"));
    both(samples.by(WelchT.withDefaults()::test), golden.get("welch"));
    close(samples.by(CramerVonMises.withDefaults()::test).statistic(), golden.get("cvm"));
  }

  /** The congruence of statistics_cases.py. */
  private static double[] spread(int count, long factor, double shift) {
    return IntStream.range(0, count)
        .mapToDouble(i -> i * factor % 2147483647 / 2147483647.0 + shift)
        .toArray();
  }

  static Stream<Arguments> binned() {
    return GoldenFile.elements(GOLDEN.get("binned")).map(Arguments::of);
  }

  @ParameterizedTest
  @MethodSource("binned")
  void binnedEnergyAgreesWithSciPysWeightedOne(JsonNode golden) {
    close(
        EnergyDistance.withDefaults()
            .statistic(
                counts(golden.get("ref")),
                counts(golden.get("cur")),
                doubles(golden.get("positions"))),
        golden.get("energy"));
  }

  static Stream<Arguments> fisher() {
    return GoldenFile.elements(GOLDEN.get("fisher")).map(Arguments::of);
  }

  @ParameterizedTest
  @MethodSource("fisher")
  void fisherExactAgreesWithSciPy(JsonNode golden) {
    TestResult result =
        FisherExact.withDefaults().test(counts(golden.get("ref")), counts(golden.get("cur")));
    closeP(result.pValue(), golden.get("pvalue"));
    if (golden.get("statistic").isTextual()) {
      assertThat(result.statistic()).isEqualTo(Double.POSITIVE_INFINITY);
    } else {
      close(result.statistic(), golden.get("statistic"));
    }
  }

  @org.junit.jupiter.api.Test
  void theTailOfCramerVonMisesKeepsItsDigits() {
    GoldenFile.elements(GOLDEN.get("cvm_tail"))
        .forEach(
            row ->
                assertThat(CramerVonMisesDistribution.limit(row.get(0).asDouble()))
                    .isCloseTo(row.get(1).asDouble(), within(1e-12 * row.get(1).asDouble())));
    assertThat(CramerVonMisesDistribution.limit(-1)).isOne();
    assertThat(CramerVonMisesDistribution.limit(0.0031)).isCloseTo(1, within(1e-12));
    assertThat(CramerVonMisesDistribution.limit(1e4)).isZero();
  }

  private static void both(TestResult result, JsonNode expected) {
    close(result.statistic(), expected.get("statistic"));
    closeP(result.pValue(), expected.get("pvalue"));
  }

  private static void close(double got, JsonNode expected) {
    assertThat(got).isCloseTo(expected.asDouble(), statistic(expected));
  }

  private static void closeP(double got, JsonNode expected) {
    assertThat(got).isCloseTo(expected.asDouble(), pValue(expected));
  }
}
