package io.mlops4j.bench.live;

import java.util.SplittableRandom;

/** Flights in random order, none twice. */
final class ShuffledFlights implements StreamSource {
  private static final long SECONDS_PER_ROW = 5;

  private final ScoredFlights flights;
  private final SplittableRandom random;
  private final int[] order;

  ShuffledFlights(ScoredFlights flights, SplittableRandom random) {
    this.flights = flights;
    this.random = random;
    this.order = new int[flights.size()];
    for (int row = 0; row < order.length; row++) {
      order[row] = row;
    }
  }

  @Override
  public Layout layout() {
    return flights.layout();
  }

  @Override
  public Rows next(long first, int count) {
    int[] drawn = new int[count];
    for (int i = 0; i < count; i++) {
      int at = (int) first + i;
      int from = random.nextInt(at, order.length);
      drawn[i] = order[from];
      order[from] = order[at];
      order[at] = drawn[i];
    }
    Rows rows = flights.rows(drawn);
    for (int i = 0; i < count; i++) {
      rows.seconds[i] = flights.begin() + SECONDS_PER_ROW * (first + i);
      rows.labelled[i] = rows.seconds[i];
      rows.keys[i] = first + i;
    }
    return rows;
  }
}
