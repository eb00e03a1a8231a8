package io.mlops4j.runtime.internal.duckdb;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import org.apache.arrow.vector.BaseIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.LargeVarCharVector;
import org.apache.arrow.vector.TimeMicroVector;
import org.apache.arrow.vector.TimeMilliVector;
import org.apache.arrow.vector.TimeSecVector;
import org.apache.arrow.vector.TimeStampVector;
import org.apache.arrow.vector.UInt8Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.ViewVarCharVector;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.duckdb.DuckDBColumnType;
import org.duckdb.DuckDBLogicalType;
import org.duckdb.DuckDBTableFunctionBindInfo;
import org.duckdb.DuckDBWritableVector;
import org.jspecify.annotations.Nullable;

/**
 * Copies a column of Arrow to DuckDB's chunks.
 *
 * @param type DuckDB's type; null for a decimal
 */
record SinkColumn(Field field, @Nullable DuckDBColumnType type, Setter setter) {

  /** Copies one value that is not null. */
  private interface Setter {
    void set(FieldVector from, int row, DuckDBWritableVector to, long at);
  }

  static SinkColumn of(Field field) {
    ArrowType type = field.getType();
    if (type instanceof ArrowType.Int integer) {
      return integer(field, integer);
    }
    return switch (type.getTypeID()) {
      case Bool ->
          new SinkColumn(
              field,
              DuckDBColumnType.BOOLEAN,
              (from, row, to, at) -> to.setBoolean(at, ((BitVector) from).get(row) != 0));
      case FloatingPoint -> floating(field, (ArrowType.FloatingPoint) type);
      case Utf8, LargeUtf8, Utf8View ->
          new SinkColumn(
              field,
              DuckDBColumnType.VARCHAR,
              (from, row, to, at) ->
                  to.setString(at, new String(utf8(from, row), StandardCharsets.UTF_8)));
      case Date -> date(field, (ArrowType.Date) type);
      case Time -> time(field, (ArrowType.Time) type);
      case Timestamp -> timestamp(field, (ArrowType.Timestamp) type);
      case Decimal -> decimal(field, (ArrowType.Decimal) type);
      default -> throw unsupported(field);
    };
  }

  private static byte[] utf8(FieldVector from, int row) {
    if (from instanceof LargeVarCharVector large) {
      return large.get(row);
    }
    return from instanceof ViewVarCharVector view ? view.get(row) : ((VarCharVector) from).get(row);
  }

  private static SinkColumn integer(Field field, ArrowType.Int type) {
    return switch (type.getBitWidth()) {
      case 8 ->
          type.getIsSigned()
              ? new SinkColumn(
                  field,
                  DuckDBColumnType.TINYINT,
                  (from, row, to, at) -> to.setByte(at, (byte) value(from, row)))
              : new SinkColumn(
                  field,
                  DuckDBColumnType.SMALLINT,
                  (from, row, to, at) -> to.setShort(at, (short) value(from, row)));
      case 16 ->
          type.getIsSigned()
              ? new SinkColumn(
                  field,
                  DuckDBColumnType.SMALLINT,
                  (from, row, to, at) -> to.setShort(at, (short) value(from, row)))
              : new SinkColumn(
                  field,
                  DuckDBColumnType.INTEGER,
                  (from, row, to, at) -> to.setInt(at, (int) value(from, row)));
      case 32 ->
          type.getIsSigned()
              ? new SinkColumn(
                  field,
                  DuckDBColumnType.INTEGER,
                  (from, row, to, at) -> to.setInt(at, (int) value(from, row)))
              : new SinkColumn(
                  field,
                  DuckDBColumnType.BIGINT,
                  (from, row, to, at) -> to.setLong(at, value(from, row)));
      default -> {
        if (!type.getIsSigned()) {
          yield new SinkColumn(
              field,
              DuckDBColumnType.UBIGINT,
              (from, row, to, at) ->
                  to.setUint64(at, ((UInt8Vector) from).getObjectNoOverflow(row)));
        }
        yield new SinkColumn(
            field,
            DuckDBColumnType.BIGINT,
            (from, row, to, at) -> to.setLong(at, value(from, row)));
      }
    };
  }

  private static long value(FieldVector from, int row) {
    return ((BaseIntVector) from).getValueAsLong(row);
  }

