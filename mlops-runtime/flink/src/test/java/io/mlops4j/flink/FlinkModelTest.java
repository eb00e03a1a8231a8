package io.mlops4j.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.ModelInputException;
import io.mlops4j.error.RegistryException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.registry.FileModelRegistry;
import io.mlops4j.runtime.registry.JdbcModelRegistry;
import io.mlops4j.runtime.registry.RegistryAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.arrow.memory.RootAllocator;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.legacy.SinkFunction;
import org.apache.flink.streaming.api.functions.source.legacy.RichParallelSourceFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("deprecation") // sources and sinks; see Numbers
class FlinkModelTest {
  private static Cluster cluster;
  private static boolean replaced;

  @TempDir private Path folder;

  @BeforeAll
  static void start() throws Exception {
    cluster = new Cluster();
  }

  @AfterAll
  static void stop() throws Exception {
    cluster.close();
    TaskManagerModels.closeIdle(); // throws if native memory is lent
    assertThat(TaskManagerModels.open()).isZero();
  }

  @BeforeEach
  void reset() {
    replaced = false;
    Numbers.reset();
    Answers.reset();
    Failing.reset();
    Drifts.ALL.clear();
    Rejects.ALL.clear();
    Figures.reset();
  }

  @AfterEach
  void cancel() throws Exception {
    cluster.cancelAll();
  }

  private static FlinkModel.Builder<Point.Features, Point.Sum> plus(RegistryAddress registry) {
    return FlinkModel.builder(registry, "plus@champion", Point.Features.class, Point.Sum.class)
        .checkEvery(Duration.ofMillis(5))
        .batches(64, Duration.ofMillis(2));
  }

  private static StreamExecutionEnvironment job(
      FlinkModel<Point.Features, Point.Sum> model, int parallelism, long broken) {
    StreamExecutionEnvironment environment = Cluster.environment(parallelism);
    ScoredStream<Point, Point.Sum> scored =
        model.score(
            environment
                .addSource(new Numbers(broken), TypeInformation.of(Point.class))
                .setParallelism(1)
                .uid("numbers")
                .rebalance(),
            Point::features);
    scored
        .answers()
        .map(new Failing(), scored.answers().getType())
        .addSink(new Answers())
        .setParallelism(1)
        .uid("answers");
    if (model.watchesDrift()) {
      scored.drift().addSink(new Drifts()).setParallelism(1);
    }
    if (model.hasSideOutput()) {
      scored.rejected().addSink(new Rejects()).setParallelism(1);
    }
    return environment;
  }

  /** Fails the job once, at a row that the test chooses. */
  private static final class Failing
      implements MapFunction<Scored<Point, Point.Sum>, Scored<Point, Point.Sum>> {
    private static final long serialVersionUID = 1L;
    private static volatile long at;
    private static volatile Runnable before = () -> {};
    private static final AtomicBoolean FAILED = new AtomicBoolean();

    static void reset() {
      at = -1;
      before = () -> {};
      FAILED.set(false);
    }

    @Override
    public Scored<Point, Point.Sum> map(Scored<Point, Point.Sum> scored) {
      if (scored.row().id() == at && FAILED.compareAndSet(false, true)) {
        before.run();
        throw new IllegalStateException("planted");
      }
      return scored;
    }
  }

  private static final class Drifts implements SinkFunction<WindowDrift> {
    private static final long serialVersionUID = 1L;
    private static final ConcurrentLinkedQueue<WindowDrift> ALL = new ConcurrentLinkedQueue<>();

    @Override
    public void invoke(WindowDrift drift, Context context) {
      ALL.add(drift);
    }
  }

  private static final class Rejects implements SinkFunction<Rejected<Point>> {
    private static final long serialVersionUID = 1L;
    private static final ConcurrentLinkedQueue<Rejected<Point>> ALL = new ConcurrentLinkedQueue<>();

    @Override
    public void invoke(Rejected<Point> rejected, Context context) {
      ALL.add(rejected);
    }
  }

