package io.mlops4j.flink;

import io.mlops4j.model.Digest;
import io.mlops4j.runtime.registry.RegistryAddress;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.serialization.SimpleStringEncoder;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.filesystem.legacy.StreamingFileSink;
import org.apache.flink.streaming.api.functions.sink.filesystem.rollingpolicies.OnCheckpointRollingPolicy;
import org.apache.flink.util.Collector;

/**
 * Jobs on two task managers, which a test or the soak of {@code mlops-bench} kills. A job scores
 * numbers, and joins delayed labels to the answers. It writes both to files that appear with
 * complete checkpoints. The alias moves to another version while it runs.
 */
final class KilledTaskManagers implements AutoCloseable {
  private static final int TASK_MANAGERS = 2;
  private static final int ROWS_EACH_SECOND = 50_000;
  private static final int EXACT = 1 << 20; // such whole numbers are exact as floats
  private static final int WINDOW = 10_000; // event times are the numbers, in milliseconds
  private static final int DELAY = 500; // of a label behind its number

  private final Path folder;
  private final ProcessCluster cluster;
  private final RegistryAddress registry;
  private int jobs;

  KilledTaskManagers(Path folder) throws Exception {
    this.folder = folder;
    registry = Registries.folder(folder.resolve("registry"), 2);
    cluster = new ProcessCluster(folder, TASK_MANAGERS);
  }

  /**
   * For each line of standard input a job runs. Prints the number of rows in its files and their
   * digest.
   *
   * @param args the number of rows, and a folder
   */
  public static void main(String[] args) throws Exception {
    long rows = Long.parseLong(args[0]);
    try (KilledTaskManagers killed = new KilledTaskManagers(Path.of(args[1]));
        BufferedReader in =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      while (in.readLine() != null) {
        System.out.println(killed.finish(killed.start(rows)));
      }
    }
    System.exit(0); // threads of Flink go on
  }

  ProcessCluster cluster() {
    return cluster;
  }

  /** Where the files of the last job are. */
  private Path answers() {
    return folder.resolve("answers-" + jobs);
  }

  JobID start(long rows) throws Exception {
    jobs++;
    JobID job = cluster.submit(job(rows));
    Registries.assign(folder.resolve("registry"), 1 + jobs % 2);
    return job;
  }

  @SuppressWarnings("deprecation") // the newer sink is in a jar of its own
  private StreamExecutionEnvironment job(long rows) {
    FlinkModel<Point.Features, Point.Sum> model =
        FlinkModel.builder(registry, "plus@champion", Point.Features.class, Point.Sum.class)
            .checkEvery(Duration.ofMillis(50))
            .batches(64, Duration.ofMillis(2))
            .load();
    StreamExecutionEnvironment flink = environment(folder);
    DataGeneratorSource<Point> numbers =
        new DataGeneratorSource<>(
            index -> point(index, rows),
            rows,
            RateLimiterStrategy.perSecond(ROWS_EACH_SECOND),
            TypeInformation.of(Point.class));
    DataStream<Point> points =
        flink.fromSource(
            numbers,
            WatermarkStrategy.<Point>forMonotonousTimestamps()
                .withTimestampAssigner((point, none) -> point.id()),
            "numbers");
    ScoredStream<Point, Point.Sum> scored = model.score(points, Point::features);
    DataStream<String> labelled =
        scored
            .labels(
                points.filter(point -> isLabel(point.id())),
                each -> Long.toString(each.row().id()),
                point -> Long.toString(point.id() - DELAY))
            .window(Duration.ofMillis(WINDOW))
            .within(Duration.ofMillis(2 * DELAY))
            .regression(KilledTaskManagers::number, point -> label(point.id() - DELAY))
            .flatMap(KilledTaskManagers::lines)
            .returns(Types.STRING);
    scored
        .answers()
        .map(each -> line(each.row().id(), number(each)))
        .returns(Types.STRING)
        .union(labelled)
        .addSink(
            StreamingFileSink.forRowFormat(
                    new org.apache.flink.core.fs.Path(answers().toUri()),
                    new SimpleStringEncoder<String>())
                .withRollingPolicy(OnCheckpointRollingPolicy.build())
                .build());
    return flink;
  }

