package io.mlops4j.monitor.stats;

import static io.mlops4j.monitor.golden.GoldenFile.counts;
import static io.mlops4j.monitor.golden.GoldenFile.doubles;
import static io.mlops4j.monitor.golden.GoldenFile.pValue;
import static io.mlops4j.monitor.golden.GoldenFile.statistic;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.monitor.golden.GoldenFile;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BinnedStatisticsTest {
  private static final JsonNode GOLDEN = GoldenFile.read("edge/edge_cases.json");

  static Stream<JsonNode> binned() {
    return GoldenFile.elements(GOLDEN.get("binned"));
  }

  @ParameterizedTest
  @MethodSource("binned")
  void binnedDistanceAgreesWithSciPysWeightedOne(JsonNode golden) {
    long[] reference = counts(golden.get("ref"));
    long[] current = counts(golden.get("cur"));
    double[] positions = doubles(golden.get("positions"));
    double distance = golden.get("wasserstein").asDouble();
    double deviation = golden.get("deviation").asDouble();
    Wasserstein plain = Wasserstein.withDefaults();
    Wasserstein score = plain.overReferenceDeviation();
    assertThat(plain.statistic(reference, current, positions)).isCloseTo(distance, within(1e-12));
    assertThat(score.statistic(reference, current, positions))
        .isCloseTo(distance / deviation, within(1e-12));
    assertThat(score.statistic(reference, current, positions, 2))
        .isCloseTo(distance / 2, within(1e-12));
    assertThat(KolmogorovSmirnov.withDefaults().statistic(reference, current))
        .isCloseTo(golden.get("ks").asDouble(), within(1e-12));
  }

  @Test
  void binnedKolmogorovSmirnovReportsTheLargestBinAsItsBound() {
    // shares .5 .3 .2 against .2 .2 .6: D = .4 after the second bin, largest bin .6, but D cannot
    // pass 1
    TestResult result =
        KolmogorovSmirnov.withDefaults().test(new long[] {50, 30, 20}, new long[] {20, 20, 60});
    assertThat(result.statistic()).isCloseTo(0.4, within(1e-15));
    assertThat(result.errorBound()).isCloseTo(0.6, within(1e-15));
    assertThat(
            KolmogorovSmirnov.withDefaults()
                .test(new long[] {9, 1}, new long[] {1, 9})
                .errorBound())
        .isCloseTo(0.2, within(1e-15));
  }

  @Test
  void aDeviationOfZeroMakesTheScoreZeroOrInfinite() {
    Wasserstein score = Wasserstein.withDefaults().overReferenceDeviation();
    double[] positions = {1, 2};
    assertThat(score.statistic(new long[] {9, 0}, new long[] {5, 0}, positions)).isZero();
    assertThat(score.statistic(new long[] {9, 0}, new long[] {5, 1}, positions))
        .isEqualTo(Double.POSITIVE_INFINITY);
    assertThat(score.statistic(new long[] {9, 0}, new long[] {5, 0}, positions, 0)).isZero();
  }

  @Test
  void badPositionsAndDeviationsAreRefused() {
    Wasserstein distance = Wasserstein.withDefaults();
    long[] two = {1, 1};
    for (double[] positions :
        new double[][] {{1}, {2, 1}, {0, Double.NaN}, {Double.NEGATIVE_INFINITY, 0}}) {
      assertThatThrownBy(() -> distance.statistic(two, two, positions))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("positions");
    }
    for (double deviation : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> distance.statistic(two, two, new double[] {0, 1}, deviation))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("referenceDeviation = " + deviation);
    }
  }

  static Stream<JsonNode> shares() {
    return GoldenFile.elements(GOLDEN.get("shares"));
  }

  @ParameterizedTest
  @MethodSource("shares")
  void differenceOfSharesAgreesWithItsFormulaInNumPy(JsonNode golden) {
    ShareDifference shares = ShareDifference.withDefaults();
    long[] reference = counts(golden.get("ref"));
    long[] current = counts(golden.get("cur"));
    TestResult result = shares.test(reference, current);
    assertThat(shares.difference(reference, current))
        .isCloseTo(golden.get("difference").asDouble(), statistic(golden.get("difference")));
    assertThat(result.statistic())
        .isCloseTo(golden.get("z").asDouble(), statistic(golden.get("z")));
    assertThat(result.pValue())
        .isCloseTo(golden.get("pvalue").asDouble(), pValue(golden.get("pvalue")));
  }

  @Test
  void noHitsAtAllIsNoDifference() {
    assertThat(ShareDifference.withDefaults().test(new long[] {10, 0}, new long[] {7, 0}))
        .isEqualTo(TestResult.of(0, 1));
    assertThat(ShareDifference.withDefaults().test(new long[] {0, 3}, new long[] {0, 5}))
        .isEqualTo(TestResult.of(0, 1));
    assertThatThrownBy(() -> ShareDifference.withDefaults().test(new long[3], new long[] {1, 2, 3}))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void chiSquareAgreesWithSciPyOnLargeAndPooledTables() {
    check(ChiSquare.withDefaults(), GOLDEN.get("chi2_large"), 3);
    check(
        ChiSquare.withDefaults().withYates(false).withPooling(true), GOLDEN.get("chi2_pooled"), 2);
  }

  private static void check(ChiSquare test, JsonNode golden, int degreesOfFreedom) {
    TestResult result = test.test(counts(golden.get("ref")), counts(golden.get("cur")));
    assertThat(result.statistic())
        .isCloseTo(golden.get("statistic").asDouble(), statistic(golden.get("statistic")));
    assertThat(result.pValue())
        .isCloseTo(golden.get("pvalue").asDouble(), pValue(golden.get("pvalue")));
    assertThat(result.degreesOfFreedom()).isEqualTo(degreesOfFreedom);
  }

  @Test
  void poolingLeavesCommonCategoriesAlone() {
    long[] reference = {100, 200, 300};
    long[] current = {120, 180, 310};
    assertThat(ChiSquare.withDefaults().withPooling(true).test(reference, current).statistic())
        .isCloseTo(ChiSquare.withDefaults().test(reference, current).statistic(), within(1e-12));
  }

  @Test
  void poolingStopsAtOneRareExpectedCountInFive() {
    ChiSquare pooling = ChiSquare.withDefaults().withPooling(true);
    // 2 of 8 expected counts below 5, then 2 of 10
    assertThat(
            pooling.test(new long[] {50, 40, 30, 2}, new long[] {50, 40, 30, 3}).degreesOfFreedom())
        .isEqualTo(2);
    assertThat(
            pooling
                .test(new long[] {50, 40, 30, 20, 2}, new long[] {50, 40, 30, 20, 3})
                .degreesOfFreedom())
        .isEqualTo(4);
  }

  @Test
  void aTableThatIsRareThroughoutPoolsToTwo() {
    assertThat(
            ChiSquare.withDefaults()
                .withPooling(true)
                .test(new long[] {1, 1, 1}, new long[] {1, 0, 1}))
        .isEqualTo(Outcome.ofDegrees(0, 1, 1));
  }

  @Test
  void equalAndSingleBinsGiveZeroAndCertainty() {
    long[] counts = {3, 0, 4};
    for (long[] pair : new long[][] {counts, {7, 0, 0}}) {
      assertThat(PopulationStability.withDefaults().test(pair, pair).statistic()).isZero();
      assertThat(PopulationStability.withDefaults().test(pair, pair).pValue()).isOne();
      assertThat(CountDistance.JENSEN_SHANNON.between(pair, pair)).isZero();
      assertThat(ChiSquare.withDefaults().test(pair, pair).pValue()).isOne();
      assertThat(KolmogorovSmirnov.withDefaults().test(pair, pair).pValue()).isOne();
    }
  }

  @Test
  void jensenShannonScalesDifferByBaseAndRoot() {
    // disjoint samples: 1 bit, ln 2 nats
    long[] left = {5, 0};
    long[] right = {0, 9};
    double distance = CountDistance.JENSEN_SHANNON.between(left, right);
    assertThat(distance).isCloseTo(1, within(1e-15));
    assertThat(distance * distance).isCloseTo(1, within(1e-15));
    assertThat(distance * distance * Math.log(2)).isCloseTo(0.6931471805599453, within(1e-15));
    assertThat(distance * Math.sqrt(Math.log(2))).isCloseTo(0.8325546111576977, within(1e-15));
  }

  @Test
  void stabilityIndexNamesItsBand() {
    assertThat(PopulationStability.band(0.0999)).isEqualTo("stable");
    assertThat(PopulationStability.band(0.1)).isEqualTo("moderate");
    assertThat(PopulationStability.band(0.25)).isEqualTo("major");
  }

  /** Theory says 0.0338, a simulation elsewhere 0.0342. */
  @Test
  void theTestOfTheStabilityIndexHoldsItsLevel() {
    long seed = 7;
    SplittableRandom random = new SplittableRandom(seed);
    int alarms = 0;
    int runs = 2000;
    for (int run = 0; run < runs; run++) {
      long[] reference = tenths(random);
      long[] current = tenths(random);
      alarms += PopulationStability.withDefaults().test(reference, current).pValue() < 0.05 ? 1 : 0;
    }
    // 5 % and three standard errors of the simulation
    assertThat(alarms / (double) runs).as("seed " + seed).isBetween(0.035, 0.066);
  }

  private static long[] tenths(SplittableRandom random) {
    long[] counts = new long[10];
    IntStream.range(0, 1000).forEach(i -> counts[random.nextInt(10)]++);
    return counts;
  }

  @Test
  void aBinEmptyInBothSamplesCostsNoDegreeOfFreedom() {
    assertThat(
            PopulationStability.withDefaults()
                .test(new long[] {5, 0, 7}, new long[] {6, 0, 6})
                .degreesOfFreedom())
        .isOne();
    assertThat(
            ChiSquare.withDefaults()
                .test(new long[] {5, 0, 7}, new long[] {6, 0, 6})
                .degreesOfFreedom())
        .isOne();
  }

  @Test
  void badCountsAreRefusedWithWhatWasFound() {
    PopulationStability index = PopulationStability.withDefaults();
    assertThatThrownBy(() -> index.test(new long[] {1, 2}, new long[] {1, 2, 3}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("reference has 2 bins, current has 3");
    assertThatThrownBy(() -> index.test(new long[] {1, 2}, new long[] {1, -2}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("current[1] = -2");
    assertThatThrownBy(() -> index.test(new long[] {1, 2}, new long[2]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("current counts no rows");
    assertThatThrownBy(() -> index.withFloor(0)).isInstanceOf(IllegalArgumentException.class);
  }
}
