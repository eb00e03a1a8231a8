package io.mlops4j.runtime.binding.output;

import io.mlops4j.runtime.memory.DirectMemory;
import io.mlops4j.runtime.memory.Native;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A copy of the answers to one call after another, in memory that is used again. For one thread at
 * a time.
 */
public final class OutputCopy implements AutoCloseable {
  private final OutputMemoryPool pool;
  private @Nullable OutputMemory memory;
  private @Nullable List<OutputPlan> plans;
  private @Nullable OutputLayout layout;

  /**
   * Begins without memory.
   *
   * @param memory where copies are allocated
   */
  public OutputCopy(DirectMemory memory) {
    this.pool = new OutputMemoryPool(memory, 0);
  }

  /**
   * Copies answers in place of the last ones.
   *
   * @param from the answers, which are not released yet
   * @param most the largest number of bytes to copy
   * @return false if they are larger, or if one is a sequence or map; nothing is copied then
   * @throws io.mlops4j.error.InferenceException if the memory cannot be allocated
   */
  public boolean set(Outputs from, long most) {
    long bytes = from.used();
    if (bytes < 0 || bytes > most) {
      return false;
    }
    OutputMemory known = memory;
    if (known == null || known.capacity() < bytes) {
      close();
      known = pool.take(bytes);
      memory = known;
    }
    Native.copy(from.address(), known.address(), bytes);
    plans = from.plans();
    layout = from.layout();
    return true;
  }

  /**
   * Returns the answers that were copied last.
   *
   * @return the answers, readable until the next copy; not to be released
   */
  public Outputs get() {
    return new Outputs(
        Objects.requireNonNull(plans),
        Objects.requireNonNull(layout),
        Objects.requireNonNull(memory));
  }

  /** Frees the memory. The next copy allocates again. */
  @Override
  public void close() {
    OutputMemory known = memory;
    memory = null;
    if (known != null) {
      known.release();
    }
  }
}
