package io.mlops4j.monitor.watch.drift;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.profile.CategoryProfile;
import io.mlops4j.monitor.profile.ColumnProfile;
import io.mlops4j.monitor.profile.NumberProfile;
import io.mlops4j.monitor.profile.Profile;
import java.util.HashMap;
import java.util.Map;
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

  /** Counts the rows by bin and column; the missing ones are last. */
  Map<String, long[]> counts() {
    Map<String, long[]> counts = counting.counts();
    if (before == null) {
      return counts;
    }
    Map<String, long[]> all = new HashMap<>();
    for (String name : before.columns()) {
      ColumnProfile column = before.column(name);
      if (column instanceof NumberProfile numbers) {
        all.put(name, sum(numbers.counts(), numbers.missing(), counts.get(name)));
      } else if (column instanceof CategoryProfile categories) {
        all.put(name, sum(categories.counts(), categories.missing(), counts.get(name)));
      }
    }
    return all;
  }

  private static long[] sum(long[] counts, long missing, long @Nullable [] more) {
    long[] sums = new long[counts.length + 1];
    for (int bin = 0; bin < sums.length; bin++) {
      sums[bin] = (bin < counts.length ? counts[bin] : missing) + (more == null ? 0 : more[bin]);
    }
    return sums;
  }

  Profile counted() {
    Profile newest = counting.build();
    return before == null ? newest : before.merge(newest);
  }
}
