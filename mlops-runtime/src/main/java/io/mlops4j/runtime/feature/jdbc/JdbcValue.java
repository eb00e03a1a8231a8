package io.mlops4j.runtime.feature.jdbc;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.Decimal256Vector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.SmallIntVector;
import org.apache.arrow.vector.TimeMicroVector;
import org.apache.arrow.vector.TimeStampMicroTZVector;
import org.apache.arrow.vector.TimeStampMicroVector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.UInt1Vector;
import org.apache.arrow.vector.UInt2Vector;
import org.apache.arrow.vector.UInt4Vector;
import org.apache.arrow.vector.UInt8Vector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.jspecify.annotations.Nullable;

/** Copies values of one type from a result set to an Arrow vector. */
@FunctionalInterface
interface JdbcValue {
  /**
   * Copies the value of the current row.
   *
   * @throws RuntimeException if the value does not fit
   */
  void copy(ResultSet rows, int column, FieldVector to, int at) throws SQLException;

  /**
   * Returns how values are copied to a field.
   *
   * @param wholeNumbers whether the column of the database has whole numbers of up to 64 bits
   */
  static JdbcValue of(Field field, boolean wholeNumbers) {
    ArrowType type = field.getType();
    return switch (type.getTypeID()) {
      case FloatingPoint -> JdbcValue::floating;
      case Int -> wholeNumbers ? JdbcValue::whole : JdbcValue::exact;
      case Utf8 -> (rows, column, to, at) -> set(to, at, rows.getString(column));
      case Date -> objects(LocalDate.class);
      case Time -> objects(LocalTime.class);
      case Timestamp ->
          ((ArrowType.Timestamp) type).getTimezone() == null
              ? objects(LocalDateTime.class)
              : objects(OffsetDateTime.class);
      case Decimal -> objects(BigDecimal.class);
      case Binary -> (rows, column, to, at) -> set(to, at, rows.getBytes(column));
      case List -> JdbcValue::list;
      default ->
          (rows, column, to, at) -> {
            boolean value = rows.getBoolean(column);
            set(to, at, rows.wasNull() ? null : value);
          };
    };
  }

  private static JdbcValue objects(Class<?> type) {
    return (rows, column, to, at) -> set(to, at, rows.getObject(column, type));
  }

  private static void floating(ResultSet rows, int column, FieldVector to, int at)
      throws SQLException {
    double value = rows.getDouble(column);
    if (rows.wasNull()) {
      to.setNull(at);
      return;
    }
    if (Double.isInfinite(value) && !isInfinite(rows.getString(column))) {
      throw new ArithmeticException(rows.getString(column) + " exceeds a float64");
    }
    if (to instanceof Float8Vector doubles) {
      doubles.setSafe(at, value);
    } else {
      float narrow = (float) value;
      if (Float.isInfinite(narrow) && !Double.isInfinite(value)) {
        throw new ArithmeticException(value + " exceeds a float32");
      }
      ((Float4Vector) to).setSafe(at, narrow);
    }
  }

  /** Whether the text is a name such as -Infinity; digits are those of a number. */
  private static boolean isInfinite(String value) {
    return value.chars().noneMatch(Character::isDigit);
  }

  private static void whole(ResultSet rows, int column, FieldVector to, int at)
      throws SQLException {
    long value = rows.getLong(column);
    if (rows.wasNull()) {
      to.setNull(at);
    } else {
      setWhole(to, at, value);
    }
  }

  /** A fraction is an error; drivers would cut it off. */
  private static void exact(ResultSet rows, int column, FieldVector to, int at)
      throws SQLException {
    set(to, at, rows.getObject(column));
  }

  private static void list(ResultSet rows, int column, FieldVector to, int at) throws SQLException {
    Array array = rows.getArray(column);
    ListVector lists = (ListVector) to;
    if (array == null) {
      lists.setNull(at);
      return;
    }
    try {
      Object[] values = (Object[]) array.getArray();
      int start = lists.startNewValue(at);
      for (int i = 0; i < values.length; i++) {
        Object value = values[i];
        if (value instanceof Object[]) {
          throw new IllegalArgumentException("an array of arrays");
        }
        set(lists.getDataVector(), start + i, value);
      }
      lists.endValue(at, values.length);
    } finally {
      array.free();
    }
  }

