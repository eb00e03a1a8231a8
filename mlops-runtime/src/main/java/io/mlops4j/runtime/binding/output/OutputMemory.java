package io.mlops4j.runtime.binding.output;

import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The memory of the answers to one call. The prediction and every Arrow buffer that views it are
 * holders. The last holder returns it to the pool, so that memory is not reused while it can be
 * read.
 */
record OutputMemory(
    OutputMemoryPool pool,
    long address,
    long capacity,
    FloatBuffer floats,
    DoubleBuffer doubles,
    LongBuffer longs,
    AtomicInteger holders) {
  static OutputMemory of(OutputMemoryPool pool, long address, ByteBuffer bytes) {
    return new OutputMemory(
        pool,
        address,
        bytes.capacity(),
        bytes.asFloatBuffer(),
        bytes.asDoubleBuffer(),
        bytes.asLongBuffer(),
        new AtomicInteger());
  }

  /** Becomes the first holder of memory that nobody holds. */
  void take() {
    holders.setPlain(1);
  }

  void hold() {
    holders.incrementAndGet();
  }

  void release() {
    if (holders.decrementAndGet() == 0) {
      pool.give(this);
    }
  }
}
