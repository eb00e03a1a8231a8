package io.mlops4j.flink;

import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.metrics.DescriptiveStatisticsHistogram;

/** The metrics of a subtask. One thread. */
final class SubtaskFigures {
  private static final int CALLS = 1024;

  private final Counter rows;
  private final Counter calls;
  private final Counter rejected;
  private final Counter changes;
  private final Counter late;
  private final Histogram micros;

  SubtaskFigures(MetricGroup group, Gauge<String> version) {
    rows = group.counter("rows");
    calls = group.counter("calls");
    rejected = group.counter("rejected");
    changes = group.counter("changes");
    late = group.counter("late");
    micros = group.histogram("callMicros", new DescriptiveStatisticsHistogram(CALLS));
    group.gauge("version", version);
  }

  void called(int count, long nanos) {
    rows.inc(count);
    calls.inc();
    micros.update(nanos / 1000);
  }

  void rejected() {
    rejected.inc();
  }

  void changed() {
    changes.inc();
  }

  void late() {
    late.inc();
  }
}
