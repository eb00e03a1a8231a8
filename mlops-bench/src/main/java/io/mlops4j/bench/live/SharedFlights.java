package io.mlops4j.bench.live;

import java.io.IOException;
import java.util.Optional;

/** The flights, read on the first call. One thread. */
final class SharedFlights {
  static final String HOW =
      "not run, because it needs all flights: npm install --no-save vega-datasets@3.2.1 in the"
          + " working directory";

  private Optional<FlightHistory> history = Optional.empty();

  /** All flights; empty where they are not installed. */
  Optional<FlightHistory> history() throws IOException {
    if (history.isEmpty()) {
      history = FlightHistory.all();
    }
    return history;
  }
}
