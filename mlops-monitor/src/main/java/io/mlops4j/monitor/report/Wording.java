package io.mlops4j.monitor.report;

import io.mlops4j.monitor.drift.Comparison;
import io.mlops4j.monitor.profile.ExportRules;
import io.mlops4j.monitor.profile.SkippedColumn;
import io.mlops4j.monitor.profile.TimeProfile;

/** Says in one sentence what was measured, how, how exactly, and from where on it matters. */
final class Wording {
  static final Selection TWO_VALUES =
      new Selection("difference of shares", "z", "two values are all there is on both sides");

  static final String ONE_SHARE = "largest difference of shares";

  private Wording() {}

  /** Describes the category whose share moved most. */
  static String oneShare(Comparison.Measured measured, Movement most) {
    return "Share of %s went from %s to %s; it matters from %s"
        .formatted(
            most.value(),
            Figures.share(most.reference()),
            Figures.share(most.current()),
            Figures.share(measured.bound()));
  }

  /** Describes a distance of numbers, off by at most an error in the same unit. */
  static String distance(Comparison.Measured measured, double error) {
    return "Wasserstein distance %s of the reference's deviation%s; it matters from %s"
        .formatted(
            Figures.of(measured.size()),
            error == 0 ? " (exact)" : " (from bins, off by at most " + Figures.of(error) + ")",
            Figures.of(measured.bound()));
  }

  /** Describes D as an effect, which can be larger by an error. */
  static String ranks(Comparison.Measured measured, double error) {
    return "Kolmogorov-Smirnov D %s%s; it matters from %s"
        .formatted(Figures.of(measured.size()), atMost(error), Figures.of(measured.bound()));
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
   * @param categories how many there are
   * @param compared how many are left after pooling rare ones
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
   * @param what the value whose share it is
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

  /** Describes rows beyond the reference's range. */
  static String beyond(Comparison.Measured measured, Beyond beyond) {
    return "%s rows, %s, lie beyond the range of the reference: over all rows at least %s of the reference's deviation; it matters from %s"
        .formatted(
            Figures.of(beyond.rows()),
            Figures.share(beyond.share()),
            Figures.of(measured.size()),
            Figures.of(measured.bound()));
  }

  /** Names the statistic of the test. A D from bins can be larger by an error. */
  static String statistic(Comparison.Measured measured, double rankError) {
    String value = Figures.of(measured.statistic());
    return switch (measured.test()) {
      case "kolmogorov-smirnov" -> "Kolmogorov-Smirnov D " + value + atMost(rankError);
      case "chi-square" -> "Chi-square of homogeneity " + value;
      default -> measured.test() + " " + value;
    };
  }

  /** Lists times, which are not compared. */
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
