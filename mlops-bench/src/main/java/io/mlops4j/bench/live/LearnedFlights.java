package io.mlops4j.bench.live;

import io.mlops4j.bench.ratios.LeftOutException;
import io.mlops4j.bench.ratios.Side;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.reference.Reference;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/** Learns from the flights of January, which are in memory: a reference, or a profile alone. */
public final class LearnedFlights implements Side {
  private static final int BATCH = 10_000;

  private final BufferAllocator memory = new RootAllocator();
  private final List<FeatureBatch> january = new ArrayList<>();
  private final String[] features;
  private final boolean reference;

  private LearnedFlights(FlightHistory flights, boolean reference) {
    this.features = flights.layout().features();
    this.reference = reference;
    Batches batches = new Batches(memory, flights.layout());
    int end = flights.first(FlightSetup.FEBRUARY);
    for (int from = flights.first(FlightSetup.JANUARY); from < end; ) {
      int to = Math.min(end, flights.endOfHour(from, BATCH));
      january.add(batches.features(flights.rows(from, to)));
      from = to;
    }
  }

  /**
   * A reference, which learns how days differ and what quality needs.
   *
   * @return the caller closes it
   * @throws IOException if the flights cannot be read
   * @throws LeftOutException if not all flights are here
   */
  public static LearnedFlights reference() throws IOException, LeftOutException {
    return new LearnedFlights(flights(), true);
  }

  /**
   * A profile that chooses its bins.
   *
   * @return the caller closes it
   * @throws IOException if the flights cannot be read
   * @throws LeftOutException if not all flights are here
   */
  public static LearnedFlights profile() throws IOException, LeftOutException {
    return new LearnedFlights(flights(), false);
  }

  private static FlightHistory flights() throws IOException, LeftOutException {
    return FlightHistory.all().orElseThrow(() -> new LeftOutException(SharedFlights.HOW));
  }

  @Override
  public float run() {
    if (!reference) {
      Profile.Builder profile = Profile.builder().columns(features);
      january.forEach(profile::add);
      return profile.build().rows();
    }
    try (Reference.Builder learning =
        Reference.builder(Batches.TIME).columns(features).keys(Batches.KEY)) {
      january.forEach(learning::add);
      return learning.build().windowRows();
    }
  }

  @Override
  public void close() {
    january.forEach(FeatureBatch::close);
    memory.close();
  }
}
