package io.mlops4j.bench.soak.scale;

import io.mlops4j.bench.soak.part.Child;
import io.mlops4j.runtime.view.FeatureSource;
import io.mlops4j.runtime.view.FeatureView;
import io.mlops4j.runtime.view.JdbcOnlineStore;
import io.mlops4j.runtime.view.Materialization;
import io.mlops4j.runtime.view.OnlineStore;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Properties;

/** Writes the newest rows of a view once, or goes on where a killed process was. */
final class MaterialisingKillsMain {
  private MaterialisingKillsMain() {}

  /** The events, and the address of the store. */
  public static void main(String[] args) {
    FeatureView view =
        FeatureView.builder("events")
            .source(FeatureSource.file(Path.of(args[0])))
            .keys("k")
            .eventTime("ts")
            .build();
    try (OnlineStore store = JdbcOnlineStore.open(args[1], new Properties())) {
      Materialization done =
          Materialization.builder(view, store)
              .until(Instant.parse("2002-01-01T00:00:00Z"))
              .batchRows(500)
              .run();
      Child.tell(done.resumed() + " " + done.written());
    }
  }
}
