package io.mlops4j.monitor.drift;

import io.mlops4j.monitor.stats.ChiSquare;
import io.mlops4j.monitor.stats.CountDistance;
import io.mlops4j.monitor.stats.KolmogorovSmirnov;
import io.mlops4j.monitor.stats.PValueMethod;
import io.mlops4j.monitor.stats.ShareDifference;
import io.mlops4j.monitor.stats.TestResult;
import io.mlops4j.monitor.stats.Wasserstein;
import java.util.OptionalInt;

/**
 * Measures effect and significance of one column by the bounds of a policy: the three pairs of
 * {@link DriftPolicy}, and the secondary comparisons for changes that the pairs cannot see.
 * Immutable.
 */
final class ColumnMeasurer {
  private static final Wasserstein WASSERSTEIN =
      Wasserstein.withDefaults().overReferenceDeviation();
  private static final KolmogorovSmirnov KOLMOGOROV_SMIRNOV = KolmogorovSmirnov.withDefaults();
  private static final ShareDifference SHARE_DIFFERENCE =
      ShareDifference.withDefaults().with(PValueMethod.AUTO);

  /** Rare categories are pooled. */
  static final ChiSquare CHI_SQUARE = ChiSquare.withDefaults().withYates(false).withPooling(true);

  private static final double MOST_STEPS = 100_000;

  static final String SHARES = "difference of shares";
  static final String ONE_SHARE = "largest difference of shares";

  /** Shares from this one on have the full bound. The rarest shares have a tenth of it. */
  private static final double COMMON = 0.1;

  private static final double PARTS = 10;

  /** Random variation does not give any share such a z, even among hundreds of categories. */
  private static final double STANDS_OUT = 4;

  private final DriftPolicy.Bounds bounds;
  private final int minimumRows;

  ColumnMeasurer(DriftPolicy policy) {
    this(policy.bounds(), policy.minimumRows());
  }

  private ColumnMeasurer(DriftPolicy.Bounds bounds, int minimumRows) {
    this.bounds = bounds;
    this.minimumRows = minimumRows;
  }

  /** Returns the same measurer with other bounds. */
  ColumnMeasurer times(double factor) {
    return factor == 1
        ? this
        : new ColumnMeasurer(
            new DriftPolicy.Bounds(
                factor * bounds.numeric(),
                factor * bounds.rank(),
                factor * bounds.category(),
                factor * bounds.share()),
            minimumRows);
  }

  /**
   * Returns the same measurer without ranks (scores, D) and single shares as effects when a
   * distance is below its bound.
   */
  ColumnMeasurer withoutFallbacks() {
    double never = Double.POSITIVE_INFINITY;
    return new ColumnMeasurer(
        new DriftPolicy.Bounds(bounds.numeric(), never, bounds.category(), never), minimumRows);
  }

  /**
   * Returns the same measurer with the largest difference of one share in place of the distance of
   * categories.
   */
  ColumnMeasurer withoutCategoryDistance() {
    return new ColumnMeasurer(
        new DriftPolicy.Bounds(
            bounds.numeric(), bounds.rank(), Double.POSITIVE_INFINITY, bounds.share()),
        minimumRows);
  }

  /**
   * Compares numbers by counts in shared bins.
   *
   * @param reference counts per bin, ascending, without the bin of missing values
   * @param current counts in the same bins
   * @param positions where the rows of each bin stand, ascending and finite
   * @param referenceDeviation population standard deviation of the reference
   */
  Comparison numeric(
      long[] reference, long[] current, double[] positions, double referenceDeviation) {
    if (isTooFew(rows(reference), rows(current))) {
      return tooFew(rows(reference), rows(current));
    }
    double distance = WASSERSTEIN.statistic(reference, current, positions, referenceDeviation);
    boolean scored =
        distance < bounds.numeric()
            && NormalScores.hasHeavyTail(reference, positions, referenceDeviation);
    return numeric(
        distance,
        scored ? NormalScores.distance(reference, current) : Double.NaN,
        kolmogorovSmirnov(reference, current));
  }

