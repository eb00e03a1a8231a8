package io.mlops4j.monitor.drift;

import io.mlops4j.monitor.internal.Figures;
import io.mlops4j.monitor.profile.ExportRules;
import io.mlops4j.monitor.profile.SkippedColumn;
import io.mlops4j.monitor.profile.TimeProfile;

/** Describes measurements in one sentence: method, size, largest error and bound. */
final class EvidenceText {
  static final ComparisonMethod TWO_VALUES =
      new ComparisonMethod(ColumnMeasurer.SHARES, "z", "two values are all there is on both sides");

  private EvidenceText() {}

  /** Describes the category whose share moved most. */
  static String oneShare(Comparison.Measured measured, Movement most) {
    return "Share of %s went from %s to %s; it matters from %s"
        .formatted(
            most.value(),
            Figures.share(most.reference()),
            Figures.share(most.current()),
            Figures.share(measured.bound()));
  }

  /** Describes a distance of numbers; the error is in the same unit. */
  static String distance(Comparison.Measured measured, double error) {
    return "Wasserstein distance %s of the reference's deviation%s; it matters from %s"
        .formatted(
            Figures.of(measured.size()),
            error == 0 ? " (exact)" : " (from bins, off by at most " + Figures.of(error) + ")",
            Figures.of(measured.bound()));
  }

  /** Describes D as an effect; the D of the rows can be larger by the error. */
  static String ranks(Comparison.Measured measured, double error) {
    return "Kolmogorov-Smirnov D %s%s; it matters from %s"
        .formatted(Figures.of(measured.size()), atMost(error), Figures.of(measured.bound()));
  }

  /** Describes a distance of normal scores, which depends on ranks only. */
  static String scores(Comparison.Measured measured) {
    return "Wasserstein distance of normal scores %s; it matters from %s"
        .formatted(Figures.of(measured.size()), Figures.of(measured.bound()));
  }

  private static String atMost(double error) {
    return error == 0 ? " (exact)" : " (from bins, at most " + Figures.of(error) + " more)";
  }

  /** Describes a measure over bins of the reference, or over categories. */
  static String binned(Comparison.Measured measured, int bins) {
    return "%s %s over %d bins of the reference; it matters from %s"
        .formatted(
            name(measured.effect()),
            Figures.of(measured.size()),
            bins,
            Figures.of(measured.bound()));
  }

  private static String name(String effect) {
    return switch (effect) {
      case "psi" -> "Stability index (PSI)";
      case "jensen-shannon distance" ->
          "Jensen-Shannon distance (root, base 2; less what chance gives)";
      case "hellinger distance" -> "Hellinger distance";
      case "total variation" -> "Total variation";
      default -> effect;
    };
  }

  /**
   * Describes a distance of categories.
   *
   * @param categories the number of categories
   * @param compared the number of categories left after rare ones are pooled
   */
  static String categories(Comparison.Measured measured, int categories, int compared) {
    return "Jensen-Shannon distance %s (root, base 2; less what chance gives) over %s categories%s; it matters from %s"
        .formatted(
            Figures.of(measured.size()),
            Figures.of((long) categories),
            compared < categories
                ? ", the rare ones pooled to leave " + Figures.of((long) compared)
                : "",
            Figures.of(measured.bound()));
  }

  /**
   * Describes a difference of shares.
   *
   * @param what the value that has the share
   * @param before rows without it, rows with it
   * @param after rows without it, rows with it
   */
  static String shares(String what, Comparison.Measured measured, long[] before, long[] after) {
    return "Share of %s went from %s to %s, exact; it matters from %s"
        .formatted(
            what,
            Figures.share((double) before[1] / (before[0] + before[1])),
            Figures.share((double) after[1] / (after[0] + after[1])),
            Figures.share(measured.bound()));
  }

  /** Describes rows beyond the range of the reference. */
  static String beyond(Comparison.Measured measured, OutOfRangeRows beyond) {
    return "%s rows, %s, lie beyond the range of the reference: over all rows at least %s of the reference's deviation; it matters from %s"
        .formatted(
            Figures.of(beyond.rows()),
            Figures.share(beyond.share()),
            Figures.of(measured.size()),
            Figures.of(measured.bound()));
  }

  /** Describes the statistic of the test. The D of the rows can be larger by the error. */
  static String statistic(Comparison.Measured measured, double rankError) {
    String value = Figures.of(measured.statistic());
    return switch (measured.test()) {
      case "kolmogorov-smirnov" -> "Kolmogorov-Smirnov D " + value + atMost(rankError);
      case "chi-square" -> "Chi-square of homogeneity " + value;
      default -> measured.test() + " " + value;
    };
  }

  /** Describes times, which are listed and not compared. */
  static SkippedColumn times(TimeProfile before, TimeProfile after, ExportRules rules) {
    return new SkippedColumn(
        before.name(),
        before.role(),
        SkippedColumn.Reason.TIMES,
        rules.extremes()
            ? "times, not compared: %s in the reference, %s in the rows compared"
                .formatted(range(before), range(after))
            : "times, not compared");
  }

  private static String range(TimeProfile times) {
    return times.earliest().isEmpty()
        ? "none"
        : times.earliest().get() + " to " + times.latest().orElseThrow();
  }

  static String tooFew(Comparison.TooFewRows few) {
    return "%s values in the reference and %s in the rows compared; %s of each are needed"
        .formatted(
            Figures.of(few.referenceRows()),
            Figures.of(few.currentRows()),
            Figures.of(few.neededRows()));
  }

  static String test(Comparison.Measured measured, double adjusted, double level) {
    return "p %s by %s, %s after Benjamini-Hochberg over all columns; significant up to %s"
        .formatted(
            Figures.pValue(measured.pValue()),
            measured.test(),
            Figures.pValue(adjusted),
            Figures.of(level));
  }
}
