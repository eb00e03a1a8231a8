package io.mlops4j.runtime.onnx;

import io.mlops4j.runtime.memory.DirectMemory;
import io.mlops4j.runtime.memory.Native;
import io.mlops4j.runtime.onnx.graph.TreeGraph;
import io.mlops4j.runtime.onnx.tree.TreeEnsemble;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Runs a model of trees on the memory of a slot. ONNX Runtime splits a large batch over its
 * threads. So does this, over those of the JVM's common pool; the answers stay the same.
 */
final class TreeSlot implements AutoCloseable {
  /** The steps through trees that are worth a thread: about a quarter of a millisecond. */
  private static final long SPLIT = 1 << 17;

  private final TreeEnsemble trees;
  private final int threads;
  private final List<TreeEnsemble.Evaluator> evaluators = new ArrayList<>();
  private final @Nullable OnnxOutput scores;
  private final @Nullable OnnxOutput labels;
  private final @Nullable OnnxOutput maps;
  private final List<Object> keys;
  private final List<TreeGraph.Step> steps;
  private final SlotMemory mappedScores;
  private final byte[][] texts;
  private final SlotMemory textNumbers;
  private long[] scoreDims = {};
  private long[] labelDims = {};

  TreeSlot(TreeModel model, List<OnnxOutput> outputs, DirectMemory memory) {
    this.trees = model.trees();
    this.threads = model.threads();
    this.scores = model.scores() < 0 ? null : outputs.get(model.scores());
    this.labels = model.labels() < 0 ? null : outputs.get(model.labels());
    this.maps = model.maps() < 0 ? null : outputs.get(model.maps());
    this.keys = model.keys();
    this.steps = model.steps();
    this.mappedScores = new SlotMemory(memory);
    this.texts =
        trees.texts().stream()
            .map(text -> text.getBytes(StandardCharsets.UTF_8))
            .toArray(byte[][]::new);
    this.textNumbers = new SlotMemory(memory);
  }

  /** Whether a matrix has enough features; if not, ONNX Runtime says what it misses. */
  boolean fits(long[] dims) {
    return dims.length == 2 && dims[1] >= trees.features();
  }

  /** Whether memory of the outputs must move, which invalidates every tensor over it. */
  boolean mustGrow(long rows) {
    if (labelDims.length == 0 || labelDims[0] != rows) {
      labelDims = new long[] {rows};
      scoreDims = new long[] {rows, trees.targets()};
    }
    return (scores != null && scores.tensor().mustGrow(scoreDims))
        || (labels != null && texts.length == 0 && labels.tensor().mustGrow(labelDims));
  }

  void grow() {
    if (scores != null && scores.tensor().mustGrow(scoreDims)) {
      scores.tensor().grow(scoreDims);
    }
    if (labels != null && texts.length == 0 && labels.tensor().mustGrow(labelDims)) {
      labels.tensor().grow(labelDims);
    }
  }

  /**
   * Evaluates the rows of a matrix.
   *
   * @param from the address of its elements
   * @return false if the run was cancelled
   */
  boolean run(long[] dims, long from, BooleanSupplier cancelled) {
    long labelNumbers = labels == null ? 0 : labelNumbers(labels.tensor());
    int rows = (int) dims[0];
    int width = (int) dims[1];
    int parts = (int) Math.max(1, Math.min(threads, rows * trees.steps() / SPLIT));
    long scoreAddress = scoreAddress();
    while (evaluators.size() < parts) {
      evaluators.add(trees.evaluator());
    }
    IntPredicate part =
        i -> {
          int first = (int) ((long) rows * i / parts);
          return evaluators
              .get(i)
              .run(
                  (int) ((long) rows * (i + 1) / parts) - first,
                  width,
                  from + (long) Float.BYTES * first * width,
                  scoreAddress == 0
                      ? 0
                      : scoreAddress + (long) Float.BYTES * first * trees.targets(),
                  labelNumbers == 0 ? 0 : labelNumbers + (long) Long.BYTES * first,
                  cancelled);
        };
    boolean done = parts == 1 ? part.test(0) : all(parts, part);
    if (done && scores != null) {
      for (long i = 0; !steps.isEmpty() && i < (long) rows * trees.targets(); i++) {
        apply(steps, scoreAddress + Float.BYTES * i);
      }
      scores.tensor().written(scoreDims);
    }
    if (done && maps != null && maps.wanted()) {
      maps.zip(keys, scoreAddress, rows);
    }
    if (done && labels != null) {
      if (texts.length == 0) {
        labels.tensor().written(labelDims);
      } else {
        labels.tensor().write(texts, labelNumbers, labelDims);
      }
    }
    return done;
  }

  /**
   * Runs parts in this thread and in those of the common pool, and waits for all of them, even when
   * one fails: they write to memory that is freed after that.
   *
   * @return whether all parts returned true
   */
  static boolean all(int parts, IntPredicate part) {
    Parts all = new Parts(parts, part);
    List<ForkJoinTask<?>> others = new ArrayList<>();
    try {
      for (int i = 1; i < parts; i++) {
        others.add(0, ForkJoinTask.adapt(all));
        others.get(0).fork();
      }
    } catch (RuntimeException | Error e) {
      // No other thread can start, so this one does the work.
    }
    all.run();
    others.forEach(ForkJoinTask::tryUnfork); // or they would pile up while the pool is busy
    return all.done();
  }

  /** The parts of a run. Each thread takes the next one. */
  private static final class Parts implements Runnable {
    private final int count;
    private final IntPredicate part;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final CountDownLatch left;

    Parts(int count, IntPredicate part) {
      this.count = count;
      this.part = part;
      this.left = new CountDownLatch(count);
    }

    @Override
    public void run() {
      for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
        try {
          if (!part.test(i)) {
            stopped.set(true);
          }
        } catch (RuntimeException | Error e) {
          failure.compareAndSet(null, e);
        } finally {
          left.countDown();
        }
      }
    }

    /** Waits for the other threads. An interrupt is kept for later. */
    boolean done() {
      boolean interrupted = false;
      while (left.getCount() > 0) {
        try {
          left.await();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
      Throwable found = failure.get();
      if (found instanceof Error error) {
        throw error;
      }
      if (found instanceof RuntimeException exception) {
        throw exception;
      }
      return !stopped.get();
    }
  }

  private static void apply(List<TreeGraph.Step> steps, long score) {
    float value = Native.getFloat(score);
    for (TreeGraph.Step step : steps) {
      value = step.apply(value);
    }
    Native.putFloat(score, value);
  }

  private long scoreAddress() {
    if (scores != null) {
      return scores.tensor().address();
    }
    if (maps == null) {
      return 0;
    }
    long bytes = Float.BYTES * scoreDims[0] * scoreDims[1];
    if (!mappedScores.holds(bytes)) {
      mappedScores.grow(bytes);
    }
    return mappedScores.address();
  }

  private long labelNumbers(TensorMemory labels) {
    if (texts.length == 0) {
      return labels.address();
    }
    long bytes = Long.BYTES * labelDims[0];
    if (!textNumbers.holds(bytes)) {
      textNumbers.grow(bytes);
    }
    return textNumbers.address();
  }

  @Override
  public void close() {
    textNumbers.close();
    mappedScores.close();
  }
}
