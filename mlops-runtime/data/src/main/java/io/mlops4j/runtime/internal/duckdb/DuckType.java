package io.mlops4j.runtime.internal.duckdb;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.arrow.vector.types.DateUnit;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.IntervalUnit;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;

/**
 * A column type of DuckDB, parsed from its text such as {@code STRUCT(a INTEGER, "b c"
 * VARCHAR[])[]}, and its Arrow field. Types without an Arrow counterpart are not {@link
 * #isSupported}; the reader casts them to text.
 *
 * @param name the type's name, or one of LIST, ARRAY, STRUCT, MAP
 * @param size the width of a DECIMAL or the size of an ARRAY; else 0
 * @param scale the scale of a DECIMAL; else 0
 * @param childNames the names of the fields of a STRUCT
 */
record DuckType(
    String name, int size, int scale, List<String> childNames, List<DuckType> children) {
  private static final Map<String, ArrowType> SIMPLE =
      Map.ofEntries(
          Map.entry("BOOLEAN", ArrowType.Bool.INSTANCE),
          Map.entry("TINYINT", new ArrowType.Int(8, true)),
          Map.entry("SMALLINT", new ArrowType.Int(16, true)),
          Map.entry("INTEGER", new ArrowType.Int(32, true)),
          Map.entry("BIGINT", new ArrowType.Int(64, true)),
          Map.entry("UTINYINT", new ArrowType.Int(8, false)),
          Map.entry("USMALLINT", new ArrowType.Int(16, false)),
          Map.entry("UINTEGER", new ArrowType.Int(32, false)),
          Map.entry("UBIGINT", new ArrowType.Int(64, false)),
          Map.entry("HUGEINT", new ArrowType.Decimal(38, 0, 128)),
          Map.entry("FLOAT", new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE)),
          Map.entry("DOUBLE", new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE)),
          Map.entry("VARCHAR", ArrowType.Utf8.INSTANCE),
          Map.entry("JSON", ArrowType.Utf8.INSTANCE),
          Map.entry("BLOB", ArrowType.Binary.INSTANCE),
          Map.entry("DATE", new ArrowType.Date(DateUnit.DAY)),
          Map.entry("TIME", new ArrowType.Time(TimeUnit.MICROSECOND, 64)),
          Map.entry("TIME_NS", new ArrowType.Time(TimeUnit.NANOSECOND, 64)),
          Map.entry("TIMESTAMP", new ArrowType.Timestamp(TimeUnit.MICROSECOND, null)),
          Map.entry("TIMESTAMP_S", new ArrowType.Timestamp(TimeUnit.SECOND, null)),
          Map.entry("TIMESTAMP_MS", new ArrowType.Timestamp(TimeUnit.MILLISECOND, null)),
          Map.entry("TIMESTAMP_NS", new ArrowType.Timestamp(TimeUnit.NANOSECOND, null)),
          Map.entry(
              "TIMESTAMP WITH TIME ZONE", new ArrowType.Timestamp(TimeUnit.MICROSECOND, "UTC")),
          Map.entry("INTERVAL", new ArrowType.Interval(IntervalUnit.MONTH_DAY_NANO)));

  static DuckType parse(String text) {
    return new Parser(text).type();
  }

  boolean isSupported() {
    boolean own =
        switch (name) {
          case "LIST", "ARRAY", "STRUCT", "MAP", "DECIMAL" -> true;
          default -> SIMPLE.containsKey(name);
        };
    return own && children.stream().allMatch(DuckType::isSupported);
  }

  Field field(String column) {
    return field(column, true);
  }

  private Field field(String column, boolean nullable) {
    return switch (name) {
      case "LIST" -> field(column, nullable, ArrowType.List.INSTANCE, List.of(element()));
      case "ARRAY" ->
          field(column, nullable, new ArrowType.FixedSizeList(size), List.of(element()));
      case "STRUCT" -> field(column, nullable, ArrowType.Struct.INSTANCE, structFields());
      case "MAP" -> field(column, nullable, new ArrowType.Map(false), List.of(entries()));
      case "DECIMAL" -> field(column, nullable, new ArrowType.Decimal(size, scale, 128), List.of());
      default -> field(column, nullable, simple(), List.of());
    };
  }

  private ArrowType simple() {
    ArrowType type = SIMPLE.get(name);
    if (type == null) {
      throw new IllegalStateException("no Arrow type for " + name);
    }
    return type;
  }

  private static Field field(
      String column, boolean nullable, ArrowType type, List<Field> children) {
    return new Field(column, new FieldType(nullable, type, null), children);
  }

  private Field element() {
    return children.get(0).field("$data$", true);
  }

  private List<Field> structFields() {
    List<Field> fields = new ArrayList<>();
    for (int i = 0; i < children.size(); i++) {
      fields.add(children.get(i).field(childNames.get(i), true));
    }
    return fields;
  }

  private Field entries() {
    return field(
        "entries",
        false,
        ArrowType.Struct.INSTANCE,
        List.of(children.get(0).field("key", false), children.get(1).field("value", true)));
  }

  private static final class Parser {
    private final String text;
    private int at;

    Parser(String text) {
      this.text = text;
    }

    DuckType type() {
      DuckType type = base();
      while (take('[')) {
        String size = until(']');
        type =
            size.isEmpty()
                ? new DuckType("LIST", 0, 0, List.of(), List.of(type))
                : new DuckType("ARRAY", Integer.parseInt(size), 0, List.of(), List.of(type));
      }
      return type;
    }

    private DuckType base() {
      int start = at;
      while (at < text.length() && "([,)".indexOf(text.charAt(at)) < 0) {
        at++;
      }
      String name = text.substring(start, at).strip();
      if (!take('(')) {
        return new DuckType(name, 0, 0, List.of(), List.of());
      }
      return switch (name) {
        case "STRUCT", "UNION" -> struct(name);
        case "MAP" -> map();
        case "DECIMAL" -> decimal();
        default -> unknown(name);
      };
    }

    private DuckType struct(String name) {
      List<String> names = new ArrayList<>();
      List<DuckType> children = new ArrayList<>();
      do {
        skipSpaces();
        names.add(identifier());
        skipSpaces();
        children.add(type());
      } while (take(','));
      take(')');
      return new DuckType(name, 0, 0, names, children);
    }

    private DuckType map() {
      DuckType key = type();
      take(',');
      skipSpaces();
      DuckType value = type();
      take(')');
      return new DuckType("MAP", 0, 0, List.of(), List.of(key, value));
    }

    private DuckType decimal() {
      int width = Integer.parseInt(until(',').strip());
      int scale = Integer.parseInt(until(')').strip());
      return new DuckType("DECIMAL", width, scale, List.of(), List.of());
    }

    /** Skips what is in parentheses, such as the values of an ENUM. */
    private DuckType unknown(String name) {
      int depth = 1;
      boolean quoted = false;
      while (at < text.length() && depth > 0) {
        char c = text.charAt(at++);
        quoted ^= c == '\'';
        depth += quoted || (c != '(' && c != ')') ? 0 : c == '(' ? 1 : -1;
      }
      return new DuckType(name, 0, 0, List.of(), List.of());
    }

    private String identifier() {
      StringBuilder name = new StringBuilder();
      if (!take('"')) {
        return until(' ');
      }
      while (at < text.length()) {
        char c = text.charAt(at++);
        if (c == '"' && !take('"')) {
          break;
        }
        name.append(c);
      }
      return name.toString();
    }

    private String until(char end) {
      int to = text.indexOf(end, at);
      String found = text.substring(at, to < 0 ? text.length() : to);
      at = to < 0 ? text.length() : to + 1;
      return found;
    }

    private boolean take(char c) {
      if (at < text.length() && text.charAt(at) == c) {
        at++;
        return true;
      }
      return false;
    }

    private void skipSpaces() {
      while (at < text.length() && text.charAt(at) == ' ') {
        at++;
      }
    }
  }
}
