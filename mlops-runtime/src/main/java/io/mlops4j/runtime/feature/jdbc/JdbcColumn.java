package io.mlops4j.runtime.feature.jdbc;

import io.mlops4j.error.DataException;
import io.mlops4j.model.ElementType;
import io.mlops4j.runtime.binding.type.ArrowTypes;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Types;
import java.util.List;
import java.util.Locale;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.types.DateUnit;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.jspecify.annotations.Nullable;

/**
 * A column of a result set and the Arrow column that takes its values.
 *
 * @param number the number of the column, from 1
 */
record JdbcColumn(Field field, int number, JdbcValue value) {
  private static final ArrowType DOUBLE =
      new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE);
  private static final ArrowType FLOAT = new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE);

  /**
   * Maps a column.
   *
   * @param set the type that the options set; null for that of the database
   * @throws DataException if values of its type cannot be read
   */
  static JdbcColumn of(ResultSetMetaData found, int number, String name, @Nullable ElementType set)
      throws SQLException {
    if (set != null) {
      return of(name, number, ArrowTypes.arrowType(set), List.of(), isWhole(found, number));
    }
    if (found.getColumnType(number) == Types.ARRAY) {
      ArrowType element = element(found.getColumnTypeName(number));
      if (element == null) {
        throw new DataException(
            "the query: column "
                + name
                + ": found the type "
                + found.getColumnTypeName(number)
                + ", expected an array of numbers or texts; CAST it in the query",
            null);
      }
      return of(
          name, number, ArrowType.List.INSTANCE, List.of(Field.nullable("item", element)), false);
    }
    return of(name, number, type(found, number), List.of(), isWhole(found, number));
  }

  private static boolean isWhole(ResultSetMetaData found, int number) throws SQLException {
    return switch (found.getColumnType(number)) {
      case Types.TINYINT, Types.SMALLINT, Types.INTEGER, Types.BIGINT -> true;
      default -> false;
    };
  }

  private static JdbcColumn of(
      String name, int number, ArrowType type, List<Field> children, boolean whole) {
    Field field = new Field(name, FieldType.nullable(type), children);
    return new JdbcColumn(field, number, JdbcValue.of(field, whole));
  }

  private static ArrowType type(ResultSetMetaData found, int number) throws SQLException {
    String name = found.getColumnTypeName(number).toLowerCase(Locale.ROOT);
    if (name.equals("uuid")) { // a BINARY of H2
      return ArrowType.Utf8.INSTANCE;
    }
    return switch (found.getColumnType(number)) {
      // PostgreSQL's boolean is a BIT of the driver.
      case Types.BOOLEAN -> ArrowType.Bool.INSTANCE;
      case Types.BIT ->
          found.getPrecision(number) > 1 ? ArrowType.Utf8.INSTANCE : ArrowType.Bool.INSTANCE;
      case Types.TINYINT -> new ArrowType.Int(found.isSigned(number) ? 8 : 16, true);
      case Types.SMALLINT -> new ArrowType.Int(found.isSigned(number) ? 16 : 32, true);
      case Types.INTEGER -> new ArrowType.Int(found.isSigned(number) ? 32 : 64, true);
      case Types.BIGINT -> new ArrowType.Int(64, true);
      case Types.REAL -> FLOAT;
      case Types.FLOAT, Types.DOUBLE -> DOUBLE;
      case Types.NUMERIC, Types.DECIMAL ->
          decimal(found.getPrecision(number), found.getScale(number));
      case Types.DATE -> new ArrowType.Date(DateUnit.DAY);
      case Types.TIME -> new ArrowType.Time(TimeUnit.MICROSECOND, 64);
      case Types.TIMESTAMP ->
          new ArrowType.Timestamp(
              TimeUnit.MICROSECOND, name.equals("timestamptz") ? "UTC" : null); // PostgreSQL
      case Types.TIMESTAMP_WITH_TIMEZONE -> new ArrowType.Timestamp(TimeUnit.MICROSECOND, "UTC");
      case Types.BINARY, Types.VARBINARY, Types.LONGVARBINARY, Types.BLOB ->
          ArrowType.Binary.INSTANCE;
      default -> name.equals("decfloat") ? DOUBLE : ArrowType.Utf8.INSTANCE; // also UUID and JSON
    };
  }

  /** Numbers without a precision, such as averages, are doubles. */
  private static ArrowType decimal(int precision, int scale) {
    return precision < 1 || precision > 76 || scale < 0 || scale > precision
        ? DOUBLE
        : new ArrowType.Decimal(precision, scale, precision > 38 ? 256 : 128);
  }

  /** Returns the type of an array's elements, by its name in PostgreSQL, H2 and others. */
  private static @Nullable ArrowType element(String array) {
    String name =
        array.toLowerCase(Locale.ROOT).replaceFirst("^_", "").replaceFirst(" array.*", "");
    return switch (name.replaceFirst("\\(.*", "").strip()) {
      case "float4", "real" -> FLOAT;
      case "float8", "double precision", "double", "float", "numeric", "decimal" -> DOUBLE;
      case "int2", "smallint" -> new ArrowType.Int(16, true);
      case "int4", "integer", "int" -> new ArrowType.Int(32, true);
      case "int8", "bigint" -> new ArrowType.Int(64, true);
      case "bool", "boolean" -> ArrowType.Bool.INSTANCE;
      case "text", "varchar", "character varying", "bpchar", "char", "character" ->
          ArrowType.Utf8.INSTANCE;
      default -> null;
    };
  }

  /** Copies the value of the current row. */
  void copy(ResultSet rows, FieldVector to, int at) throws SQLException {
    value.copy(rows, number, to, at);
  }
}
