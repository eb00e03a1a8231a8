package io.mlops4j.runtime.cli.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.DateMilliVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float2Vector;
import org.apache.arrow.vector.TimeStampVector;
import org.apache.arrow.vector.UInt1Vector;
import org.apache.arrow.vector.UInt2Vector;
import org.apache.arrow.vector.UInt4Vector;
import org.apache.arrow.vector.UInt8Vector;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.jspecify.annotations.Nullable;

/** Converts a value of an Arrow vector to JSON. */
final class ArrowCells {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private ArrowCells() {}

  static JsonNode json(FieldVector vector, int row) {
    if (vector.isNull(row)) {
      return JSON.nullNode();
    }
    if (vector instanceof Float2Vector half) {
      return json(half.getValueAsFloat(row));
    } else if (vector instanceof UInt1Vector bytes) {
      return json(bytes.getObjectNoOverflow(row));
    } else if (vector instanceof UInt2Vector shorts) {
      return json((int) shorts.get(row));
    } else if (vector instanceof UInt4Vector ints) {
      return json(ints.getObjectNoOverflow(row));
    } else if (vector instanceof UInt8Vector longs) {
      return json(longs.getObjectNoOverflow(row));
    }
    return json(time(vector, row).orElseGet(() -> vector.getObject(row)));
  }

  /** Returns a date, or a time in UTC, which Arrow gives as a number; empty for all else. */
  private static Optional<Object> time(FieldVector vector, int row) {
    if (vector instanceof DateDayVector days) {
      return Optional.of(LocalDate.ofEpochDay(days.get(row)));
    } else if (vector instanceof DateMilliVector millis) {
      return Optional.of(
          Instant.ofEpochMilli(millis.get(row)).atOffset(ZoneOffset.UTC).toLocalDate());
    } else if (vector.getField().getType() instanceof ArrowType.Timestamp type
        && type.getTimezone() != null
        && vector instanceof TimeStampVector times) {
      return Optional.of(Instant.EPOCH.plus(times.get(row), unit(type.getUnit())));
    }
    return Optional.empty();
  }

  private static ChronoUnit unit(TimeUnit unit) {
    return switch (unit) {
      case SECOND -> ChronoUnit.SECONDS;
      case MILLISECOND -> ChronoUnit.MILLIS;
      case MICROSECOND -> ChronoUnit.MICROS;
      case NANOSECOND -> ChronoUnit.NANOS;
    };
  }

  /** JSON has no NaN and no infinity, so they become text. */
  private static JsonNode json(@Nullable Object value) {
    if (value == null) {
      return JSON.nullNode();
    } else if (value instanceof Float number) {
      return Float.isFinite(number) ? JSON.numberNode(number) : JSON.textNode(number.toString());
    } else if (value instanceof Double number) {
      return Double.isFinite(number) ? JSON.numberNode(number) : JSON.textNode(number.toString());
    } else if (value instanceof BigInteger number) {
      return JSON.numberNode(number);
    } else if (value instanceof BigDecimal number) {
      return JSON.numberNode(number);
    } else if (value instanceof Number number) {
      return JSON.numberNode(number.longValue());
    } else if (value instanceof Boolean truth) {
      return JSON.booleanNode(truth);
    } else if (value instanceof List<?> list) {
      ArrayNode array = JSON.arrayNode();
      list.forEach(element -> array.add(json(element)));
      return array;
    } else if (value instanceof Map<?, ?> map) {
      ObjectNode object = JSON.objectNode();
      map.forEach((key, element) -> object.set(String.valueOf(key), json(element)));
      return object;
    }
    return JSON.textNode(value.toString());
  }
}
