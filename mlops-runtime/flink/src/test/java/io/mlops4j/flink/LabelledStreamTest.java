package io.mlops4j.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mlops4j.flink.LabelEvents.Event;
import io.mlops4j.monitor.performance.Metric;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.legacy.SinkFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("deprecation") // sources and sinks; see Numbers
class LabelledStreamTest {
  private static final long NO_MARK = Long.MIN_VALUE;

  private static Cluster cluster;

  @TempDir private Path folder;

  @BeforeAll
  static void start() throws Exception {
    cluster = new Cluster();
  }

  @AfterAll
  static void stop() throws Exception {
    cluster.close();
    TaskManagerModels.closeIdle(); // throws if native memory is lent
  }

  @BeforeEach
  void reset() {
    Numbers.reset();
    Answers.reset();
    Figures.reset();
    Windows.ALL.clear();
    Errors.ALL.clear();
    FailOnce.at = Long.MAX_VALUE;
    FailOnce.FAILED.set(false);
  }

  @AfterEach
  void cancel() throws Exception {
    cluster.cancelAll();
  }

  private static final class Windows implements SinkFunction<WindowPerformance> {
    private static final long serialVersionUID = 1L;
    private static final ConcurrentLinkedQueue<WindowPerformance> ALL =
        new ConcurrentLinkedQueue<>();

    @Override
    public void invoke(WindowPerformance window, Context context) {
      ALL.add(window);
    }
  }

  private static final class Errors implements SinkFunction<WindowPerformance> {
    private static final long serialVersionUID = 1L;
    private static final ConcurrentLinkedQueue<WindowPerformance> ALL =
        new ConcurrentLinkedQueue<>();

    @Override
    public void invoke(WindowPerformance window, Context context) {
      ALL.add(window);
    }
  }

  /** Fails the job once, at a label from a time on. */
  private static final class FailOnce implements MapFunction<Event, Event> {
    private static final long serialVersionUID = 1L;
    private static volatile long at;
    private static final AtomicBoolean FAILED = new AtomicBoolean();

    @Override
    public Event map(Event event) {
      if (event.time() >= at && FAILED.compareAndSet(false, true)) {
        throw new IllegalStateException("planted");
      }
      return event;
    }
  }

  /** The key of a row: a null for row 50, and one for rows 60 and 61. */
  private static String broken(long id) {
    return id == 50 ? null : id == 61 ? "60" : Long.toString(id);
  }

  private StreamExecutionEnvironment job(
      int parallelism, Duration window, Duration within, boolean broken) {
    StreamExecutionEnvironment environment = Cluster.environment(parallelism);
    FlinkModel<Point.Features, Point.Sum> model =
        FlinkModel.load(
            Registries.folder(folder.resolve("r"), 1),
            "plus@champion",
            Point.Features.class,
            Point.Sum.class);
    ScoredStream<Point, Point.Sum> scored =
        model.score(
            environment
                .addSource(new Numbers(-1), TypeInformation.of(Point.class))
                .setParallelism(1)
                .uid("numbers")
                .rebalance(),
            Point::features);
    scored.answers().addSink(new Answers()).setParallelism(1).uid("answers");
    LabelledStream<Point, Point.Sum, Event> labelled =
        scored
            .labels(
                environment
                    .addSource(new LabelEvents(), TypeInformation.of(Event.class))
                    .setParallelism(1)
                    .uid("labels")
                    .rebalance()
                    .map(new FailOnce()),
                each -> broken ? broken(each.row().id()) : Long.toString(each.row().id()),
                Event::key)
            .window(window)
            .within(within);
    labelled
        .binary(each -> each.answer().y(), Event::label)
        .addSink(new Windows())
        .setParallelism(1);
    if (!broken) {
      labelled
          .uid("errors")
          .regression(each -> each.answer().y(), Event::label)
          .addSink(new Errors())
          .setParallelism(1);
    }
    return environment;
  }

  private static long mixed(long i) {
    long hash = i + 0x9E3779B97F4A7C15L;
    hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
    hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return hash ^ (hash >>> 33);
  }

