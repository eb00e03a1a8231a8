package io.mlops4j.spark;

import java.io.Serializable;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.TaskCompletionListener;
import scala.collection.Iterator;

/**
 * What each task does. Immutable; Spark sends it to the executors.
 *
 * @param input the columns of the data set
 * @param features the columns that the model reads
 * @param outputs the columns that the model adds
 * @param bins the profile in whose bins the rows are counted, as text; empty for none
 */
record ScoringTask(
    PinnedModel model,
    StructType input,
    List<String> features,
    StructType outputs,
    String bins,
    Figures figures)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  Iterator<InternalRow> score(Iterator<?> rows, TaskContext context) {
    PartitionScorer scorer = new PartitionScorer(this, rows, context);
    context.addTaskCompletionListener((TaskCompletionListener) ended -> scorer.close());
    return scorer;
  }
}
