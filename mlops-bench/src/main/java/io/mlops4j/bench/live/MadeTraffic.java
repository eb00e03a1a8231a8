package io.mlops4j.bench.live;

import io.mlops4j.bench.live.Layout.CategoryColumn;
import io.mlops4j.bench.live.Layout.NumberColumn;
import io.mlops4j.bench.live.Layout.Width;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Healthy traffic as it is: the hours of a day, Saturdays and Sundays unlike other days, some
 * weekdays like a Sunday, a number of rows and one column that grow by 5 % a month, and means and
 * shares that differ twice as much from day to day as independent rows would. One thread.
 */
final class MadeTraffic {
  /** The column that grows. */
  static final String GROWING = "amount";

  static final LocalDate MONDAY = LocalDate.of(2024, 1, 1);

  private static final Layout LAYOUT =
      new Layout(
          List.of(
              new NumberColumn("hour", Width.SHORT),
              new NumberColumn(GROWING, Width.DOUBLE),
              new NumberColumn("duration", Width.DOUBLE),
              new NumberColumn("flag", Width.SHORT)),
          List.of(new CategoryColumn("kind", List.of("a", "b", "c", "d", "e", "f"))));

  private static final double MONTHLY = 1.05;
  private static final double MONTH = 30;
  private static final double ROWS = 1500;
  private static final double[] ROWS_OF_WEEKDAY = {1, 1, 1, 1, 1.1, 0.7, 0.5};
  private static final double[] WORKDAY = {0.35, 0.25, 0.2, 0.1, 0.06, 0.04};
  private static final double[] SUNDAY = {0.2, 0.2, 0.3, 0.2, 0.06, 0.04};
  private static final double MEAN = 100;
  private static final double DEVIATION = 40;

  /** Ten a year. */
  private static final double HOLIDAYS = 1 / 25.0;

  private static final int SATURDAY = 6;
  private static final int HOURS = 24;

  private final SplittableRandom random;
  private final Set<LocalDate> holidays = new HashSet<>();
  private final List<Rows> days = new ArrayList<>();

  /** So many days from a Monday on. */
  MadeTraffic(long seed, int count) {
    random = new SplittableRandom(seed);
    for (int day = 0; day < count; day++) {
      LocalDate date = MONDAY.plusDays(day);
      int weekday = date.getDayOfWeek().getValue();
      if (weekday < SATURDAY && random.nextDouble() < HOLIDAYS) {
        holidays.add(date);
        weekday = 7;
      }
      days.add(day(date, weekday, Math.pow(MONTHLY, day / MONTH)));
    }
  }

  Layout layout() {
    return LAYOUT;
  }

  List<Rows> days(int from, int to) {
    return days.subList(from, to);
  }

  /** The weekdays that were like a Sunday. */
  Set<LocalDate> holidays() {
    return holidays;
  }

  /**
   * How far the mean of the column that grows lies above its mean in the first days, in deviations.
   */
  static double growth(double learned, double day) {
    double before = 0;
    for (int one = 0; one < learned; one++) {
      before += Math.pow(MONTHLY, one / MONTH) / learned;
    }
    return MEAN * (Math.pow(MONTHLY, day / MONTH) - before) / DEVIATION;
  }

  private Rows day(LocalDate date, int weekday, double growth) {
    double expected = ROWS * ROWS_OF_WEEKDAY[weekday - 1] * growth;
    Rows rows =
        new Rows(
            LAYOUT, (int) Math.max(100, Math.rint(expected + Math.sqrt(2 * expected) * normal())));
    int size = rows.size();
    boolean weekend = weekday >= SATURDAY;
    // The mean of independent rows has a deviation of 1 / sqrt(size); the day's own adds as much.
    double ofDay = 1 / Math.sqrt(size);
    double hour = (weekend ? 15 : 13) + 4 * ofDay * normal();
    double amount = MEAN * growth + (weekend ? 10 : 0) + DEVIATION * ofDay * normal();
    double duration = 3 + (weekend ? 0.2 : 0) + 0.8 * ofDay * normal();
    double flag = share(0.02, size);
    double[] kinds = (weekend ? SUNDAY : WORKDAY).clone();
    double sum = 0;
    for (int kind = 0; kind < kinds.length; kind++) {
      kinds[kind] = share(kinds[kind], size);
      sum += kinds[kind];
    }
    long begin = date.toEpochDay() * FlightHistory.DAY;
    for (int row = 0; row < size; row++) {
      rows.numbers[0][row] = Math.floorMod((int) Math.floor(hour + 4 * normal()), HOURS);
      rows.numbers[1][row] = amount + DEVIATION * normal();
      rows.numbers[2][row] = Math.exp(duration + 0.8 * normal());
      rows.numbers[3][row] = random.nextDouble() < flag ? 1 : 0;
      rows.codes[0][row] = kind(kinds, sum);
      rows.seconds[row] = begin + FlightHistory.DAY * row / size;
    }
    return rows;
  }

  /** A share of the day, of which the variance is that of so many independent rows. */
  private double share(double share, int size) {
    return Math.max(0, share + Math.sqrt(share * (1 - share) / size) * normal());
  }

  private int kind(double[] shares, double sum) {
    double at = random.nextDouble() * sum;
    int kind = 0;
    while (kind < shares.length - 1 && at >= shares[kind]) {
      at -= shares[kind++];
    }
    return kind;
  }

  private double normal() {
    return random.nextGaussian();
  }

  /** The number of a day. */
  static int number(LocalDate day) {
    return (int) (day.toEpochDay() - MONDAY.toEpochDay());
  }
}
