package io.mlops4j.bench.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.monitor.stats.KolmogorovSmirnov;
import io.mlops4j.monitor.stats.PValueMethod;
import io.mlops4j.monitor.stats.QuantileBins;
import io.mlops4j.monitor.stats.TestResult;
import io.mlops4j.monitor.stats.Wasserstein;

/** Two samples of raw values. */
final class TwoSampleAnswers {
  private final double[] reference;
  private final double[] current;
  private final Answers answers = new Answers();

  private TwoSampleAnswers(double[] reference, double[] current) {
    this.reference = reference;
    this.current = current;
  }

  static Answers of(JsonNode element) {
    double[] reference = JsonNumbers.doubles(element.get("ref"));
    double[] current = JsonNumbers.doubles(element.get("cur"));
    TwoSampleAnswers all = new TwoSampleAnswers(reference, current);
    all.kolmogorovSmirnov("ks_two-sided_exact.", PValueMethod.EXACT);
    all.kolmogorovSmirnov("ks_two-sided_asymp.", PValueMethod.ASYMPTOTIC);
    all.distances();
    all.referenceBins("hist_quantile10.");
    all.givenBins("hist_width10.", element.get("expected").path("hist_width10"));
    MomentsAnswers.add(all.answers, "moments_ref.", reference);
    MomentsAnswers.add(all.answers, "moments_cur.", current);
    return all.answers;
  }

  private void kolmogorovSmirnov(String prefix, PValueMethod method) {
    KolmogorovSmirnov test = KolmogorovSmirnov.withDefaults().with(method);
    test(prefix, test::test);
  }

  private void test(String prefix, Test test) {
    answers
        .value(prefix + "statistic", () -> test.of(reference, current).statistic())
        .value(prefix + "pvalue", () -> test.of(reference, current).pValue());
  }

  private void distances() {
    Wasserstein distance = Wasserstein.withDefaults();
    answers
        .value("wasserstein", () -> distance.statistic(reference, current))
        .value(
            "wasserstein_over_ref_std_ddof0",
            () -> distance.overReferenceDeviation().statistic(reference, current));
  }

  private void referenceBins(String prefix) {
    answers
        .values(prefix + "edges", () -> bins().edges())
        .values(prefix + "ref_counts", () -> JsonNumbers.doubles(bins().count(reference)))
        .values(prefix + "cur_counts", () -> JsonNumbers.doubles(bins().count(current)));
    HistogramAnswers.add(
        answers, prefix, () -> bins().count(reference), () -> bins().count(current));
  }

  private QuantileBins bins() {
    return QuantileBins.of(reference, 10);
  }

  /** Bins of equal width are not offered, the statistics of their counts are. */
  private void givenBins(String prefix, JsonNode given) {
    HistogramAnswers.add(
        answers,
        prefix,
        () -> JsonNumbers.counts(given.path("ref_counts")),
        () -> JsonNumbers.counts(given.path("cur_counts")));
  }

  @FunctionalInterface
  private interface Test {
    TestResult of(double[] reference, double[] current);
  }
}
