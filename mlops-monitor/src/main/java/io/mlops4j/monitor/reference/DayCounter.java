package io.mlops4j.monitor.reference;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.profile.SlicedProfile;
import io.mlops4j.monitor.profile.Slices;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/**
 * Counts each day of a column of times for itself, all in the same bins. Rows may come in any
 * order. Counting a day takes much more memory than its profile, so only a few days are counted at
 * a time. The newest days keep a profile each; the rows of older ones are added by weekday.
 */
final class DayCounter {
  private static final int AT_ONCE = 8;

  /** Profiles of one column and day take about 7 kB each. */
  private static final int MOST_COLUMNS = 20_000;

  /** Eight weeks. */
  private static final int FEWEST_DAYS = 56;

  private final Profile bins;
  private final Slices byDay;
  private final int most;
  private final Map<String, Profile.Builder> counting = new HashMap<>();
  private final Set<LocalDate> seen = new TreeSet<>();
  private final SortedMap<LocalDate, Profile> newest = new TreeMap<>();
  private final SortedMap<String, Profile> others = new TreeMap<>();

  DayCounter(Profile bins, String time) {
    this(bins, time, Math.max(FEWEST_DAYS, MOST_COLUMNS / Math.max(1, bins.columns().size())));
  }

  /**
   * @param most the days that keep a profile each
   */
  DayCounter(Profile bins, String time, int most) {
    this.bins = bins;
    this.byDay = Slices.byDay(time);
    this.most = most;
    this.others.put(SlicedProfile.OTHER, bins.counting().build());
  }

  void add(FeatureBatch batch, @Nullable FeatureBatch answers) {
    if (batch.rows() == 0) { // its columns are checked
      count(of(Slices.NO_TIME), batch, answers);
    } else if (answers == null) {
      try (VectorSchemaRoot none = new VectorSchemaRoot(List.of(), List.of(), batch.rows())) {
        FeatureBatch noAnswers = FeatureBatch.of(none);
        SlicedProfile.forEachSlice(byDay, batch, noAnswers, (day, its, no) -> of(day).add(its));
      }
    } else {
      SlicedProfile.forEachSlice(byDay, batch, answers, (day, its, out) -> of(day).add(its, out));
    }
  }

  private static void count(
      Profile.Builder counting, FeatureBatch batch, @Nullable FeatureBatch answers) {
    if (answers == null) {
      counting.add(batch);
    } else {
      counting.add(batch, answers);
    }
  }

  private Profile.Builder of(String day) {
    if (counting.size() >= AT_ONCE && !counting.containsKey(day)) {
      close();
    }
    return counting.computeIfAbsent(day, absent -> bins.counting());
  }

  private void close() {
    counting.forEach((name, its) -> add(name, its.build()));
    counting.clear();
  }

  private void add(String name, Profile rows) {
    if (name.equals(Slices.NO_TIME)) {
      others.merge(SlicedProfile.OTHER, rows, Profile::merge);
      return;
    }
    LocalDate day = LocalDate.parse(name);
    if (seen.add(day) || newest.containsKey(day)) {
      newest.merge(day, rows, Profile::merge);
    } else {
      others.merge(weekday(day), rows, Profile::merge);
    }
    if (newest.size() > most) {
      LocalDate oldest = newest.firstKey();
      others.merge(weekday(oldest), newest.remove(oldest), Profile::merge);
    }
  }

  private static String weekday(LocalDate day) {
    return Scheme.WEEKDAYS.slice(day);
  }

  /** Returns the number of days that have rows. */
  int count() {
    close();
    return seen.size();
  }

  /** Returns the newest days that have rows. */
  SortedMap<LocalDate, Profile> newest() {
    close();
    return new TreeMap<>(newest);
  }

  /** Returns all rows, those without a time included. */
  Profile whole() {
    return weekdays().values().stream().reduce(Profile::merge).orElseThrow();
  }

  /** Returns all rows by weekday; those without a time are {@link SlicedProfile#OTHER}. */
  SortedMap<String, Profile> weekdays() {
    close();
    SortedMap<String, Profile> all = new TreeMap<>(others);
    newest.forEach((day, rows) -> all.merge(weekday(day), rows, Profile::merge));
    return all;
  }
}