  /**
   * The exact p-value of samples of different sizes takes a step for each pair of rows near the
   * diagonal: with some thousand rows a hundred times as long as all else. By then the asymptotic
   * one differs from it by less than the bins do.
   */
  private static TestResult kolmogorovSmirnov(long[] reference, long[] current) {
    double n = rows(reference);
    double m = rows(current);
    boolean fast = n == m || Math.max(n, m) > KolmogorovSmirnov.EXACT_LIMIT; // then asymptotic
    return fast || 2 * KOLMOGOROV_SMIRNOV.statistic(reference, current) * n * m <= MOST_STEPS
        ? KOLMOGOROV_SMIRNOV.test(reference, current)
        : KOLMOGOROV_SMIRNOV.with(PValueMethod.ASYMPTOTIC).test(reference, current);
  }

  /**
   * Falls back to ranks if outliers make the deviation so large that the distance is small.
   *
   * @param scores the distance of the normal scores; NaN if they are not needed, or if the
   *     reference has no heavy tail
   */
  private Comparison numeric(double distance, double scores, TestResult test) {
    EffectMeasure measure = EffectMeasure.WASSERSTEIN;
    double effect = distance;
    if (distance < bounds.numeric() && bounds.rank() < Double.POSITIVE_INFINITY) {
      if (scores >= 0 && !(scores < bounds.numeric() && test.statistic() >= bounds.rank())) {
        measure = EffectMeasure.NORMAL_SCORES;
        effect = scores;
      } else if (test.statistic() >= bounds.rank()) {
        measure = EffectMeasure.KOLMOGOROV_SMIRNOV;
        effect = test.statistic();
      }
    }
    return new Comparison.Measured(
        measure.label(),
        effect,
        measure == EffectMeasure.KOLMOGOROV_SMIRNOV ? bounds.rank() : bounds.numeric(),
        SignificanceTest.KOLMOGOROV_SMIRNOV.label(),
        test.statistic(),
        test.pValue());
  }

  /**
   * Compares several categories; missing values and unseen categories may have a bin each.
   *
   * @param reference counts per category
   * @param current counts of the same categories
   */
  Comparison category(long[] reference, long[] current) {
    if (isTooFew(rows(reference), rows(current))) {
      return tooFew(rows(reference), rows(current));
    }
    TestResult test = CHI_SQUARE.test(reference, current);
    double distance = CountDistance.JENSEN_SHANNON.between(reference, current);
    OptionalInt one =
        distance < bounds.category() ? standsOut(reference, current) : OptionalInt.empty();
    double p = one.isEmpty() ? 0 : reference[one.getAsInt()] / (double) rows(reference);
    double q = one.isEmpty() ? 0 : current[one.getAsInt()] / (double) rows(current);
    return new Comparison.Measured(
        one.isEmpty() ? EffectMeasure.JENSEN_SHANNON.label() : ONE_SHARE,
        one.isEmpty() ? distance : q - p,
        one.isEmpty() ? bounds.category() : shareBound(p, q),
        SignificanceTest.CHI_SQUARE.label(),
        test.statistic(),
        test.pValue());
  }

  /**
   * The category whose share moved most in units of its bound, if it moved that far and random
   * variation does not explain it.
   */
  private OptionalInt standsOut(long[] reference, long[] current) {
    double n = rows(reference);
    double m = rows(current);
    double most = 1;
    OptionalInt found = OptionalInt.empty();
    for (int i = 0; i < reference.length; i++) {
      double p = reference[i] / n;
      double q = current[i] / m;
      double share = (reference[i] + current[i]) / (n + m);
      double z = Math.abs(q - p) / Math.sqrt(share * (1 - share) * (1 / n + 1 / m));
      double size = Math.abs(q - p) / shareBound(p, q);
      if (z >= STANDS_OUT && size >= most) {
        most = size;
        found = OptionalInt.of(i);
      }
    }
    return found;
  }

  /**
   * Returns the size from which a difference of shares matters. It is the full bound if at least a
   * tenth of the rows of both samples has the value, and at least a tenth does not. Below a tenth
   * it falls with the root of the rarest share, to a tenth of the bound.
   */
  private double shareBound(double p, double q) {
    double rarest = Math.min(Math.min(p, q), Math.min(1 - p, 1 - q));
    double part = Math.min(1, Math.sqrt(Math.max(0, rarest) / COMMON));
    return Math.max(bounds.share() / PARTS, bounds.share() * part);
  }

