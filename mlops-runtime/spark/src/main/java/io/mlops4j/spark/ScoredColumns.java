package io.mlops4j.spark;

import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import scala.collection.AbstractIterator;
import scala.collection.Iterator;

/** The batches of a partition with the outputs behind their columns. One thread. */
final class ScoredColumns extends AbstractIterator<ColumnarBatch> {
  private final TaskScorer scorer;
  private final int[] ordinals;
  private final Iterator<ColumnarBatch> source;

  ScoredColumns(TaskScorer scorer, int[] ordinals, Iterator<ColumnarBatch> source) {
    this.scorer = scorer;
    this.ordinals = ordinals;
    this.source = source;
  }

  @Override
  public boolean hasNext() {
    return scorer.goesOn(false, source);
  }

  @Override
  public ColumnarBatch next() {
    ColumnarBatch in = source.next();
    int rows = in.numRows();
    ColumnVector[] outputs =
        scorer.score(rows, (column, i) -> column.read(in.column(ordinals[i]), rows));
    ColumnVector[] all = new ColumnVector[in.numCols() + outputs.length];
    for (int i = 0; i < in.numCols(); i++) {
      all[i] = in.column(i);
    }
    System.arraycopy(outputs, 0, all, in.numCols(), outputs.length);
    return new ColumnarBatch(all, rows);
  }
}