  private static double fraction(long i, int salt) {
    return (mixed(i * 8 + salt) >>> 11) * 0x1p-53;
  }

  /** The labels of label_join.py, by event time, with a watermark behind every hundredth. */
  private static List<Event> labels(int rows) {
    List<Event> all = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      if (fraction(i, 1) < 0.8) {
        long delay = (long) (fraction(i, 2) * 4500) - 500;
        int label = fraction(i, 0) < 0.2 + 0.6 * (i % 5000 / 5000.0) ? 1 : 0;
        all.add(new Event("" + i, label, i + delay, NO_MARK));
      }
    }
    all.sort(Comparator.comparingLong(Event::time));
    for (int i = 99; i < all.size(); i += 100) {
      Event last = all.get(i);
      all.set(i, new Event(last.key(), last.label(), last.time(), last.time() - 1));
    }
    return all;
  }

  private static void run(int numbers, int labels, int answered) {
    Numbers.LIMIT.set(numbers);
    LabelEvents.LIMIT.set(labels);
    Cluster.await("rows", () -> Answers.answered(answered) && Figures.sum("labels") >= labels);
  }

  private static double value(Metric metric) {
    return ((Metric.Value) metric).value();
  }

  @Test
  void figuresAcrossASavepointAndAFailureEqualAnOfflineJoin() throws Exception {
    JsonNode expected =
        new ObjectMapper().readTree(getClass().getResourceAsStream("label_join.json"));
    LabelEvents.reset(labels(12_000));
    assertThat(LabelEvents.events).hasSize(expected.get("labels").intValue());
    Duration window = Duration.ofSeconds(5);
    Duration within = Duration.ofSeconds(3);

    JobID first = cluster.submit(job(2, window, within, false));
    run(6000, 3000, 6000);
    cluster.checkpoint(first);
    run(6100, 5000, 6100); // 2000 labels before their answers
    String savepoint = cluster.stop(first, folder.resolve("savepoints").toUri().toString());
    assertThat(Windows.ALL).isEmpty();
    Figures.reset();

    FailOnce.at = LabelEvents.events.get(7000).time();
    JobID second = cluster.submit(job(3, window, within, false), savepoint);
    Numbers.END.set(12_000);
    Numbers.LIMIT.set(12_000);
    LabelEvents.LIMIT.set(Integer.MAX_VALUE);
    cluster.finish(second);
    assertThat(FailOnce.FAILED).isTrue();

    JsonNode windows = expected.get("windows");
    List<WindowPerformance> found = sorted(Windows.ALL);
    List<WindowPerformance> errors = sorted(Errors.ALL);
    assertThat(found).hasSameSizeAs(windows);
    assertThat(errors).hasSameSizeAs(windows);
    long labelled = 0;
    for (int i = 0; i < windows.size(); i++) {
      JsonNode one = windows.get(i);
      WindowPerformance its = found.get(i);
      assertThat(its.version()).isEqualTo("plus:1");
      assertThat(its.start()).isEqualTo(Instant.ofEpochMilli(one.get("start").longValue()));
      assertThat(its.end()).isEqualTo(its.start().plus(window));
      assertThat(its.predicted()).isEqualTo(one.get("predicted").longValue());
      assertThat(its.labelled()).isEqualTo(one.get("labelled").longValue());
      assertThat(its.unanswered()).isZero();
      assertThat(value(its.binary().rocAuc()))
          .isEqualTo(one.get("roc_auc").doubleValue(), within(1e-12));
      assertThat(value(errors.get(i).regression().meanAbsoluteError()))
          .isEqualTo(one.get("mae").doubleValue(), within(1e-9));
      labelled += its.labelled();
    }
    // Both joins have the same counts, and neither counts what was replayed twice.
    assertThat(Figures.last("labels")).isEqualTo(2L * LabelEvents.events.size());
    assertThat(Figures.last("labelled")).isEqualTo(2 * labelled);
    assertThat(Figures.last("unlabelled")).isEqualTo(2 * (12_000 - labelled));
    assertThat(Figures.last("expired")).isEqualTo(2 * expected.get("expired").longValue());
    assertThat(Figures.last("unknown")).isZero();
    assertThat(Figures.last("late")).isZero();
    assertThat(Figures.last("repeated")).isZero();
  }

  private static List<WindowPerformance> sorted(Iterable<WindowPerformance> windows) {
    List<WindowPerformance> all = new ArrayList<>();
    windows.forEach(all::add);
    all.sort(Comparator.comparing(WindowPerformance::start));
    return all;
  }

  @Test
  void everyKindOfLabelIsCounted() throws Exception {
    LabelEvents.reset(
        List.of(
            new Event("900", 1, 890, NO_MARK), // read before its answer
            new Event("10", 1, 30, NO_MARK),
            new Event("10", 0, 20, NO_MARK), // repeated, and earlier: it counts
            new Event("nobody", 1, 20, NO_MARK), // unknown
            new Event("20", 1, 320, NO_MARK), // expired: 300 ms behind its answer
            new Event("40", 2, 45, NO_MARK), // invalid
            new Event("41", Double.NaN, 45, NO_MARK), // invalid
            new Event(null, 1, 45, NO_MARK), // without a key
            new Event("60", 1, 65, 600), // of a row that came twice
            new Event("30", 1, 40, NO_MARK), // late: in time, but behind the watermark
            new Event("31", 1, 400, NO_MARK), // expired: neither
            new Event("70", 1, 70, Long.MAX_VALUE))); // late
    JobID job = cluster.submit(job(2, Duration.ofMillis(500), Duration.ofMillis(300), true));
    run(500, 9, 500);
    Numbers.LIMIT.set(1000);
    // The watermark 600 lets rows 0 to 300 go, without 50 and 61, and no further ones.
    Cluster.await("the watermark", () -> left() >= 299);
    Numbers.END.set(1000);
    LabelEvents.LIMIT.set(Integer.MAX_VALUE);
    cluster.finish(job);

    List<WindowPerformance> windows = sorted(Windows.ALL);
    assertThat(windows).extracting(WindowPerformance::predicted).containsExactly(498L, 500L);
    assertThat(windows).extracting(WindowPerformance::labelled).containsExactly(2L, 1L);
    assertThat(windows.get(0).numbers()).containsExactlyInAnyOrder(11, 61);
    assertThat(windows.get(0).labels()).containsExactlyInAnyOrder(0, 1);
    assertThat(windows.get(0)).asString().endsWith("2 of 498 rows labelled (0.4 %)");
    assertThat(windows.get(1).numbers()).containsExactly(901);
    assertThat(windows.get(1).share()).isEqualTo(0.002);
    assertThat(Figures.last("labels")).isEqualTo(12);
    assertThat(Figures.last("labelled")).isEqualTo(3);
    assertThat(Figures.last("unlabelled")).isEqualTo(995);
    assertThat(Figures.last("repeated")).isEqualTo(1);
    assertThat(Figures.last("unknown")).isEqualTo(1);
    assertThat(Figures.last("late")).isEqualTo(2);
    assertThat(Figures.last("expired")).isEqualTo(2);
    assertThat(Figures.last("invalid")).isEqualTo(2);
    assertThat(Figures.last("withoutKey")).isEqualTo(2); // a label and row 50
    assertThat(Figures.last("repeatedRows")).isEqualTo(1);
  }

  private static long left() {
    return Figures.sum("labelled") + Figures.sum("unlabelled");
  }

  @Test
  void labelsWithoutAnEventTimeFailTheJob() throws Exception {
    LabelEvents.reset(List.of(new Event("1", 1, 1, NO_MARK)));
    LabelEvents.timed = false;
    JobID job = cluster.submit(job(1, Duration.ofMillis(500), Duration.ofMillis(300), false));
    Numbers.END.set(10);
    Numbers.LIMIT.set(10);
    LabelEvents.LIMIT.set(Integer.MAX_VALUE);
    assertThatThrownBy(() -> cluster.finish(job))
        .hasStackTraceContaining("labels: found a label without an event time");
  }
}
