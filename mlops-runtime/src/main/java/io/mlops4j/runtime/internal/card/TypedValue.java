package io.mlops4j.runtime.internal.card;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.runtime.internal.document.Json;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Plain values as JSON, beside the names of their types, because JSON has one type of number. A
 * float is written as the double of the same value. Numbers that JSON lacks are texts: {@code
 * "NaN"}, {@code "Infinity"}, {@code "-Infinity"}.
 */
final class TypedValue {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private TypedValue() {}

  static String type(Object value) {
    if (value instanceof Byte) {
      return "int8";
    } else if (value instanceof Short) {
      return "int16";
    } else if (value instanceof Integer) {
      return "int32";
    } else if (value instanceof Long) {
      return "int64";
    } else if (value instanceof Float) {
      return "float32";
    } else if (value instanceof Double) {
      return "float64";
    }
    return value instanceof Boolean ? "bool" : "string";
  }

  static ObjectNode write(Map<String, ?> values) {
    ObjectNode json = Json.object();
    values.forEach((name, value) -> json.set(name, write(value)));
    return json;
  }

  static JsonNode write(@Nullable Object value) {
    if (value == null) {
      return NODES.nullNode();
    } else if (value instanceof Float || value instanceof Double) {
      double number = ((Number) value).doubleValue();
      return Double.isFinite(number)
          ? NODES.numberNode(number)
          : NODES.textNode(Double.toString(number));
    } else if (value instanceof Number number) {
      return NODES.numberNode(number.longValue());
    }
    return value instanceof Boolean flag
        ? NODES.booleanNode(flag)
        : NODES.textNode(value.toString());
  }

  static @Nullable Object read(String type, JsonNode json) {
    return json.isNull() ? null : readPresent(type, json);
  }

  private static Object readPresent(String type, JsonNode json) {
    return switch (type) {
      case "int8" -> (byte) whole(json, Byte.MIN_VALUE, Byte.MAX_VALUE);
      case "int16" -> (short) whole(json, Short.MIN_VALUE, Short.MAX_VALUE);
      case "int32" -> (int) whole(json, Integer.MIN_VALUE, Integer.MAX_VALUE);
      case "int64" -> whole(json, Long.MIN_VALUE, Long.MAX_VALUE);
      case "float32" -> (float) floating(json);
      case "float64" -> floating(json);
      case "bool" -> {
        if (!json.isBoolean()) {
          throw wrong(type, json);
        }
        yield json.booleanValue();
      }
      case "string" -> {
        if (!json.isTextual()) {
          throw wrong(type, json);
        }
        yield json.textValue();
      }
      default -> throw new IllegalArgumentException("values of the unknown type " + type);
    };
  }

  private static long whole(JsonNode json, long least, long most) {
    if (!json.isIntegralNumber()
        || !json.canConvertToLong()
        || json.longValue() < least
        || json.longValue() > most) {
      throw wrong("whole number from " + least + " to " + most, json);
    }
    return json.longValue();
  }

  private static double floating(JsonNode json) {
    if (json.isNumber()) {
      return json.doubleValue();
    }
    return switch (String.valueOf(json.textValue())) {
      case "NaN" -> Double.NaN;
      case "Infinity" -> Double.POSITIVE_INFINITY;
      case "-Infinity" -> Double.NEGATIVE_INFINITY;
      default -> throw wrong("floating-point number", json);
    };
  }

  private static IllegalArgumentException wrong(String expected, JsonNode found) {
    return new IllegalArgumentException("the value " + found + " instead of a " + expected);
  }
}