  private static void end(JobID job, long rows) throws Exception {
    Numbers.END.set(rows);
    Numbers.LIMIT.set(rows);
    cluster.finish(job);
    if (!Failing.FAILED.get() && !replaced) {
      assertThat(cluster.failure(job)).isEmpty();
    }
  }

  /** Every row is in the state of the sink once, and was answered by x + version. */
  private static void assertExactlyOnce(long rows) {
    assertThat(Answers.WRONG).hasValue(0);
    long[] once = Answers.ONCE.stream().mapToLong(Long::longValue).sorted().toArray();
    assertThat(once.length).isEqualTo(rows);
    for (int i = 0; i < rows; i++) {
      if (once[i] != i) {
        throw new AssertionError("found " + once[i] + " in place of " + i);
      }
    }
  }

  /** Triggers checkpoints until new rows have a version. */
  private static long change(JobID job, long from, String version) throws Exception {
    long rows = from;
    for (int i = 0; i < 500; i++) {
      rows += 100;
      long end = rows;
      Numbers.LIMIT.set(end);
      Cluster.await("rows", () -> Answers.answered(end));
      if (Answers.last(end - 1).equals(version)) {
        return end;
      }
      cluster.checkpoint(job);
    }
    throw new AssertionError("500 checkpoints and no " + version);
  }

  @Test
  void everyRowIsAnsweredInItsBatch() throws Exception {
    int before = TaskManagerModels.loads();
    JobID job = cluster.submit(job(plus(Registries.folder(folder.resolve("r"), 1)).load(), 4, -1));
    end(job, 10_000);
    assertExactlyOnce(10_000);
    assertThat(TaskManagerModels.loads() - before).isEqualTo(1); // by four subtasks
  }

  @Test
  void theAliasIsFollowedWhileRowsRun() throws Exception {
    Path registry = folder.resolve("r");
    JobID job = cluster.submit(job(plus(Registries.folder(registry, 2)).load(), 2, -1));
    long rows = change(job, 0, "plus:1");
    assertThat(Figures.texts("version")).containsExactly("plus:1", "plus:1");
    Registries.assign(registry, 2);
    rows = change(job, rows, "plus:2");
    assertThat(Figures.texts("version")).containsExactly("plus:2", "plus:2");
    assertThat(Figures.sum("changes")).isEqualTo(2);

    Path away = folder.resolve("away");
    Files.move(registry, away);
    for (int i = 0; i < 3; i++) { // the registry is away, the rows go on
      cluster.checkpoint(job);
      rows = change(job, rows, "plus:2");
    }
    Files.move(away, registry);
    Registries.assign(registry, 1);
    rows = change(job, rows, "plus:1");

    end(job, rows);
    assertExactlyOnce(rows);
  }

  @Test
  void aVersionThatTheRecordsDoNotFitIsNotFollowed() throws Exception {
    Path registry = folder.resolve("r");
    JobID job = cluster.submit(job(plus(Registries.folder(registry, 1)).load(), 2, -1));
    long rows = change(job, 0, "plus:1");
    try (ModelRegistry all = FileModelRegistry.open(registry)) {
      Registries.publish(all, "plus", "models/mlp4.onnx"); // version 2, and the alias
    }
    for (int i = 0; i < 5; i++) {
      cluster.checkpoint(job);
      rows = change(job, rows, "plus:1");
    }
    try (ModelRegistry all = FileModelRegistry.open(registry)) {
      Registries.publish(all, "plus", "deployment/plus3.onnx");
    }
    rows = change(job, rows, "plus:3");
    end(job, rows); // without a failure
    assertExactlyOnce(rows);
  }

  @Test
  void oneReferenceScoresTwoStreamsOfAJob() {
    FlinkModel.Builder<Point.Features, Point.Sum> model =
        plus(Registries.folder(folder.resolve("r"), 1)).drift(someProfile(), Duration.ofHours(1));
    StreamExecutionEnvironment environment = Cluster.environment(1);
    for (String name : List.of("first", "second")) {
      ScoredStream<Point, Point.Sum> scored =
          model.uid(name).load().score(environment.fromData(new Point(1, 1f)), Point::features);
      scored.drift().addSink(new Drifts());
      scored
          .labels(
              environment.fromData(new Point(1, 1f)),
              each -> "" + each.row().id(),
              each -> "" + each.id())
          .regression(each -> each.answer().y(), each -> 1)
          .print();
    }
    // Flink refuses a job in which two operators have one name.
    assertThat(environment.getStreamGraph().getJobGraph().getNumberOfVertices()).isPositive();
  }

