package io.mlops4j.bench.live;

import io.mlops4j.bench.flights.Flights;
import io.mlops4j.bench.live.Layout.CategoryColumn;
import io.mlops4j.bench.live.Layout.NumberColumn;
import io.mlops4j.bench.live.Layout.Width;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * All flights of {@link Flights} in the order of their departure, with the label of the quickstart
 * (more than 15 minutes late) and when it is known: half an hour after the arrival.
 *
 * <p>Two columns are made, because the flights have neither rare flags nor heavy tails: {@code
 * minor}, 1 for a flight in a thousand, and {@code fare}, of which the logarithm is normal with a
 * deviation of 2. Immutable.
 */
final class FlightHistory {
  /** Airports that occur in incidents only. */
  static final String UNKNOWN = "QQQ";

  static final String RENAMED = "ORD";
  static final String NEW_NAME = "CHI";

  static final long DAY = 86_400;
  private static final long HOUR = 3_600;

  private static final String QUERY =
      "SELECT epoch(date)::BIGINT, distance::INTEGER, delay::INTEGER, origin, destination"
          + " FROM read_parquet(?) WHERE date >= TIMESTAMP '2001-01-01' AND date < TIMESTAMP"
          + " '2001-07-01' ORDER BY date, origin, destination, distance, delay";

  private static final int LATE = 15;
  private static final int MILES_PER_HOUR = 480;
  private static final double RARE = 0.001;
  private static final double HEAVY = 2;
  private static final long SEED = 20010101;

  private final Layout layout;
  private final long[] seconds;
  private final short[] distance;
  private final short[] delay;
  private final short[] origin;
  private final short[] destination;
  private final boolean[] minor;
  private final float[] fare;

  private FlightHistory(List<long[]> rows, List<String> airports) {
    int size = rows.size();
    seconds = new long[size];
    distance = new short[size];
    delay = new short[size];
    origin = new short[size];
    destination = new short[size];
    minor = new boolean[size];
    fare = new float[size];
    SplittableRandom random = new SplittableRandom(SEED);
    for (int row = 0; row < size; row++) {
      long[] one = rows.get(row);
      seconds[row] = one[0];
      distance[row] = (short) one[1];
      delay[row] = (short) one[2];
      origin[row] = (short) one[3];
      destination[row] = (short) one[4];
      minor[row] = random.nextDouble() < RARE;
      fare[row] = (float) (100 * Math.exp(HEAVY * random.nextGaussian()));
    }
    List<String> names = new ArrayList<>(airports);
    names.add(UNKNOWN);
    names.add(NEW_NAME);
    layout = layout(names);
  }

  private static Layout layout(List<String> airports) {
    return new Layout(
        List.of(
            new NumberColumn("distance", Width.FLOAT),
            new NumberColumn("hour", Width.SHORT),
            new NumberColumn("weekday", Width.SHORT),
            new NumberColumn("minor", Width.SHORT),
            new NumberColumn("fare", Width.FLOAT)),
        List.of(
            new CategoryColumn("origin", airports), new CategoryColumn("destination", airports)));
  }

  /** All flights; empty where they are not installed, see {@link Flights#all}. */
  static Optional<FlightHistory> all() throws IOException {
    Optional<Path> file = Flights.all();
    return file.isEmpty() ? Optional.empty() : Optional.of(read(file.get()));
  }

  private static FlightHistory read(Path file) throws IOException {
    List<long[]> rows = new ArrayList<>();
    Map<String, Integer> numbers = new HashMap<>();
    List<String> airports = new ArrayList<>();
    try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
        PreparedStatement query = duckdb.prepareStatement(QUERY)) {
      query.setString(1, file.toString());
      try (ResultSet row = query.executeQuery()) {
        while (row.next()) {
          rows.add(
              new long[] {
                row.getLong(1),
                row.getInt(2),
                row.getInt(3),
                number(numbers, airports, row.getString(4)),
                number(numbers, airports, row.getString(5))
              });
        }
      }
    } catch (SQLException e) {
      throw new IOException(file + " cannot be read by DuckDB: " + e.getMessage(), e);
    }
    return new FlightHistory(rows, airports);
  }

  private static int number(Map<String, Integer> numbers, List<String> names, String airport) {
    return numbers.computeIfAbsent(
        airport,
        added -> {
          names.add(added);
          return names.size() - 1;
        });
  }

  Layout layout() {
    return layout;
  }

  int size() {
    return seconds.length;
  }

  /** When a flight departs, since the epoch. */
  long second(int row) {
    return seconds[row];
  }

  /** The code of the airport that a flight comes from. */
  int origin(int row) {
    return origin[row];
  }

  /** Whether a flight is late. */
  boolean isLate(int row) {
    return delay[row] > LATE;
  }

  /** The first row of a day, or of a later one. */
  int first(LocalDate day) {
    long second = day.atStartOfDay().toEpochSecond(ZoneOffset.UTC);
    int at = Arrays.binarySearch(seconds, second);
    at = at < 0 ? -at - 1 : at;
    while (at > 0 && seconds[at - 1] >= second) {
      at--;
    }
    return at;
  }

  /** The row after the last of the hour in which a row is, at most some rows further. */
  int endOfHour(int from, int most) {
    long hour = Math.floorDiv(seconds[from], HOUR);
    int to = from;
    while (to < size() && to - from < most && Math.floorDiv(seconds[to], HOUR) == hour) {
      to++;
    }
    return to;
  }

  /** Rows without answers. */
  Rows rows(int from, int to) {
    Rows rows = new Rows(layout, to - from);
    for (int i = 0; i < rows.size(); i++) {
      fill(rows, i, from + i);
    }
    return rows;
  }

  /** Any rows, in any order. */
  Rows rows(int[] numbers) {
    Rows rows = new Rows(layout, numbers.length);
    for (int i = 0; i < numbers.length; i++) {
      fill(rows, i, numbers[i]);
    }
    return rows;
  }

  private void fill(Rows rows, int at, int row) {
    rows.numbers[0][at] = distance[row];
    rows.numbers[1][at] = (int) (Math.floorMod(seconds[row], DAY) / HOUR);
    rows.numbers[2][at] = Math.floorMod(Math.floorDiv(seconds[row], DAY) + 3, 7) + 1;
    rows.numbers[3][at] = minor[row] ? 1 : 0;
    rows.numbers[4][at] = fare[row];
    rows.codes[0][at] = origin[row];
    rows.codes[1][at] = destination[row];
    rows.seconds[at] = seconds[row];
    rows.keys[at] = row;
    rows.labels[at] = (byte) (isLate(row) ? 1 : 0);
    rows.labelled[at] =
        seconds[row] + HOUR + distance[row] * HOUR / MILES_PER_HOUR + delay[row] * 60L;
  }
}
