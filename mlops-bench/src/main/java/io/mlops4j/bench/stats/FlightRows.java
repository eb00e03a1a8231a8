package io.mlops4j.bench.stats;

import io.mlops4j.bench.ratios.Side;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.profile.Profile;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.GZIPInputStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/** Profiles flights in several threads, each with a builder of its own, and merges. */
final class FlightRows implements Side {
  private final BufferAllocator allocator = new RootAllocator();
  private final FeatureBatch batch;
  private final List<FeatureBatch> handles = new ArrayList<>();
  private final Profile reference;
  private final int times;
  private final ExecutorService threads;

  /**
   * Reads the sample.
   *
   * @param times how often it is profiled
   */
  FlightRows(int times, int threads) throws IOException {
    this.times = times;
    this.batch = read(allocator);
    this.reference = Profile.of(List.of(batch));
    this.threads = Executors.newFixedThreadPool(threads);
    for (int thread = 0; thread < threads; thread++) {
      handles.add(batch.retain());
    }
  }

  private static FeatureBatch read(BufferAllocator allocator) throws IOException {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(
                    Objects.requireNonNull(
                        FlightRows.class.getResourceAsStream("/io/mlops4j/bench/flights.csv.gz"))),
                StandardCharsets.UTF_8))) {
      List<String[]> rows = lines.lines().skip(1).map(line -> line.split(",")).toList();
      float[] distance = new float[rows.size()];
      short[] hour = new short[rows.size()];
      short[] weekday = new short[rows.size()];
      for (int i = 0; i < distance.length; i++) {
        distance[i] = Float.parseFloat(rows.get(i)[1]);
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

  @Override
  public float run() throws Exception {
    return profile().rows();
  }

  Profile profile() throws Exception {
    List<Callable<Profile>> parts = new ArrayList<>();
    for (FeatureBatch handle : handles) {
      parts.add(() -> part(handle));
    }
    Profile whole = null;
    for (Future<Profile> part : threads.invokeAll(parts)) {
      whole = whole == null ? part.get() : whole.merge(part.get());
    }
    return Objects.requireNonNull(whole);
  }

  private Profile part(FeatureBatch handle) {
    Profile.Builder builder = reference.counting();
    for (int i = 0; i < times / handles.size(); i++) {
      builder.add(handle);
    }
    return builder.build();
  }

  @Override
  public void close() {
    threads.shutdownNow();
    handles.forEach(FeatureBatch::close);
    batch.close();
    allocator.close();
  }
}
