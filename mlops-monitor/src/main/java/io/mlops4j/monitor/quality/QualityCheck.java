package io.mlops4j.monitor.quality;

import java.util.Locale;

/**
 * The kinds of checks. The constants say what is measured and which bound is used. A reference that
 * knows {@linkplain QualityReference#withPeriods healthy periods} raises learned bounds.
 */
public enum QualityCheck {
  /**
   * The share of rows whose batch lacks the column, or holds another kind of values in it. Bound:
   * 0.
   */
  TYPE,
  /**
   * The share of values outside a range. With {@link ColumnRules#withRange}, the bound is the
   * tolerance. Otherwise the range is that from the reference's minimum to its maximum, and half of
   * its width on both sides if the reference has more than 127 distinct numbers, but not beyond 0
   * if the reference does not reach beyond 0; the bound is a share of 0.01.
   */
  RANGE,
  /**
   * The share of nulls. The bound is the share of {@link ColumnRules#withMostMissing}, or the
   * reference's share of missing values plus a margin: 0.1, for a share below a tenth {@code 0.1
   * sqrt(10 share)}, but at least 0.01.
   */
  MISSING,
  /**
   * The share of NaN, also in vectors. The bound is the share of {@link ColumnRules#withMostNan},
   * or the reference's share plus the margin of {@link #MISSING}. An output that the reference
   * lacks has a reference share of 0.
   */
  NAN,
  /**
   * The share of texts that are not among {@link ColumnRules#withCategories}, bound by the
   * tolerance, or that the reference lacks, bound by a share of 0.01.
   */
  UNSEEN,
  /**
   * The longest run of rows with one value. The bound is that of {@link
   * ColumnRules#withLongestRun}; or 3 times the longest run of the reference's rows, at least 100.
   * For a reference without rows, only columns with more than 127 distinct numbers are checked, and
   * the bound is 200 rows or a quarter of the window, whichever is larger.
   */
  FROZEN,
  /**
   * The share of numbers on a coarse grid (multiples of a power of ten, or numbers of at most 8 or
   * 11 binary digits), on which at most half of the reference's numbers lie. Zeros are left out.
   * The bound is the reference's share plus 0.3.
   */
  RESOLUTION,
  /**
   * The median ratio of five quantiles to those of the reference. Fails if all five ratios differ
   * from it by at most 15 %, and if it is within 5 % of a known factor between units, such as 1000
   * or 1.609, or of the inverse of one. The bound is a ratio of 1.25. Columns with at most 127
   * distinct numbers in the reference are not checked.
   */
  UNIT,
  /**
   * The mean difference of log-likelihoods of rows as they are and with two columns exchanged, by
   * the reference's distributions of both. It is above 0 if the rows fit better as they are. Bound:
   * 0. A mean below 0 fails only if each of both columns has moved from its own distribution to
   * that of the other one, by 0.8 to 1.2 of the way and sampling error, because a column that
   * drifts may fit another one better, too. Not checked are pairs that two values or fewer tell
   * apart, such as two flags: two rates that drift look like exchanged ones.
   */
  SWAPPED,
  /**
   * The share of rows that equal an earlier row of the window in the reference's features and keys,
   * estimated from row hashes. The bound is {@link QualityPolicy#withMostDuplicates}, or the share
   * in the reference's rows for windows of the same size plus a margin as for {@link #MISSING}, at
   * least 0.05.
   */
  DUPLICATES,
  /**
   * The share of times that were older than {@link ColumnRules#withMaximumAge} when the row was
   * added. Bound: the tolerance.
   */
  FRESHNESS,
  /**
   * The share of times that lie before an earlier row's by more than {@link ColumnRules#withOrder}.
   * A time of an earlier batch counts as at most the time when the next batch was added, so that
   * one time in the future does not make all later rows late. Bound: the tolerance.
   */
  ORDER,
  /**
   * The median delay of labels, over the usual median, which a monitor learns. Labels are late if
   * it is at least 1.5, or 1.1 times the largest of healthy windows if that is more, and if a sign
   * test against the usual median is significant. A median of less than a second counts as a
   * second.
   */
  LABEL_DELAY;

  /** {@return the name in lower case, with spaces; for example {@code label delay}} */
  public String words() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
