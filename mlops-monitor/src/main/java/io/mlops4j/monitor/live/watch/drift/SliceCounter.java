package io.mlops4j.monitor.live.watch.drift;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.profile.CategoryProfile;
import io.mlops4j.monitor.profile.ColumnProfile;
import io.mlops4j.monitor.profile.NumberProfile;
import io.mlops4j.monitor.profile.Profile;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Counts the rows of one slice of an open window, on top of rows that were counted before the
 * monitor was started again. Used by the monitor's thread only.
 */
final class SliceCounter {
  private final Profile.Builder counting;
  private final @Nullable Profile before;

  /**
   * @param bins the profile in whose bins rows are counted
   * @param before rows that were counted in the same bins, or null
   */
  SliceCounter(Profile bins, @Nullable Profile before) {
    this(bins.counting(), before);
  }

  private SliceCounter(Profile.Builder counting, @Nullable Profile before) {
    this.counting = counting;
    this.before = before;
  }

  /**
   * Returns a counter for another window in the same bins. It takes the memory of this one, which
   * is not used any more.
   */
  SliceCounter next() {
    return new SliceCounter(counting.clear(), null);
  }

  /** Counts rows, and returns the reason for each column that was left out. */
  Map<String, String> add(FeatureBatch batch, FeatureBatch answers) {
    return counting.addFitting(batch, answers);
  }

  long rows() {
    return counting.rows() + (before == null ? 0 : before.rows());
  }

  /**
   * Counts the rows by bin and column; the missing ones are last.
   *
   * @param each takes the name and the counts of a column; the array is used again
   */
  void counts(BiConsumer<String, long[]> each) {
    counting.counts(
        (name, counts) -> {
          addBefore(name, counts);
          each.accept(name, counts);
        });
  }

  private void addBefore(String name, long[] counts) {
    ColumnProfile column = before == null ? null : before.column(name);
    if (column instanceof NumberProfile numbers) {
      add(numbers.counts(), numbers.missing(), counts);
    } else if (column instanceof CategoryProfile categories) {
      add(categories.counts(), categories.missing(), counts);
    }
  }

  private static void add(long[] counts, long missing, long[] into) {
    for (int bin = 0; bin < counts.length; bin++) {
      into[bin] += counts[bin];
    }
    into[counts.length] += missing;
  }

  Profile counted() {
    Profile newest = counting.build();
    return before == null ? newest : before.merge(newest);
  }
}
