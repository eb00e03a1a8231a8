package io.mlops4j.spark;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.AttributeSet;
import org.apache.spark.sql.catalyst.expressions.AttributeSet$;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.types.DataType;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/** What both plans need of Scala's collections. */
final class Plans {
  static final String NAME = "ScoreByModel";

  private Plans() {}

  static <T> Seq<T> one(T element) {
    return seq(List.of(element));
  }

  static <T> Seq<T> seq(List<T> elements) {
    return CollectionConverters.asScala(elements).toSeq();
  }

  static <T> List<T> list(Seq<T> elements) {
    return CollectionConverters.asJava(elements);
  }

  static Seq<Attribute> concat(Seq<Attribute> first, Seq<Attribute> second) {
    List<Attribute> all = new ArrayList<>(list(first));
    all.addAll(list(second));
    return seq(all);
  }

  static AttributeSet set(Seq<Attribute> attributes) {
    List<Expression> all = new ArrayList<>(list(attributes));
    return AttributeSet$.MODULE$.apply(CollectionConverters.asScala(all));
  }

  /** Returns where the plan has each feature. */
  static int[] ordinals(Seq<Attribute> features, Seq<Attribute> output) {
    List<Attribute> columns = list(output);
    return list(features).stream()
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

  static DataType[] types(Seq<Attribute> attributes) {
    return list(attributes).stream().map(Attribute::dataType).toArray(DataType[]::new);
  }

  static Object element(int n, Object... elements) {
    if (n < 0 || n >= elements.length) {
      throw new IndexOutOfBoundsException(n);
    }
    return elements[n];
  }
}
