package io.mlops4j.bench.conformance;

import io.mlops4j.model.ElementType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A tensor, whoever gave it; equal to another of the same type, shape and bits.
 *
 * @param bits its elements, row-major, little endian; empty for text
 * @param texts its elements if they are text
 */
record Tensor(ElementType type, List<Long> shape, ByteBuffer bits, List<String> texts) {
  Tensor {
    bits = bits.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  static Tensor of(ElementType type, long[] shape, byte[] bits) {
    return new Tensor(type, boxed(shape), ByteBuffer.wrap(bits), List.of());
  }

  static Tensor ofText(long[] shape, List<String> texts) {
    return new Tensor(ElementType.STRING, boxed(shape), ByteBuffer.allocate(0), texts);
  }

  private static List<Long> boxed(long[] shape) {
    return Arrays.stream(shape).boxed().toList();
  }

  /**
   * The type of a name in ONNX.
   *
   * @return empty for those that neither Java nor Arrow has: float8, int4, complex
   */
  static Optional<ElementType> type(String onnxName) {
    return switch (onnxName) {
      case "FLOAT" -> Optional.of(ElementType.FLOAT32);
      case "DOUBLE" -> Optional.of(ElementType.FLOAT64);
      default ->
          Arrays.stream(ElementType.values())
              .filter(type -> type.name().equals(onnxName))
              .findFirst();
    };
  }

  long[] dims() {
    return shape.stream().mapToLong(Long::longValue).toArray();
  }

  int count() {
    return Math.toIntExact(shape.stream().reduce(1L, Math::multiplyExact));
  }

  /** The elements in memory of its own. */
  byte[] bytes() {
    byte[] copy = new byte[bits.limit()];
    bits.get(0, copy);
    return copy;
  }

  /**
   * Where another of the same type and shape differs.
   *
   * @return the first element, or -1
   */
  int firstDifference(Tensor other) {
    int count = count();
    for (int i = 0; i < count; i++) {
      if (!text(i).equals(other.text(i))) {
        return i;
      }
    }
    return -1;
  }

  /** An element for people: text, or bits. */
  String text(int i) {
    return switch (type.bytes()) {
      case 0 -> "\"" + texts.get(i) + "\"";
      case 1 -> "0x%02x".formatted(bits.get(i));
      case 2 -> "0x%04x".formatted(bits.getShort(2 * i));
      case 4 -> "0x%08x".formatted(bits.getInt(4 * i));
      default -> "0x%016x".formatted(bits.getLong(8 * i));
    };
  }

  /** For people; says nothing of the elements. */
  @Override
  public String toString() {
    return type + shape.toString();
  }
}
