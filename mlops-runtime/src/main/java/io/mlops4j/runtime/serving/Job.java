package io.mlops4j.runtime.serving;

import io.mlops4j.runtime.binding.output.OutputReader;
import io.mlops4j.spi.EngineSlot;
import org.apache.arrow.memory.BufferAllocator;

/**
 * What a slot does in one run.
 *
 * @param <A> what is taken out of the slot
 */
interface Job<A> {
  /**
   * Checks and writes at least one row.
   *
   * @return whether the one row is the whole of an input
   */
  boolean bind(Slot slot);

  /** Takes the answer out of a slot that has run. */
  A read(OutputReader reader, EngineSlot slot, boolean whole);

  /**
   * Keeps the memory of what is bound, until the result is closed.
   *
   * @param allocator lent
   */
  Hold hold(BufferAllocator allocator);

  /** Memory that stays. */
  interface Hold extends AutoCloseable {
    @Override
    void close();
  }

  /** Frees an answer that nobody gets. */
  void drop(A answer);
}
