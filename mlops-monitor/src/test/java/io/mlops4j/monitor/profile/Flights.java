package io.mlops4j.monitor.profile;

import io.mlops4j.feature.FeatureBatch;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import org.apache.arrow.memory.BufferAllocator;

/** The sampled flights of one month, from a resource of the tests. */
public record Flights(List<String[]> rows) {
  /** Reads the flights of a month of 2001, for example {@code "01"}. */
  public static Flights of(String month) {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(
                    Objects.requireNonNull(Flights.class.getResourceAsStream("flights.csv.gz"))),
                StandardCharsets.UTF_8))) {
      return new Flights(
          lines.lines().map(line -> line.split(",")).filter(row -> row[0].equals(month)).toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public Flights part(int from, int to) {
    return new Flights(rows.subList(from, to));
  }

  public FeatureBatch batch(BufferAllocator allocator) {
    return batch(allocator, 1);
  }

  /** The distance is multiplied, to plant another unit. */
  public FeatureBatch batch(BufferAllocator allocator, double perMile) {
    float[] distance = new float[rows.size()];
    short[] hour = new short[rows.size()];
    short[] weekday = new short[rows.size()];
    for (int i = 0; i < distance.length; i++) {
      distance[i] = (float) (Float.parseFloat(rows.get(i)[1]) * perMile);
      hour[i] = Short.parseShort(rows.get(i)[2]);
      weekday[i] = Short.parseShort(rows.get(i)[3]);
    }
    return FeatureBatch.builder(allocator)
        .floats("distance", distance)
        .shorts("hour", hour)
        .shorts("weekday", weekday)
        .strings("origin", rows.stream().map(row -> row[4]).toArray(String[]::new))
        .strings("destination", rows.stream().map(row -> row[5]).toArray(String[]::new))
        .build();
  }
}
