package io.mlops4j.spark;

import java.util.NoSuchElementException;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.JoinedRow;
import org.apache.spark.sql.catalyst.expressions.UnsafeProjection;
import org.apache.spark.sql.catalyst.expressions.UnsafeProjection$;
import org.apache.spark.sql.catalyst.expressions.UnsafeRow;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import scala.collection.AbstractIterator;
import scala.collection.Iterator;

/** The rows of a partition with the outputs behind their values; scored in batches. One thread. */
final class ScoredRows extends AbstractIterator<InternalRow> {
  private static final int ROWS = 4096;

  /** A batch of wide rows, such as images, ends here: a task keeps copies of all of its rows. */
  private static final long BYTES = 16 << 20;

  private final TaskScorer scorer;
  private final int[] ordinals;
  private final Iterator<InternalRow> source;
  private final InternalRow[] copies = new InternalRow[ROWS];
  private final UnsafeProjection projection;
  private final JoinedRow joined = new JoinedRow();
  private ColumnarBatch outputs = new ColumnarBatch(new ColumnVector[0], 0);
  private int rows;
  private int next;

  ScoredRows(TaskScorer scorer, int[] ordinals, DataType[] output, Iterator<InternalRow> source) {
    this.scorer = scorer;
    this.ordinals = ordinals;
    this.source = source;
    projection = UnsafeProjection$.MODULE$.create(output);
  }

  @Override
  public boolean hasNext() {
    return scorer.goesOn(next < rows, source);
  }

  @Override
  public InternalRow next() {
    if (!hasNext()) {
      throw new NoSuchElementException("the partition has no further row");
    }
    if (next == rows) {
      score();
    }
    InternalRow row = projection.apply(joined.apply(copies[next], outputs.getRow(next)));
    next++;
    return row;
  }

  private void score() {
    rows = 0;
    next = 0;
    long bytes = 0;
    while (rows < ROWS && bytes < BYTES && source.hasNext()) {
      InternalRow copy = source.next().copy();
      bytes += copy instanceof UnsafeRow flat ? flat.getSizeInBytes() : 0;
      copies[rows++] = copy;
    }
    ColumnVector[] columns =
        scorer.score(rows, (column, i) -> column.read(copies, ordinals[i], rows));
    outputs = new ColumnarBatch(columns, rows);
  }
}
