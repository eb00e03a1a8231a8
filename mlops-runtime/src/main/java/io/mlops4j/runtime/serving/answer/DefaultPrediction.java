package io.mlops4j.runtime.serving.answer;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FixedShapeTensorVector;
import io.mlops4j.feature.internal.BatchLending;
import io.mlops4j.inference.Prediction;
import io.mlops4j.inference.PredictionId;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.runtime.binding.output.Answer;
import io.mlops4j.runtime.binding.output.Outputs;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.ValueVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/** The answers to a call. Their views end with the prediction. */
public final class DefaultPrediction implements Prediction, Answer {
  /**
   * Prevents that two threads return the memory twice, because it would then hold two answers at
   * once.
   */
  private static final AtomicIntegerFieldUpdater<DefaultPrediction> CLOSED =
      AtomicIntegerFieldUpdater.newUpdater(DefaultPrediction.class, "closed");

  private final Outputs outputs;
  private final ServedBy servedBy;
  private final long process;
  private final long call;
  private final ArrowMemory arrow;
  private @Nullable List<FieldVector> views;
  private @Nullable OutputView batch;
  private LeakDetector.@Nullable Watch watch;
  private volatile int closed;

  /**
   * The answers to a call.
   *
   * @param outputs of the call, which this releases
   * @param servedBy which model answered
   * @param process distinguishes the predictions of this runtime from others
   * @param call the number of the call
   * @param arrow the memory of views
   */
  public DefaultPrediction(
      Outputs outputs, ServedBy servedBy, long process, long call, ArrowMemory arrow) {
    this.outputs = outputs;
    this.servedBy = servedBy;
    this.process = process;
    this.call = call;
    this.arrow = arrow;
  }

  @Override
  public int rows() {
    return open().rows();
  }

  @Override
  public ServedBy servedBy() {
    return servedBy;
  }

  @Override
  public PredictionId id(int row) {
    return new PredictionId(process, call, Objects.checkIndex(row, outputs.rows()));
  }

  /** {@return the number of the call} */
  public long call() {
    return call;
  }

  /**
   * Sets the watch that detects a prediction that is never closed. Called before the caller gets
   * the prediction.
   *
   * @param watcher ends with this
   */
  public void watchedBy(LeakDetector.Watch watcher) {
    watch = watcher;
  }

  /** For use in the runtime, before the caller gets the prediction. */
  @Override
  public Outputs outputsByRow() {
    return outputs;
  }

  private Outputs open() {
    if (closed != 0) {
      throw new IllegalStateException(
          "the prediction is closed: copy what is needed out of it before that");
    }
    return outputs;
  }

  @Override
  public float[] floats(String output) {
    return open().floats(outputs.find(output));
  }

  @Override
  public void floats(String output, float[] into, int offset) {
    int found = outputs.find(output);
    open().floats(found, Objects.requireNonNull(into, "into"), offset);
  }

  @Override
  public double[] doubles(String output) {
    return open().doubles(outputs.find(output));
  }

  @Override
  public long[] longs(String output) {
    return open().longs(outputs.find(output));
  }

  @Override
  public String[] strings(String output) {
    return open().strings(outputs.find(output));
  }

  @Override
  public long[] shape(String output) {
    return open().shape(outputs.find(output));
  }

  @Override
  public FixedShapeTensorVector tensor(String output) {
    return kept(open().tensor(outputs.find(output), arrow.allocator()));
  }

  @Override
  public FieldVector vector(String output) {
    return kept(open().vector(outputs.find(output), arrow.allocator()));
  }

  private <V extends FieldVector> V kept(V view) {
    if (views == null) {
      views = new ArrayList<>();
    }
    views.add(view);
    return view;
  }

  @Override
  public FeatureBatch outputs() {
    open();
    if (batch == null) {
      batch = OutputView.of(outputs, arrow.allocator());
    }
    return batch.lend(arrow.allocator());
  }

  @Override
  public Outputs handOver() {
    Outputs all = open();
    if (!end()) {
      open(); // throws, because another thread closed it
    }
    return all;
  }

  @Override
  public void close() {
    if (end()) {
      outputs.release();
    }
  }

  /** Ends the views; false if that was done before. */
  private boolean end() {
    if (!CLOSED.compareAndSet(this, 0, 1)) {
      return false;
    }
    if (watch != null) {
      watch.closed();
    }
    if (views != null) {
      views.forEach(ValueVector::close);
    }
    if (batch != null) {
      batch.close();
    }
    return true;
  }

  /**
   * All outputs as borrowed batches, which end with the vectors under them.
   *
   * @param root the vectors
   * @param batch all of them
   * @param lent further batches over them
   */
  public record OutputView(VectorSchemaRoot root, FeatureBatch batch, List<FeatureBatch> lent)
      implements AutoCloseable {
    static OutputView of(Outputs outputs, BufferAllocator allocator) {
      VectorSchemaRoot root = outputs.root(allocator);
      try (FeatureBatch borrowed = FeatureBatch.of(root)) {
        return new OutputView(root, BatchLending.lend(borrowed, allocator), new ArrayList<>());
      }
    }

    /** Returns a further batch, which its caller may close before the prediction. */
    FeatureBatch lend(BufferAllocator allocator) {
      FeatureBatch another = BatchLending.lend(batch, allocator);
      lent.add(another);
      return another;
    }

    @Override
    public void close() {
      lent.forEach(FeatureBatch::close);
      batch.close();
      root.close();
    }
  }
}
