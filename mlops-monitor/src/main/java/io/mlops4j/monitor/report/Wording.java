package io.mlops4j.monitor.report;

import io.mlops4j.monitor.drift.Comparison;

/** Says in one sentence what was measured, how, how exactly, and from where on it matters. */
final class Wording {
  private Wording() {}

  /**
   * Describes a comparison of numbers.
   *
   * @param distanceError by how much the distance can be off, in the same unit
   * @param rankError by how much D can be larger
   */
  static String numbers(Comparison.Measured measured, double distanceError, double rankError) {
    return "Wasserstein distance %s of the reference's deviation%s; it matters from %s"
            .formatted(
                Figures.of(measured.size()),
                distanceError == 0
                    ? " (exact)"
                    : " (from bins, off by at most " + Figures.of(distanceError) + ")",
                Figures.of(measured.bound()))
        + ". Kolmogorov-Smirnov D %s%s"
            .formatted(
                Figures.of(measured.statistic()),
                rankError == 0
                    ? " (exact)"
                    : " (from bins, at most " + Figures.of(rankError) + " more)");
  }

  /**
   * Describes a comparison of categories.
   *
   * @param categories how many there are
   * @param compared how many are left after pooling rare ones
   */
  static String categories(Comparison.Measured measured, int categories, int compared) {
    return "Jensen-Shannon distance %s (root, base 2; less what chance gives) over %s categories%s; it matters from %s. Chi-square of homogeneity %s"
        .formatted(
            Figures.of(measured.size()),
            Figures.of((long) categories),
            compared < categories
                ? ", the rare ones pooled to leave " + Figures.of((long) compared)
                : "",
            Figures.of(measured.bound()),
            Figures.of(measured.statistic()));
  }

  /**
   * Describes a difference of shares.
   *
   * @param what the value whose share it is
   * @param before rows without it, rows with it
   * @param after rows without it, rows with it
   */
  static String shares(String what, Comparison.Measured measured, long[] before, long[] after) {
    return "Share of %s went from %s to %s, exact; it matters from %s. z %s"
        .formatted(
            what,
            Figures.share((double) before[1] / (before[0] + before[1])),
            Figures.share((double) after[1] / (after[0] + after[1])),
            Figures.share(measured.bound()),
            Figures.of(measured.statistic()));
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
