package io.mlops4j.monitor.metrics;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Timer;
import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.InferenceEvent.Phase;
import java.util.concurrent.TimeUnit;

/** The meters of calls with one set of labels, one route and one outcome. */
record RouteMeters(
    Timer calls, DistributionSummary rows, Timer queue, Timer bind, Timer run, Timer read) {

  void record(InferenceEvent event) {
    long nanos =
        record(queue, event.nanos(Phase.QUEUE))
            + record(bind, event.nanos(Phase.BIND))
            + record(run, event.nanos(Phase.RUN))
            + record(read, event.nanos(Phase.READ));
    calls.record(nanos, TimeUnit.NANOSECONDS);
    rows.record(event.rows());
  }

  private static long record(Timer phase, long nanos) {
    if (nanos > 0) {
      phase.record(nanos, TimeUnit.NANOSECONDS);
    }
    return nanos;
  }
}
