package io.mlops4j.runtime.binding.record;

import io.mlops4j.internal.ComponentVectors;
import io.mlops4j.runtime.binding.type.Validity;
import java.util.List;
import java.util.Objects;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.ValueVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;
import org.apache.arrow.vector.util.Text;
import org.jspecify.annotations.Nullable;

/**
 * Columns that are filled with records. For one thread at a time.
 *
 * <p>The primitive numbers of a record are written side by side, without boxing, and become columns
 * at the end. A record then touches two or three cache lines and not one for each column, which
 * matters if threads on several processors take turns. Numbers are never null, so their validity is
 * set once, at the end, too.
 *
 * @param <I> the record
 */
public final class RecordRows<I extends Record> implements AutoCloseable {
  private final RecordColumns<I> columns;
  private final int capacity;
  private final BufferAllocator allocator;
  private final @Nullable RowMemory kept;

  /** One for each component. Empty until the end if all are numbers. */
  private List<FieldVector> vectors = List.of();

  /** The numbers of all rows, row by row; null if there are none, or they are columns. */
  private @Nullable ArrowBuf numbers;

  private long address;

  RecordRows(
      RecordColumns<I> columns, int capacity, BufferAllocator allocator, @Nullable RowMemory kept) {
    this.columns = columns;
    this.capacity = capacity;
    this.allocator = allocator;
    this.kept = kept;
    try {
      if (!columns.areNumbers()) {
        vectors = ComponentVectors.create(columns.fields(), allocator);
      }
      for (int i : columns.others()) {
        vectors.get(i).setInitialCapacity(capacity);
      }
      if (columns.numbers().length > 0) {
        numbers =
            kept == null
                ? allocator.buffer(columns.packed().rowBytes(capacity))
                : kept.rows().take();
        address = numbers.memoryAddress();
      }
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /**
   * Writes a record. If a component cannot be read, the row can be written again.
   *
   * @param row the row, from 0; rows are written in their order
   * @param values the record
   * @throws IndexOutOfBoundsException if there is no room for the row
   */
  public void set(int row, I values) {
    Objects.checkIndex(row, capacity);
    columns.write(address + (long) row * columns.packed().bytes(), values);
    for (int i : columns.others()) {
      Object value = Components.get(columns.getters()[i], values);
      ComponentVectors.set(
          vectors.get(i), row, value, (vector, to, text) -> vector.setSafe(to, new Text(text)));
    }
  }

  /**
   * Ends writing.
   *
   * @param rows how many rows were written
   * @return one vector for each component; the caller closes them
   */
  public List<FieldVector> end(int rows) {
    if (vectors.isEmpty()) {
      vectors = ComponentVectors.create(columns.fields(), allocator);
    }
    if (numbers != null) {
      unpack(rows);
      freeNumbers();
    }
    vectors.forEach(vector -> vector.setValueCount(rows));
    return vectors;
  }

  /**
   * Ends writing. If that fails, it can be tried again.
   *
   * @param rows how many rows were written
   * @return the columns, which are freed by {@link #close}
   */
  public VectorSchemaRoot root(int rows) {
    return new VectorSchemaRoot(columns.schema(), end(rows), rows);
  }

  /** All columns of numbers are parts of one buffer, and share one bitmap of valid rows. */
  private void unpack(int rows) {
    int[] which = columns.numbers();
    PackedRow packed = columns.packed();
    boolean full = kept != null && rows == capacity; // a part would hold the memory of a whole
    try (ArrowBuf all =
        full && kept != null ? kept.columns().take() : allocator.buffer(packed.columnBytes(rows))) {
      long[] starts = packed.unpack(address, rows, all.memoryAddress());
      ArrowBuf valid = all.slice(0, PackedRow.bitmapBytes(rows));
      valid.setZero(0, valid.capacity());
      Validity.setAll(valid, rows);
      ArrowFieldNode node = new ArrowFieldNode(rows, 0);
      for (int i = 0; i < which.length; i++) {
        ArrowBuf values = all.slice(starts[i], (long) rows * packed.width(i));
        vectors.get(which[i]).loadFieldBuffers(node, List.of(valid, values));
      }
    }
  }

  private void freeNumbers() {
    if (numbers != null) {
      numbers.close();
      numbers = null;
    }
  }

  /** Frees the columns, unless their vectors were moved. A second call does nothing. */
  @Override
  public void close() {
    freeNumbers();
    vectors.forEach(ValueVector::close);
  }
}
