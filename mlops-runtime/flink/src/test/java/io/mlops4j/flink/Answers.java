package io.mlops4j.flink;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.sink.legacy.RichSinkFunction;

/**
 * Keeps the answers in its state, so that after a restore it has each row once, and every answer
 * that was ever given, those of replayed rows twice, for the test.
 */
@SuppressWarnings("deprecation") // the newer interfaces need five classes for the same
final class Answers extends RichSinkFunction<Scored<Point, Point.Sum>>
    implements CheckpointedFunction {
  private static final long serialVersionUID = 1L;

  /** The versions that answered a row, one for each time. */
  static final Map<Long, List<String>> GIVEN = new ConcurrentHashMap<>();

  /** What the state has at the end. */
  static final ConcurrentLinkedQueue<Long> ONCE = new ConcurrentLinkedQueue<>();

  static final AtomicInteger WRONG = new AtomicInteger();

  private transient List<Long> rows;
  private transient ListState<Long> state;

  static void reset() {
    GIVEN.clear();
    ONCE.clear();
    WRONG.set(0);
  }

  static boolean answered(long rows) {
    return GIVEN.size() >= rows;
  }

  static String last(long id) {
    List<String> versions = GIVEN.get(id);
    return versions.get(versions.size() - 1);
  }

  @Override
  public void initializeState(FunctionInitializationContext context) throws Exception {
    state =
        context.getOperatorStateStore().getListState(new ListStateDescriptor<>("rows", Types.LONG));
    rows = new ArrayList<>();
    state.get().forEach(rows::add);
  }

  @Override
  public void snapshotState(FunctionSnapshotContext context) throws Exception {
    state.update(rows);
  }

  @Override
  public void invoke(Scored<Point, Point.Sum> scored, Context context) {
    long id = scored.row().id();
    int plus = Integer.parseInt(scored.version().substring("plus:".length()));
    if (scored.answer().y() != (float) id + plus || context.timestamp() != id) {
      WRONG.incrementAndGet();
    }
    rows.add(id);
    GIVEN.computeIfAbsent(id, none -> new ArrayList<>()).add(scored.version());
  }

  @Override
  public void finish() {
    ONCE.addAll(rows);
  }
}