  /**
   * Compares two values; the size of the effect has a sign.
   *
   * @param reference two counts: misses, hits
   * @param current two counts: misses, hits
   */
  Comparison twoValues(long[] reference, long[] current) {
    if (isTooFew(rows(reference), rows(current))) {
      return tooFew(rows(reference), rows(current));
    }
    TestResult test = SHARE_DIFFERENCE.test(reference, current);
    double difference = SHARE_DIFFERENCE.difference(reference, current);
    double q = current[1] / (double) rows(current);
    return new Comparison.Measured(
        SHARES, difference, shareBound(q - difference, q), "z", test.statistic(), test.pValue());
  }

  /**
   * Compares the number of current rows in categories that the reference lacks with the number that
   * random variation explains. Its share is at most the share of reference rows whose category has
   * no other row (Good and Turing). Every category of the reference must be known. The test is
   * valid for independent rows of any distribution and finds gross changes only: with a thousand
   * reference rows, 23 % of the rows.
   *
   * @param referenceRows rows of the reference with a category
   * @param once categories of the reference with exactly one row
   * @param currentRows current rows with a category
   * @param unseen current rows in no category of the reference
   */
  Comparison unseenCategories(long referenceRows, long once, long currentRows, long unseen) {
    if (isTooFew(referenceRows, currentRows)) {
      return tooFew(referenceRows, currentRows);
    }
    double p = (double) once / referenceRows;
    double q = (double) unseen / currentRows;
    return new Comparison.Measured(
        SHARES,
        q - p,
        shareBound(p, q),
        "unseen rows",
        (double) unseen,
        AbsenceTests.tooMany(referenceRows, once, currentRows, unseen));
  }

  /**
   * Compares categories that are all too rare for a test of each. If categories vanished, the
   * rarest categories of both samples together have too many of their rows in the reference.
   *
   * @param reference counts per category; the last one counts rows without a named category
   * @param current counts of the same categories
   */
  Comparison vanishedCategories(long[] reference, long[] current) {
    return isTooFew(rows(reference), rows(current))
        ? tooFew(rows(reference), rows(current))
        : new Comparison.Measured(
            EffectMeasure.JENSEN_SHANNON.label(),
            CountDistance.JENSEN_SHANNON.between(reference, current),
            bounds.category(),
            "vanished rows",
            CategoryCounts.used(reference, current),
            AbsenceTests.vanished(reference, current));
  }

  /**
   * Compares the number of current rows beyond the range of the reference with the number that
   * random variation explains. The test is exact for any distribution and detects a few rows far
   * away, to which ranks hardly react. The effect is the distance of those rows from the range,
   * averaged over all current rows.
   *
   * @param referenceRows rows of the reference with a value
   * @param currentRows current rows with a value
   * @param below current rows below the reference's least value
   * @param above current rows above the reference's greatest value
   * @param distance sum of the distances of these rows from the range over the number of current
   *     rows, in deviations of the reference
   */
  Comparison beyondRange(
      long referenceRows, long currentRows, long below, long above, double distance) {
    if (isTooFew(referenceRows, currentRows)) {
      return tooFew(referenceRows, currentRows);
    }
    double least =
        Math.min(
            AbsenceTests.beyond(referenceRows, currentRows, below),
            AbsenceTests.beyond(referenceRows, currentRows, above));
    return new Comparison.Measured(
        "distance/sigma",
        distance,
        bounds.numeric(),
        "rows beyond",
        (double) below + above,
        Math.min(1, 2 * least));
  }

  private boolean isTooFew(long referenceRows, long currentRows) {
    return Math.min(referenceRows, currentRows) < minimumRows;
  }

  private Comparison tooFew(long referenceRows, long currentRows) {
    return new Comparison.TooFewRows(referenceRows, currentRows, minimumRows);
  }

  private static long rows(long[] counts) {
    long rows = 0; // a stream would take longer than all comparisons
    for (long count : counts) {
      rows = Math.addExact(rows, count);
    }
    return rows;
  }
}
