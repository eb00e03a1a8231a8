package io.mlops4j.monitor.reference;

import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.TextStyle;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** What a window of live rows covers, and which rows of the reference it is compared with. */
enum Scheme {
  /** Each day with the same weekday. */
  WEEKDAYS(1, "day (UTC) with the same weekday"),
  /** Each day with all days. */
  DAYS(1, "day (UTC) with all days"),
  /** Each week with all weeks. */
  WEEKS(7, "week with all weeks");

  private static final LocalDate MONDAY = LocalDate.EPOCH.minusDays(3);

  private final int days;
  private final String words;

  Scheme(int days, String words) {
    this.days = days;
    this.words = words;
  }

  Duration window() {
    return Duration.ofDays(days);
  }

  /** Returns the first day of the period that a day belongs to. */
  LocalDate period(LocalDate day) {
    long since = ChronoUnit.DAYS.between(MONDAY, day);
    return MONDAY.plusDays(since - Math.floorMod(since, days));
  }

  /** Returns the slice of a day; an empty name if all rows are compared together. */
  String slice(LocalDate day) {
    return this == WEEKDAYS ? weekday(day.atStartOfDay(ZoneOffset.UTC)) : "";
  }

  static String weekday(ZonedDateTime time) {
    return time.getDayOfWeek().getDisplayName(TextStyle.SHORT, Locale.ROOT);
  }

  /** Completes "compares each". */
  @Override
  public String toString() {
    return words;
  }
}
