package io.mlops4j.runtime.binding.record;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.internal.ComponentVectors;
import io.mlops4j.runtime.binding.type.Validity;
import io.mlops4j.runtime.memory.DirectMemory;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.util.AutoCloseables;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.ValueVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;

/**
 * A batch of one row of numbers that is written again for each call. The columns are parts of the
 * row, so a record is written once, and nothing is allocated. For one thread at a time.
 *
 * @param <I> the record, whose components are primitive numbers
 */
public final class KeptRow<I extends Record> implements AutoCloseable {
  private final RecordColumns<I> columns;
  private final List<FieldVector> vectors;
  private final long address;
  private final FeatureBatch batch;

  /**
   * Allocates a row.
   *
   * @param columns of a record of numbers only
   * @param allocator where the row is allocated; the caller closes it
   */
  KeptRow(RecordColumns<I> columns, BufferAllocator allocator) {
    this.columns = columns;
    this.vectors = ComponentVectors.create(columns.fields(), allocator);
    PackedRow packed = columns.packed();
    try (ArrowBuf row = allocator.buffer(packed.rowBytes(1) + DirectMemory.ALIGNMENT);
        ArrowBuf valid = allocator.buffer(PackedRow.bitmapBytes(1))) {
      address = row.memoryAddress();
      row.setZero(0, row.capacity());
      valid.setZero(0, valid.capacity());
      Validity.setAll(valid, 1);
      ArrowFieldNode node = new ArrowFieldNode(1, 0);
      for (int i = 0; i < columns.numbers().length; i++) {
        ArrowBuf value = row.slice(packed.offset(i), packed.width(i));
        vectors.get(columns.numbers()[i]).loadFieldBuffers(node, List.of(valid, value));
      }
      batch = FeatureBatch.of(new VectorSchemaRoot(columns.schema(), vectors, 1));
    } catch (RuntimeException | Error e) {
      vectors.forEach(ValueVector::close);
      throw e;
    }
  }

  /**
   * Writes a record over the last one.
   *
   * @param values the record
   * @return the row, which is borrowed: listeners that keep it copy it. Not closed by the caller
   */
  public FeatureBatch set(I values) {
    columns.write(address, values);
    return batch;
  }

  @Override
  public void close() {
    batch.close();
    try {
      AutoCloseables.close(vectors);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
