package io.mlops4j.monitor.profile;

import io.mlops4j.monitor.profile.internal.CategoryBins;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

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
  private final @Nullable UnnamedTexts unnamed;

  /**
   * @param counts one for each named category, and the rest
   * @param unnamed what is known of the rest; null in what version 1 wrote
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
   * {@return the categories with a bin of their own; the reference's most frequent ones, most
   * frequent first}
   */
  public List<String> names() {
    return bins.names();
  }

  /**
   * {@return whether every category of the reference has a bin of its own, so that {@link #rest}
   * counts what the reference never saw; false when the reference had rarer categories, which are
   * in the rest}
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

  /** {@return the number of values are in no named category; 0 or more} */
  public long rest() {
    return counts[counts.length - 1];
  }

  /** {@return the number of values; those that are not missing} */
  public long present() {
    return Arrays.stream(counts).sum();
  }

  /** {@return the number of values are null; 0 or more} */
  public long missing() {
    return missing;
  }

  /**
   * How many distinct values there are: exact when all are in named categories, else with an
   * estimate for the {@link #rest} that has a standard error of 2.3 %.
   *
   * @return 0 or more; empty when a profile that was written by version 1 has a rest
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
   * {@return how long the values are as texts; booleans and numbers are the texts that name them;
   * their lengths; empty when a profile that was written by version 1 has a rest}
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
