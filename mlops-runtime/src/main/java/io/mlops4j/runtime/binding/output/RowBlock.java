package io.mlops4j.runtime.binding.output;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.runtime.binding.RecordColumns;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.ValueVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.complex.MapVector;

/**
 * Rows of single calls, collected into columns: what was asked and what was answered. One thread at
 * a time.
 *
 * @param <I> the record that asks
 */
public final class RowBlock<I extends Record> implements AutoCloseable {
  private final RecordColumns<I> columns;
  private final BufferAllocator allocator;
  private final List<FieldVector> features;
  private final List<FieldVector> answers = new ArrayList<>();
  private final List<Integer> outputs = new ArrayList<>();
  private final List<Integer> widths = new ArrayList<>();
  private int rows;

  /**
   * An empty block.
   *
   * @param columns the record as columns
   * @param like answers that tell which outputs there are
   * @param allocator where the columns lie
   */
  public RowBlock(RecordColumns<I> columns, Outputs like, BufferAllocator allocator) {
    this.columns = columns;
    this.allocator = allocator;
    this.features = columns.create(allocator);
    try {
      for (int i = 0; i < like.plans().size(); i++) {
        if (like.isColumn(i)) {
          OutputPlan plan = like.plans().get(i);
          outputs.add(i);
          widths.add(like.width(i));
          answers.add(
              plan.isTensor()
                  ? OutputVectors.create(plan.name(), plan.type(), like.width(i), this.allocator)
                  : NestedVectors.maps(plan, this.allocator));
        }
      }
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /**
   * Whether answers have the shape of those collected here.
   *
   * @param answer other answers
   * @return false when they need a block of their own
   */
  public boolean accepts(Outputs answer) {
    int column = 0;
    for (int i = 0; i < answer.plans().size(); i++) {
      if (answer.isColumn(i)) {
        if (column == outputs.size()
            || outputs.get(column) != i
            || widths.get(column) != answer.width(i)) {
          return false;
        }
        column++;
      }
    }
    return column == outputs.size();
  }

  /**
   * Adds a row.
   *
   * @param asked the record
   * @param answer the answers that hold its row, of a shape that is accepted
   * @param row which of their rows
   */
  public void add(I asked, Outputs answer, int row) {
    columns.set(features, rows, asked);
    for (int i = 0; i < answers.size(); i++) {
      set(answers.get(i), answer, outputs.get(i), widths.get(i), row);
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
   * How many rows were added.
   *
   * @return 0 or more
   */
  public int rows() {
    return rows;
  }

  /**
   * Gives away what was asked; once, after the last row.
   *
   * @return an owned batch, which the caller closes
   */
  public FeatureBatch features() {
    return owned(features);
  }

  /**
   * Gives away what was answered; once, after the last row.
   *
   * @return an owned batch, which the caller closes
   */
  public FeatureBatch answers() {
    return owned(answers);
  }

  private FeatureBatch owned(List<FieldVector> vectors) {
    vectors.forEach(vector -> vector.setValueCount(rows));
    List<org.apache.arrow.vector.types.pojo.Field> fields =
        vectors.stream().map(ValueVector::getField).toList();
    return FeatureBatch.owning(new VectorSchemaRoot(fields, vectors, rows));
  }

  /** Frees what was not given away. */
  @Override
  public void close() {
    features.forEach(ValueVector::close);
    answers.forEach(ValueVector::close);
  }
}
