package io.mlops4j.bench.live;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.TemporalAdjusters;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Weeks in which a large airport was closed for a day, so that an alarm is not false: an airport
 * with at least 1 % of the flights on the same weekdays of January had less than 30 % of that
 * share. In 2001 these are 5 and 6 March (a snowstorm: LGA, JFK, BOS), 11 April (a blizzard: DEN)
 * and 9 June (a flood: IAH).
 */
final class ClosedAirports {
  private static final double LARGE = 0.01;
  private static final double CLOSED = 0.3;

  private ClosedAirports() {}

  /** Flights by airport on a day, or on all days of the same weekday. */
  private static final class Counts {
    private final long[] byAirport;
    private long all;

    Counts(int airports) {
      byAirport = new long[airports];
    }

    void add(int airport) {
      byAirport[airport]++;
      all++;
    }

    double share(int airport) {
      return byAirport[airport] / (double) all;
    }
  }

  /** The Mondays of these weeks, from February on. */
  static SortedSet<LocalDate> weeks(FlightHistory flights) {
    int origin = flights.layout().category("origin");
    int airports = flights.layout().categories().get(origin).values().size();
    Map<DayOfWeek, Counts> january = new TreeMap<>();
    Map<LocalDate, Counts> days = new TreeMap<>();
    for (int row = 0; row < flights.size(); row++) {
      LocalDate day =
          LocalDate.ofInstant(Instant.ofEpochSecond(flights.second(row)), ZoneOffset.UTC);
      Counts counts =
          day.isBefore(FlightSetup.FEBRUARY)
              ? january.computeIfAbsent(day.getDayOfWeek(), absent -> new Counts(airports))
              : days.computeIfAbsent(day, absent -> new Counts(airports));
      counts.add(flights.origin(row));
    }
    SortedSet<LocalDate> weeks = new TreeSet<>();
    days.forEach(
        (day, counts) -> {
          Counts usual = january.get(day.getDayOfWeek());
          for (int airport = 0; airport < airports && usual != null; airport++) {
            double share = usual.share(airport);
            if (share >= LARGE && counts.share(airport) < CLOSED * share) {
              weeks.add(monday(day));
            }
          }
        });
    return weeks;
  }

  /** The Monday of a week. */
  static LocalDate monday(LocalDate day) {
    return day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
  }
}
