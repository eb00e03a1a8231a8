package io.mlops4j.monitor.profile;

import io.mlops4j.monitor.profile.internal.CategoryBins;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The profile of texts, booleans or numbers that are names, counted by value. Immutable.
 *
 * <p>Each of the 254 most frequent values of the reference has its own bin and is counted exactly.
 * All other values share the rest. If the reference had no other values, the rest counts values
 * that were <em>unseen in the reference</em>, and is 0 for the reference itself. Null is missing:
 * it is counted separately, in no bin. Booleans are the texts {@code false} and {@code true};
 * numbers are their decimal text. Texts are compared by their UTF-8 bytes, without normalising.
 */
public final class CategoryProfile implements ColumnProfile {
  private final String name;
  private final Role role;
  private final CategoryBins bins;
  private final long[] counts;
  private final long missing;
  private final @Nullable UnnamedTexts unnamed;

  /**
   * @param counts one for each named category, then the rest
   * @param unnamed distinct number and lengths of the rest; null if written by version 1
   */
  CategoryProfile(
      String name,
      Role role,
      CategoryBins bins,
      long[] counts,
      long missing,
      @Nullable UnnamedTexts unnamed) {
    this.name = name;
    this.role = role;
    this.bins = bins;
    this.counts = counts;
    this.missing = missing;
    this.unnamed = unnamed;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Role role() {
    return role;
  }

  @Nullable UnnamedTexts unnamed() {
    return unnamed;
  }

  CategoryBins bins() {
    return bins;
  }

  /**
   * {@return the categories with their own bin: the reference's most frequent ones, most frequent
   * first}
   */
  public List<String> names() {
    return bins.names();
  }

  /**
   * {@return whether every category of the reference has its own bin, so that {@link #rest} counts
   * unseen values; false if rarer categories of the reference are in the rest}
   */
  public boolean namesAll() {
    return bins.all();
  }

  /**
   * {@return the number of values of each category: one for each of {@link #names}, then the {@link
   * #rest}; the caller's copy}
   */
  public long[] counts() {
    return counts.clone();
  }

  /** {@return the number of values in no named category, 0 or more} */
  public long rest() {
    return counts[counts.length - 1];
  }

  /** {@return the number of values that are not missing} */
  public long present() {
    return Arrays.stream(counts).sum();
  }

  /** {@return the number of values that are null} */
  public long missing() {
    return missing;
  }

  /**
   * Returns the number of distinct values. It is exact if all values are in named categories.
   * Otherwise the {@link #rest} is estimated with a standard error of 2.3 %.
   *
   * @return 0 or more; empty for a profile with a rest that was written by version 1
   */
  public OptionalLong distinct() {
    long named = Arrays.stream(counts, 0, counts.length - 1).filter(count -> count > 0).count();
    if (rest() == 0) {
      return OptionalLong.of(named);
    }
    return unnamed == null
        ? OptionalLong.empty()
        : OptionalLong.of(named + Math.min(rest(), Math.max(1, unnamed.distinct().estimate())));
  }

  /**
   * {@return the lengths of the values as texts; booleans and numbers count as the texts that name
   * them; empty for a profile with a rest that was written by version 1}
   */
  public Optional<TextLengths> lengths() {
    if (rest() > 0 && unnamed == null) {
      return Optional.empty();
    }
    TextLengths lengths = unnamed == null ? TextLengths.NONE : unnamed.lengths();
    for (int bin = 0; bin < bins.named(); bin++) {
      byte[] text = bins.text(bin);
      lengths = lengths.plus(TextLengths.of(text, text.length, counts[bin]));
    }
    return Optional.of(lengths);
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
    return new CategoryProfile(
        name,
        role,
        bins,
        sums,
        Math.addExact(missing, other.missing),
        unnamed == null || other.unnamed == null ? null : unnamed.plus(other.unnamed));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CategoryProfile that
        && sameBins(that)
        && Arrays.equals(counts, that.counts)
        && missing == that.missing
        && Objects.equals(unnamed, that.unnamed);
  }

  @Override
  public int hashCode() {
    return Objects.hash(name, role, Arrays.hashCode(counts), missing);
  }

  /** {@return the name and the main figures} */
  @Override
  public String toString() {
    return "%s: %d values, %d missing, %d categories, %d in the rest"
        .formatted(name, present(), missing, bins.named(), rest());
  }
}
