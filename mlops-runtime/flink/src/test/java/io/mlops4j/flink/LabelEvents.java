package io.mlops4j.flink;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.source.legacy.RichSourceFunction;
import org.apache.flink.streaming.api.watermark.Watermark;

/**
 * Sends the labels of the test in their order, up to a limit that the test raises, from one
 * subtask. The offset is a part of each checkpoint. The stream ends behind the last label once the
 * limit is above it.
 */
@SuppressWarnings("deprecation") // the newer interfaces need five classes for the same
final class LabelEvents extends RichSourceFunction<LabelEvents.Event>
    implements CheckpointedFunction {
  private static final long serialVersionUID = 1L;

  /**
   * A label.
   *
   * @param mark the watermark behind it; Long.MIN_VALUE for none
   */
  public record Event(String key, double label, long time, long mark) {}

  /** All labels. Tests run in the process of the cluster, one after another. */
  static volatile List<Event> events = List.of();

  static final AtomicInteger LIMIT = new AtomicInteger();

  /** Whether labels have an event time. */
  static volatile boolean timed;

  private transient volatile boolean stopped;
  private transient int next;
  private transient ListState<Integer> offset;

  static void reset(List<Event> all) {
    events = all;
    LIMIT.set(0);
    timed = true;
  }

  @Override
  public void initializeState(FunctionInitializationContext context) throws Exception {
    offset =
        context.getOperatorStateStore().getListState(new ListStateDescriptor<>("next", Types.INT));
    next = 0;
    for (int stored : offset.get()) {
      next = stored;
    }
  }

  @Override
  public void snapshotState(FunctionSnapshotContext context) throws Exception {
    offset.update(List.of(next));
  }

  @Override
  public void run(SourceContext<Event> out) {
    List<Event> all = events;
    while (!stopped && LIMIT.get() <= all.size()) {
      if (next >= Math.min(LIMIT.get(), all.size())) {
        LockSupport.parkNanos(200_000);
        continue;
      }
      send(all.get(next), out);
    }
    while (!stopped && next < all.size()) {
      send(all.get(next), out);
    }
  }

  private void send(Event event, SourceContext<Event> out) {
    synchronized (out.getCheckpointLock()) {
      if (timed) {
        out.collectWithTimestamp(event, event.time());
      } else {
        out.collect(event);
      }
      if (event.mark() != Long.MIN_VALUE) {
        out.emitWatermark(new Watermark(event.mark()));
      }
      next++;
    }
  }

  @Override
  public void cancel() {
    stopped = true;
  }
}
