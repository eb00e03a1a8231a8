package io.mlops4j.feature;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.apache.arrow.util.AutoCloseables;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.jspecify.annotations.Nullable;

/**
 * Rows that one or more handles of {@link FeatureBatch} share.
 *
 * <p>A call holds the rows of its batch, too, so its memory stays if the caller closes the batch
 * meanwhile. The last holder frees the memory.
 */
final class Block implements AutoCloseable {
  private final int rows;
  private final Supplier<VectorSchemaRoot> columns;

  /** Null until the columns are read, if they are made late. */
  private volatile @Nullable VectorSchemaRoot root;

  private final DictionaryProvider dictionaries;
  private final AutoCloseable memory;
  private final AtomicInteger holders = new AtomicInteger(1);

  /**
   * @param memory closed by the last holder; does nothing for borrowed rows
   */
  Block(VectorSchemaRoot root, DictionaryProvider dictionaries, AutoCloseable memory) {
    this(root.getRowCount(), () -> root, dictionaries, memory);
    this.root = root;
  }

  /**
   * @param columns makes the columns for the thread that reads them first
   * @param memory closed by the last holder, whether or not columns were made
   */
  Block(
      int rows,
      Supplier<VectorSchemaRoot> columns,
      DictionaryProvider dictionaries,
      AutoCloseable memory) {
    this.rows = rows;
    this.columns = columns;
    this.dictionaries = dictionaries;
    this.memory = memory;
  }

  /** The number of rows, which makes no columns. */
  int rows() {
    VectorSchemaRoot made = root;
    return made == null ? rows : made.getRowCount();
  }

  VectorSchemaRoot root() {
    VectorSchemaRoot made = root;
    return made == null ? make() : made;
  }

  /** Makes the columns once. If that fails, the next reader tries again. */
  private synchronized VectorSchemaRoot make() {
    VectorSchemaRoot made = root;
    if (made == null) {
      made = columns.get();
      root = made;
    }
    return made;
  }

  DictionaryProvider dictionaries() {
    return dictionaries;
  }

  /**
   * Adds a holder.
   *
   * @throws IllegalStateException if the last holder has released the rows; they are freed then
   */
  Block hold() {
    if (holders.getAndUpdate(count -> count == 0 ? 0 : count + 1) == 0) {
      throw closed();
    }
    return this;
  }

  static IllegalStateException closed() {
    return new IllegalStateException(
        "the batch is closed; a reader closes its batch when it reads the next one, so keep it with retain()");
  }

  /** Releases the rows for one holder. */
  @Override
  public void close() {
    release();
  }

  void release() {
    if (holders.decrementAndGet() == 0) {
      AutoCloseables.closeNoChecked(memory);
    }
  }
}
