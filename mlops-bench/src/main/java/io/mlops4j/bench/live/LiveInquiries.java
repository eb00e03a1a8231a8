package io.mlops4j.bench.live;

import io.mlops4j.bench.truth.Inquiry;
import java.util.ArrayList;
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
    List<Inquiry> all = new ArrayList<>();
    all.add(new CleanMonths(flights));
    all.add(new PlantedIncidents(flights));
    OtherStreams.Stream.all().forEach(stream -> all.add(new OtherStreams(stream)));
    all.add(new MadeSeasons());
    all.add(new ShiftDelays());
    all.add(new EstimatedPerformance(flights));
    all.add(new Stationary("made", flights));
    all.add(new Stationary("shuffled", flights));
    return all;
  }
}
