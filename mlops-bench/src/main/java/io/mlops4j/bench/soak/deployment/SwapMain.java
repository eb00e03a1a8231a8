package io.mlops4j.bench.soak.deployment;

import ai.onnx.proto.OnnxMl.ModelProto;
import io.mlops4j.bench.soak.part.Child;
import io.mlops4j.bench.soak.part.Graphs;
import io.mlops4j.bench.soak.part.Lines;
import io.mlops4j.bench.soak.part.Resident;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.Prediction;
import io.mlops4j.model.Digest;
import io.mlops4j.model.GoldenRows;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.ModelRuntime;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.deployment.DeploymentStatus;
import io.mlops4j.runtime.registry.FileModelRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** Does the swaps of {@link Swap}. */
final class SwapMain implements AutoCloseable {
  private static final int THREADS = 16;
  private static final double CALLS_A_SECOND = 500;
  private static final int GOOD = 64;
  private static final int BAD_OF_A_KIND = 8;
  private static final int SPANS = 10;

  /**
   * Swaps before anything is counted. Until then the JVM compiles the code of swaps, and takes more
   * processor time from the calls than the swaps do.
   */
  private static final int WARM_UP = 2000;

  /** One swap of so many follows the one before without a pause. */
  private static final int CLOSE_PART = 4;

  /**
   * The beginning of a swap after that of the one before. A load takes a few milliseconds of a
   * processor, so swaps without a pause leave the calls little more than one of two processors. A
   * service that is swapped ten times a second is still far from any real one.
   */
  private static final long PACE = 100_000_000;

  private static final String ALIAS = "line@champion";
  private static final Change CHANGE = Change.by("soak");
  private static final ModelCard CARD = ModelCard.builder("line").build();

  /** {@code y = ax + b}. */
  private record Line(float a, float b) {
    float at(float x) {
      float ax = a * x;
      return ax + b;
    }
  }

  private final Path folder = Files.createTempDirectory("swap");
  private final ModelRuntime runtime = ModelRuntime.builder().threads(1).strict().open();
  private final ModelRegistry registry = FileModelRegistry.open(folder.resolve("registry"));
  private final Map<Digest, Line> lines = new HashMap<>();
  private final List<ModelVersion> good = new ArrayList<>();
  private final List<ModelVersion> bad = new ArrayList<>();
  private final Random random;
  private int wrong;

  private SwapMain(long seed) throws IOException {
    random = new Random(seed);
    for (int i = 0; i < GOOD; i++) {
      good.add(publishGood());
    }
    for (int i = 0; i < BAD_OF_A_KIND; i++) {
      bad.add(publish(Lines.withOtherInput(random.nextFloat(), i)));
      bad.add(publish(Lines.of(random.nextFloat() + i, Float.NaN)));
      ModelVersion corrupt = publish(Lines.of(random.nextFloat() + i, 3));
      corrupt(corrupt);
      bad.add(corrupt);
      GoldenRows wrongAnswer = GoldenRows.within(1e-6).withInput("x", 0f).withOutput("y", 100f);
      bad.add(
          registry.publish(
              ModelCard.builder("line").goldenRows(wrongAnswer).build(),
              save(Lines.of(random.nextFloat() + i, 4))));
    }
    registry.assign(ALIAS, good.get(0), CHANGE);
  }

  private Path save(ModelProto model) throws IOException {
    return Graphs.save(folder, "line", model);
  }

  private ModelVersion publish(ModelProto model) throws IOException {
    return registry.publish(CARD, save(model));
  }

  private ModelVersion publishGood() throws IOException {
    Line line = new Line(random.nextFloat(), random.nextFloat());
    ModelVersion version = publish(Lines.of(line.a(), line.b()));
    lines.put(version.digest(), line);
    return version;
  }