  private static Profile someProfile() {
    try (RootAllocator memory = new RootAllocator();
        FeatureBatch rows = FeatureBatch.builder(memory).floats("x", 1, 2).build()) {
      return Profile.builder().add(rows).build();
    }
  }

  @Test
  void replayedRowsAreAnsweredByTheVersionOfTheCheckpoint() throws Exception {
    Path registry = folder.resolve("r");
    JobID job = cluster.submit(job(plus(Registries.folder(registry, 3)).load(), 2, -1));
    long rows = change(job, 0, "plus:1");
    Registries.assign(registry, 2);
    rows = change(job, rows, "plus:2"); // behind a complete checkpoint
    Failing.before = () -> Registries.assign(registry, 3);
    Failing.at = rows + 700;
    long end = rows + 1000;
    Numbers.LIMIT.set(end);
    Cluster.await("rows", () -> Answers.answered(end));
    assertThat(Failing.FAILED).isTrue();
    assertThat(Answers.GIVEN.values().stream().filter(given -> given.size() > 1).count())
        .as("rows that were answered twice")
        .isPositive();
    assertThat(Answers.GIVEN.values()).allMatch(given -> given.stream().distinct().count() == 1);
    assertThat(Answers.last(end - 1)).isEqualTo("plus:2");

    rows = change(job, end, "plus:3"); // and now the alias is followed again
    end(job, rows);
    assertExactlyOnce(rows);
    assertThat(Answers.GIVEN.values()).allMatch(given -> given.stream().distinct().count() == 1);
  }

  @Test
  void aSavepointKeepsTheVersionAndTheCountsWithAnotherParallelism() throws Exception {
    Path registry = folder.resolve("r");
    float[] x = new float[5000];
    IntStream.range(0, x.length).forEach(i -> x[i] = i);
    Profile reference;
    try (RootAllocator memory = new RootAllocator();
        FeatureBatch rows = FeatureBatch.builder(memory).floats("x", x).build()) {
      reference = Profile.builder().add(rows).build();
    }
    FlinkModel.Builder<Point.Features, Point.Sum> watched =
        plus(Registries.folder(registry, 2)).drift(reference, Duration.ofSeconds(5));

    JobID first = cluster.submit(job(watched.load(), 2, -1));
    Numbers.LIMIT.set(3210);
    Cluster.await("rows", () -> Answers.answered(3210));
    cluster.checkpoint(first);
    String savepoint = cluster.stop(first, folder.resolve("savepoints").toUri().toString());
    assertThat(Drifts.ALL).isEmpty(); // the window is open

    Registries.assign(registry, 2);
    JobID second = cluster.submit(job(watched.load(), 3, -1), savepoint);
    end(second, 10_000);
    assertExactlyOnce(10_000);
    // Neither a checkpoint nor a savepoint since, so the version is that of the savepoint.
    assertThat(Answers.GIVEN.values()).allMatch(given -> given.equals(List.of("plus:1")));
    assertThat(Drifts.ALL).extracting(WindowDrift::rows).containsExactly(5000L, 5000L);
    List<WindowDrift> windows = new ArrayList<>(Drifts.ALL);
    assertThat(windows.get(0).rowsOfWindow().column("x"))
        .isEqualTo(reference.profile(List.of(batch(x))).column("x"));
    assertThat(windows.get(0).drifted()).isEmpty();
    assertThat(windows.get(1).drifted()).containsExactly("x"); // 5000 to 9999
  }

