package io.mlops4j.monitor.handoff;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.PredictionId;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.internal.BoundedQueue;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * The hand-off from serving and labelling threads to the monitor's thread, in order and bounded in
 * rows.
 *
 * <p>A serving thread never waits: rows that do not fit are rejected. A labelling thread waits,
 * because a lost label never comes again.
 */
public final class HandOff extends BoundedQueue<HandOff.Item> {
  /** Serving threads wake the monitor's thread once in this time at most. */
  private static final Duration REST = Duration.ofMillis(2);

  /** An item that is handed over. */
  public sealed interface Item extends BoundedQueue.Item
      permits Answered, CallBlock, Labels, Step, Mark {}

  /**
   * The rows of a call, or of several calls that are handled together, and the answers.
   *
   * @param ids only if labels are joined by prediction id
   * @param calls the number of calls
   * @param first the time of the first call
   * @param at the time of the last call
   */
  public record Answered(
      ServedBy servedBy,
      InferenceEvent.Route route,
      FeatureBatch features,
      FeatureBatch outputs,
      @Nullable List<PredictionId> ids,
      int calls,
      Instant first,
      Instant at)
      implements Item {
    /** The rows of one call. */
    public Answered(
        ServedBy servedBy,
        InferenceEvent.Route route,
        FeatureBatch features,
        FeatureBatch outputs,
        @Nullable List<PredictionId> ids,
        Instant at) {
      this(servedBy, route, features, outputs, ids, 1, at, at);
    }

    /** Whether the answers were never returned. */
    public boolean shadow() {
      return route == InferenceEvent.Route.SHADOW;
    }

    /** Returns the same rows, at another time. */
    public Answered at(Instant other) {
      return other.equals(at) ? this : new Answered(servedBy, route, features, outputs, ids, other);
    }

    @Override
    public int rows() {
      return features.rows();
    }

    @Override
    public void close() {
      features.close();
      outputs.close();
    }
  }

  /** A label with the key or id of its row. */
  public record Label(LabelKey key, double value) {}

  /**
   * Labels that were added together.
   *
   * @param upTo the number of labels that were ever added, these included; 0 if they are not stored
   */
  public record Labels(List<Label> labels, Instant at, long upTo) implements Item {
    @Override
    public int rows() {
      return labels.size();
    }
  }

  /** Work for the monitor's thread, and a mark that it has ended. */
  public record Step(Runnable run, CountDownLatch ended) implements Item {
    @Override
    public int rows() {
      return 0;
    }

    @Override
    public void close() {
      ended.countDown();
    }
  }

  /** A mark. When it is reached, everything before it has been handled. */
  public record Mark(CountDownLatch reached) implements Item {
    @Override
    public int rows() {
      return 0;
    }

    @Override
    public void close() {
      reached.countDown();
    }
  }

  /** What became of the rows of a small call. */
  enum Added {
    /** They will be handled. */
    YES,
    /** There is no room, or the hand-off is closed. */
    FULL,
    /** They do not suit a block, and can be handed over in another way. */
    NOT_IN_A_BLOCK
  }

  private final CallBlocks blocks;
  private @Nullable CallBlock newest; // the last item, if it is a block

  public HandOff(long capacity) {
    this(capacity, REST);
  }

  public HandOff(long capacity, Duration rest) {
    super(capacity, rest.toNanos());
    this.blocks = new CallBlocks(2 + (int) Math.min(1_000, capacity / 256));
  }

  /**
   * Copies the rows of a call to a block, never waiting.
   *
   * @param at in milliseconds
   */
  synchronized Added add(
      InferenceEvent event, FeatureBatch features, FeatureBatch outputs, long at) {
    int rows = features.rows();
    if (isClosed() || !fits(rows)) {
      return Added.FULL;
    }
    CallBlock block = newest;
    if (block != null
        && block.continues(event.servedBy(), event.route(), rows)
        && block.accepts(features, outputs)) {
      block.add(features, outputs, at);
      grew(rows);
      return Added.YES;
    }
    CallBlock fresh = blocks.take(features, outputs);
    if (fresh == null) {
      return Added.NOT_IN_A_BLOCK;
    }
    boolean offered = false;
    try {
      fresh.begin(event.servedBy(), event.route());
      fresh.add(features, outputs, at);
      offered = offer(fresh);
    } finally {
      if (!offered) {
        fresh.close();
      }
    }
    return offered ? Added.YES : Added.FULL;
  }

  @Override
  protected void push(Item item) {
    newest = item instanceof CallBlock block ? block : null;
    super.push(item);
  }

  @Override
  public synchronized @Nullable Item take(long nanos) {
    Item item = super.take(nanos);
    if (item == newest) {
      newest = null; // the monitor's thread has it
    }
    return item;
  }

  /** Frees the memory of blocks, when every item was taken and closed. */
  public void free() {
    blocks.close();
  }
}