  private static StreamExecutionEnvironment environment(Path folder) {
    Configuration settings = new Configuration();
    settings.setString("restart-strategy.type", "fixed-delay");
    settings.setString("restart-strategy.fixed-delay.attempts", "1000");
    settings.setString("restart-strategy.fixed-delay.delay", "50 ms");
    settings.setString(
        "execution.checkpointing.dir", folder.resolve("checkpoints").toUri().toString());
    StreamExecutionEnvironment flink = StreamExecutionEnvironment.getExecutionEnvironment(settings);
    flink.setParallelism(TASK_MANAGERS);
    flink.enableCheckpointing(50);
    return flink;
  }

  /** The two halves of the indexes, which are read at the same time, have every other number. */
  private static Point point(long index, long rows) {
    long half = (rows + 1) / 2;
    long id = index < half ? 2 * index : 2 * (index - half) + 1;
    return new Point(id, (float) (id % EXACT));
  }

  /** Whether a label arrives at a time. */
  private static boolean isLabel(long time) {
    return time >= DELAY && time % 5 > 0;
  }

  private static double label(long id) {
    return (double) (id % EXACT + id % 8);
  }

  /** What the answer would be without the version's part. */
  private static double number(Scored<Point, Point.Sum> scored) {
    int plus = Integer.parseInt(scored.version().substring("plus:".length()));
    return scored.answer().y() - plus;
  }

  private static String line(long id, double number) {
    return id + " " + number;
  }

  private static String labelled(long start, double label, double number) {
    return "window " + start + " label " + label + " of " + number;
  }

  private static String unlabelled(long start) {
    return "window " + start + " without label";
  }

  /** A line for each row of a window, because the versions of a window depend on the time. */
  private static void lines(WindowPerformance window, Collector<String> out) {
    long start = window.start().toEpochMilli();
    for (int row = 0; row < window.labels().length; row++) {
      out.collect(labelled(start, window.labels()[row], window.numbers()[row]));
    }
    for (long row = window.labelled(); row < window.predicted(); row++) {
      out.collect(unlabelled(start));
    }
  }

  /** Waits for the end of a job, and describes its files. */
  String finish(JobID job) throws Exception {
    cluster.finish(job);
    List<String> lines = new ArrayList<>();
    for (Path file : files()) {
      lines.addAll(Files.readAllLines(file));
    }
    return described(lines.stream());
  }

  /** Waits for the first checkpoint that has answers. */
  void awaitFiles() {
    Cluster.await("files of a checkpoint", () -> !files().isEmpty());
  }

  /** The files that are complete. */
  private List<Path> files() {
    if (!Files.isDirectory(answers())) {
      return List.of();
    }
    try (Stream<Path> all = Files.walk(answers())) {
      return all.filter(each -> each.getFileName().toString().matches("part-\\d+-\\d+")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What a job has to write. */
  static String expected(long rows) {
    return described(
        LongStream.range(0, rows).boxed().flatMap(id -> Stream.of(answer(id), joined(id, rows))));
  }

  private static String answer(long id) {
    return line(id, (double) (id % EXACT));
  }

  private static String joined(long id, long rows) {
    long start = id / WINDOW * WINDOW;
    return id + DELAY < rows && isLabel(id + DELAY)
        ? labelled(start, label(id), (double) (id % EXACT))
        : unlabelled(start);
  }

  private static String described(Stream<String> lines) {
    List<String> sorted = lines.sorted().toList();
    return sorted.size()
        + " "
        + Digest.sha256(String.join("\n", sorted).getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void close() {
    cluster.close();
  }
}
