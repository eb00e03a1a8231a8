package io.mlops4j.runtime.serving;

import io.mlops4j.runtime.binding.output.OutputReader;
import io.mlops4j.spi.EngineSlot;
import org.apache.arrow.memory.BufferAllocator;

/**
 * The work of a slot in one run.
 *
 * @param <A> the answer
 */
interface Job<A> {
  /**
   * Checks and writes at least one row.
   *
   * @return whether the one row is the whole of an input
   */
  boolean bind(Slot slot);

  /**
   * Returns whether binding takes less time than reading the clock. Binding and reading are then
   * not timed apart from the run.
   */
  default boolean isSmall() {
    return false;
  }

  /** Takes the answer out of a slot that has run. */
  A read(OutputReader reader, EngineSlot slot, boolean whole);

  /**
   * Keeps the memory of the bound rows until the result is closed.
   *
   * @param allocator allocates copies; it is not closed here
   */
  Hold hold(BufferAllocator allocator);

  /** Memory that stays allocated until this is closed. */
  interface Hold extends AutoCloseable {
    @Override
    void close();
  }

  /** Frees an answer that has no caller any more. */
  void drop(A answer);
}
