package io.mlops4j.spark;

import java.util.List;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.types.DataType;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/** What both plans need of Scala's collections. */
final class Plans {
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

  static DataType[] types(Seq<Attribute> attributes) {
    return list(attributes).stream().map(Attribute::dataType).toArray(DataType[]::new);
  }
}
