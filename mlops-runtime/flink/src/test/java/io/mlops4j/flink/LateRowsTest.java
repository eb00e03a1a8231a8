package io.mlops4j.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.flink.LabelEvents.Event;
import io.mlops4j.monitor.profile.Profile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.arrow.memory.RootAllocator;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.legacy.SinkFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Drift by windows of a second, of rows that arrive behind the watermark. */
@SuppressWarnings("deprecation") // sources and sinks; see Numbers
class LateRowsTest {
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
    Windows.ALL.clear();
    Figures.reset();
  }

  @AfterEach
  void cancel() throws Exception {
    cluster.cancelAll();
  }

  private static final class Windows implements SinkFunction<WindowDrift> {
    private static final long serialVersionUID = 1L;
    private static final ConcurrentLinkedQueue<WindowDrift> ALL = new ConcurrentLinkedQueue<>();

    @Override
    public void invoke(WindowDrift window, Context context) {
      ALL.add(window);
    }
  }

  /** A row with the feature x, and the watermark behind it. */
  private static Event row(double x, long time, long mark) {
    return new Event("", x, time, mark);
  }

  private FlinkModel<Point.Features, Point.Sum> watched() {
    Profile reference;
    try (RootAllocator memory = new RootAllocator();
        FeatureBatch rows = FeatureBatch.builder(memory).floats("x", 1, 2, 3, 4, 5, 6).build()) {
      reference = Profile.builder().add(rows).build();
    }
    return FlinkModel.builder(
            Registries.folder(folder.resolve("r"), 1),
            "plus@champion",
            Point.Features.class,
            Point.Sum.class)
        .drift(reference, Duration.ofSeconds(1))
        .load();
  }

  private static StreamExecutionEnvironment job(FlinkModel<Point.Features, Point.Sum> model) {
    StreamExecutionEnvironment environment = Cluster.environment(1);
    model
        .score(
            environment.addSource(new LabelEvents(), TypeInformation.of(Event.class)).uid("rows"),
            row -> new Point.Features((float) row.label()))
        .drift()
        .addSink(new Windows());
    return environment;
  }

  private static List<String> windows() {
    return Windows.ALL.stream()
        .map(each -> each.start().toEpochMilli() + ": " + each.rows())
        .toList();
  }

  @Test
  void aRowBehindTheWatermarkCountsInTheOldestOpenWindow() throws Exception {
    LabelEvents.reset(
        Arrays.asList(
            row(1, 100, NO_MARK),
            row(2, 950, NO_MARK),
            row(3, 400, 999), // out of order, but not late: its window ends now
            row(4, 500, NO_MARK), // late
            row(5, 1700, 1800),
            row(6, 1600, NO_MARK), // late, and its window is open
            row(7, 3100, 3100),
            row(8, 999, NO_MARK), // late by three windows
            row(9, 3100, NO_MARK))); // late: the watermark says that no such row comes
    JobID job = cluster.submit(job(watched()));
    LabelEvents.LIMIT.set(Integer.MAX_VALUE);
    cluster.finish(job);
    assertThat(windows()).containsExactly("0: 3", "1000: 3", "3000: 3");
    assertThat(Figures.sum("late")).isEqualTo(4);
    assertThat(Figures.sum("rows")).isEqualTo(9);
  }

  /** The watermark is no part of a checkpoint: after a restore the stream begins without one. */
  @Test
  void aRestoreLosesNoLateRow() throws Exception {
    LabelEvents.reset(
        Arrays.asList(
            row(1, 100, 999), // the window ends
            row(2, 1100, NO_MARK),
            row(3, 500, NO_MARK), // read behind the restore
            row(4, 1200, 1999),
            row(5, 600, NO_MARK)));
    FlinkModel<Point.Features, Point.Sum> model = watched();
    JobID first = cluster.submit(job(model));
    LabelEvents.LIMIT.set(2);
    Cluster.await("the first window", () -> !Windows.ALL.isEmpty());
    String savepoint = cluster.stop(first, folder.resolve("savepoints").toUri().toString());
    JobID second = cluster.submit(job(model), savepoint);
    LabelEvents.LIMIT.set(Integer.MAX_VALUE);
    cluster.finish(second);
    assertThat(windows()).containsExactly("0: 1", "0: 1", "1000: 2", "2000: 1");
  }

  @Test
  void aRowWithoutAnEventTimeFailsTheJob() throws Exception {
    LabelEvents.reset(List.of(row(1, 1, NO_MARK)));
    LabelEvents.timed = false;
    JobID job = cluster.submit(job(watched()));
    LabelEvents.LIMIT.set(Integer.MAX_VALUE);
    assertThatThrownBy(() -> cluster.finish(job))
        .hasStackTraceContaining("drift: found a row without an event time");
  }
}
