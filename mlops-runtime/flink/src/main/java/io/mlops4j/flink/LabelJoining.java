package io.mlops4j.flink;

import io.mlops4j.error.DataException;
import io.mlops4j.flink.LabelCounters.Count;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.api.java.tuple.Tuple4;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.co.KeyedCoProcessFunction;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/**
 * Joins answers to labels of the same key. An answer waits for its label until the watermark has
 * passed its event time and the time to wait; then it leaves, with the label or without. So the
 * result depends on the event times only, and not on the order in which the two streams are read:
 * the earliest label counts, and a label may be read before its answer.
 *
 * <p>For as long again the key is remembered, so that later labels are recognised. One thread.
 */
final class LabelJoining
    extends KeyedCoProcessFunction<
        String,
        Tuple3<String, String, double[]>,
        Tuple2<String, Double>,
        Tuple4<String, Long, Double, double[]>>
    implements CheckpointedFunction {
  private static final long serialVersionUID = 1L;

  /** The key, the version and the numbers of the answer. */
  static final TypeInformation<Tuple3<String, String, double[]>> ANSWER =
      Types.TUPLE(
          Types.STRING, Types.STRING, PrimitiveArrayTypeInfo.DOUBLE_PRIMITIVE_ARRAY_TYPE_INFO);

  /** The key and the label. */
  static final TypeInformation<Tuple2<String, Double>> LABEL =
      Types.TUPLE(Types.STRING, Types.DOUBLE);

  /** The numbers of an answer that no longer waits. */
  private static final double[] GONE = new double[0];

  /** What became of a stored label. */
  private static final int ALONE = 0;

  private static final int MET = 1;
  private static final int USED = 2;

  private final long within;
  private final int classes;

  private transient @Nullable LabelCounters counters;
  private transient @Nullable MapState<String, Tuple2<Long, double[]>> answers;
  private transient @Nullable ValueState<Tuple3<Long, Double, Integer>> label;

  /**
   * @param within how long an answer waits, in milliseconds of event time
   * @param classes how many classes the labels number; 0 if labels are any finite numbers
   */
  LabelJoining(long within, int classes) {
    this.within = within;
    this.classes = classes;
  }

  @Override
  public void initializeState(FunctionInitializationContext context) throws Exception {
    counters = new LabelCounters(context.getOperatorStateStore());
  }

  @Override
  public void snapshotState(FunctionSnapshotContext context) throws Exception {
    counters().store();
  }

  @Override
  public void open(OpenContext context) {
    counters().register(getRuntimeContext().getMetricGroup().addGroup("mlops4j"));
    answers =
        getRuntimeContext()
            .getMapState(
                new MapStateDescriptor<>(
                    "answers",
                    Types.STRING,
                    Types.TUPLE(
                        Types.LONG, PrimitiveArrayTypeInfo.DOUBLE_PRIMITIVE_ARRAY_TYPE_INFO)));
    label =
        getRuntimeContext()
            .getState(
                new ValueStateDescriptor<>(
                    "label", Types.TUPLE(Types.LONG, Types.DOUBLE, Types.INT)));
  }

  private LabelCounters counters() {
    return Objects.requireNonNull(counters);
  }

  private MapState<String, Tuple2<Long, double[]>> answers() {
    return Objects.requireNonNull(answers);
  }

  private ValueState<Tuple3<Long, Double, Integer>> label() {
    return Objects.requireNonNull(label);
  }

  private static long time(@Nullable Long time, String stream) {
    if (time == null || time == Long.MIN_VALUE) { // which sources without a strategy send
      throw new DataException(
          "labels: found %s without an event time, expected one; assign timestamps and watermarks to both streams"
              .formatted(stream),
          null);
    }
    return time;
  }

  @Override
  public void processElement1(
      Tuple3<String, String, double[]> answer,
      Context context,
      Collector<Tuple4<String, Long, Double, double[]>> out)
      throws Exception {
    long time = time(context.timestamp(), "an answer");
    if (answer.f0.isEmpty()) {
      counters().add(Count.WITHOUT_KEY);
      return;
    }
    long mark = context.timerService().currentWatermark();
    if (mark != Long.MIN_VALUE && mark != Long.MAX_VALUE) {
      time = Math.max(time, mark + 1 - within); // counts in the oldest window that is open
    }
    Tuple2<Long, double[]> known = answers().get(answer.f1);
    if (known != null) {
      counters().add(Count.REPEATED_ROWS);
      if (known.f1.length == 0 || time >= known.f0) {
        return; // the earliest row counts, whichever is read first
      }
    }
    answers().put(answer.f1, Tuple2.of(time, answer.f2));
    context.timerService().registerEventTimeTimer(time + within);
    context.timerService().registerEventTimeTimer(time + 2 * within);
  }

  @Override
  public void processElement2(
      Tuple2<String, Double> found,
      Context context,
      Collector<Tuple4<String, Long, Double, double[]>> out)
      throws Exception {
    long time = time(context.timestamp(), "a label");
    counters().add(Count.LABELS);
    if (found.f0.isEmpty()) {
      counters().add(Count.WITHOUT_KEY);
    } else if (!isValid(found.f1)) {
      counters().add(Count.INVALID);
    } else {
      store(time, found.f1, context);
    }
  }

  private boolean isValid(double value) {
    return classes == 0
        ? Double.isFinite(value)
        : value == Math.rint(value) && value >= 0 && value < classes;
  }

  private void store(long time, double value, Context context) throws Exception {
    Tuple3<Long, Double, Integer> stored = label().value();
    if (stored != null) {
      counters().add(Count.REPEATED);
      if (time > stored.f0 || (time == stored.f0 && value >= stored.f1)) {
        return;
      }
    } else if (isTooLate(time)) {
      return;
    }
    label().update(Tuple3.of(time, value, stored == null ? ALONE : stored.f2));
    context.timerService().registerEventTimeTimer(time + within);
  }

  /** Counts a label whose answers have all left without one. */
  private boolean isTooLate(long time) throws Exception {
    boolean inTime = false;
    boolean left = false;
    for (Tuple2<Long, double[]> answer : answers().values()) {
      if (answer.f1.length > 0) {
        return false;
      }
      left = true;
      inTime |= matches(answer.f0, time);
    }
    if (left) {
      counters().add(inTime ? Count.LATE : Count.EXPIRED);
    }
    return left;
  }

  private boolean matches(long answered, long labelled) {
    return Math.abs(labelled - answered) < within;
  }

  @Override
  public void onTimer(
      long time, OnTimerContext context, Collector<Tuple4<String, Long, Double, double[]>> out)
      throws Exception {
    Tuple3<Long, Double, Integer> stored = label().value();
    List<Map.Entry<String, Tuple2<Long, double[]>>> all = new ArrayList<>();
    answers().entries().forEach(all::add);
    boolean remembered = false;
    for (Map.Entry<String, Tuple2<Long, double[]>> entry : all) {
      Tuple2<Long, double[]> answer = entry.getValue();
      if (answer.f1.length > 0 && answer.f0 + within <= time) {
        stored = leave(context.getCurrentKey(), entry.getKey(), answer, stored, out);
        answers().put(entry.getKey(), Tuple2.of(answer.f0, GONE));
      }
      if (answer.f0 + 2 * within <= time) {
        answers().remove(entry.getKey());
      } else {
        remembered = true;
      }
    }
    if (stored != null && !remembered && stored.f0 + within <= time) {
      if (stored.f2 != USED) {
        counters().add(stored.f2 == MET ? Count.EXPIRED : Count.UNKNOWN);
      }
      label().clear();
    }
  }

  private @Nullable Tuple3<Long, Double, Integer> leave(
      String key,
      String version,
      Tuple2<Long, double[]> answer,
      @Nullable Tuple3<Long, Double, Integer> stored,
      Collector<Tuple4<String, Long, Double, double[]>> out)
      throws Exception {
    boolean labelled = stored != null && matches(answer.f0, stored.f0);
    counters().add(labelled ? Count.LABELLED : Count.UNLABELLED);
    double value = labelled ? Objects.requireNonNull(stored).f1 : Double.NaN;
    out.collect(new JoinedRow(version, LabelledRows.hash(key), value, answer.f1).tuple());
    if (stored == null) {
      return null;
    }
    Tuple3<Long, Double, Integer> now =
        Tuple3.of(stored.f0, stored.f1, labelled ? USED : Math.max(stored.f2, MET));
    label().update(now);
    return now;
  }
}
