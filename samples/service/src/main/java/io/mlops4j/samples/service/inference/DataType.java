package io.mlops4j.samples.service.inference;

import io.mlops4j.model.ElementType;
import java.util.Arrays;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;

/** The data types of the protocol, and their form in Arrow. */
public enum DataType {
  BOOL(1, ArrowType.Bool.INSTANCE, ElementType.BOOL),
  UINT8(1, new ArrowType.Int(8, false), ElementType.UINT8),
  UINT16(2, new ArrowType.Int(16, false), ElementType.UINT16),
  UINT32(4, new ArrowType.Int(32, false), ElementType.UINT32),
  UINT64(8, new ArrowType.Int(64, false), ElementType.UINT64),
  INT8(1, new ArrowType.Int(8, true), ElementType.INT8),
  INT16(2, new ArrowType.Int(16, true), ElementType.INT16),
  INT32(4, new ArrowType.Int(32, true), ElementType.INT32),
  INT64(8, new ArrowType.Int(64, true), ElementType.INT64),
  FP16(2, new ArrowType.FloatingPoint(FloatingPointPrecision.HALF), ElementType.FLOAT16),
  FP32(4, new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE), ElementType.FLOAT32),
  FP64(8, new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE), ElementType.FLOAT64),
  BYTES(0, ArrowType.Utf8.INSTANCE, ElementType.STRING);

  private final int bytes;

  @SuppressWarnings("ImmutableEnumChecker") // Arrow's types have no setters
  private final ArrowType arrow;

  private final ElementType element;

  DataType(int bytes, ArrowType arrow, ElementType element) {
    this.bytes = bytes;
    this.arrow = arrow;
    this.element = element;
  }

  /** Returns the type that a request names. */
  static DataType parse(String input, String name) {
    for (DataType type : values()) {
      if (type.name().equals(name)) {
        return type;
      }
    }
    throw Problem.badInput(
        "%s: found the datatype \"%s\", expected one of %s"
            .formatted(input, name, Arrays.toString(values())));
  }

  /** Returns the protocol's type of a model's elements. */
  static DataType of(ElementType element) {
    for (DataType type : values()) {
      if (type.element == element) {
        return type;
      }
    }
    throw Problem.unsupported("found elements of type " + element + ", which are not supported");
  }

  /** The size of an element in binary data; 0 for {@link #BYTES}, whose elements have any size. */
  int bytes() {
    return bytes;
  }

  ArrowType arrow() {
    return arrow;
  }

  boolean isFloating() {
    return this == FP16 || this == FP32 || this == FP64;
  }

  boolean isInteger() {
    return arrow instanceof ArrowType.Int;
  }

  /** Whether the bits of a long are those of a value of this type. */
  boolean fits(long value) {
    return switch (this) {
      case UINT8, UINT16, UINT32 -> value >= 0 && value < (1L << (8 * bytes));
      case UINT64 -> value >= 0;
      case INT8 -> value == (byte) value;
      case INT16 -> value == (short) value;
      case INT32 -> value == (int) value;
      default -> true;
    };
  }
}
