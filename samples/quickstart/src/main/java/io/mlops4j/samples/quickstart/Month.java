package io.mlops4j.samples.quickstart;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.monitor.drift.DriftReport;
import io.mlops4j.monitor.performance.BinaryPerformance;
import io.mlops4j.monitor.profile.Profile;
import java.time.YearMonth;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** Sums up the days of a month. */
final class Month {

  /**
   * The results of a month.
   *
   * @param month the month
   * @param rows the number of flights that were predicted
   * @param rowsPerSecond rows per second on the days at full speed
   * @param probability the mean of the answers
   * @param late the share of flights that arrived late
   * @param performance how well the answers separate late flights from the others
   * @param drift its features against January's
   * @param daysByVersion the versions that answered, in order, with their number of days
   * @param failed the number of flights without an answer
   */
  record Summary(
      YearMonth month,
      int rows,
      double rowsPerSecond,
      double probability,
      double late,
      BinaryPerformance performance,
      DriftReport drift,
      Map<ModelVersion, Integer> daysByVersion,
      int failed) {}

  private final YearMonth month;
  private final Profile january;
  private final Map<ModelVersion, Integer> daysByVersion = new LinkedHashMap<>();
  private final Profile.Builder features;
  private double[] scores = {};
  private double[] labels = {};
  private int timedRows;
  private long nanos;
  private int failed;

  Month(YearMonth month, Profile january) {
    this.month = month;
    this.january = january;
    this.features = january.counting(); // in January's bins
  }

  void add(FeatureBatch day, Answers answers) {
    scores = join(scores, answers.probabilities());
    labels = join(labels, Columns.labels(day));
    answers.byVersion().keySet().forEach(version -> daysByVersion.merge(version, 1, Integer::sum));
    failed += answers.failed();
    features.add(day);
  }

  /** A day at full speed; days in slow motion do not count for the speed. */
  Answers timed(Supplier<Answers> day) {
    long start = System.nanoTime();
    Answers answers = day.get();
    nanos += System.nanoTime() - start;
    timedRows += answers.rows();
    return answers;
  }

  Summary summary() {
    return new Summary(
        month,
        scores.length,
        timedRows / (nanos / 1e9),
        Arrays.stream(scores).average().orElse(Double.NaN),
        Arrays.stream(labels).average().orElse(Double.NaN),
        BinaryPerformance.of(labels, scores),
        DriftReport.compare(january, features.build()),
        Collections.unmodifiableMap(daysByVersion),
        failed);
  }

  private static double[] join(double[] first, double[] second) {
    double[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }
}
