package io.mlops4j.bench.engines;

import io.mlops4j.bench.ratios.Side;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The sides of {@link EnginesTopic} under JMH; {@code -prof gc} shows what a call allocates. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--add-opens=java.base/java.nio=ALL-UNNAMED")
public class EnginesBenchmark {
  /** Which side computes. */
  @Param({"ours", "raw", "djl", "naive", "tf.ours", "tf.raw"})
  public String side = "ours";

  /** How many rows a call has. */
  @Param({"1", "32", "1024"})
  public int rows = 1;

  private @Nullable Side open;

  /** Opens the side. */
  @Setup
  public void open() throws Exception {
    open =
        switch (side) {
          case "ours" -> Mlp32.ours("mlp32", rows);
          case "raw" -> Mlp32.raw("mlp32", rows);
          case "djl" -> Djl.direct(rows);
          case "naive" -> new RawNaive(rows);
          case "tf.ours" -> Mlp32.oursInTensorFlow(rows);
          case "tf.raw" -> new RawTensorFlow(Models.savedModel("mlp32"), rows);
          default -> throw new IllegalArgumentException("side: found \"" + side + "\"");
        };
  }

  /** One call. */
  @Benchmark
  public float call() throws Exception {
    return Objects.requireNonNull(open).run();
  }

  /** Closes the side. */
  @TearDown
  public void close() throws Exception {
    Objects.requireNonNull(open).close();
  }
}
