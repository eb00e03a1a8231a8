package io.mlops4j.registry;

import java.util.OptionalInt;

/**
 * One page of a model's versions. Start with {@code VersionRange.newest(100)}, then use {@code
 * VersionRange.newest(100).withNumbersBefore(number of the page's last)} until a page is empty.
 * Versions that are published meanwhile do not move the pages. Immutable and thread safe: every
 * {@code with} method returns a changed copy.
 */
public final class VersionRange {
  private final boolean newestFirst;
  private final int limit;
  private final int after;
  private final int before;

  private VersionRange(boolean newestFirst, int limit, int after, int before) {
    this.newestFirst = newestFirst;
    this.limit = limit;
    this.after = after;
    this.before = before;
  }

  /**
   * Returns a range of the newest versions, the newest first.
   *
   * @param limit the largest number of versions, at least 1
   * @return the range
   * @throws IllegalArgumentException if the limit is below 1
   */
  public static VersionRange newest(int limit) {
    return new VersionRange(true, checkLimit(limit), 0, Integer.MAX_VALUE);
  }

  /**
   * Returns a range of the oldest versions, the oldest first.
   *
   * @param limit the largest number of versions, at least 1
   * @return the range
   * @throws IllegalArgumentException if the limit is below 1
   */
  public static VersionRange oldest(int limit) {
    return new VersionRange(false, checkLimit(limit), 0, Integer.MAX_VALUE);
  }

  private static int checkLimit(int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("limit: found " + limit + ", expected at least 1");
    }
    return limit;
  }

  /**
   * Restricts the range to versions that are older than one version.
   *
   * @param number the number of that version, at least 1; the version itself is excluded
   * @return a changed copy
   * @throws IllegalArgumentException if the number is below 1
   */
  public VersionRange withNumbersBefore(int number) {
    return new VersionRange(newestFirst, limit, after, checkNumber(number));
  }

  /**
   * Restricts the range to versions that are newer than one version.
   *
   * @param number the number of that version, at least 1; the version itself is excluded
   * @return a changed copy
   * @throws IllegalArgumentException if the number is below 1
   */
  public VersionRange withNumbersAfter(int number) {
    return new VersionRange(newestFirst, limit, checkNumber(number), before);
  }

  private static int checkNumber(int number) {
    if (number < 1) {
      throw new IllegalArgumentException("number: found " + number + ", expected at least 1");
    }
    return number;
  }

  /**
   * Returns the order of the versions.
   *
   * @return true for the newest first, false for the oldest first
   */
  public boolean isNewestFirst() {
    return newestFirst;
  }

  /**
   * Returns the largest number of versions on a page.
   *
   * @return at least 1
   */
  public int limit() {
    return limit;
  }

  /**
   * Returns the number above which versions are in the range.
   *
   * @return at least 1; empty if there is no such bound
   */
  public OptionalInt after() {
    return after == 0 ? OptionalInt.empty() : OptionalInt.of(after);
  }

  /**
   * Returns the number below which versions are in the range.
   *
   * @return at least 1; empty if there is no such bound
   */
  public OptionalInt before() {
    return before == Integer.MAX_VALUE ? OptionalInt.empty() : OptionalInt.of(before);
  }

  @Override
  public String toString() {
    return "the "
        + (newestFirst ? "newest " : "oldest ")
        + limit
        + (after == 0 ? "" : " after " + after)
        + (before == Integer.MAX_VALUE ? "" : " before " + before);
  }
}
