package io.mlops4j.monitor.profile;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Texts, booleans or numbers that are names, counted by value. Immutable.
 *
 * <p>The 254 most frequent values of the reference have a bin each, counted exactly; the rest
 * shares one. When the reference had no more values than that, the rest is what was <em>unseen in
 * the reference</em>, and 0 there. Null is missing: counted apart, in no bin. Booleans are the
 * texts {@code false} and {@code true}, numbers are their decimal text. Texts are told apart by
 * their UTF-8 bytes, without normalising.
 */
public final class CategoryProfile implements ColumnProfile {
  private final String name;
  private final Role role;
  private final CategoryBins bins;
  private final long[] counts;
  private final long missing;

  /**
   * @param counts one for each named category, and the rest
   */
  CategoryProfile(String name, Role role, CategoryBins bins, long[] counts, long missing) {
    this.name = name;
    this.role = role;
    this.bins = bins;
    this.counts = counts;
    this.missing = missing;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Role role() {
    return role;
  }

  CategoryBins bins() {
    return bins;
  }

  /**
   * The categories with a bin of their own.
   *
   * @return the reference's most frequent ones, most frequent first
   */
  public List<String> names() {
    return bins.names();
  }

  /**
   * Whether every category of the reference has a bin of its own, so that {@link #rest} counts what
   * the reference never saw.
   *
   * @return false when the reference had rarer categories, which are in the rest
   */
  public boolean namesAll() {
    return bins.all();
  }

  /**
   * How many values each category has.
   *
   * @return one for each of {@link #names}, then the {@link #rest}; the caller's copy
   */
  public long[] counts() {
    return counts.clone();
  }

  /**
   * How many values are in no named category.
   *
   * @return 0 or more
   */
  public long rest() {
    return counts[counts.length - 1];
  }

  /**
   * How many values there are.
   *
   * @return those that are not missing
   */
  public long present() {
    return Arrays.stream(counts).sum();
  }

  /**
   * How many values are null.
   *
   * @return 0 or more
   */
  public long missing() {
    return missing;
  }

  @Override
  public boolean sameBins(ColumnProfile other) {
    return other instanceof CategoryProfile that
        && name.equals(that.name)
        && role == that.role
        && bins.equals(that.bins);
  }

  /** Adds the counts of another profile with the same bins. */
  CategoryProfile plus(CategoryProfile other) {
    long[] sums = counts.clone();
    Arrays.setAll(sums, bin -> Math.addExact(counts[bin], other.counts[bin]));
    return new CategoryProfile(name, role, bins, sums, Math.addExact(missing, other.missing));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CategoryProfile that
        && sameBins(that)
        && Arrays.equals(counts, that.counts)
        && missing == that.missing;
  }

  @Override
  public int hashCode() {
    return Objects.hash(name, role, Arrays.hashCode(counts), missing);
  }

  /**
   * For people.
   *
   * @return the name and the main figures
   */
  @Override
  public String toString() {
    return "%s: %d values, %d missing, %d categories, %d in the rest"
        .formatted(name, present(), missing, bins.named(), rest());
  }
}
