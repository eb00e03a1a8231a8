package io.mlops4j.monitor.live.intake;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.monitor.internal.BoundedQueue;
import io.mlops4j.monitor.live.rows.CallBlock;
import io.mlops4j.monitor.live.rows.CallBlocks;
import io.mlops4j.monitor.live.rows.Handed;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The hand-off from serving and labelling threads to the monitor's thread, in order and bounded in
 * rows.
 *
 * <p>A serving thread never waits: rows that do not fit are rejected. A labelling thread waits,
 * because a lost label never comes again.
 */
public final class HandOff extends BoundedQueue<Handed> {
  /** Serving threads wake the monitor's thread once in this time at most. */
  private static final Duration REST = Duration.ofMillis(2);

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
  protected void push(Handed item) {
    newest = item instanceof CallBlock block ? block : null;
    super.push(item);
  }

  @Override
  public synchronized @Nullable Handed take(long nanos) {
    Handed item = super.take(nanos);
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
