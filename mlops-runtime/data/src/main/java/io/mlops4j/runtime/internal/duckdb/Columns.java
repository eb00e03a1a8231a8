package io.mlops4j.runtime.internal.duckdb;

import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;

/** Chooses how a type is copied. */
final class Columns {
  private Columns() {}

  static Column of(DuckType type, FieldVector to) {
    return switch (type.name()) {
      case "BOOLEAN" -> new FlatColumns.Booleans(to);
      case "TINYINT", "UTINYINT" -> new FlatColumns.Same(to, 1);
      case "SMALLINT", "USMALLINT" -> new FlatColumns.Same(to, 2);
      case "INTEGER", "UINTEGER", "FLOAT", "DATE" -> new FlatColumns.Same(to, 4);
      case "HUGEINT" -> new FlatColumns.Same(to, 16);
      case "DECIMAL" ->
          type.size() > 18
              ? new FlatColumns.Same(to, 16)
              : new FlatColumns.Decimals(to, type.size());
      case "INTERVAL" -> new FlatColumns.Intervals(to);
      case "VARCHAR", "JSON", "BLOB" -> new FlatColumns.Texts(to);
      case "LIST" -> list(type.children().get(0), (ListVector) to);
      case "MAP" -> map(type, (ListVector) to);
      case "ARRAY" -> array(type.children().get(0), (FixedSizeListVector) to);
      case "STRUCT" -> struct(type.children(), (StructVector) to);
      default -> new FlatColumns.Same(to, 8); // BIGINT, DOUBLE, times and timestamps
    };
  }

  private static Column list(DuckType element, ListVector to) {
    return new NestedColumns.Lists(to, of(element, to.getDataVector()));
  }

  /** A map is a list of structs of key and value, also in DuckDB. */
  private static Column map(DuckType type, ListVector to) {
    return new NestedColumns.Lists(to, struct(type.children(), (StructVector) to.getDataVector()));
  }

  private static Column array(DuckType element, FixedSizeListVector to) {
    return new NestedColumns.Arrays(to, of(element, to.getDataVector()));
  }

  private static Column struct(List<DuckType> types, StructVector to) {
    List<Column> children = new ArrayList<>();
    for (int i = 0; i < types.size(); i++) {
      children.add(of(types.get(i), to.getChildrenFromFields().get(i)));
    }
    return new NestedColumns.Structs(to, children);
  }
}
