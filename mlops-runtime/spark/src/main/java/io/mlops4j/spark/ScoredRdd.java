package io.mlops4j.spark;

import java.util.List;
import org.apache.spark.Dependency;
import org.apache.spark.OneToOneDependency;
import org.apache.spark.Partition;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.classic.Dataset;
import org.apache.spark.sql.execution.ColumnarToRowExec;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.WholeStageCodegenExec;
import org.jspecify.annotations.Nullable;
import scala.collection.Iterator;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/**
 * The rows of a data set with the outputs of a model. The plan of the data set is made when the
 * first job needs it. A plan that ends in columns, such as a scan of Parquet, is read as columns.
 */
final class ScoredRdd extends RDD<InternalRow> {
  private static final long serialVersionUID = 1L;
  private static final ClassTag<InternalRow> ROWS = ClassTag$.MODULE$.apply(InternalRow.class);

  private final transient Dataset<?> input;
  private transient @Nullable RDD<?> parent;
  private final ScoringTask task;

  ScoredRdd(SparkContext context, Dataset<?> input, ScoringTask task) {
    super(context, CollectionConverters.asScala(List.<Dependency<?>>of()).toSeq(), ROWS);
    this.input = input;
    this.task = task;
  }

  private synchronized RDD<?> parent() {
    RDD<?> rows = parent;
    if (rows == null) {
      SparkPlan columns = columns(input.queryExecution().executedPlan());
      rows = columns != null ? columns.executeColumnar() : input.queryExecution().toRdd();
      parent = rows;
    }
    return rows;
  }

  /** Returns the part of a plan whose result is turned from columns to rows, or null. */
  private static @Nullable SparkPlan columns(SparkPlan plan) {
    if (plan instanceof WholeStageCodegenExec generated) {
      return columns(generated.child());
    }
    if (plan instanceof ColumnarToRowExec rows && rows.child().supportsColumnar()) {
      return rows.child();
    }
    return null;
  }

  @Override
  public Partition[] getPartitions() {
    return parent().partitions();
  }

  @Override
  public Seq<Dependency<?>> getDependencies() {
    return CollectionConverters.asScala(List.<Dependency<?>>of(new OneToOneDependency<>(parent())))
        .toSeq();
  }

  @Override
  public Seq<String> getPreferredLocations(Partition partition) {
    return parent().preferredLocations(partition);
  }

  @Override
  public Iterator<InternalRow> compute(Partition partition, TaskContext context) {
    RDD<?> rows = dependencies().head().rdd();
    return task.score(rows.iterator(partition, context), context);
  }
}