  @Test
  void theAliasIsFollowedAgainAfterASavepoint() throws Exception {
    Path registry = folder.resolve("r");
    FlinkModel.Builder<Point.Features, Point.Sum> plus = plus(Registries.folder(registry, 2));
    JobID first = cluster.submit(job(plus.load(), 2, -1));
    long rows = change(first, 0, "plus:1");
    String savepoint = cluster.stop(first, folder.resolve("savepoints").toUri().toString());
    Registries.assign(registry, 2);

    JobID second = cluster.submit(job(plus.load(), 3, -1), savepoint);
    long more = rows + 100;
    Numbers.LIMIT.set(more);
    Cluster.await("rows", () -> Answers.answered(more));
    assertThat(Answers.last(more - 1)).as("the version of the savepoint").isEqualTo("plus:1");
    rows = change(second, more, "plus:2");
    end(second, rows);
    assertExactlyOnce(rows);
    assertThat(Answers.GIVEN.values()).allMatch(given -> given.size() == 1);
  }

  @Test
  void aLostTaskManagerChangesNothingInTheResult() throws Exception {
    Path registry = folder.resolve("r");
    JobID job = cluster.submit(job(plus(Registries.folder(registry, 2)).load(), 4, -1));
    Registries.assign(registry, 2);
    long rows = change(job, 0, "plus:2");
    long more = rows + 500;
    Numbers.LIMIT.set(more);
    Cluster.await("rows", () -> Answers.answered(more));
    replaced = true;
    cluster.replaceTaskManager();
    Numbers.LIMIT.set(more + 500);
    Cluster.await("rows", () -> Answers.answered(more + 500));
    end(job, more + 1000);
    assertExactlyOnce(more + 1000);
    assertThat(Answers.GIVEN.values()).allMatch(given -> given.stream().distinct().count() == 1);
  }

  /** Of its two subtasks the first ends at once, and the second when the test says so. */
  private static final class HalfEnded extends RichParallelSourceFunction<Point> {
    private static final long serialVersionUID = 1L;
    private static volatile boolean open;
    private static volatile boolean ended;

    @Override
    public void run(SourceContext<Point> out) {
      int subtask = getRuntimeContext().getTaskInfo().getIndexOfThisSubtask();
      synchronized (out.getCheckpointLock()) {
        out.collectWithTimestamp(new Point(subtask, (float) subtask), subtask);
      }
      ended |= subtask == 0;
      while (open && subtask == 1) {
        LockSupport.parkNanos(200_000);
      }
    }

    @Override
    public void cancel() {
      open = false;
    }
  }

  @Test
  void checkpointsGoOnWhenASubtaskHasEnded() throws Exception {
    HalfEnded.open = true;
    HalfEnded.ended = false;
    StreamExecutionEnvironment environment = Cluster.environment(2);
    plus(Registries.folder(folder.resolve("r"), 1))
        .load()
        .score(
            environment.addSource(new HalfEnded(), TypeInformation.of(Point.class)),
            Point::features)
        .answers()
        .addSink(new Answers());
    JobID job = cluster.submit(environment);
    Cluster.await("the end of a subtask", () -> HalfEnded.ended && Answers.answered(2));
    int complete = 0;
    for (int i = 0; i < 100 && complete < 10; i++) {
      complete += isComplete(job) ? 1 : 0;
    }
    assertThat(complete).isEqualTo(10);
    HalfEnded.open = false;
    cluster.finish(job);
    assertExactlyOnce(2);
  }

  /** Triggers a checkpoint. Flink fails one that a subtask meets at its end. */
  private static boolean isComplete(JobID job) throws Exception {
    try {
      cluster.checkpoint(job);
      return true;
    } catch (ExecutionException e) {
      return false;
    }
  }

  private static FeatureBatch batch(float[] x) {
    RootAllocator memory = new RootAllocator();
    return FeatureBatch.builder(memory).floats("x", x).build();
  }

