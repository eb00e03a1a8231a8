package io.mlops4j.runtime.internal.duckdb;

import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.arrow.vector.types.DateUnit;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.jspecify.annotations.Nullable;

/** The types of DuckDB that hold the values of Arrow columns. */
final class SinkType {
  private static final int MOST_DIGITS = 38;

  private SinkType() {}

  /**
   * Returns DuckDB's text of the type, such as {@code STRUCT("a" INTEGER, "b" VARCHAR[])[]}.
   *
   * @throws IllegalArgumentException if there is none; the message names the column or the path
   */
  static String of(Field field) {
    return of(field, field.getName());
  }

  /** Returns the types of the columns of a file. */
  static List<String> of(List<Field> columns) {
    if (columns.isEmpty()) {
      throw new IllegalArgumentException("found no columns, expected at least one");
    }
    checkNames("", columns);
    return columns.stream().map(SinkType::of).toList();
  }

  private static void checkNames(String where, List<Field> fields) {
    TreeSet<String> names = new TreeSet<>();
    for (Field field : fields) {
      if (field.getName().isEmpty() || !names.add(field.getName().toLowerCase(Locale.ROOT))) {
        throw new IllegalArgumentException(
            "%sfound %s, expected names that are not empty and differ not only in case; rename it, or write an Arrow file"
                .formatted(
                    where,
                    field.getName().isEmpty()
                        ? "a name that is empty"
                        : "the name \"" + field.getName() + "\" twice"));
      }
    }
  }

  private static String of(Field field, String path) {
    return switch (field.getType().getTypeID()) {
      case Struct -> struct(field, path);
      case List, LargeList -> of(child(field), path + "[]") + "[]";
      case FixedSizeList -> array(field, (ArrowType.FixedSizeList) field.getType(), path);
      case Map -> map(child(field), path);
      default -> {
        String type = flat(field.getType());
        if (type == null) {
          throw unsupported(path, "the type " + field.getType());
        }
        yield type;
      }
    };
  }

  private static Field child(Field field) {
    return field.getChildren().get(0);
  }

  private static String array(Field field, ArrowType.FixedSizeList type, String path) {
    if (type.getListSize() == 0) {
      throw unsupported(path, "lists of the fixed size 0");
    }
    return of(child(field), path + "[]") + "[" + type.getListSize() + "]";
  }

  private static String map(Field entries, String path) {
    return entries.getChildren().stream()
        .map(field -> of(field, path + "." + field.getName()))
        .collect(Collectors.joining(", ", "MAP(", ")"));
  }

  private static String struct(Field field, String path) {
    List<Field> children = field.getChildren();
    if (children.isEmpty()) {
      throw unsupported(path, "a struct without fields");
    }
    checkNames(path + ": ", children);
    return children.stream()
        .map(child -> Sql.name(child.getName()) + " " + of(child, path + "." + child.getName()))
        .collect(Collectors.joining(", ", "STRUCT(", ")"));
  }

  /** Returns the text of a type without children, or null. */
  private static @Nullable String flat(ArrowType type) {
    if (type instanceof ArrowType.Int integer) {
      return integer(integer);
    }
    if (type instanceof ArrowType.Timestamp time) {
      return time.getTimezone() != null
          ? "TIMESTAMP WITH TIME ZONE"
          : time.getUnit() == TimeUnit.NANOSECOND ? "TIMESTAMP_NS" : "TIMESTAMP";
    }
    if (type instanceof ArrowType.Time time) {
      return time.getUnit() == TimeUnit.NANOSECOND ? "TIME_NS" : "TIME";
    }
    if (type instanceof ArrowType.Decimal decimal && decimal.getPrecision() <= MOST_DIGITS) {
      return "DECIMAL(" + decimal.getPrecision() + ", " + decimal.getScale() + ")";
    }
    if (type instanceof ArrowType.Date date) {
      return date.getUnit() == DateUnit.DAY ? "DATE" : null;
    }
    if (type instanceof ArrowType.FloatingPoint floating) {
      return floating.getPrecision() == FloatingPointPrecision.DOUBLE ? "DOUBLE" : "FLOAT";
    }
    return switch (type.getTypeID()) {
      case Bool -> "BOOLEAN";
      case Utf8, LargeUtf8, Utf8View -> "VARCHAR";
      case Binary, LargeBinary, BinaryView, FixedSizeBinary -> "BLOB";
      default -> null;
    };
  }

  /** Unsigned numbers take the next larger signed type, in which a filter can subtract them. */
  private static String integer(ArrowType.Int type) {
    return switch (type.getBitWidth()) {
      case 8 -> type.getIsSigned() ? "TINYINT" : "SMALLINT";
      case 16 -> type.getIsSigned() ? "SMALLINT" : "INTEGER";
      case 32 -> type.getIsSigned() ? "INTEGER" : "BIGINT";
      default -> type.getIsSigned() ? "BIGINT" : "UBIGINT";
    };
  }

  private static IllegalArgumentException unsupported(String path, String found) {
    return new IllegalArgumentException(
        path
            + ": found "
            + found
            + ", expected numbers, texts, bytes, dates, times, or lists, maps and structs of them;"
            + " write an Arrow file, which takes all types");
  }
}
