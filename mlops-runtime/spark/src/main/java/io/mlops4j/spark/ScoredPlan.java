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

  private final ScoredNode node;
  private final LogicalPlan child;

  ScoredPlan(ScoredNode node, LogicalPlan child) {
    this.node = node;
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
            Plans.seq(named),
            new ScoredPlan(new ScoredNode(task, Plans.seq(features), Plans.seq(outputs)), plan)));
  }

  ScoredNode node() {
    return node;
  }

  @Override
  public LogicalPlan child() {
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
  public Seq<LogicalPlan> children() {
    return Plans.one(child);
  }

  @Override
  public LogicalPlan withNewChildInternal(LogicalPlan other) {
    return new ScoredPlan(node, other);
  }

  @Override
  public LogicalPlan withNewChildrenInternal(IndexedSeq<LogicalPlan> others) {
    return withNewChildInternal(others.head());
  }

  /** Spark would call the constructor by reflection, which needs a public class. */
  @Override
  public LogicalPlan makeCopy(Object[] elements) {
    return copied(
        new ScoredPlan(ScoredNode.of(elements), (LogicalPlan) elements[ScoredNode.CHILD]));
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
    return other instanceof ScoredPlan;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ScoredPlan that && node.equals(that.node) && child.equals(that.child);
  }

  @Override
  public int hashCode() {
    return Objects.hash(node, child);
  }
}
