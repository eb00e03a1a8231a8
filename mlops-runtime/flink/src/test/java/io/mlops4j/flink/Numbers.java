package io.mlops4j.flink;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
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
 * Sends 0, 1, 2 ... up to a limit that the test raises, from one subtask. The offset is a part of
 * each checkpoint. The event time is the number, in milliseconds.
 */
@SuppressWarnings("deprecation") // the newer interfaces need five classes for the same
final class Numbers extends RichSourceFunction<Point> implements CheckpointedFunction {
  private static final long serialVersionUID = 1L;

  /** How many numbers may be sent. Tests run in the process of the cluster, one after another. */
  static final AtomicLong LIMIT = new AtomicLong();

  /** After how many numbers the stream ends. */
  static final AtomicLong END = new AtomicLong();

  private final long broken;
  private transient volatile boolean stopped;
  private transient long next;
  private transient ListState<Long> offset;

  /**
   * @param broken a number whose feature is null, or -1
   */
  Numbers(long broken) {
    this.broken = broken;
  }

  static void reset() {
    LIMIT.set(0);
    END.set(Long.MAX_VALUE);
  }

  @Override
  public void initializeState(FunctionInitializationContext context) throws Exception {
    offset =
        context
            .getOperatorStateStore()
            .getListState(new ListStateDescriptor<>("offset", Types.LONG));
    next = 0;
    for (long stored : offset.get()) {
      next = stored;
    }
  }

  @Override
  public void snapshotState(FunctionSnapshotContext context) throws Exception {
    offset.update(List.of(next));
  }

  @Override
  public void run(SourceContext<Point> out) {
    while (!stopped && next < END.get()) {
      if (next >= Math.min(LIMIT.get(), END.get())) {
        LockSupport.parkNanos(200_000);
        continue;
      }
      synchronized (out.getCheckpointLock()) {
        out.collectWithTimestamp(new Point(next, next == broken ? null : (float) next), next);
        if (next % 500 == 499) {
          out.emitWatermark(new Watermark(next));
        }
        next++;
      }
    }
  }

  @Override
  public void cancel() {
    stopped = true;
  }
}
