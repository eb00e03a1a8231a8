package io.mlops4j.monitor.live.rows;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.ServedBy;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/**
 * The rows of consecutive small calls of one version and route, copied to memory that is used again
 * for later calls. So a call leaves nothing to the garbage collector, and the monitor's thread
 * counts the rows of many calls together. Guarded by the hand-off until it is taken from it, then
 * used by the monitor's thread only.
 */
public final class CallBlock implements Handed {
  private static final int MOST_ROWS = 2_048;
  private static final int MOST_BYTES = 1 << 20;
  private static final int LEAST_ROWS = 256;

  private final CallBlocks pool;
  private final BlockColumns features;
  private final BlockColumns outputs;
  private final int[] ends;
  private final long[] times;
  private int calls;
  private @Nullable ServedBy servedBy;
  private InferenceEvent.Route route = InferenceEvent.Route.PRIMARY;

  private CallBlock(
      CallBlocks pool, FeatureBatch in, FeatureBatch out, int rows, BufferAllocator allocator) {
    this.pool = pool;
    this.ends = new int[rows];
    this.times = new long[rows];
    this.features = BlockColumns.of(in, rows, allocator);
    try {
      this.outputs = BlockColumns.of(out, rows, allocator);
    } catch (RuntimeException | Error e) {
      features.close();
      throw e;
    }
  }

  /** Returns a block for rows like these; null if a column holds neither numbers nor texts. */
  static @Nullable CallBlock like(
      CallBlocks pool, FeatureBatch features, FeatureBatch outputs, BufferAllocator allocator) {
    int in = BlockColumns.bytesOfRow(features);
    int out = BlockColumns.bytesOfRow(outputs);
    if (in < 0 || out < 0) {
      return null;
    }
    int rows = Math.min(MOST_ROWS, MOST_BYTES / Math.max(1, in + out));
    if (rows < LEAST_ROWS) {
      return null;
    }
    return new CallBlock(pool, features, outputs, rows, allocator);
  }

  /** Returns a block for the rows of another one. */
  static CallBlock like(CallBlock other, BufferAllocator allocator) {
    return new CallBlock(
        other.pool, other.features(), other.outputs(), other.features.capacity(), allocator);
  }

  /** Begins with the calls of a version. */
  public void begin(ServedBy version, InferenceEvent.Route itsRoute) {
    servedBy = version;
    route = itsRoute;
  }

  /** Whether the batches have the same columns as this block. */
  public boolean accepts(FeatureBatch itsFeatures, FeatureBatch itsOutputs) {
    return features.accepts(itsFeatures)
        && outputs.accepts(itsOutputs)
        && itsFeatures.rows() == itsOutputs.rows();
  }

  /** Whether the rows of another call can be added to those that are there. */
  @SuppressWarnings("ReferenceEquality") // events of one version have one object
  public boolean continues(ServedBy version, InferenceEvent.Route itsRoute, int more) {
    return version == servedBy
        && itsRoute == route
        && features.rows() + more <= features.capacity();
  }

  /**
   * Adds the rows of a call that are {@linkplain #accepts accepted}.
   *
   * @param at the time of the call, in milliseconds
   */
  public void add(FeatureBatch itsFeatures, FeatureBatch itsOutputs, long at) {
    features.add(itsFeatures);
    outputs.add(itsOutputs);
    ends[calls] = features.rows();
    times[calls++] = at;
  }

  /** Adds rows of a block that is like this one. */
  public void add(CallBlock other, int from, int count) {
    features.add(other.features, from, count);
    outputs.add(other.outputs, from, count);
  }

  public ServedBy servedBy() {
    if (servedBy == null) {
      throw new IllegalStateException("the block is empty");
    }
    return servedBy;
  }

  public InferenceEvent.Route route() {
    return route;
  }

  public int calls() {
    return calls;
  }

  /** The number of rows of the calls up to this one. */
  public int end(int call) {
    return ends[call];
  }

  /** The time of a call, in milliseconds. */
  public long at(int call) {
    return times[call];
  }

  public FeatureBatch features() {
    return features.batch();
  }

  public FeatureBatch outputs() {
    return outputs.batch();
  }

  @Override
  public int rows() {
    return features.rows();
  }

  /** Returns an empty block with the same columns; the caller closes it. */
  public CallBlock another() {
    return pool.like(this);
  }

  /** Gives the memory back to the pool. */
  @Override
  public void close() {
    features.clear();
    outputs.clear();
    calls = 0;
    servedBy = null;
    pool.recycle(this);
  }

  void free() {
    features.close();
    outputs.close();
  }
}
