package io.mlops4j.bench.live;

import io.mlops4j.feature.FeatureBatch;

/** Flights with the answers of the model. Immutable and thread safe. */
final class ScoredFlights {
  private static final int BATCH = 20_000;

  private final FlightHistory flights;
  private final float[] scores;

  ScoredFlights(FlightHistory flights) {
    this.flights = flights;
    this.scores = new float[flights.size()];
    try (FlightModel model = new FlightModel()) {
      Batches batches = new Batches(model.memory(), flights.layout());
      for (int from = 0; from < scores.length; from += BATCH) {
        Rows rows = flights.rows(from, Math.min(scores.length, from + BATCH));
        try (FeatureBatch features = batches.features(rows)) {
          model.answer(rows, features);
        }
        System.arraycopy(rows.scores, 0, scores, from, rows.size());
      }
    }
  }

  Layout layout() {
    return flights.layout();
  }

  int size() {
    return scores.length;
  }

  /** The time of the first flight. */
  long begin() {
    return flights.second(0);
  }

  /** Any rows, in any order. */
  Rows rows(int[] numbers) {
    Rows rows = flights.rows(numbers);
    for (int i = 0; i < numbers.length; i++) {
      rows.scores[i] = scores[numbers[i]];
    }
    return rows;
  }

  /** The answer to a row. */
  float score(int row) {
    return scores[row];
  }
}
