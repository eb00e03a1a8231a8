package io.mlops4j.runtime.binding;

import static java.lang.invoke.MethodType.methodType;

import io.mlops4j.error.ModelInputException;
import io.mlops4j.model.ElementType;
import io.mlops4j.runtime.binding.record.Components;
import io.mlops4j.runtime.binding.type.Scalars;
import io.mlops4j.runtime.binding.type.Widening;
import io.mlops4j.runtime.memory.Native;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Array;
import java.lang.reflect.RecordComponent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Creates the handles that write one component of a record to the memory of an input. */
final class ComponentWriter {
  private static final MethodHandles.Lookup HERE = MethodHandles.lookup();

  private ComponentWriter() {}

  /** Returns a handle {@code (long address, R row) -> void} that writes one element. */
  static MethodHandle number(ColumnSource source, RecordComponent component, MethodHandle getter) {
    Class<?> type = component.getType();
    ElementType target = source.target();
    boolean exact = Widening.isExact(Components.requireElementType(type), target);
    Class<?> carrier = carrier(type, exact, target);
    MethodHandle value = getter.asType(getter.type().changeReturnType(carrier));
    if (!exact || !type.isPrimitive()) {
      MethodHandle bits =
          find(
              ComponentWriter.class,
              exact ? "bits" : "narrow",
              long.class,
              ColumnSource.class,
              carrier);
      value =
          MethodHandles.filterReturnValue(value, MethodHandles.insertArguments(bits, 0, source));
      carrier = long.class;
    }
    return MethodHandles.collectArguments(put(target, carrier), 1, value);
  }

  private static Class<?> carrier(Class<?> type, boolean exact, ElementType target) {
    if (!type.isPrimitive()) {
      return Object.class;
    }
    if (!exact) {
      return type == double.class || type == float.class ? double.class : long.class;
    }
    return switch (target) {
      case FLOAT32 -> float.class;
      case FLOAT64 -> double.class;
      case BOOL -> boolean.class;
      default -> long.class;
    };
  }

  /** Returns the bits of a value that the input's type holds exactly. */
  static long bits(ColumnSource source, @Nullable Object value) {
    if (value == null) {
      return bitsForNull(source);
    }
    return switch (source.target()) {
      case FLOAT32 -> Float.floatToRawIntBits(((Number) value).floatValue());
      case FLOAT64 -> Double.doubleToRawLongBits(((Number) value).doubleValue());
      case BOOL -> (Boolean) value ? 1 : 0;
      default -> ((Number) value).longValue();
    };
  }

  static long narrow(ColumnSource source, double value) {
    if (!Narrow.fits(value, source.target())) {
      throw new Unfit(source, Double.toString(value));
    }
    return Narrow.bits(value, source.target());
  }

  static long narrow(ColumnSource source, long value) {
    if (!Narrow.fits(value, ElementType.INT64, source.target())) {
      throw new Unfit(source, Long.toString(value));
    }
    return Narrow.bits(value, ElementType.INT64, source.target());
  }

  static long narrow(ColumnSource source, @Nullable Object value) {
    if (value == null) {
      return bitsForNull(source);
    }
    Number number = (Number) value;
    return value instanceof Double || value instanceof Float
        ? narrow(source, number.doubleValue())
        : narrow(source, number.longValue());
  }

  /**
   * Thrown for a value that the model's type cannot hold. The code that knows the row catches it.
   */
  static final class Unfit extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient ColumnSource source;
    private final String value;

    Unfit(ColumnSource source, String value) {
      super(value, null, false, false);
      this.source = source;
      this.value = value;
    }

    ModelInputException in(int row) {
      return source.unfit(value + " in row " + row);
    }
  }

  /** Returns a handle {@code (long address, carrier) -> void}; true is written as 1. */
  private static MethodHandle put(ElementType target, Class<?> carrier) {
    MethodHandle put =
        switch (target.bytes()) {
          case 1 -> find(Native.class, "putByte", void.class, long.class, byte.class);
          case 2 -> find(Native.class, "putShort", void.class, long.class, short.class);
          case 4 ->
              carrier == float.class
                  ? find(Native.class, "putFloat", void.class, long.class, float.class)
                  : find(Native.class, "putInt", void.class, long.class, int.class);
          default ->
              carrier == double.class
                  ? find(Native.class, "putDouble", void.class, long.class, double.class)
                  : find(Native.class, "putLong", void.class, long.class, long.class);
        };
    return MethodHandles.explicitCastArguments(put, methodType(void.class, long.class, carrier));
  }

  private static MethodHandle find(
      Class<?> owner, String name, Class<?> returned, Class<?>... taken) {
    try {
      return HERE.findStatic(owner, name, methodType(returned, taken));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Writes an array, or the replacement of a missing one. */
  static void array(ColumnSource source, @Nullable Object array, int width, long address) {
    int bytes = source.target().bytes();
    if (array == null) {
      for (int i = 0; i < width; i++) {
        Scalars.put(address + (long) i * bytes, bytes, bitsForNull(source));
      }
    } else if (array instanceof double[] doubles && source.target() == ElementType.FLOAT32) {
      for (int i = 0; i < width; i++) {
        Native.putInt(address + 4L * i, (int) narrow(source, doubles[i]));
      }
    } else if (array instanceof float[] floats && source.target() == ElementType.FLOAT32) {
      for (int i = 0; i < width; i++) {
        Native.putFloat(address + 4L * i, floats[i]);
      }
    } else if (array instanceof long[] longs && source.target() == ElementType.INT64) {
      for (int i = 0; i < width; i++) {
        Native.putLong(address + 8L * i, longs[i]);
      }
    } else {
      boolean exact =
          Widening.isExact(Components.requireElementType(array.getClass()), source.target());
      for (int i = 0; i < width; i++) {
        Object value = Array.get(array, i);
        long bits = exact ? bits(source, value) : narrow(source, value);
        Scalars.put(address + (long) i * bytes, bytes, bits);
      }
    }
  }

  private static long bitsForNull(ColumnSource source) {
    NullValue value = source.forNull();
    if (value == null) {
      throw source.nullRefused("null");
    }
    return value.bits();
  }

  static String textOf(ColumnSource source, @Nullable Object value) {
    return value == null ? source.textForNull() : Components.text(value);
  }

  /**
   * Checks that a component can fill a source.
   *
   * @throws ModelInputException if its type does not fit
   */
  static void check(InputPlan plan, ColumnSource source, RecordComponent component) {
    Class<?> type = component.getType();
    ElementType found = Components.elementType(type);
    boolean shape = plan.takes(type.isArray());
    boolean nested = type.isArray() && !type.getComponentType().isPrimitive() && !plan.isText();
    if (found == null || nested || !shape || !source.takes(found)) {
      throw new ModelInputException(
          component.getName(), type.getSimpleName(), expected(plan, source, found));
    }
  }

  private static String expected(InputPlan plan, ColumnSource source, @Nullable ElementType found) {
    List<String> types = Components.javaTypes(source::takes);
    if (types.isEmpty() || !(plan.takes(false) || plan.takes(true))) {
      return "a batch in place of records, none of whose components holds " + plan.spec();
    }
    return source.expected()
        + (plan.takes(false) ? " (" : " (an array of ")
        + String.join(", ", types)
        + (plan.takes(false) && plan.takes(true) ? ", or an array of such" : "")
        + "), because the model takes "
        + plan.spec()
        + (found == null ? "" : source.permission(found));
  }
}
