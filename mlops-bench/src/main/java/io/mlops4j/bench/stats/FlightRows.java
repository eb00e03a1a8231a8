package io.mlops4j.bench.stats;

import io.mlops4j.bench.flights.Flights;
import io.mlops4j.bench.ratios.Side;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.profile.Profile;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/** Profiles flights in several threads, each with a builder and rows of its own, and merges. */
final class FlightRows implements Side {
  private static final int BATCH = 1 << 16;

  private final BufferAllocator allocator = new RootAllocator();
  private final List<List<FeatureBatch>> shares = new ArrayList<>();
  private final Profile reference;
  private final int times;
  private final ExecutorService threads;

  /**
   * Makes batches of them.
   *
   * @param times how often each thread profiles its share
   */
  FlightRows(Flights flights, int times, int threads) {
    this.times = times;
    for (int thread = 0; thread < threads; thread++) {
      shares.add(share(flights, thread, threads));
    }
    this.reference = reference(flights);
    this.threads = Executors.newFixedThreadPool(threads);
  }

  /** However many threads there are, the bins are the same. */
  private Profile reference(Flights flights) {
    try (FeatureBatch first = flights.batch(allocator, 0, Math.min(BATCH, flights.rows()))) {
      return Profile.of(List.of(first));
    }
  }

  /** Every so many-th batch, and of few rows an even part. */
  private List<FeatureBatch> share(Flights flights, int thread, int threads) {
    int rows = Math.min(BATCH, flights.rows() / threads);
    List<FeatureBatch> batches = new ArrayList<>();
    for (int from = thread * rows; from < flights.rows(); from += threads * rows) {
      batches.add(flights.batch(allocator, from, Math.min(flights.rows(), from + rows)));
    }
    return batches;
  }

  @Override
  public float run() throws Exception {
    return profile().rows();
  }

  Profile profile() throws Exception {
    List<Callable<Profile>> parts = new ArrayList<>();
    for (List<FeatureBatch> share : shares) {
      parts.add(() -> part(share));
    }
    Profile whole = null;
    for (Future<Profile> part : threads.invokeAll(parts)) {
      whole = whole == null ? part.get() : whole.merge(part.get());
    }
    return Objects.requireNonNull(whole);
  }

  private Profile part(List<FeatureBatch> share) {
    Profile.Builder builder = reference.counting();
    for (int i = 0; i < times; i++) {
      share.forEach(builder::add);
    }
    return builder.build();
  }

  @Override
  public void close() {
    threads.shutdownNow();
    shares.forEach(share -> share.forEach(FeatureBatch::close));
    allocator.close();
  }
}
