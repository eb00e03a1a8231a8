package io.mlops4j.runtime.binding.output;

import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Memory in which the answers to one call lie. Held by the prediction and by every Arrow buffer
 * that views it; the last one to let go gives it back, so that nothing can be read after it was
 * used again.
 */
final class OutputMemory {
  private final OutputMemoryPool pool;
  private final long address;
  private final long capacity;
  private final ByteBuffer bytes;
  private final FloatBuffer floats;
  private final DoubleBuffer doubles;
  private final LongBuffer longs;
  private final AtomicInteger holders = new AtomicInteger();

  OutputMemory(OutputMemoryPool pool, long address, ByteBuffer bytes) {
    this.pool = pool;
    this.address = address;
    this.capacity = bytes.capacity();
    this.bytes = bytes;
    this.floats = bytes.asFloatBuffer();
    this.doubles = bytes.asDoubleBuffer();
    this.longs = bytes.asLongBuffer();
  }

  long address() {
    return address;
  }

  long capacity() {
    return capacity;
  }

  ByteBuffer bytes() {
    return bytes;
  }

  FloatBuffer floats() {
    return floats;
  }

  DoubleBuffer doubles() {
    return doubles;
  }

  LongBuffer longs() {
    return longs;
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
