package io.mlops4j.monitor.quality;

import java.time.Duration;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The rules of one column. A rule replaces the bound that would be learned from the reference.
 * Immutable and thread safe.
 */
public final class ColumnRules {
  private static final ColumnRules DEFAULTS = new ColumnRules();

  private double least = Double.NaN;
  private double greatest = Double.NaN;
  private List<String> categories = List.of();
  private double mostMissing = Double.NaN;
  private double mostNan = Double.NaN;
  private long longestRun;
  private @Nullable Duration maximumAge;
  private @Nullable Duration order;
  private double tolerance;
  private Set<QualityCheck> off = Set.of();

  private ColumnRules() {}

  /** {@return no rules: every bound is learned, where the reference allows} */
  public static ColumnRules withDefaults() {
    return DEFAULTS;
  }

  private ColumnRules copy() {
    ColumnRules copy = new ColumnRules();
    copy.least = least;
    copy.greatest = greatest;
    copy.categories = categories;
    copy.mostMissing = mostMissing;
    copy.mostNan = mostNan;
    copy.longestRun = longestRun;
    copy.maximumAge = maximumAge;
    copy.order = order;
    copy.tolerance = tolerance;
    copy.off = off;
    return copy;
  }

  /**
   * Allows numbers of a range; infinite values are outside of it.
   *
   * @param least the smallest allowed number; negative infinity for none
   * @param greatest the largest allowed number; infinity for none
   * @return a changed copy
   * @throws IllegalArgumentException if a bound is NaN, or if {@code least} is above {@code
   *     greatest}
   */
  public ColumnRules withRange(double least, double greatest) {
    if (!(least <= greatest)) {
      throw new IllegalArgumentException(
          "range: found " + least + " to " + greatest + ", expected an ascending pair of numbers");
    }
    ColumnRules copy = copy();
    copy.least = least;
    copy.greatest = greatest;
    return copy;
  }

  /**
   * Allows certain texts; for booleans {@code true} and {@code false}.
   *
   * @param categories all allowed texts, at least one
   * @return a changed copy
   * @throws IllegalArgumentException if there are none
   */
  public ColumnRules withCategories(String... categories) {
    List<String> all = List.of(Objects.requireNonNull(categories, "categories"));
    if (all.isEmpty()) {
      throw new IllegalArgumentException("categories: found none, expected the allowed texts");
    }
    ColumnRules copy = copy();
    copy.categories = all;
    return copy;
  }

  /**
   * Limits the share of nulls.
   *
   * @param share from 0 to 1
   * @return a changed copy
   * @throws IllegalArgumentException if the share is out of range
   */
  public ColumnRules withMostMissing(double share) {
    ColumnRules copy = copy();
    copy.mostMissing = share(share, "mostMissing");
    return copy;
  }

  /**
   * Limits the share of NaN.
   *
   * @param share from 0 to 1
   * @return a changed copy
   * @throws IllegalArgumentException if the share is out of range
   */
  public ColumnRules withMostNan(double share) {
    ColumnRules copy = copy();
    copy.mostNan = share(share, "mostNan");
    return copy;
  }

  /**
   * Limits the number of rows in a row with one value.
   *
   * @param rows at least 1
   * @return a changed copy
   * @throws IllegalArgumentException if {@code rows} is below 1
   */
  public ColumnRules withLongestRun(long rows) {
    if (rows < 1) {
      throw new IllegalArgumentException("longestRun: found " + rows + ", expected at least 1");
    }
    ColumnRules copy = copy();
    copy.longestRun = rows;
    return copy;
  }

  /**
   * Limits the age of times, from the time in the column until the row is added.
   *
   * @param age above 0
   * @return a changed copy
   * @throws IllegalArgumentException if the age is not above 0
   */
  public ColumnRules withMaximumAge(Duration age) {
    if (Objects.requireNonNull(age, "age").isNegative() || age.isZero()) {
      throw new IllegalArgumentException("age: found " + age + ", expected a time above 0");
    }
    ColumnRules copy = copy();
    copy.maximumAge = age;
    return copy;
  }

  /**
   * Requires that times ascend from row to row.
   *
   * @param tolerance the time that a row may lie before an earlier row, 0 or more
   * @return a changed copy
   * @throws IllegalArgumentException if the tolerance is negative
   */
  public ColumnRules withOrder(Duration tolerance) {
    if (Objects.requireNonNull(tolerance, "tolerance").isNegative()) {
      throw new IllegalArgumentException("tolerance: found " + tolerance + ", expected 0 or more");
    }
    ColumnRules copy = copy();
    copy.order = tolerance;
    return copy;
  }

  /**
   * Sets the share of values that may break the rules of range, categories, age and order; 0 by
   * default.
   *
   * @param share from 0 to 1
   * @return a changed copy
   * @throws IllegalArgumentException if the share is out of range
   */
  public ColumnRules withTolerance(double share) {
    ColumnRules copy = copy();
    copy.tolerance = share(share, "tolerance");
    return copy;
  }

  /**
   * Leaves out checks of this column.
   *
   * @param checks the checks that are not made, in addition to those left out before
   * @return a changed copy
   */
  public ColumnRules without(QualityCheck... checks) {
    ColumnRules copy = copy();
    copy.off = union(off, checks);
    return copy;
  }

  static Set<QualityCheck> union(Set<QualityCheck> some, QualityCheck... more) {
    Set<QualityCheck> all = EnumSet.noneOf(QualityCheck.class);
    all.addAll(some);
    all.addAll(List.of(Objects.requireNonNull(more, "checks")));
    return Collections.unmodifiableSet(all);
  }

  static double share(double share, String name) {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException(name + ": found " + share + ", expected 0 to 1");
    }
    return share;
  }

  boolean hasRange() {
    return !Double.isNaN(least);
  }

  double least() {
    return least;
  }

  double greatest() {
    return greatest;
  }

  List<String> categories() {
    return categories;
  }

  double mostMissing() {
    return mostMissing;
  }

  double mostNan() {
    return mostNan;
  }

  long longestRun() {
    return longestRun;
  }

  @Nullable Duration maximumAge() {
    return maximumAge;
  }

  @Nullable Duration order() {
    return order;
  }

  double tolerance() {
    return tolerance;
  }

  boolean isOff(QualityCheck check) {
    return off.contains(check);
  }
}
