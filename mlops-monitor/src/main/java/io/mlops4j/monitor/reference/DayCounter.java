package io.mlops4j.monitor.reference;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.profile.SlicedProfile;
import io.mlops4j.monitor.profile.Slices;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Counts each day of a column of times for itself, all in the same bins. Rows may come in any
 * order. Counting a day takes much more memory than its profile, so only a few days are counted at
 * a time.
 */
final class DayCounter {
  private static final int AT_ONCE = 8;

  private final Profile bins;
  private final Slices byDay;
  private final Set<String> open = new HashSet<>();
  private final SortedMap<LocalDate, Profile> days = new TreeMap<>();
  private SlicedProfile.Builder counting;
  private Profile undated;

  DayCounter(Profile bins, String time) {
    this.bins = bins;
    this.byDay = Slices.byTime(time, ZoneOffset.UTC, at -> opened(at.toLocalDate().toString()));
    this.counting = SlicedProfile.builder(bins, byDay);
    this.undated = bins.counting().build();
  }

  private String opened(String day) {
    open.add(day);
    return day;
  }

  void add(FeatureBatch batch, @Nullable FeatureBatch answers) {
    if (answers == null) {
      counting.add(batch);
    } else {
      counting.add(batch, answers);
    }
    if (open.size() > AT_ONCE) {
      close();
    }
  }

  private void close() {
    SlicedProfile counted = counting.build();
    for (String name : counted.names()) {
      Profile rows = counted.slice(name);
      if (open.contains(name)) {
        days.merge(LocalDate.parse(name), rows, Profile::merge);
      } else {
        undated = undated.merge(rows);
      }
    }
    open.clear();
    counting = SlicedProfile.builder(bins, byDay);
  }

  /** Returns the days that have rows. */
  SortedMap<LocalDate, Profile> days() {
    close();
    return new TreeMap<>(days);
  }

  /** Returns the rows without a time, as of the last {@link #days}. */
  Profile undated() {
    return undated;
  }
}
