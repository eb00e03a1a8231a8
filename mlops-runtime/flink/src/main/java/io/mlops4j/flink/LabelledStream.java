package io.mlops4j.flink;

import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.functions.ReduceFunction;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.windowing.ProcessWindowFunction;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/**
 * Answers and the stream of their labels, which are joined by a key. Immutable: the options return
 * a changed copy. {@link #binary}, {@link #regression} or {@link #multiClass} adds the join to the
 * job.
 *
 * <p>Both streams need event times and watermarks. An answer waits for its label for the time of
 * {@link #within}. The earliest label of a key counts if its event time is less than that time away
 * from the answer's; it may be read before the answer. A key names one row of a version: the
 * earliest one counts, and others are counted as repeated.
 *
 * @param <T> the type of the stream that was scored
 * @param <O> the record of the outputs
 * @param <L> the type of the labels
 */
public final class LabelledStream<T, O extends Record, L> {
  private final DataStream<Scored<T, O>> answers;
  private final KeySelector<Scored<T, O>, String> key;
  private final DataStream<L> labels;
  private final KeySelector<L, String> labelKey;
  private final Options options;

  private record Options(String uid, Duration window, Duration within, int rows) {}

  /**
   * Reads a number from an event. Flink sends it to the task managers.
   *
   * @param <E> the type of the event
   */
  @FunctionalInterface
  public interface NumberOf<E> extends Serializable {
    /**
     * Reads the number.
     *
     * @param event not null
     * @return NaN if there is none
     * @throws Exception which fails the job
     */
    double of(E event) throws Exception;
  }

  private LabelledStream(
      DataStream<Scored<T, O>> answers,
      KeySelector<Scored<T, O>, String> key,
      DataStream<L> labels,
      KeySelector<L, String> labelKey,
      Options options) {
    this.answers = answers;
    this.key = key;
    this.labels = labels;
    this.labelKey = labelKey;
    this.options = options;
  }

  static <T, O extends Record, L> LabelledStream<T, O, L> of(
      DataStream<Scored<T, O>> answers,
      KeySelector<Scored<T, O>, String> key,
      DataStream<L> labels,
      KeySelector<L, String> labelKey,
      String uid) {
    return new LabelledStream<>(
        answers,
        Objects.requireNonNull(key, "key"),
        Objects.requireNonNull(labels, "labels"),
        Objects.requireNonNull(labelKey, "labelKey"),
        new Options(uid, Duration.ofHours(1), Duration.ofDays(1), 1_000_000));
  }

  private LabelledStream<T, O, L> with(Options changed) {
    return new LabelledStream<>(answers, key, labels, labelKey, changed);
  }

  /**
   * Sets the length of the windows of answers. The default is an hour.
   *
   * @param length in whole milliseconds, above 0
   * @return a changed copy
   * @throws IllegalArgumentException if the length is not above 0
   */
  public LabelledStream<T, O, L> window(Duration length) {
    FlinkModel.positive("length", length);
    return with(new Options(options.uid, length, options.within, options.rows));
  }

  /**
   * Sets how long an answer waits for its label. The default is a day. The figures of a window
   * appear when the watermark is this time behind the end of the window.
   *
   * @param delay event time in whole milliseconds, above 0
   * @return a changed copy
   * @throws IllegalArgumentException if the delay is not above 0
   */
  public LabelledStream<T, O, L> within(Duration delay) {
    FlinkModel.positive("delay", delay);
    return with(new Options(options.uid, options.window, delay, options.rows));
  }

  /**
   * Bounds the labelled rows of a window and version that figures are computed from. The default is
   * a million. A row takes 24 bytes of state, for several classes 16 and 8 for each class. Beyond
   * the bound a uniform sample of keys is held; all rows are counted.
   *
   * @param most at least 100
   * @return a changed copy
   * @throws IllegalArgumentException if it is below
   */
  public LabelledStream<T, O, L> rows(int most) {
    if (most < 100) {
      throw new IllegalArgumentException("rows: found " + most + ", expected at least 100");
    }
    return with(new Options(options.uid, options.window, options.within, most));
  }

  /**
   * Names the state of the join. Needed if a model's answers are joined twice.
   *
   * @param name unique in the job; the reference of the model by default
   * @return a changed copy
   */
  public LabelledStream<T, O, L> uid(String name) {
    Objects.requireNonNull(name, "name");
    return with(new Options(name, options.window, options.within, options.rows));
  }

  /**
   * Joins scores of an event to labels.
   *
   * @param score reads the score or probability of the event from an answer; NaN if there is none
   * @param label reads 1 from a label if the event happened, 0 if not. Other labels are counted and
   *     left out
   * @return for each window and version the labels, when they are complete
   */
  public DataStream<WindowPerformance> binary(NumberOf<Scored<T, O>> score, NumberOf<L> label) {
    return join(2, single(score, "score"), label);
  }

