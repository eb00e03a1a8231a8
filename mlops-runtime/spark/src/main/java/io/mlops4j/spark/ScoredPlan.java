package io.mlops4j.spark;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.Alias;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.AttributeSet;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.catalyst.plans.logical.UnaryNode;
import org.apache.spark.sql.catalyst.types.DataTypeUtils;
import org.apache.spark.sql.classic.Dataset;
import org.jspecify.annotations.Nullable;
import scala.Option;
import scala.collection.immutable.IndexedSeq;
import scala.collection.immutable.Seq;

/**
 * The logical plan of a data set that is scored: the columns of the child, and the outputs. Spark
 * prunes the columns that neither the model nor a later step reads.
 */
final class ScoredPlan extends LogicalPlan implements UnaryNode {
  private static final long serialVersionUID = 1L;

  private final ScoringTask task;
  private final Seq<Attribute> features;
  private final Seq<Attribute> outputs;
  private final LogicalPlan child;

  ScoredPlan(ScoringTask task, Seq<Attribute> features, Seq<Attribute> outputs, LogicalPlan child) {
    this.task = task;
    this.features = features;
    this.outputs = outputs;
    this.child = child;
  }

  /** Returns a data set with the columns of another one and the outputs of a task. */
  static Dataset<Row> of(Dataset<?> rows, ScoringTask task) {
    LogicalPlan plan = rows.queryExecution().analyzed();
    List<Attribute> columns = Plans.list(plan.output());
    List<Attribute> features =
        task.features().stream()
            .map(
                name ->
                    columns.stream()
                        .filter(column -> column.name().equals(name))
                        .findFirst()
                        .orElseThrow())
            .toList();
    List<Attribute> outputs =
        Arrays.stream(task.outputs().fields())
            .map(field -> (Attribute) DataTypeUtils.toAttribute(field))
            .toList();
    // Names of their own for each use: Spark renames them when a data set is joined with itself.
    List<NamedExpression> named = new ArrayList<>(columns);
    for (Attribute output : outputs) {
      named.add(
          new Alias(
              output,
              output.name(),
              NamedExpression.newExprId(),
              Plans.seq(List.of()),
              Option.empty(),
              Plans.seq(List.of())));
    }
    return Dataset.ofRows(
        rows.sparkSession(),
        new Project(
            Plans.seq(named), new ScoredPlan(task, Plans.seq(features), Plans.seq(outputs), plan)));
  }

  ScoringTask task() {
    return task;
  }

  Seq<Attribute> features() {
    return features;
  }

  Seq<Attribute> outputs() {
    return outputs;
  }

  @Override
  public LogicalPlan child() {
    return child;
  }

  @Override
  public Seq<Attribute> output() {
    return Plans.concat(child.output(), outputs);
  }

  @Override
  public AttributeSet producedAttributes() {
    return Plans.set(outputs);
  }

  @Override
  public AttributeSet references() {
    return Plans.set(features);
  }

  @Override
  public Seq<LogicalPlan> children() {
    return Plans.one(child);
  }

  @Override
  public LogicalPlan withNewChildInternal(LogicalPlan other) {
    return new ScoredPlan(task, features, outputs, other);
  }

  @Override
  public LogicalPlan withNewChildrenInternal(IndexedSeq<LogicalPlan> others) {
    return withNewChildInternal(others.head());
  }

  /** Spark would call the constructor by reflection, which needs a public class. */
  @Override
  @SuppressWarnings("unchecked")
  public LogicalPlan makeCopy(Object[] elements) {
    return copied(
        new ScoredPlan(
            (ScoringTask) elements[0],
            (Seq<Attribute>) elements[1],
            (Seq<Attribute>) elements[2],
            (LogicalPlan) elements[3]));
  }

  @Override
  public LogicalPlan clone() {
    return copied(withNewChildInternal(child.clone()));
  }

  private LogicalPlan copied(LogicalPlan copy) {
    copy.copyTagsFrom(this);
    if (analyzed()) {
      copy.setAnalyzed();
    }
    return copy;
  }

  @Override
  public String nodeName() {
    return Plans.NAME;
  }

  @Override
  public int productArity() {
    return 4;
  }

  @Override
  public Object productElement(int n) {
    return Plans.element(n, task, features, outputs, child);
  }

  @Override
  public boolean canEqual(Object other) {
    return other instanceof ScoredPlan;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ScoredPlan that
        && task.equals(that.task)
        && features.equals(that.features)
        && outputs.equals(that.outputs)
        && child.equals(that.child);
  }

  @Override
  public int hashCode() {
    return Objects.hash(task, features, outputs, child);
  }
}
