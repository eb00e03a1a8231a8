package io.mlops4j.monitor.quality;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The rules by which rows are checked. By default every check is made that the reference allows,
 * with learned bounds. Immutable and thread safe.
 */
public final class QualityPolicy {
  /** The rows of which a monitor checks one, unless the policy says otherwise. */
  public static final int MONITOR_SAMPLING = 16;

  private static final QualityPolicy DEFAULTS =
      new QualityPolicy(Map.of(), Set.of(), 0, 1e-6, Double.NaN);

  private final Map<String, ColumnRules> columns;
  private final Set<QualityCheck> off;
  private final int sampling;
  private final double level;
  private final double mostDuplicates;

  private QualityPolicy(
      Map<String, ColumnRules> columns,
      Set<QualityCheck> off,
      int sampling,
      double level,
      double mostDuplicates) {
    this.columns = columns;
    this.off = off;
    this.sampling = sampling;
    this.level = level;
    this.mostDuplicates = mostDuplicates;
  }

  /** {@return every check, with learned bounds} */
  public static QualityPolicy withDefaults() {
    return DEFAULTS;
  }

  /**
   * Sets the rules of a column.
   *
   * @param name a feature or output, also one that the reference lacks
   * @param rules the rules, in place of earlier ones
   * @return a changed copy
   */
  public QualityPolicy withColumn(String name, ColumnRules rules) {
    Map<String, ColumnRules> more = new LinkedHashMap<>(columns);
    more.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(rules, "rules"));
    return new QualityPolicy(
        Collections.unmodifiableMap(more), off, sampling, level, mostDuplicates);
  }

  /**
   * Leaves out checks of all columns.
   *
   * @param checks the checks that are not made, in addition to those left out before
   * @return a changed copy
   */
  public QualityPolicy without(QualityCheck... checks) {
    return new QualityPolicy(
        columns, ColumnRules.union(off, checks), sampling, level, mostDuplicates);
  }

  /**
   * Checks only some of the rows, at equal distances. A suite checks every row by default, a
   * monitor one row in {@value #MONITOR_SAMPLING}. The types of columns and rules about order are
   * checked in every row, and repeated rows are selected by their hash.
   *
   * @param rows one row in so many is checked; 1 for every row, at most 65 536
   * @return a changed copy
   * @throws IllegalArgumentException if {@code rows} is out of range
   */
  public QualityPolicy withSampling(int rows) {
    if (rows < 1 || rows > 1 << 16) {
      throw new IllegalArgumentException("sampling: found " + rows + ", expected 1 to 65536");
    }
    return new QualityPolicy(columns, off, rows, level, mostDuplicates);
  }

  /**
   * Sets the probability with which one check with a learned bound may fail by random variation
   * alone; 1e-6 by default.
   *
   * @param probability above 0 and below 1
   * @return a changed copy
   * @throws IllegalArgumentException if the probability is out of range
   */
  public QualityPolicy withLevel(double probability) {
    if (!(probability > 0 && probability < 1)) {
      throw new IllegalArgumentException(
          "level: found " + probability + ", expected above 0 and below 1");
    }
    return new QualityPolicy(columns, off, sampling, probability, mostDuplicates);
  }

  /**
   * Limits the share of rows that repeat an earlier row of the window.
   *
   * @param share from 0 to 1
   * @return a changed copy
   * @throws IllegalArgumentException if the share is out of range
   */
  public QualityPolicy withMostDuplicates(double share) {
    return new QualityPolicy(
        columns, off, sampling, level, ColumnRules.share(share, "mostDuplicates"));
  }

  Map<String, ColumnRules> columns() {
    return columns;
  }

  ColumnRules rules(String column) {
    return columns.getOrDefault(column, ColumnRules.withDefaults());
  }

  boolean isOff(QualityCheck check) {
    return off.contains(check);
  }

  boolean makes(QualityCheck check, String column) {
    return !isOff(check) && !rules(column).isOff(check);
  }

  /** {@return the rows of which one is checked; empty if the policy does not say} */
  public OptionalInt sampling() {
    return sampling == 0 ? OptionalInt.empty() : OptionalInt.of(sampling);
  }

  double level() {
    return level;
  }

  double mostDuplicates() {
    return mostDuplicates;
  }
}