  /**
   * Joins predicted numbers to labels.
   *
   * @param number reads the number from an answer; NaN if there is none
   * @param label reads the actual number from a label. NaN and infinite labels are counted and left
   *     out
   * @return for each window and version the labels, when they are complete
   */
  public DataStream<WindowPerformance> regression(
      NumberOf<Scored<T, O>> number, NumberOf<L> label) {
    return join(0, single(number, "number"), label);
  }

  /**
   * Joins probabilities of classes to labels.
   *
   * @param classes the number of classes, at least 2
   * @param probabilities reads a probability for each class from an answer
   * @param label reads the number of the actual class from a label, from 0. Other labels are
   *     counted and left out
   * @return for each window and version the labels, when they are complete
   * @throws IllegalArgumentException if there are fewer than two classes
   */
  public DataStream<WindowPerformance> multiClass(
      int classes, MapFunction<Scored<T, O>, float[]> probabilities, NumberOf<L> label) {
    if (classes < 2) {
      throw new IllegalArgumentException("classes: found " + classes + ", expected at least 2");
    }
    return join(classes, several(classes, clean(probabilities, "probabilities")), label);
  }

  private <F> F clean(F function, String name) {
    StreamExecutionEnvironment environment = answers.getExecutionEnvironment();
    return environment.clean(Objects.requireNonNull(function, name));
  }

  private MapFunction<Scored<T, O>, double[]> single(NumberOf<Scored<T, O>> of, String name) {
    NumberOf<Scored<T, O>> number = clean(of, name);
    return answer -> new double[] {number.of(answer)};
  }

  private static <A> MapFunction<A, double[]> several(int classes, MapFunction<A, float[]> of) {
    return answer -> {
      float[] found = of.map(answer);
      if (found.length != classes) {
        throw new IllegalArgumentException(
            "probabilities: found %d of them, expected one for each of %d classes"
                .formatted(found.length, classes));
      }
      double[] all = new double[classes];
      for (int i = 0; i < classes; i++) {
        all[i] = found[i];
      }
      return all;
    };
  }

  private DataStream<WindowPerformance> join(
      int classes, MapFunction<Scored<T, O>, double[]> numbers, NumberOf<L> label) {
    KeySelector<Scored<T, O>, String> ofAnswer = clean(key, "key");
    KeySelector<L, String> ofLabel = clean(labelKey, "labelKey");
    NumberOf<L> value = clean(label, "label");
    long window = options.window.toMillis();
    long within = options.within.toMillis();
    DataStream<Tuple3<String, String, double[]>> keyed =
        answers
            .map(
                answer ->
                    Tuple3.of(text(ofAnswer.getKey(answer)), answer.version(), numbers.map(answer)))
            .returns(LabelJoining.ANSWER);
    DataStream<Tuple2<String, Double>> keyedLabels =
        labels
            .map(event -> Tuple2.of(text(ofLabel.getKey(event)), value.of(event)))
            .returns(LabelJoining.LABEL);
    return keyed
        .connect(keyedLabels)
        .keyBy(answer -> answer.f0, event -> event.f0, Types.STRING)
        .process(new LabelJoining(within, classes), JoinedRow.TYPE)
        .name("mlops4j labels")
        .uid(options.uid)
        .transform(
            "mlops4j labelled rows",
            DriftWindows.PROFILE,
            new LabelBlocks(window, within, options.rows))
        .uid(options.uid + "-rows")
        .keyBy(new DriftWindows.ByVersion(), Types.STRING)
        .window(
            TumblingEventTimeWindows.of(
                options.window, Duration.ofMillis(Math.floorMod(within, window))))
        .reduce(new Sum(options.rows), new Measure(classes, within), WindowPerformance.type())
        .name("mlops4j performance")
        .uid(options.uid + "-performance");
  }

  /** A stream of Flink has no null keys; the join counts empty ones. */
  private static String text(@Nullable String key) {
    return key == null ? "" : key;
  }

  private record Sum(int most) implements ReduceFunction<Tuple2<String, byte[]>> {
    private static final long serialVersionUID = 1L;

    @Override
    public Tuple2<String, byte[]> reduce(Tuple2<String, byte[]> a, Tuple2<String, byte[]> b) {
      LabelledRows sum = LabelledRows.fromBytes(a.f1).merge(LabelledRows.fromBytes(b.f1), most);
      return Tuple2.of(a.f0, sum.toBytes());
    }
  }

  /** Windows of the sum are those of the answers, shifted by the time to wait. */
  private static final class Measure
      extends ProcessWindowFunction<Tuple2<String, byte[]>, WindowPerformance, String, TimeWindow> {
    private static final long serialVersionUID = 1L;

    private final int classes;
    private final long within;

    Measure(int classes, long within) {
      this.classes = classes;
      this.within = within;
    }

    @Override
    public void process(
        String version,
        Context context,
        Iterable<Tuple2<String, byte[]>> sums,
        Collector<WindowPerformance> out) {
      Instant start = Instant.ofEpochMilli(context.window().getStart() - within);
      Instant end = Instant.ofEpochMilli(context.window().getEnd() - within);
      for (Tuple2<String, byte[]> sum : sums) { // one
        out.collect(WindowPerformance.of(version, start, end, classes, sum.f1));
      }
    }
  }
}