  /** Flips a bit in the stored bytes. */
  private void corrupt(ModelVersion version) throws IOException {
    byte[] bytes = Files.readAllBytes(folder.resolve("line.onnx"));
    try (Stream<Path> all = Files.walk(folder.resolve("registry"))) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        if (Files.size(file) == bytes.length && Arrays.equals(Files.readAllBytes(file), bytes)) {
          bytes[bytes.length / 2] ^= 1;
          Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
          Files.write(file, bytes);
          return;
        }
      }
    }
    throw new IllegalStateException("found no file of " + version);
  }

  /** The number of swaps and the seed. */
  public static void main(String[] args) throws Exception {
    try (SwapMain swap = new SwapMain(Long.parseLong(args[1]))) {
      swap.run(Integer.parseInt(args[0]), Long.parseLong(args[1]));
    }
  }

  private void run(int swaps, long seed) {
    OpenCalls.Times quiet = new OpenCalls.Times();
    OpenCalls.Times close = new OpenCalls.Times();
    OpenCalls.Times paced = new OpenCalls.Times();
    OpenCalls.Times ignored = new OpenCalls.Times();
    try (Deployment line =
            runtime
                .deployment(ALIAS)
                .from(registry)
                .actor("soak")
                .every(Duration.ofHours(1))
                .start();
        OpenCalls calls = new OpenCalls(THREADS, CALLS_A_SECOND, seed, (t, r) -> call(line, r))) {
      calls.count(ignored);
      swap(line, Math.min(WARM_UP, 5 * swaps), 0);
      long before = Resident.bytes();
      for (int span = 0; span < SPANS; span++) {
        int number = swaps / SPANS;
        int closely = Math.max(1, number / CLOSE_PART);
        calls.count(close);
        long took = swap(line, closely, 0);
        calls.count(ignored);
        rest();
        calls.count(paced);
        long pacedTook = swap(line, number - closely, PACE);
        calls.count(ignored);
        rest();
        calls.count(quiet);
        pause(Duration.ofNanos(Math.min(took + pacedTook, 20_000_000_000L)));
        Child.tell(
            "%d swaps of %d, %.1f ms each without a pause, %d kB resident"
                .formatted(
                    (span + 1) * number, swaps, took / 1e6 / closely, Resident.bytes() >> 10));
      }
      calls.count(ignored);
      double growth = 100.0 * (Resident.bytes() - before) / before;
      Child.tell(calls.answered() + " calls answered");
      Child.tell(text("without swaps", quiet));
      Child.tell(text("with a swap every %d ms".formatted(PACE / 1_000_000), paced));
      Child.tell(text("with swaps without a pause", close));
      Child.tell(
          "p99 with swaps without a pause: %.1f times that without swaps"
              .formatted(times(close, quiet)));
      Child.tell("figure failed " + calls.failed());
      Child.tell("figure bad " + wrong);
      Child.tell("figure p99 " + times(paced, quiet));
      Child.tell("figure memory " + Math.max(0, growth));
    }
    long lent = runtime.allocator().getAllocatedMemory() + runtime.hostBytes();
    if (lent != 0) {
      throw new IllegalStateException(lent + " bytes are lent at the end");
    }
  }

  private static String text(String what, OpenCalls.Times times) {
    return "%s: p50, p99, p99.9 in us %d, %d, %d of %d calls; from when the caller ran %d, %d, %d"
        .formatted(
            what,
            times.quantile(0.5),
            times.quantile(0.99),
            times.quantile(0.999),
            times.calls(),
            times.runningQuantile(0.5),
            times.runningQuantile(0.99),
            times.runningQuantile(0.999));
  }

  private static double times(OpenCalls.Times some, OpenCalls.Times quiet) {
    return some.quantile(0.99) / (double) Math.max(1, quiet.quantile(0.99));
  }

  /** What the last swap left to do belongs to no span. */
  private static void rest() {
    pause(Duration.ofMillis(200));
  }

  private void call(Deployment line, Random random) {
    float x = random.nextFloat();
    try (FeatureBatch batch = FeatureBatch.builder(runtime.allocator()).floats("x", x).build();
        Prediction prediction = line.predict(batch)) {
      Line expected = lines.get(prediction.servedBy().digest());
      if (expected == null) {
        throw new IllegalStateException("answered by the bad " + prediction.servedBy());
      }
      float found = prediction.floats("y")[0];
      if (Float.floatToRawIntBits(found) != Float.floatToRawIntBits(expected.at(x))) {
        throw new IllegalStateException(
            "found " + found + ", expected " + expected.at(x) + " of " + prediction.servedBy());
      }
    }
  }

  /**
   * Swaps versions.
   *
   * @param pace from the beginning of a swap to that of the next, in nanoseconds
   * @return how long it took, in nanoseconds
   */
  private long swap(Deployment line, int count, long pace) {
    long began = System.nanoTime();
    for (int i = 0; i < count; i++) {
      pause(Duration.ofNanos(began + i * pace - System.nanoTime()));
      boolean mayServe = random.nextInt(10) > 0;
      List<ModelVersion> from = mayServe ? good : bad;
      ModelVersion version = from.get(random.nextInt(from.size()));
      registry.assign(ALIAS, version, CHANGE);
      DeploymentStatus status = line.refresh();
      boolean serves = status.serving().version().orElseThrow().equals(version);
      if (serves != mayServe || status.refused().isPresent() == mayServe) {
        wrong++;
        Child.tell(version + " " + (mayServe ? "does not serve: " : "serves: ") + status);
      }
    }
    return System.nanoTime() - began;
  }

  private static void pause(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    for (long left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  @Override
  public void close() {
    registry.close();
    runtime.close();
  }
}
