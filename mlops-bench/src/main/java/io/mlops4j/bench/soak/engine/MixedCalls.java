package io.mlops4j.bench.soak.engine;

import io.mlops4j.bench.soak.part.Expect;
import io.mlops4j.bench.soak.part.Graphs;
import io.mlops4j.error.DeadlineException;
import io.mlops4j.error.ModelInputException;
import io.mlops4j.error.OverloadedException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.MicroBatching;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.inference.RowModel;
import io.mlops4j.runtime.ModelRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** The kinds of calls, each of which knows how it may end. */
final class MixedCalls implements AutoCloseable {
  private static final long NEVER = 1L << 62;
  private static final CallOptions DEFAULTS = CallOptions.withDefaults();
  private static final CallOptions ENOUGH = DEFAULTS.withDeadline(Duration.ofMinutes(10));
  private static final CallOptions HURRIED = DEFAULTS.withDeadline(Duration.ofMillis(1));

  /** A row. */
  record In(@Nullable Float x) {}

  /** Its answer. */
  record Out(float y) {}

  private final ModelRuntime runtime;
  private final Path folder;
  private final AtomicInteger loads = new AtomicInteger();
  private final Model steady;
  private final Model turns;
  private final Model batching;
  private final RowModel<In, Out> batched;
  private final RowModel<In, Out> crowded;
  private final Model narrow;
  private volatile Model swapped;
  private final Map<String, LongAdder> endings = new ConcurrentHashMap<>();

  MixedCalls(ModelRuntime runtime, Path folder) throws IOException {
    this.runtime = runtime;
    Path line = Graphs.save(folder, "line", Graphs.line());
    this.steady = runtime.load(line);
    this.turns = runtime.load(Graphs.save(folder, "turns", Graphs.turns()));
    LoadOptions always =
        LoadOptions.builder().microBatching(MicroBatching.upTo(16).withoutMeasuring()).build();
    this.batching = runtime.load(line, always);
    this.batched = batching.rows(In.class, Out.class);
    this.narrow =
        runtime.load(
            line,
            LoadOptions.builder()
                .microBatching(MicroBatching.upTo(4).withQueueLimit(2).withoutMeasuring())
                .build());
    this.crowded = narrow.rows(In.class, Out.class);
    this.folder = folder;
    this.swapped = another();
  }

  /** How many calls ended in which way. */
  String endings() {
    return endings.toString();
  }

  /**
   * Makes a call of any kind.
   *
   * @throws Exception if it ended otherwise than it should
   */
  void call(Random random) throws Exception {
    int value = random.nextInt(1000);
    int kind = random.nextInt(1000);
    if (kind < 300) {
      good(either(random), value, 1 + random.nextInt(8), random.nextBoolean() ? DEFAULTS : ENOUGH);
    } else if (kind < 400) {
      bad(either(random), random);
    } else if (kind < 410) {
      late();
    } else if (kind < 430) {
      cancelled(random.nextBoolean());
    } else if (kind < 550) {
      asynchronous(either(random), value, 1 + random.nextInt(8));
    } else if (kind < 750) {
      record(value, random.nextBoolean());
    } else if (kind < 800) {
      badRecord(random.nextBoolean());
    } else if (kind < 825) {
      crowded(value);
    } else if (kind < 850) {
      crowdedBatch(value, 1 + random.nextInt(4));
    } else if (kind < 995) {
      closedUnder(value);
    } else {
      swap();
      ended("swapped");
    }
  }

  /** One that is asked directly, or one that joins batches that pile up. */
  private Model either(Random random) {
    return random.nextBoolean() ? steady : batching;
  }

  private void ended(String how) {
    endings.computeIfAbsent(how, key -> new LongAdder()).increment();
  }

  private FeatureBatch x(int first, int rows) {
    float[] values = new float[rows];
    for (int i = 0; i < rows; i++) {
      values[i] = first + i;
    }
    return FeatureBatch.builder(runtime.allocator()).floats("x", values).build();
  }

  private void good(Model model, int first, int rows, CallOptions options) {
    try (FeatureBatch batch = x(first, rows);
        Prediction prediction = model.predict(batch, options)) {
      right(prediction.floats("y"), first, rows);
    }
    ended("answered");
  }

