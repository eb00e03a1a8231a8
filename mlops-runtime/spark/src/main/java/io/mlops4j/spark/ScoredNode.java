package io.mlops4j.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.AttributeSet;
import org.apache.spark.sql.catalyst.expressions.AttributeSet$;
import org.apache.spark.sql.catalyst.expressions.Expression;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/**
 * What the logical and the physical node of a scored data set share besides their child.
 *
 * @param features the columns of the child that the model reads
 * @param outputs the columns that the model adds
 */
record ScoredNode(ScoringTask task, Seq<Attribute> features, Seq<Attribute> outputs)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  static final String NAME = "ScoreByModel";

  /**
   * The elements of a node: these three and the child. Spark looks for columns in each element, so
   * this record is not one.
   */
  static final int ARITY = 4;

  static final int CHILD = 3;

  /** Reads the elements that Spark gives back, with other columns in place of some. */
  @SuppressWarnings("unchecked")
  static ScoredNode of(Object[] elements) {
    return new ScoredNode(
        (ScoringTask) elements[0], (Seq<Attribute>) elements[1], (Seq<Attribute>) elements[2]);
  }

  Object element(int n, Object child) {
    return switch (n) {
      case 0 -> task;
      case 1 -> features;
      case 2 -> outputs;
      case CHILD -> child;
      default -> throw new IndexOutOfBoundsException(n);
    };
  }

  Seq<Attribute> output(Seq<Attribute> ofChild) {
    List<Attribute> all = new ArrayList<>(Plans.list(ofChild));
    all.addAll(Plans.list(outputs));
    return Plans.seq(all);
  }

  AttributeSet produced() {
    return set(outputs);
  }

  AttributeSet references() {
    return set(features);
  }

  private static AttributeSet set(Seq<Attribute> attributes) {
    List<Expression> all = new ArrayList<>(Plans.list(attributes));
    return AttributeSet$.MODULE$.apply(CollectionConverters.asScala(all));
  }

  /** Returns where a plan has each feature. */
  int[] ordinals(Seq<Attribute> output) {
    List<Attribute> columns = Plans.list(output);
    return Plans.list(features).stream()
        .mapToInt(
            feature -> {
              for (int i = 0; i < columns.size(); i++) {
                if (columns.get(i).exprId().equals(feature.exprId())) {
                  return i;
                }
              }
              throw new IllegalStateException("the plan lost the column " + feature);
            })
        .toArray();
  }
}
