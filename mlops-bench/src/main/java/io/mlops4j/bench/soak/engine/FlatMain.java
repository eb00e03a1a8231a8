package io.mlops4j.bench.soak.engine;

import io.mlops4j.bench.engines.Mlp32;
import io.mlops4j.bench.engines.Models;
import io.mlops4j.bench.soak.part.Child;
import io.mlops4j.bench.soak.part.Expect;
import io.mlops4j.bench.soak.part.Graphs;
import io.mlops4j.bench.soak.part.Resident;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.runtime.ModelRuntime;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Random;

/** Does the cycles of {@link Flat}, and tells how the resident memory grew. */
final class FlatMain implements AutoCloseable {
  private static final int SAMPLES = 200;
  private static final int LEAK = 64 << 10;

  private final ModelRuntime runtime = ModelRuntime.builder().strict().open();
  private final Path folder = Files.createTempDirectory("flat");
  private final List<ByteBuffer> forgotten = new ArrayList<>();
  private final List<byte[]> kept = new ArrayList<>();
  private final Random random;

  private FlatMain(long seed) throws IOException {
    random = new Random(seed);
  }

  /** What is done in a cycle. */
  private interface Cycle {
    void run(int number);
  }

  /** The work, the cycles and the seed. */
  public static void main(String[] args) throws Exception {
    int cycles = Integer.parseInt(args[1]);
    try (FlatMain flat = new FlatMain(Long.parseLong(args[2]))) {
      switch (Flat.Work.valueOf(args[0])) {
        case CYCLES -> flat.cycles(cycles);
        case TENSORFLOW -> flat.tensorflow(cycles);
        case RAGGED -> flat.ragged(cycles);
        case LEAK -> flat.repeat(cycles, number -> flat.leak());
        case HEAP_LEAK -> flat.repeat(cycles, number -> flat.kept.add(new byte[LEAK]));
      }
    }
  }

  private void cycles(int cycles) throws IOException {
    Path line = Graphs.save(folder, "line", Graphs.line());
    Path sums = Graphs.save(folder, "sums", Graphs.sums());
    Path mlp = Models.file("mlp32");
    LoadOptions columns =
        LoadOptions.builder().features(FeatureSchema.ofNames(Mlp32.names())).build();
    repeat(
        cycles,
        number -> {
          switch (number % 3) {
            case 0 -> loadAndAskLine(line, number % 1000);
            case 1 -> loadAndAskSums(sums);
            default -> loadAndAskMlp(mlp, columns);
          }
        });
  }

  private void tensorflow(int cycles) {
    Path mlp = Models.savedModel("mlp32");
    LoadOptions columns =
        LoadOptions.builder().features(FeatureSchema.ofNames(Mlp32.names())).build();
    repeat(cycles, number -> loadAndAskMlp(mlp, columns));
  }

  private void loadAndAskLine(Path file, int x) {
    try (Model model = runtime.load(file);
        FeatureBatch batch = FeatureBatch.builder(runtime.allocator()).floats("x", x).build();
        Prediction prediction = model.predict(batch)) {
      Expect.same(prediction.floats("y"), 2 * x + 1);
    }
  }

  private void loadAndAskSums(Path file) {
    try (Model model = runtime.load(file)) {
      askSums(model, 3, 4);
    }
  }

  private void loadAndAskMlp(Path file, LoadOptions columns) {
    try (Model model = runtime.load(file, columns);
        FeatureBatch batch = Mlp32.columns(4, runtime.allocator());
        Prediction prediction = model.predict(batch)) {
      if (prediction.floats("y").length != 4) {
        throw new AssertionError("found other rows than were asked");
      }
    }
  }

  private void ragged(int cycles) throws IOException {
    try (Model model = runtime.load(Graphs.save(folder, "sums", Graphs.sums()))) {
      repeat(cycles, number -> askSums(model, 1 + random.nextInt(64), 1 + random.nextInt(256)));
    }
  }

  private void askSums(Model model, int rows, int length) {
    float[] values = new float[rows * length];
    float[] expected = new float[rows];
    for (int i = 0; i < values.length; i++) {
      values[i] = i % 17;
      expected[i / length] += values[i];
    }
    try (FeatureBatch batch =
            FeatureBatch.builder(runtime.allocator())
                .floats("x", values)
                .asTensors(length)
                .build();
        Prediction prediction = model.predict(batch)) {
      Expect.same(prediction.floats("y"), expected);
    }
  }

  private void leak() {
    ByteBuffer lost = ByteBuffer.allocateDirect(LEAK);
    for (int i = 0; i < LEAK; i += 1024) {
      lost.put(i, (byte) 1);
    }
    forgotten.add(lost);
  }

  private void repeat(int cycles, Cycle cycle) {
    int steps = Math.max(1, cycles / SAMPLES);
    long[] samples = new long[cycles / steps];
    for (int i = 0; i < samples.length; i++) {
      for (int step = 0; step < steps; step++) {
        cycle.run(i * steps + step);
      }
      samples[i] = heapBytes() + Resident.bytes();
      if (i % (SAMPLES / 4) == SAMPLES / 4 - 1) {
        Child.tell("%d of %d, %d kB in use".formatted((i + 1) * steps, cycles, samples[i] >> 10));
      }
    }
    LongSummaryStatistics half =
        Arrays.stream(samples, samples.length / 2, samples.length).summaryStatistics();
    Child.tell(
        "second half between %d and %d kB in use"
            .formatted(half.getMin() >> 10, half.getMax() >> 10));
    Child.tell("slope " + Slope.ofSecondHalf(samples, steps));
  }

  /** What is still reachable: the heap is resident whole, whatever it holds. */
  private static long heapBytes() {
    System.gc();
    Runtime heap = Runtime.getRuntime();
    return heap.totalMemory() - heap.freeMemory();
  }

  @Override
  public void close() {
    runtime.close();
  }
}
