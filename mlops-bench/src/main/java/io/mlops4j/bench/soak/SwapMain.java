package io.mlops4j.bench.soak;

import ai.onnx.proto.OnnxMl.ModelProto;
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
    OpenCalls.Times swapping = new OpenCalls.Times();
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
      swap(line, swaps / 10);
      long before = residentBytes();
      for (int span = 0; span < SPANS; span++) {
        int number = swaps * 9 / 10 / SPANS;
        calls.count(swapping);
        long began = System.nanoTime();
        swap(line, number);
        long took = System.nanoTime() - began;
        calls.count(ignored);
        pause(Duration.ofMillis(200)); // what the last swap left to do is no quiet time
        calls.count(quiet);
        pause(Duration.ofNanos(Math.min(took, 20_000_000_000L)));
        Child.tell(
            "%d swaps of %d, %.1f ms each, %d kB resident"
                .formatted((span + 1) * number, swaps, took / 1e6 / number, residentBytes() >> 10));
      }
      calls.count(ignored);
      double growth = 100.0 * (residentBytes() - before) / before;
      Child.tell(
          "%d calls answered; p50, p99, p99.9 in us with swaps %d, %d, %d of %d calls; without %d, %d, %d of %d"
              .formatted(
                  calls.answered(),
                  swapping.quantile(0.5),
                  swapping.quantile(0.99),
                  swapping.quantile(0.999),
                  swapping.calls(),
                  quiet.quantile(0.5),
                  quiet.quantile(0.99),
                  quiet.quantile(0.999),
                  quiet.calls()));
      Child.tell("figure failed " + calls.failed());
      Child.tell("figure bad " + wrong);
      Child.tell(
          "figure p99 " + swapping.quantile(0.99) / (double) Math.max(1, quiet.quantile(0.99)));
      Child.tell("figure memory " + Math.max(0, growth));
    }
    long lent = runtime.allocator().getAllocatedMemory() + runtime.hostBytes();
    if (lent != 0) {
      throw new IllegalStateException(lent + " bytes are lent at the end");
    }
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

  private void swap(Deployment line, int count) {
    for (int i = 0; i < count; i++) {
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
  }

  private static void pause(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    for (long left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  private static long residentBytes() {
    try {
      return Files.readAllLines(Path.of("/proc/self/smaps_rollup")).stream()
          .filter(row -> row.startsWith("Rss:"))
          .mapToLong(row -> Long.parseLong(row.replaceAll("\\D", "")) << 10)
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    registry.close();
    runtime.close();
  }
}
