package io.mlops4j.monitor.stats;

import static io.mlops4j.monitor.golden.GoldenFile.counts;
import static io.mlops4j.monitor.golden.GoldenFile.doubles;
import static io.mlops4j.monitor.golden.GoldenFile.pValue;
import static io.mlops4j.monitor.golden.GoldenFile.statistic;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.monitor.golden.GoldenFile;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TwoSampleGoldenTest {

  static Stream<Arguments> cases() {
    return Stream.of("two_sample_small.json", "two_sample_large_normal.json")
        .flatMap(file -> GoldenFile.elements(GoldenFile.read(file).get("cases")))
        .map(c -> Arguments.of(c.get("name").asText(), c));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void kolmogorovSmirnovAgreesWithSciPy(String name, JsonNode golden) {
    double[] reference = doubles(golden.get("ref"));
    double[] current = doubles(golden.get("cur"));
    for (PValueMethod method : new PValueMethod[] {PValueMethod.EXACT, PValueMethod.ASYMPTOTIC}) {
      String key = method == PValueMethod.EXACT ? "ks_two-sided_exact" : "ks_two-sided_asymp";
      JsonNode expected = golden.get("expected").get(key);
      if (expected != null) {
        TestResult result = KolmogorovSmirnov.withDefaults().with(method).test(reference, current);
        assertThat(result.statistic())
            .isCloseTo(expected.get("statistic").asDouble(), statistic(expected.get("statistic")));
        assertThat(result.pValue())
            .as(key)
            .isCloseTo(expected.get("pvalue").asDouble(), pValue(expected.get("pvalue")));
        assertThat(result.errorBound()).isZero();
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void wassersteinAgreesWithSciPy(String name, JsonNode golden) {
    double[] reference = doubles(golden.get("ref"));
    double[] current = doubles(golden.get("cur"));
    JsonNode plain = golden.get("expected").get("wasserstein");
    JsonNode scaled = golden.get("expected").get("wasserstein_over_ref_std_ddof0");
    assertThat(Wasserstein.withDefaults().statistic(reference, current))
        .isCloseTo(plain.asDouble(), statistic(plain));
    double score =
        Wasserstein.withDefaults().overReferenceDeviation().statistic(reference, current);
    if (scaled.isNumber()) {
      assertThat(score).isCloseTo(scaled.asDouble(), statistic(scaled));
    } else {
      // the reference is constant: 0 for an equal sample, infinite for any other
      assertThat(score).isEqualTo(plain.asDouble() == 0 ? 0 : Double.POSITIVE_INFINITY);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void quantileBinsAndTheirStatisticsAgreeWithNumPy(String name, JsonNode golden) {
    double[] reference = doubles(golden.get("ref"));
    double[] current = doubles(golden.get("cur"));
    JsonNode expected = golden.get("expected").get("hist_quantile10");
    QuantileBins bins = QuantileBins.of(reference, 10);
    assertThat(bins.edges()).isEqualTo(doubles(expected.get("edges")));
    assertThat(bins.count(reference)).isEqualTo(counts(expected.get("ref_counts")));
    assertThat(bins.count(current)).isEqualTo(counts(expected.get("cur_counts")));
    HistogramExpectations.check(bins.count(reference), bins.count(current), expected);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void statisticsOfEqualWidthBinsAgree(String name, JsonNode golden) {
    JsonNode expected = golden.get("expected").get("hist_width10");
    HistogramExpectations.check(
        counts(expected.get("ref_counts")), counts(expected.get("cur_counts")), expected);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void binnedKolmogorovSmirnovStaysWithinItsBound(String name, JsonNode golden) {
    double[] reference = doubles(golden.get("ref"));
    double[] current = doubles(golden.get("cur"));
    JsonNode keys = golden.get("expected");
    double d =
        (keys.has("ks_two-sided_exact")
                ? keys.get("ks_two-sided_exact")
                : keys.get("ks_two-sided_asymp"))
            .get("statistic")
            .asDouble();
    for (int size : new int[] {2, 10, 64}) {
      QuantileBins bins = QuantileBins.of(reference, size);
      TestResult binned =
          KolmogorovSmirnov.withDefaults().test(bins.count(reference), bins.count(current));
      assertThat(d - binned.statistic()).isBetween(-1e-12, binned.errorBound() + 1e-12);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void oneValuePerBinGivesTheRawAnswer(String name, JsonNode golden) {
    double[] reference = doubles(golden.get("ref"));
    double[] current = doubles(golden.get("cur"));
    double[] positions =
        Stream.of(reference, current).flatMapToDouble(Arrays::stream).sorted().distinct().toArray();
    long[] referenceCounts = countAt(positions, reference);
    long[] currentCounts = countAt(positions, current);
    KolmogorovSmirnov ks = KolmogorovSmirnov.withDefaults();
    assertThat(ks.test(referenceCounts, currentCounts).statistic())
        .isCloseTo(ks.statistic(reference, current), within(1e-12));
    assertThat(ks.test(referenceCounts, currentCounts).pValue())
        .isCloseTo(ks.test(reference, current).pValue(), within(1e-12));
    JsonNode distance = golden.get("expected").get("wasserstein");
    assertThat(Wasserstein.withDefaults().statistic(referenceCounts, currentCounts, positions))
        .isCloseTo(distance.asDouble(), statistic(distance));
  }

  private static long[] countAt(double[] positions, double[] values) {
    long[] counts = new long[positions.length];
    for (double value : values) {
      counts[Arrays.binarySearch(positions, value)]++;
    }
    return counts;
  }
}
