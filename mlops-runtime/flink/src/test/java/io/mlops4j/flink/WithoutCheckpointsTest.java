package io.mlops4j.flink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("deprecation") // sources and sinks; see Numbers
class WithoutCheckpointsTest {
  @TempDir private Path folder;

  @BeforeEach
  void reset() {
    Numbers.reset();
    Answers.reset();
    Figures.reset();
  }

  private FlinkModel<Point.Features, Point.Sum> plus() {
    return FlinkModel.builder(
            Registries.folder(folder.resolve("r"), 2),
            "plus@champion",
            Point.Features.class,
            Point.Sum.class)
        .checkEvery(Duration.ofMillis(5))
        .load();
  }

  private static StreamExecutionEnvironment job(
      FlinkModel<Point.Features, Point.Sum> model, StreamExecutionEnvironment environment) {
    model
        .score(
            environment.addSource(new Numbers(-1), TypeInformation.of(Point.class)),
            Point::features)
        .answers()
        .addSink(new Answers());
    return environment;
  }

  /** What the library logs while a job is built. */
  private static String logged(Runnable job) {
    PrintStream before = System.err;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      job.run();
    } finally {
      System.setErr(before);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void aJobWithoutCheckpointsIsWarnedOf() {
    FlinkModel<Point.Features, Point.Sum> model = plus();
    StreamExecutionEnvironment without = StreamExecutionEnvironment.getExecutionEnvironment();
    assertThat(logged(() -> job(model, without)))
        .contains(
            "WARN io.mlops4j.flink.FlinkModel - plus@champion: checkpoints are off, so the job"
                + " stays with plus:1; enable them to follow the alias");
    assertThat(logged(() -> job(model, Cluster.environment(1)))).isEmpty();
  }

  @Test
  void theVersionNeverChanges() throws Exception {
    Cluster cluster = new Cluster();
    try {
      StreamExecutionEnvironment without = StreamExecutionEnvironment.getExecutionEnvironment();
      without.setParallelism(1);
      JobID job = cluster.submit(job(plus(), without));
      Numbers.LIMIT.set(100);
      Cluster.await("rows", () -> Answers.answered(100));
      int before = TaskManagerModels.loads();
      Registries.assign(folder.resolve("r"), 2);
      Cluster.await("the next version is loaded", () -> TaskManagerModels.loads() > before);
      Numbers.END.set(1000);
      Numbers.LIMIT.set(1000);
      cluster.finish(job);
      assertThat(Answers.ONCE).hasSize(1000);
      assertThat(Answers.GIVEN.values()).allMatch(given -> given.equals(List.of("plus:1")));
      assertThat(Figures.sum("changes")).isZero();
    } finally {
      cluster.cancelAll();
      cluster.close();
    }
  }
}
