package io.mlops4j.flink;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.OperatorStateStore;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.SimpleCounter;

/**
 * Counts of labels and rows, as meters of a subtask. The counts are a part of each checkpoint, so
 * replayed events are counted once; with another parallelism the sum over all subtasks stays. One
 * thread.
 */
final class LabelCounters {
  /** The meters. Their names are a part of the state. */
  enum Count {
    LABELS("labels"),
    LABELLED("labelled"),
    UNLABELLED("unlabelled"),
    REPEATED("repeated"),
    UNKNOWN("unknown"),
    LATE("late"),
    EXPIRED("expired"),
    INVALID("invalid"),
    WITHOUT_KEY("withoutKey"),
    REPEATED_ROWS("repeatedRows");

    private final String meter;

    Count(String meter) {
      this.meter = meter;
    }
  }

  private final Map<Count, Counter> counts = new EnumMap<>(Count.class);
  private final ListState<Tuple2<String, Long>> state;

  /** Restores the counts of the subtasks that this one replaces. */
  LabelCounters(OperatorStateStore store) throws Exception {
    state =
        store.getListState(
            new ListStateDescriptor<>(
                "mlops4j-label-counts", Types.TUPLE(Types.STRING, Types.LONG)));
    for (Count count : Count.values()) {
      counts.put(count, new SimpleCounter());
    }
    for (Tuple2<String, Long> stored : state.get()) {
      counts.forEach(
          (count, counter) -> {
            if (count.meter.equals(stored.f0)) {
              counter.inc(stored.f1);
            }
          });
    }
  }

  void register(MetricGroup group) {
    counts.forEach((count, counter) -> group.counter(count.meter, counter));
  }

  void add(Count count) {
    Objects.requireNonNull(counts.get(count)).inc();
  }

  void store() throws Exception {
    List<Tuple2<String, Long>> all = new ArrayList<>();
    counts.forEach((count, counter) -> all.add(Tuple2.of(count.meter, counter.getCount())));
    state.update(all);
  }
}
