package io.mlops4j.runtime.binding.output;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.internal.BatchLending;
import io.mlops4j.runtime.binding.record.RecordColumns;
import io.mlops4j.runtime.binding.record.RecordRows;
import io.mlops4j.runtime.binding.record.RowMemory;
import io.mlops4j.runtime.binding.type.Validity;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.ValueVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.complex.MapVector;
import org.apache.arrow.vector.types.pojo.Field;

/**
 * Rows of single calls, collected into columns of features and answers. For one thread at a time.
 *
 * @param <I> the input record
 */
public final class RowBlock<I extends Record> implements AutoCloseable {
  private final RecordRows<I> features;
  private final List<FieldVector> answers = new ArrayList<>();

  /** The width of each output; {@link OutputLayout#NOT_BY_ROW} if it is not collected. */
  private final int[] widths;

  /**
   * Where the values of each output begin that has one number in a row; 0 for the others. Such a
   * number is written by address, and its validity is set at the end.
   */
  private final long[] addresses;

  private final int capacity;

  private int rows;

  private boolean featuresMoved;

  /**
   * Creates an empty block.
   *
   * @param columns the converter of records to columns
   * @param memory the memory of its rows; {@link RowMemory#capacity} rows can be added
   * @param like answers with the outputs to collect
   */
  public RowBlock(RecordColumns<I> columns, RowMemory memory, Outputs like) {
    this.capacity = memory.capacity();
    BufferAllocator allocator = memory.allocator();
    this.features = columns.rows(memory);
    this.widths = new int[like.plans().size()];
    this.addresses = new long[widths.length];
    try {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = like.width(i);
        if (like.isColumn(i)) {
          OutputPlan plan = like.plans().get(i);
          FieldVector vector =
              plan.isTensor()
                  ? OutputVectors.create(plan.name(), plan.type(), widths[i], allocator)
                  : NestedVectors.maps(plan, allocator);
          answers.add(vector);
          vector.setInitialCapacity(capacity);
          if (vector instanceof BaseFixedWidthVector && !(vector instanceof BitVector)) {
            vector.allocateNew();
            addresses[i] = vector.getDataBufferAddress();
          }
        }
      }
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /**
   * Returns whether answers have the shape of those collected here.
   *
   * @param answer other answers
   * @return false if they need another block
   */
  public boolean accepts(Outputs answer) {
    for (int i = 0; i < widths.length; i++) {
      if (widths[i] != answer.width(i)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Adds a row.
   *
   * @param asked the input record
   * @param answer the answers with its row, of a shape that this block accepts
   * @param row the row in these answers, from 0
   */
  public void add(I asked, Outputs answer, int row) {
    features.set(rows, asked);
    int column = 0;
    for (int i = 0; i < widths.length; i++) {
      if (answer.isColumn(i)) {
        if (addresses[i] != 0) {
          answer.copy(i, row, addresses[i], rows);
        } else {
          set(answers.get(column), answer, i, widths[i], row);
        }
        column++;
      }
    }
    rows++;
  }

  private void set(FieldVector vector, Outputs answer, int output, int width, int row) {
    if (vector instanceof MapVector maps) {
      NestedVectors.add(maps, rows, answer, answer.nested(output), row);
      return;
    }
    FieldVector values = vector;
    if (vector instanceof FixedSizeListVector list) {
      list.setNotNull(rows);
      values = list.getDataVector();
    }
    answer.append(output, (long) row * width, values, rows * width, width);
  }

  /**
   * Returns the number of rows that were added.
   *
   * @return 0 or more
   */
  public int rows() {
    return rows;
  }

  /**
   * Moves the features out of the block; call it once, after the last row. They become columns when
   * they are read, so that a listener that keeps them for its own thread costs the caller little.
   * Those of a block that is not full become columns at once: waiting rows hold the memory of a
   * full one.
   *
   * @return an owned batch; the caller closes it
   */
  public FeatureBatch features() {
    int count = rows;
    if (count < capacity) {
      List<FieldVector> unused = features.end(count);
    }
    FeatureBatch batch = BatchLending.late(count, () -> features.root(count), features);
    featuresMoved = true;
    return batch;
  }

  /**
   * Moves the answers out of the block; call it once, after the last row.
   *
   * @return an owned batch; the caller closes it
   */
  public FeatureBatch answers() {
    int column = 0;
    for (int i = 0; i < widths.length; i++) {
      if (addresses[i] != 0) {
        Validity.setAll(answers.get(column).getValidityBuffer(), rows);
      }
      column += widths[i] == OutputLayout.NOT_BY_ROW ? 0 : 1;
    }
    answers.forEach(vector -> vector.setValueCount(rows));
    List<Field> fields = answers.stream().map(ValueVector::getField).toList();
    return FeatureBatch.owning(new VectorSchemaRoot(fields, answers, rows));
  }

  /** Frees what was not moved out. A second call does nothing. */
  @Override
  public void close() {
    if (!featuresMoved) {
      features.close();
    }
    answers.forEach(ValueVector::close);
  }
}