  private static SinkColumn floating(Field field, ArrowType.FloatingPoint type) {
    return switch (type.getPrecision()) {
      case SINGLE ->
          new SinkColumn(
              field,
              DuckDBColumnType.FLOAT,
              (from, row, to, at) -> to.setFloat(at, ((Float4Vector) from).get(row)));
      case DOUBLE ->
          new SinkColumn(
              field,
              DuckDBColumnType.DOUBLE,
              (from, row, to, at) -> to.setDouble(at, ((Float8Vector) from).get(row)));
      default -> throw unsupported(field);
    };
  }

  private static SinkColumn date(Field field, ArrowType.Date type) {
    return switch (type.getUnit()) {
      case DAY ->
          new SinkColumn(
              field,
              DuckDBColumnType.DATE,
              (from, row, to, at) ->
                  to.setDate(at, LocalDate.ofEpochDay(((DateDayVector) from).get(row))));
      default -> throw unsupported(field);
    };
  }

  /** DuckDB's Java API writes no times of day, so they are numbers until {@link #selected}. */
  private static SinkColumn time(Field field, ArrowType.Time type) {
    Setter setter =
        switch (type.getUnit()) {
          case SECOND ->
              (from, row, to, at) -> to.setLong(at, 1_000_000L * ((TimeSecVector) from).get(row));
          case MILLISECOND ->
              (from, row, to, at) -> to.setLong(at, 1_000L * ((TimeMilliVector) from).get(row));
          case MICROSECOND ->
              (from, row, to, at) -> to.setLong(at, ((TimeMicroVector) from).get(row));
          case NANOSECOND -> throw unsupported(field);
        };
    return new SinkColumn(field, DuckDBColumnType.BIGINT, setter);
  }

  /** Returns the expression of the column in the file. */
  String selected() {
    String name = Sql.name(field.getName());
    return field.getType() instanceof ArrowType.Time
        ? "TIME '00:00:00' + to_microseconds(" + name + ") AS " + name
        : name;
  }

  private static SinkColumn timestamp(Field field, ArrowType.Timestamp type) {
    boolean zoned = type.getTimezone() != null;
    DuckDBColumnType column =
        zoned
            ? DuckDBColumnType.TIMESTAMP_WITH_TIME_ZONE
            : type.getUnit() == TimeUnit.NANOSECOND
                ? DuckDBColumnType.TIMESTAMP_NS
                : DuckDBColumnType.TIMESTAMP;
    ChronoUnit unit =
        switch (type.getUnit()) {
          case SECOND -> ChronoUnit.SECONDS;
          case MILLISECOND -> ChronoUnit.MILLIS;
          case MICROSECOND -> ChronoUnit.MICROS;
          case NANOSECOND -> ChronoUnit.NANOS;
        };
    LocalDateTime epoch = LocalDateTime.ofEpochSecond(0, 0, ZoneOffset.UTC);
    return new SinkColumn(
        field,
        column,
        (from, row, to, at) -> {
          LocalDateTime time = epoch.plus(((TimeStampVector) from).get(row), unit);
          if (zoned) {
            to.setOffsetDateTime(at, time.atOffset(ZoneOffset.UTC));
          } else {
            to.setTimestamp(at, time);
          }
        });
  }

  private static SinkColumn decimal(Field field, ArrowType.Decimal type) {
    if (type.getBitWidth() != 128) {
      throw unsupported(field);
    }
    return new SinkColumn(
        field,
        null,
        (from, row, to, at) -> {
          BigDecimal value = ((DecimalVector) from).getObject(row);
          to.setBigDecimal(at, value);
        });
  }

  private static IllegalArgumentException unsupported(Field field) {
    return new IllegalArgumentException(
        field.getName()
            + ": found the type "
            + field.getType()
            + ", expected a number, text, date or time; write an Arrow file, which takes all"
            + " types");
  }

  void declare(DuckDBTableFunctionBindInfo info) throws SQLException {
    if (type != null) {
      info.addResultColumn(field.getName(), type);
      return;
    }
    ArrowType.Decimal decimal = (ArrowType.Decimal) field.getType();
    try (DuckDBLogicalType logical =
        DuckDBLogicalType.decimal(decimal.getPrecision(), decimal.getScale())) {
      info.addResultColumn(field.getName(), logical);
    }
  }

  void copy(FieldVector from, int start, int count, DuckDBWritableVector to) {
    for (int i = 0; i < count; i++) {
      if (from.isNull(start + i)) {
        to.setNull(i);
      } else {
        setter.set(from, start + i, to, i);
      }
    }
  }
}
