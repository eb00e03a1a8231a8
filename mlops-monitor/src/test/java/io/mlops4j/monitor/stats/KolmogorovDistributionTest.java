package io.mlops4j.monitor.stats;

import static io.mlops4j.monitor.golden.GoldenFile.doubles;
import static io.mlops4j.monitor.golden.GoldenFile.pValue;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.monitor.golden.GoldenFile;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class KolmogorovDistributionTest {

  static Stream<JsonNode> oneSampleTails() {
    return Stream.of("distributions.json", "edge/edge_cases.json")
        .flatMap(file -> GoldenFile.elements(GoldenFile.read(file).get("kstwo_sf")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("oneSampleTails")
  void oneSampleTailAgreesWithSciPy(JsonNode golden) {
    assertThat(KolmogorovDistribution.survival(golden.get(1).asDouble(), golden.get(0).asInt()))
        .isCloseTo(golden.get(2).asDouble(), pValue(golden.get(2)));
  }

  static Stream<JsonNode> limitingTails() {
    return GoldenFile.elements(GoldenFile.read("distributions.json").get("kstwobign_sf"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("limitingTails")
  void manyRowsApproachTheLimitingTail(JsonNode golden) {
    int n = 2_000_000_000;
    double d = golden.get(0).asDouble() / Math.sqrt(n);
    // the distance to the limit falls with 1/sqrt(n), 2e-5, times the density and the size of the
    // argument
    assertThat(KolmogorovDistribution.survival(d, n))
        .isCloseTo(golden.get(1).asDouble(), within(3e-4 * golden.get(1).asDouble() + 1e-12));
  }

  static Stream<JsonNode> smallSamples() {
    return GoldenFile.elements(GoldenFile.read("edge/edge_cases.json").get("ks"));
  }

  @ParameterizedTest
  @MethodSource("smallSamples")
  void edgeCasesAgreeWithSciPy(JsonNode golden) {
    double[] reference = doubles(golden.get("ref"));
    double[] current = doubles(golden.get("cur"));
    TestResult exact = KolmogorovSmirnov.withDefaults().test(reference, current);
    assertThat(exact.statistic()).isCloseTo(golden.get("statistic").asDouble(), within(1e-12));
    assertThat(exact.pValue())
        .isCloseTo(golden.get("exact").asDouble(), pValue(golden.get("exact")));
    if (golden.get("asymp").isNumber()) {
      double asymptotic =
          KolmogorovSmirnov.withDefaults()
              .with(PValueMethod.ASYMPTOTIC)
              .test(reference, current)
              .pValue();
      assertThat(asymptotic).isCloseTo(golden.get("asymp").asDouble(), pValue(golden.get("asymp")));
    }
    assertThat(Wasserstein.withDefaults().statistic(reference, current))
        .isCloseTo(golden.get("wasserstein").asDouble(), within(1e-12));
  }

  @Test
  void exactTailIsTheShareOfOrders() {
    long seed = 42;
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 60; round++) {
      double[] x = random.doubles(random.nextInt(2, 120)).toArray();
      double shift = random.nextDouble(0.4);
      double[] y = random.doubles(random.nextInt(2, 120)).map(v -> v + shift).toArray();
      TestResult result = KolmogorovSmirnov.withDefaults().test(x, y);
      double expected = shareOfOrders(result.statistic(), x.length, y.length);
      assertThat(result.pValue())
          .as("seed %d round %d: %s %s", seed, round, Arrays.toString(x), Arrays.toString(y))
          .isCloseTo(expected, within(1e-12 * expected));
    }
  }

  /** Counts the orders of n and m rows, as integers, and those that stay below D. */
  private static double shareOfOrders(double d, int n, int m) {
    long reach = Math.round(d * n * m);
    BigInteger[] all = new BigInteger[m + 1];
    BigInteger[] within = new BigInteger[m + 1];
    Arrays.fill(all, BigInteger.ZERO);
    Arrays.fill(within, BigInteger.ZERO);
    all[0] = BigInteger.ONE;
    within[0] = BigInteger.ONE;
    for (int i = 0; i <= n; i++) {
      for (int j = 0; j <= m; j++) {
        if (j > 0) {
          all[j] = all[j].add(all[j - 1]);
          within[j] = within[j].add(within[j - 1]);
        }
        if (Math.abs((long) i * m - (long) j * n) >= reach) {
          within[j] = BigInteger.ZERO;
        }
      }
    }
    return new BigDecimal(all[m].subtract(within[m]))
        .divide(new BigDecimal(all[m]), MathContext.DECIMAL64)
        .doubleValue();
  }

  /** By fractions of binomial coefficients: {@code 2 sum (-1)^(k-1) C(2n, n - kh) / C(2n, n)}. */
  @ParameterizedTest
  @CsvSource({
    "1, 1, 1.0",
    "7, 2, 0.9627039627039627",
    "50, 1, 1.0",
    "100, 30, 0.00022487393174924783",
    "1000, 60, 0.05462666510701525",
    "10000, 90, 0.8127749152563345",
    "10000, 200, 0.03662861114079254",
    "10000, 1500, 1.6593530884621818e-98",
    "10000, 5, 1.0"
  })
  void samplesOfOneSizeAgreeWithExactFractions(int n, int h, double expected) {
    assertThat(KolmogorovDistribution.twoSampleSurvival((double) h / n, n, n))
        .isCloseTo(expected, within(1e-11 * expected));
  }

  @Test
  void samplesOfOneSizeNeverExceedOne() {
    for (int n = 1; n <= 1000; n++) {
      for (int h = 1; h <= Math.min(n, 40); h++) {
        assertThat(KolmogorovDistribution.twoSampleSurvival((double) h / n, n, n))
            .as("n %d h %d", n, h)
            .isBetween(0.0, 1.0);
      }
    }
  }

  @Test
  void tailsStayInRangeAtTheirEnds() {
    assertThat(KolmogorovDistribution.survival(0, 10)).isOne();
    assertThat(KolmogorovDistribution.survival(1, 10)).isZero();
    assertThat(KolmogorovDistribution.survival(0.5, 0)).isOne();
    assertThat(KolmogorovDistribution.twoSampleSurvival(0, 3, 4)).isOne();
    assertThat(KolmogorovDistribution.twoSampleSurvival(1, 10_000, 10_000)).isZero();
    assertThat(KolmogorovDistribution.twoSampleSurvival(1, 1, 1)).isOne();
  }
}
