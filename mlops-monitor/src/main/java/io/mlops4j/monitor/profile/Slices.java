package io.mlops4j.monitor.profile;

import io.mlops4j.feature.FeatureBatch;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.TextStyle;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Assigns each row to a slice: by the values of columns, or by a function of a time, so that
 * Mondays are compared with Mondays. Immutable and thread safe.
 */
public final class Slices {
  /** The default of {@link #atMost}: one slice for each hour of a week, and some more. */
  public static final int MOST = 200;

  /** The slice of rows without a time. */
  public static final String NO_TIME = "null";

  /** Finds the slice of each row of a batch. */
  private interface Keys {
    /**
     * @param called the time of the call that the batch belongs to, or null
     */
    IntFunction<String> of(FeatureBatch batch, @Nullable Instant called);
  }

  private final Keys keys;
  private final int most;

  private Slices(Keys keys, int most) {
    this.keys = keys;
    this.most = most;
  }

  /**
   * Returns one slice for each combination of values of some columns of numbers, booleans or text.
   *
   * @param column the first column
   * @param more further columns
   * @return slices whose names are the values, joined by {@code ", "}; a missing value is {@code
   *     null}
   */
  public static Slices by(String column, String... more) {
    List<String> columns = RowValues.names(column, more);
    return new Slices((batch, called) -> RowValues.values(batch, columns), MOST);
  }

  /**
   * Returns one slice for each weekday and hour of a timestamp, such as {@code Mon 07}.
   *
   * @param column a column of timestamps or dates; rows of live calls without it have the time of
   *     their call
   * @param zone the time zone of weekday and hour; a date is the hour 00 of that day in every zone
   * @return at most 168 slices, and one for missing times
   */
  public static Slices byHourOfWeek(String column, ZoneId zone) {
    return byTime(
        column,
        zone,
        time ->
            String.format(
                Locale.ROOT,
                "%s %02d",
                time.getDayOfWeek().getDisplayName(TextStyle.SHORT, Locale.ROOT),
                time.getHour()));
  }

  /**
   * Returns one slice for each day (UTC) of a timestamp, such as {@code 2025-03-31}.
   *
   * @param column a column of timestamps or dates; rows of live calls without it have the time of
   *     their call
   * @return slices, and {@link #NO_TIME} for missing times
   */
  public static Slices byDay(String column) {
    Objects.requireNonNull(column, "column");
    return new Slices(
        (batch, called) -> {
          if (called != null && batch.root().getVector(column) == null) {
            String day = LocalDate.ofInstant(called, ZoneOffset.UTC).toString();
            return row -> day;
          }
          return RowValues.days(batch, column, NO_TIME);
        },
        MOST);
  }

  /**
   * Returns one slice for each value of a function of a time.
   *
   * @param column a column of timestamps or dates; rows of live calls without it have the time of
   *     their call
   * @param zone the time zone of the calendar; a date is the beginning of that day in every zone
   * @param calendar the slice of a time, for example {@code time -> time.getMonth().name()}; a null
   *     ends the profiling with an IllegalArgumentException
   * @return slices, and {@link #NO_TIME} for missing times
   */
  public static Slices byTime(
      String column, ZoneId zone, Function<? super ZonedDateTime, String> calendar) {
    Objects.requireNonNull(column, "column");
    Objects.requireNonNull(zone, "zone");
    Objects.requireNonNull(calendar, "calendar");
    return new Slices(
        (batch, called) -> {
          if (called != null && batch.root().getVector(column) == null) {
            String slice = named(calendar.apply(called.atZone(zone)), called);
            return row -> slice;
          }
          IntFunction<ZonedDateTime> times = RowValues.times(batch, column, zone);
          return row -> {
            ZonedDateTime time = times.apply(row);
            return time == null ? NO_TIME : named(calendar.apply(time), time.toInstant());
          };
        },
        MOST);
  }

  private static String named(@Nullable String slice, Instant time) {
    if (slice == null) {
      throw new IllegalArgumentException(
          "calendar: found null for " + time + ", expected the name of a slice");
    }
    return slice;
  }

  /**
   * Returns the same slices with another bound on their number.
   *
   * @param slices the largest number of slices; rows of rarer ones share {@link
   *     SlicedProfile#OTHER}
   * @return a changed copy
   * @throws IllegalArgumentException if it is below 1
   */
  public Slices atMost(int slices) {
    if (slices < 1) {
      throw new IllegalArgumentException("slices: found " + slices + ", expected 1 or more");
    }
    return new Slices(keys, slices);
  }

  int most() {
    return most;
  }

  /**
   * Returns the slice of each row.
   *
   * @param called the time of the call that the batch belongs to; null for stored rows
   */
  IntFunction<String> of(FeatureBatch batch, @Nullable Instant called) {
    return keys.of(batch, called);
  }
}
