package io.mlops4j.flink;

import io.mlops4j.flink.ScoreStream.Delay;
import io.mlops4j.flink.ScoreStream.Flight;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.runtime.registry.RegistryAddress;
import java.time.Duration;
import java.util.Map;
import org.apache.flink.streaming.api.datastream.DataStream;

/** The blocks of the guide behind its program, but the join of labels. */
@SuppressWarnings("UnusedVariable")
final class GuideBlocks {
  private GuideBlocks() {}

  /** Of another system. */
  static class Event {
    long id;
    float distance;
    int hour;
    int weekday;
    String from = "";
    String to = "";
  }

  static void events(FlinkModel<Flight, Delay> model, DataStream<Event> events) {
    ScoredStream<Event, Delay> scored =
        model.score(
            events,
            event -> new Flight(event.distance, event.hour, event.weekday, event.from, event.to));
    scored
        .answers()
        .map(each -> each.row().id + " " + each.answer().probability() + " " + each.version());
  }

  static void database(String password) {
    RegistryAddress registry =
        RegistryAddress.jdbc(
            "jdbc:postgresql://host/models", Map.of("user", "scoring", "password", password));
  }

  static void rejected(RegistryAddress registry, DataStream<Flight> flights) {
    FlinkModel<Flight, Delay> careful =
        FlinkModel.builder(registry, "flight-delay@champion", Flight.class, Delay.class)
            .sideOutput()
            .load();
    ScoredStream<Flight, Delay> scored = careful.score(flights);
    scored.rejected().print();
  }

  static void drift(RegistryAddress registry, Profile january, DataStream<Flight> flights) {
    FlinkModel<Flight, Delay> watched =
        FlinkModel.builder(registry, "flight-delay@champion", Flight.class, Delay.class)
            .drift(january, Duration.ofHours(1))
            .load();
    watched.score(flights).drift().print();
  }
}
