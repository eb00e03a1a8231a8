package io.mlops4j.spark;

import java.io.Serializable;
import java.util.Objects;
import org.apache.spark.TaskContext;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.AttributeSet;
import org.apache.spark.sql.catalyst.expressions.SortOrder;
import org.apache.spark.sql.catalyst.plans.physical.Partitioning;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.UnaryExecNode;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import org.apache.spark.util.TaskCompletionListener;
import org.jspecify.annotations.Nullable;
import scala.Function1;
import scala.collection.Iterator;
import scala.collection.immutable.IndexedSeq;
import scala.collection.immutable.Seq;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/**
 * Scores the rows of a plan. Columns stay columns: a scan of Parquet hands its batches to the
 * model, and the step behind gets them with the outputs. A plan that has rows is read in batches.
 */
final class ScoredExec extends SparkPlan implements UnaryExecNode {
  private static final long serialVersionUID = 1L;

  private final ScoredNode node;
  private final SparkPlan child;

  ScoredExec(ScoredNode node, SparkPlan child) {
    this.node = node;
    this.child = child;
  }

  /** Scores a partition. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Scoring<T>(
      ScoringTask task, int[] ordinals, DataType[] types, DataType[] output, boolean columns)
      implements Function1<Iterator<T>, Iterator<T>>, Serializable {
    private static final long serialVersionUID = 1L;

    @Override
    @SuppressWarnings("unchecked")
    public Iterator<T> apply(Iterator<T> source) {
      TaskContext context = TaskContext.get();
      TaskScorer scorer = new TaskScorer(task, task.features(), types, context);
      context.addTaskCompletionListener((TaskCompletionListener) ended -> scorer.close());
      return (Iterator<T>)
          (columns
              ? new ScoredColumns(scorer, ordinals, (Iterator<ColumnarBatch>) source)
              : new ScoredRows(scorer, ordinals, output, (Iterator<InternalRow>) source));
    }
  }

  private <T> RDD<T> scored(RDD<T> source, Class<T> type, boolean columns) {
    ClassTag<T> tag = ClassTag$.MODULE$.apply(type);
    int[] ordinals = node.ordinals(child.output());
    return source.mapPartitions(
        new Scoring<T>(
            node.task(), ordinals, Plans.types(node.features()), Plans.types(output()), columns),
        true,
        tag);
  }

  @Override
  public RDD<InternalRow> doExecute() {
    return scored(child.execute(), InternalRow.class, false);
  }

  @Override
  public boolean supportsColumnar() {
    return child.supportsColumnar();
  }

  @Override
  public RDD<ColumnarBatch> doExecuteColumnar() {
    return scored(child.executeColumnar(), ColumnarBatch.class, true);
  }

  @Override
  public SparkPlan child() {
    return child;
  }

  @Override
  public Seq<Attribute> output() {
    return node.output(child.output());
  }

  @Override
  public AttributeSet producedAttributes() {
    return node.produced();
  }

  @Override
  public AttributeSet references() {
    return node.references();
  }

  @Override
  public Partitioning outputPartitioning() {
    return child.outputPartitioning();
  }

  @Override
  public Seq<SortOrder> outputOrdering() {
    return child.outputOrdering();
  }

  @Override
  public Seq<SparkPlan> children() {
    return Plans.one(child);
  }

  @Override
  public SparkPlan withNewChildInternal(SparkPlan other) {
    return new ScoredExec(node, other);
  }

  @Override
  public SparkPlan withNewChildrenInternal(IndexedSeq<SparkPlan> others) {
    return withNewChildInternal(others.head());
  }

  /** Spark would call the constructor by reflection, which needs a public class. */
  @Override
  public SparkPlan makeCopy(Object[] elements) {
    return copied(new ScoredExec(ScoredNode.of(elements), (SparkPlan) elements[ScoredNode.CHILD]));
  }

  @Override
  public SparkPlan clone() {
    return copied(withNewChildInternal(child.clone()));
  }

  private SparkPlan copied(SparkPlan copy) {
    copy.copyTagsFrom(this);
    return copy;
  }

  @Override
  public String nodeName() {
    return ScoredNode.NAME;
  }

  @Override
  public int productArity() {
    return ScoredNode.ARITY;
  }

  @Override
  public Object productElement(int n) {
    return node.element(n, child);
  }

  @Override
  public boolean canEqual(Object other) {
    return other instanceof ScoredExec;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ScoredExec that && node.equals(that.node) && child.equals(that.child);
  }

  @Override
  public int hashCode() {
    return Objects.hash(node, child);
  }
}
