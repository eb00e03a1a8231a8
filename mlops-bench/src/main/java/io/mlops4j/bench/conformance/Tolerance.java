package io.mlops4j.bench.conformance;

import io.mlops4j.model.ElementType;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;

/** Whether values are as expected, by the rule of the ONNX project's own test runner. */
final class Tolerance {
  private static final double RELATIVE = 1e-3;
  private static final double ABSOLUTE = 1e-7;

  private Tolerance() {}

  static boolean holds(List<Map<String, Value>> found, List<Map<String, Value>> expected) {
    if (found.size() != expected.size()) {
      return false;
    }
    for (int i = 0; i < found.size(); i++) {
      if (!holds(List.copyOf(found.get(i).values()), expected.get(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean holds(List<Value> found, Map<String, Value> expected) {
    List<Value> values = List.copyOf(expected.values());
    boolean holds = found.size() == values.size();
    for (int i = 0; holds && i < values.size(); i++) {
      holds = holds(found.get(i), values.get(i));
    }
    return holds;
  }

  private static boolean holds(Value found, Value expected) {
    boolean holds = found.toString().equals(expected.toString());
    for (int i = 0; holds && i < expected.tensors().size(); i++) {
      holds = holds(found.tensors().get(i), expected.tensors().get(i));
    }
    return holds;
  }

  private static boolean holds(Tensor found, Tensor expected) {
    if (!isFloatingPoint(expected.type())) {
      return found.equals(expected);
    }
    IntToDoubleFunction got = doubles(found);
    IntToDoubleFunction wanted = doubles(expected);
    for (int i = 0; i < expected.count(); i++) {
      if (!isClose(got.applyAsDouble(i), wanted.applyAsDouble(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isFloatingPoint(ElementType type) {
    return switch (type) {
      case FLOAT16, BFLOAT16, FLOAT32, FLOAT64 -> true;
      default -> false;
    };
  }

  private static boolean isClose(double found, double expected) {
    return Double.compare(found, expected) == 0
        || (Double.isFinite(expected)
            && Math.abs(found - expected) <= ABSOLUTE + RELATIVE * Math.abs(expected));
  }

  private static IntToDoubleFunction doubles(Tensor tensor) {
    ByteBuffer bits = tensor.bits();
    return switch (tensor.type()) {
      case FLOAT16 -> i -> half(bits.getShort(2 * i));
      case BFLOAT16 -> i -> Float.intBitsToFloat(bits.getShort(2 * i) << 16);
      case FLOAT32 -> i -> bits.getFloat(4 * i);
      default -> i -> bits.getDouble(8 * i);
    };
  }

  /** Java 17 has no conversion of its own. */
  private static double half(short bits) {
    int exponent = bits >>> 10 & 0x1f;
    int fraction = bits & 0x3ff;
    double size =
        switch (exponent) {
          case 0 -> Math.scalb((double) fraction, -24);
          case 0x1f -> fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
          default -> Math.scalb((double) (fraction | 0x400), exponent - 25);
        };
    return bits < 0 ? -size : size;
  }
}
