package io.mlops4j.bench.live;

import io.mlops4j.bench.truth.Inquiry;
import java.util.List;

/** {@code truth live}. */
public final class LiveInquiries {
  private LiveInquiries() {}

  /**
   * All of them.
   *
   * @return in the order in which they are to run
   */
  public static List<Inquiry> all() {
    SharedFlights flights = new SharedFlights();
    return List.of(
        new CleanMonths(flights),
        new PlantedIncidents(flights),
        new ShiftDelays(),
        new EstimatedPerformance(flights),
        new Stationary("made", flights),
        new Stationary("shuffled", flights));
  }
}
