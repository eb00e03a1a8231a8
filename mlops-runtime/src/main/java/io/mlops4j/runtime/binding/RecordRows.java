package io.mlops4j.runtime.binding;

import io.mlops4j.internal.ComponentVectors;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.Objects;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.ValueVector;
import org.apache.arrow.vector.util.Text;

/**
 * Columns that are filled with records. Primitive numbers are written by address, without boxing;
 * they are never null, so their validity is set once, at the end. For one thread at a time.
 *
 * @param <I> the record
 */
public final class RecordRows<I extends Record> implements AutoCloseable {
  private final RecordColumns<I> columns;
  private final int capacity;
  private final List<FieldVector> vectors;

  /** Where the values of each column of primitive numbers begin. */
  private final long[] addresses;

  RecordRows(RecordColumns<I> columns, int capacity, BufferAllocator allocator) {
    this.columns = columns;
    this.capacity = capacity;
    this.vectors = ComponentVectors.create(columns.schema().getFields(), allocator);
    this.addresses = new long[columns.numbers().length];
    try {
      vectors.forEach(vector -> vector.setInitialCapacity(capacity));
      for (int i = 0; i < addresses.length; i++) {
        FieldVector vector = vectors.get(columns.numbers()[i]);
        vector.allocateNew();
        addresses[i] = vector.getDataBufferAddress();
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
    try {
      for (MethodHandle writer : columns.writers()) {
        writer.invokeExact(addresses, row, (Record) values);
      }
    } catch (Throwable e) {
      throw Components.unchecked(e);
    }
    for (int i : columns.others()) {
      Object value = Components.get(columns.getters()[i], values);
      ComponentVectors.set(
          vectors.get(i), row, value, (vector, at, text) -> vector.setSafe(at, new Text(text)));
    }
  }

  /**
   * Ends writing.
   *
   * @param rows how many rows were written
   * @return one vector for each component; the caller closes them
   */
  public List<FieldVector> end(int rows) {
    for (int i : columns.numbers()) {
      setAllValid(vectors.get(i).getValidityBuffer(), rows);
    }
    vectors.forEach(vector -> vector.setValueCount(rows));
    return vectors;
  }

  /** The buffer was zeroed when it was allocated. */
  private static void setAllValid(ArrowBuf bits, int rows) {
    bits.setOne(0L, rows >>> 3);
    if ((rows & 7) != 0) {
      bits.setByte(rows >>> 3, (1 << (rows & 7)) - 1);
    }
  }

  /** Frees the columns, unless their vectors were moved. A second call does nothing. */
  @Override
  public void close() {
    vectors.forEach(ValueVector::close);
  }
}
