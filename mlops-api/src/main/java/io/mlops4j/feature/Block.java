package io.mlops4j.feature;

import java.util.concurrent.atomic.AtomicInteger;
import org.apache.arrow.util.AutoCloseables;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.DictionaryProvider;

/**
 * Rows that one or more handles of {@link FeatureBatch} share.
 *
 * <p>A batch given to a model is held by the call as well, so that a caller who closes it meanwhile
 * does not pull the memory away: the last holder frees.
 */
final class Block {
  private final VectorSchemaRoot root;
  private final DictionaryProvider dictionaries;
  private final AutoCloseable memory;
  private final AtomicInteger holders = new AtomicInteger(1);

  /**
   * @param memory what the last holder closes; nothing for rows that are somebody else's
   */
  Block(VectorSchemaRoot root, DictionaryProvider dictionaries, AutoCloseable memory) {
    this.root = root;
    this.dictionaries = dictionaries;
    this.memory = memory;
  }

  VectorSchemaRoot root() {
    return root;
  }

  DictionaryProvider dictionaries() {
    return dictionaries;
  }

  /**
   * Adds a holder.
   *
   * @throws IllegalStateException if the last one let go meanwhile; rows never come back
   */
  Block hold() {
    if (holders.getAndUpdate(count -> count == 0 ? 0 : count + 1) == 0) {
      throw closed();
    }
    return this;
  }

  static IllegalStateException closed() {
    return new IllegalStateException(
        "the batch is closed: a reader's batch ends at the next one, keep it with retain()");
  }

  void release() {
    if (holders.decrementAndGet() == 0) {
      AutoCloseables.closeNoChecked(memory);
    }
  }
}
