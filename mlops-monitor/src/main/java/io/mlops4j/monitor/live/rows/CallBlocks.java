package io.mlops4j.monitor.live.rows;

import io.mlops4j.feature.FeatureBatch;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Objects;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.jspecify.annotations.Nullable;

/**
 * The blocks of a monitor. Blocks that are not used wait for calls with the same columns. The
 * memory is the monitor's own, so that no other allocator waits for it. Thread safe.
 */
public final class CallBlocks implements AutoCloseable {
  /** A monitor's thread that is behind gives many blocks back at once; each has at most 1 MiB. */
  private static final int MOST_WAITING = 32;

  private final int most;
  private final long bytes;
  private final Deque<CallBlock> waiting = new ArrayDeque<>();
  private @Nullable BufferAllocator allocator;
  private int used;
  private boolean closed;

  /**
   * @param most the blocks that may be in use
   */
  public CallBlocks(int most) {
    this(most, Long.MAX_VALUE);
  }

  /**
   * @param most the blocks that may be in use
   * @param bytes of memory that all blocks may have
   */
  public CallBlocks(int most, long bytes) {
    this.most = most;
    this.bytes = bytes;
  }

  /** Returns an empty block for rows like these; null if there is none. */
  public synchronized @Nullable CallBlock take(FeatureBatch features, FeatureBatch outputs) {
    if (closed || used >= most) {
      return null;
    }
    CallBlock block = find(features, outputs);
    if (block == null) {
      if (allocator == null) {
        allocator = new RootAllocator(bytes);
      }
      block = CallBlock.like(this, features, outputs, allocator);
    }
    if (block == null || !block.accepts(features, outputs)) {
      if (block != null) {
        block.free();
      }
      return null;
    }
    used++;
    return block;
  }

  private @Nullable CallBlock find(FeatureBatch features, FeatureBatch outputs) {
    for (Iterator<CallBlock> all = waiting.iterator(); all.hasNext(); ) {
      CallBlock block = all.next();
      if (block.accepts(features, outputs)) {
        all.remove();
        return block;
      }
    }
    return null;
  }

  /** Returns an empty block with the columns of another, for the monitor's thread. */
  synchronized CallBlock like(CallBlock other) {
    CallBlock block = find(other.features(), other.outputs());
    if (block == null) {
      block = CallBlock.like(other, Objects.requireNonNull(allocator));
    }
    used++;
    return block;
  }

  /** Takes an empty block back. */
  synchronized void recycle(CallBlock block) {
    used--;
    if (closed) {
      block.free();
      return;
    }
    waiting.addFirst(block);
    if (waiting.size() > MOST_WAITING) {
      waiting.removeLast().free();
    }
  }

  /** Frees the blocks that are not used. Called when no block is in use any more. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    waiting.forEach(CallBlock::free);
    waiting.clear();
    if (allocator != null) {
      allocator.close();
    }
  }
}
