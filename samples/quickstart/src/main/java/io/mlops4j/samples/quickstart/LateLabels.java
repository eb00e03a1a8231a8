package io.mlops4j.samples.quickstart;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.ModelMonitor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The labels of a day's flights, which are known the morning after. */
final class LateLabels implements AutoCloseable {
  private @Nullable FeatureBatch yesterday;

  /** Copies two columns of the day, because its batch ends with the next one. */
  void keep(FeatureBatch day) {
    yesterday = Columns.only(day, List.of(Story.KEY, Story.LABEL)).retain();
  }

  void tell(ModelMonitor monitor) {
    if (yesterday != null) {
      monitor.labels(yesterday);
    }
    close();
  }

  @Override
  public void close() {
    if (yesterday != null) {
      yesterday.close();
      yesterday = null;
    }
  }
}