  private static void right(float[] y, int first, int rows) {
    if (y.length != rows) {
      throw new AssertionError("found " + y.length + " answers for " + rows + " rows");
    }
    for (int i = 0; i < rows; i++) {
      right(y[i], first + i);
    }
  }

  private static void right(float y, int x) {
    if (y != 2 * x + 1) {
      throw new AssertionError("found " + y + " for " + x);
    }
  }

  private void bad(Model model, Random random) {
    FeatureBatch.Builder columns = FeatureBatch.builder(runtime.allocator());
    FeatureBatch.Builder wrong =
        switch (random.nextInt(3)) {
          case 0 -> columns.floats("z", 1);
          case 1 -> columns.strings("x", "1");
          default -> columns.floats("x", 1, 2).asTensors(1, 2);
        };
    try (FeatureBatch batch = wrong.build()) {
      Expect.exception(() -> model.predict(batch), ModelInputException.class);
    }
    ended("refused");
  }

  private FeatureBatch endless() {
    return FeatureBatch.builder(runtime.allocator()).floats("x", 1).longs("turns", NEVER).build();
  }

  private void late() {
    try (FeatureBatch batch = endless()) {
      Expect.exception(() -> turns.predict(batch, HURRIED), DeadlineException.class);
    }
    ended("late");
  }

  private void cancelled(boolean batchFirst) {
    FeatureBatch batch = endless();
    CompletableFuture<float[]> call =
        turns.predictAsync(batch, DEFAULTS, prediction -> prediction.floats("y"));
    if (batchFirst) {
      batch.close();
    }
    call.cancel(true);
    batch.close();
    Expect.exception(call::get, CancellationException.class);
    ended("cancelled");
  }

  private void asynchronous(Model model, int first, int rows)
      throws ExecutionException, InterruptedException {
    FeatureBatch batch = x(first, rows);
    CompletableFuture<float[]> call =
        model.predictAsync(batch, ENOUGH, prediction -> prediction.floats("y"));
    batch.close();
    right(call.get(), first, rows);
    ended("answered later");
  }

  private void record(int value, boolean later) throws ExecutionException, InterruptedException {
    In row = new In((float) value);
    right(
        later ? batched.predictAsync(row, ENOUGH).get().y() : batched.predict(row, ENOUGH).y(),
        value);
    ended("record answered");
  }

  private void badRecord(boolean later) {
    In row = new In(null);
    Expect.exception(
        () -> later ? batched.predictAsync(row, DEFAULTS).get() : batched.predict(row),
        ModelInputException.class);
    ended("record refused");
  }

  private void crowded(int value) {
    boolean answered =
        Expect.answerOr(
            () -> {
              right(crowded.predict(new In((float) value)).y(), value);
              return null;
            },
            OverloadedException.class);
    ended(answered ? "crowded record answered" : "crowded record rejected");
  }

  private void crowdedBatch(int first, int rows) {
    boolean answered =
        Expect.answerOr(
            () -> {
              good(narrow, first, rows, DEFAULTS);
              return null;
            },
            OverloadedException.class);
    if (!answered) {
      ended("crowded batch rejected");
    }
  }

  private void closedUnder(int value) {
    Model model = swapped;
    good(steady, value, 1, DEFAULTS); // time for another thread to close it
    boolean answered =
        Expect.answerOr(
            () -> {
              good(model, value, 2, DEFAULTS);
              return null;
            },
            IllegalStateException.class);
    if (!answered) {
      ended("closed under it");
    }
  }

  private void swap() throws IOException {
    exchange(another()).close();
  }

  /** With bytes of its own: models of the same bytes share what closing is to end. */
  private Model another() throws IOException {
    String name = "line-" + loads.incrementAndGet();
    Path file = Graphs.save(folder, name, Graphs.line().toBuilder().setProducerName(name).build());
    Model model =
        loads.get() % 2 == 0
            ? runtime.load(file)
            : runtime.load(
                file,
                LoadOptions.builder()
                    .microBatching(MicroBatching.upTo(16).withoutMeasuring())
                    .build());
    Files.delete(file);
    return model;
  }

  private synchronized Model exchange(Model next) {
    Model before = swapped;
    swapped = next;
    return before;
  }

  /** Closes all models, after their calls. */
  @Override
  public void close() {
    steady.close();
    turns.close();
    batching.close();
    narrow.close();
    swapped.close();
  }
}