  private static void set(FieldVector to, int at, @Nullable Object value) {
    if (value == null) {
      to.setNull(at);
    } else if (to instanceof VarCharVector texts) {
      texts.setSafe(at, value.toString().getBytes(StandardCharsets.UTF_8));
    } else if (to instanceof VarBinaryVector bytes) {
      bytes.setSafe(at, (byte[]) value);
    } else if (to instanceof BitVector bits) {
      bits.setSafe(at, (Boolean) value ? 1 : 0);
    } else if (value instanceof LocalDate date) {
      if (date.toEpochDay() != (int) date.toEpochDay()) {
        throw new ArithmeticException(date + " is out of range");
      }
      ((DateDayVector) to).setSafe(at, (int) date.toEpochDay());
    } else if (value instanceof LocalTime time) {
      ((TimeMicroVector) to).setSafe(at, time.toNanoOfDay() / 1000);
    } else if (value instanceof LocalDateTime time) {
      ((TimeStampMicroVector) to).setSafe(at, micros(time.atOffset(ZoneOffset.UTC)));
    } else if (value instanceof OffsetDateTime time) {
      ((TimeStampMicroTZVector) to).setSafe(at, micros(time));
    } else if (to instanceof DecimalVector decimals) {
      decimals.setSafe(at, ((BigDecimal) value).setScale(decimals.getScale()));
    } else if (to instanceof Decimal256Vector decimals) {
      decimals.setSafe(at, ((BigDecimal) value).setScale(decimals.getScale()));
    } else if (to instanceof Float8Vector doubles) {
      double number = ((Number) value).doubleValue();
      if (Double.isInfinite(number) && value instanceof BigDecimal) {
        throw new ArithmeticException(value + " exceeds a float64");
      }
      doubles.setSafe(at, number);
    } else if (to instanceof Float4Vector floats) {
      floats.setSafe(at, ((Number) value).floatValue());
    } else if (to instanceof UInt8Vector longs) {
      BigInteger number = whole(value);
      if (number.signum() < 0 || number.bitLength() > 64) {
        throw new ArithmeticException(value + " is out of range");
      }
      longs.setSafe(at, number.longValue());
    } else {
      setWhole(to, at, whole(value).longValueExact());
    }
  }

  private static BigInteger whole(Object value) {
    return new BigDecimal(value.toString().strip()).toBigIntegerExact();
  }

  private static long micros(OffsetDateTime time) {
    try {
      return Math.addExact(
          Math.multiplyExact(time.toEpochSecond(), 1_000_000L), time.getNano() / 1000);
    } catch (ArithmeticException e) { // PostgreSQL has infinity
      throw new ArithmeticException(time + " is out of range");
    }
  }

  private static void setWhole(FieldVector to, int at, long value) {
    if (to instanceof BigIntVector longs) {
      longs.setSafe(at, value);
    } else if (to instanceof IntVector ints) {
      ints.setSafe(at, Math.toIntExact(value));
    } else if (to instanceof SmallIntVector shorts) {
      shorts.setSafe(at, (int) checked(value, Short.MIN_VALUE, Short.MAX_VALUE));
    } else if (to instanceof TinyIntVector bytes) {
      bytes.setSafe(at, (int) checked(value, Byte.MIN_VALUE, Byte.MAX_VALUE));
    } else if (to instanceof UInt1Vector bytes) {
      bytes.setSafe(at, (int) checked(value, 0, 0xff));
    } else if (to instanceof UInt2Vector shorts) {
      shorts.setSafe(at, (int) checked(value, 0, 0xffff));
    } else {
      ((UInt4Vector) to).setSafe(at, (int) checked(value, 0, 0xffffffffL));
    }
  }

  private static long checked(long value, long least, long most) {
    if (value < least || value > most) {
      throw new ArithmeticException(value + " is not between " + least + " and " + most);
    }
    return value;
  }
}