  @Test
  void aBadRowLeavesByTheSide() throws Exception {
    JobID job =
        cluster.submit(
            job(plus(Registries.folder(folder.resolve("r"), 1)).sideOutput().load(), 2, 77));
    end(job, 1000);
    assertThat(Answers.WRONG).hasValue(0);
    assertThat(Answers.ONCE).hasSize(999).doesNotContain(77L);
    assertThat(Rejects.ALL).hasSize(1);
    Rejected<Point> rejected = Rejects.ALL.element();
    assertThat(rejected.row().id()).isEqualTo(77);
    assertThat(rejected.error()).isEqualTo("ModelInputException");
    assertThat(rejected.message()).startsWith("x: found");
    assertThat(rejected.version()).isEqualTo("plus:1");

    assertThat(Figures.sum("rejected")).isEqualTo(1);
    assertThat(Figures.sum("rows")).isEqualTo(999);
    assertThat(Figures.sum("calls")).isBetween(999L / 64, 999L);
    assertThat(Figures.sum("callMicros")).isEqualTo(Figures.sum("calls"));
    assertThat(Figures.sum("changes")).isZero();
  }

  @Test
  void aBadRowFailsTheJobByDefault() throws Exception {
    JobID job = cluster.submit(job(plus(Registries.folder(folder.resolve("r"), 1)).load(), 2, 77));
    Numbers.END.set(1000);
    Numbers.LIMIT.set(1000);
    assertThatThrownBy(() -> cluster.finish(job))
        .hasStackTraceContaining("ModelInputException: x: found");
  }

  /** A record without the feature of the model. */
  record Other(float z) {}

  @Test
  void recordsThatDoNotFitAreRefusedBeforeAnyJob() {
    RegistryAddress registry = Registries.folder(folder.resolve("r"), 1);
    assertThatThrownBy(
            () -> FlinkModel.load(registry, "plus@champion", Other.class, Point.Sum.class))
        .isInstanceOf(ModelInputException.class);
    assertThatThrownBy(
            () -> FlinkModel.load(registry, "plus@champion", Point.Features.class, Other.class))
        .isInstanceOf(ModelInputException.class);
  }

  @Test
  void aReplacedRegistryIsFoundOnTheTaskManager() {
    RegistryAddress registry = Registries.folder(folder.resolve("r"), 1);
    PinnedModel wrong = new PinnedModel("plus:1", "sha256:" + "0".repeat(64));
    for (int i = 0; i < 2; i++) { // the failure is not kept
      int before = TaskManagerModels.loads();
      assertThatThrownBy(() -> TaskManagerModels.acquire(registry, wrong))
          .isInstanceOf(RegistryException.class)
          .hasMessageContaining("expected sha256:0000")
          .hasMessageContaining("was replaced");
      assertThat(TaskManagerModels.loads() - before).isEqualTo(1);
    }
  }

  /** As when a job is cancelled while a thread still loads its next version. */
  @Test
  void aModelThatOutlivesItsJobIsClosedWithItsLastUse() {
    FlinkModel<Point.Features, Point.Sum> model =
        plus(Registries.folder(folder.resolve("r"), 1)).load();
    TaskManagerModels.Lease lease =
        TaskManagerModels.acquire(
            RegistryAddress.folder(folder.resolve("r").toString()),
            PinnedModel.of(model.version()));
    TaskManagerModels.closeIdle(); // the hook of the class loader
    lease.close();
    assertThat(TaskManagerModels.open()).isZero();
  }

  @Test
  void aFolderThatIsNotThereIsNotMade() {
    Path absent = folder.resolve("absent");
    assertThatThrownBy(
            () ->
                FlinkModel.load(
                    RegistryAddress.folder(absent.toString()),
                    "plus@champion",
                    Point.Features.class,
                    Point.Sum.class))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("found no registry, but no folder");
    assertThat(absent).doesNotExist();
  }

  @Test
  void taskManagersReadARegistryInADatabase() throws Exception {
    String address = "jdbc:h2:mem:flink;DB_CLOSE_DELAY=-1";
    try (ModelRegistry registry = JdbcModelRegistry.builder(address, new Properties()).open()) {
      Registries.publish(registry, "plus", "deployment/plus1.onnx");
    }
    JobID job = cluster.submit(job(plus(RegistryAddress.jdbc(address, Map.of())).load(), 2, -1));
    end(job, 500);
    assertExactlyOnce(500);
  }
}
