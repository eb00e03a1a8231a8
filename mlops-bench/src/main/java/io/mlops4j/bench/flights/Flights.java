package io.mlops4j.bench.flights;

import io.mlops4j.feature.FeatureBatch;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.apache.arrow.memory.BufferAllocator;

/**
 * US domestic flights of January to June 2001, from the on-time performance data of the US Bureau
 * of Transportation Statistics, a public record, as packed in the npm package {@code vega-datasets}
 * 3.2.1. Immutable.
 */
public final class Flights {
  private static final String SAMPLE = "/io/mlops4j/bench/flights.csv.gz";
  private static final Path ALL = Path.of("node_modules/vega-datasets/data/flights-3m.parquet");

  private final short[] distance;
  private final byte[] hour;
  private final byte[] weekday;
  private final short[] origin;
  private final short[] destination;
  private final String[] airports;

  private Flights(Columns columns) {
    this.distance = Arrays.copyOf(columns.distance, columns.rows);
    this.hour = Arrays.copyOf(columns.hour, columns.rows);
    this.weekday = Arrays.copyOf(columns.weekday, columns.rows);
    this.origin = Arrays.copyOf(columns.origin, columns.rows);
    this.destination = Arrays.copyOf(columns.destination, columns.rows);
    this.airports = columns.airports.keySet().toArray(new String[0]);
    columns.airports.forEach((code, number) -> airports[number] = code);
  }

  /** Rows as they come. */
  static final class Columns {
    private short[] distance = new short[1 << 15];
    private byte[] hour = new byte[1 << 15];
    private byte[] weekday = new byte[1 << 15];
    private short[] origin = new short[1 << 15];
    private short[] destination = new short[1 << 15];
    private final Map<String, Short> airports = new HashMap<>();
    private int rows;

    void add(int miles, int departure, int day, String from, String to) {
      if (rows == distance.length) {
        distance = Arrays.copyOf(distance, 2 * rows);
        hour = Arrays.copyOf(hour, 2 * rows);
        weekday = Arrays.copyOf(weekday, 2 * rows);
        origin = Arrays.copyOf(origin, 2 * rows);
        destination = Arrays.copyOf(destination, 2 * rows);
      }
      distance[rows] = (short) miles;
      hour[rows] = (byte) departure;
      weekday[rows] = (byte) day;
      origin[rows] = number(from);
      destination[rows] = number(to);
      rows++;
    }

    private short number(String airport) {
      return airports.computeIfAbsent(airport, code -> (short) airports.size());
    }

    Flights build() {
      return new Flights(this);
    }
  }

  /**
   * 25 000 flights: every 6th of those of the sample {@code quickstart}.
   *
   * @return the sample, read from the jar
   */
  public static Flights sample() {
    Columns columns = new Columns();
    try (BufferedReader lines = open()) {
      lines.readLine(); // names
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] cells = line.split(",", -1);
        columns.add(
            Integer.parseInt(cells[1]),
            Integer.parseInt(cells[2]),
            Integer.parseInt(cells[3]),
            cells[4],
            cells[5]);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return columns.build();
  }

  private static BufferedReader open() throws IOException {
    InputStream file = Flights.class.getResourceAsStream(SAMPLE);
    if (file == null) {
      throw new IOException(
          "flights.csv.gz: found nothing, expected it in the jar, where the build copies it");
    }
    return new BufferedReader(
        new InputStreamReader(new GZIPInputStream(file), StandardCharsets.US_ASCII));
  }

  /**
   * Whether all of them are here: below the working directory after {@code npm install --no-save
   * vega-datasets@3.2.1}.
   *
   * @return where, for {@link #read}
   */
  public static Optional<Path> all() {
    return Optional.of(ALL).filter(Files::isRegularFile);
  }

  /**
   * Reads a Parquet file with the columns {@code date}, {@code distance}, {@code origin} and {@code
   * destination}.
   *
   * @param parquet the file
   * @return its flights, in their order
   * @throws IOException if it cannot be read, or has other columns
   */
  public static Flights read(Path parquet) throws IOException {
    return Parquet.read(parquet);
  }

  /**
   * How many.
   *
   * @return at least 0
   */
  public int rows() {
    return distance.length;
  }

  /**
   * How many airports there are.
   *
   * @return airports are numbered from 0 to one less
   */
  public int airports() {
    return airports.length;
  }

  /**
   * How far one flies.
   *
   * @param row from 0
   * @return miles
   */
  public int distance(int row) {
    return distance[row];
  }

  /**
   * When one departs.
   *
   * @param row from 0
   * @return 0 to 23, local time
   */
  public int hour(int row) {
    return hour[row];
  }

  /**
   * The day on which one departs.
   *
   * @param row from 0
   * @return Monday 1 to Sunday 7
   */
  public int weekday(int row) {
    return weekday[row];
  }

  /**
   * Where one comes from.
   *
   * @param row from 0
   * @return an airport's number
   */
  public int origin(int row) {
    return origin[row];
  }

  /**
   * Where one goes to.
   *
   * @param row from 0
   * @return an airport's number
   */
  public int destination(int row) {
    return destination[row];
  }

  /**
   * Some flights as columns.
   *
   * @param allocator where their memory comes from
   * @param from the first row
   * @param to the row after the last
   * @return the caller closes it
   */
  public FeatureBatch batch(BufferAllocator allocator, int from, int to) {
    float[] miles = new float[to - from];
    short[] hours = new short[to - from];
    short[] weekdays = new short[to - from];
    for (int i = 0; i < miles.length; i++) {
      miles[i] = distance[from + i];
      hours[i] = hour[from + i];
      weekdays[i] = weekday[from + i];
    }
    return FeatureBatch.builder(allocator)
        .floats("distance", miles)
        .shorts("hour", hours)
        .shorts("weekday", weekdays)
        .strings("origin", codes(origin, from, to))
        .strings("destination", codes(destination, from, to))
        .build();
  }

  private String[] codes(short[] column, int from, int to) {
    String[] codes = new String[to - from];
    Arrays.setAll(codes, i -> airports[column[from + i]]);
    return codes;
  }
}
