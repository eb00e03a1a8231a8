package io.mlops4j.flink;

import java.time.Duration;
import org.apache.flink.streaming.api.datastream.DataStream;

/** The join that the guide shows. */
class LabelFlights {
  record Event(String flight) {}

  record Landing(String flight, boolean late) {}

  static void label(ScoredStream<Event, ScoreStream.Delay> scored, DataStream<Landing> landings) {
    DataStream<WindowPerformance> performance =
        scored
            .labels(landings, each -> each.row().flight(), Landing::flight)
            .window(Duration.ofHours(1))
            .within(Duration.ofHours(12))
            .binary(each -> each.answer().probability(), landing -> landing.late() ? 1 : 0);
    performance.map(window -> window + ", " + window.binary().rocAuc()).print();
  }
}
