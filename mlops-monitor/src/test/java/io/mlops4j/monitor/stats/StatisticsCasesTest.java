package io.mlops4j.monitor.stats;

import static io.mlops4j.monitor.golden.GoldenFile.doubles;
import static io.mlops4j.monitor.golden.GoldenFile.pValue;
import static io.mlops4j.monitor.golden.GoldenFile.statistic;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.monitor.golden.GoldenFile;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
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

    @Override
    public String toString() {
      return reference.length + " against " + current.length;
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void distancesAgreeWithSciPy(String name, JsonNode expected, Samples samples) {
    TestResult ks = KolmogorovSmirnov.withDefaults().test(samples.reference, samples.current);
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
  }

  @Test
  void aMillionValuesAgreeWithSciPy() {
    JsonNode golden = GOLDEN.get("million");
    int count = golden.get("count").asInt();
    Samples samples = new Samples(spread(count, 1103515245, 0), spread(count, 65539, 0.002));
    TestResult ks = KolmogorovSmirnov.withDefaults().test(samples.reference, samples.current);
    close(ks.statistic(), golden.get("ks"));
    closeP(ks.pValue(), golden.get("ks_pvalue"));
    close(
        Wasserstein.withDefaults().statistic(samples.reference, samples.current),
        golden.get("wasserstein"));
  }

  /** The congruence of statistics_cases.py. */
  private static double[] spread(int count, long factor, double shift) {
    return IntStream.range(0, count)
        .mapToDouble(i -> i * factor % 2147483647 / 2147483647.0 + shift)
        .toArray();
  }

  private static void close(double got, JsonNode expected) {
    assertThat(got).isCloseTo(expected.asDouble(), statistic(expected));
  }

  private static void closeP(double got, JsonNode expected) {
    assertThat(got).isCloseTo(expected.asDouble(), pValue(expected));
  }
}
