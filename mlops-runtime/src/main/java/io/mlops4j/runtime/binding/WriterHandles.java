package io.mlops4j.runtime.binding;

import static java.lang.invoke.MethodType.methodType;

import io.mlops4j.runtime.memory.Native;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.List;

/**
 * Handles that write many components of a record at once. The JIT compiles such a handle to one
 * piece of code without calls between the components; calling a handle for each component costs
 * several times as much.
 */
final class WriterHandles {
  private static final MethodHandles.Lookup HERE = MethodHandles.lookup();

  /** The JIT does not inline handles without bounds. */
  private static final int MOST = 64;

  private WriterHandles() {}

  /**
   * Combines handles that take the same arguments, the last of which is a record, and return
   * nothing.
   *
   * @return handles that together do the same, in the same order, with any record; the record is
   *     cast once and not for each component
   */
  static List<MethodHandle> inOrder(List<MethodHandle> handles) {
    List<MethodHandle> combined = new ArrayList<>();
    for (int from = 0; from < handles.size(); from += MOST) {
      MethodHandle some = combine(handles.subList(from, Math.min(from + MOST, handles.size())));
      int last = some.type().parameterCount() - 1;
      combined.add(some.asType(some.type().changeParameterType(last, Record.class)));
    }
    return List.copyOf(combined);
  }

  /** A balanced tree, because the JIT does not inline deep ones. */
  private static MethodHandle combine(List<MethodHandle> handles) {
    int half = handles.size() / 2;
    return half == 0
        ? handles.get(0)
        : MethodHandles.foldArguments(
            combine(handles.subList(half, handles.size())), combine(handles.subList(0, half)));
  }

  /** Adds an offset to the address that a handle {@code (long, R) -> void} writes to. */
  static MethodHandle at(long offset, MethodHandle writer) {
    MethodHandle plus = find("plus", long.class, long.class, long.class);
    return MethodHandles.filterArguments(writer, 0, MethodHandles.insertArguments(plus, 0, offset));
  }

  /**
   * Returns a handle {@code (long address, R) -> void} that writes a number.
   *
   * @param getter returns a primitive number
   */
  static MethodHandle put(MethodHandle getter) {
    Class<?> type = getter.type().returnType();
    MethodHandle put = find("put", void.class, long.class, type);
    return MethodHandles.collectArguments(put, 1, getter);
  }

  static long plus(long offset, long address) {
    return offset + address;
  }

  static void put(long address, byte value) {
    Native.putByte(address, value);
  }

  static void put(long address, short value) {
    Native.putShort(address, value);
  }

  static void put(long address, int value) {
    Native.putInt(address, value);
  }

  static void put(long address, long value) {
    Native.putLong(address, value);
  }

  static void put(long address, float value) {
    Native.putFloat(address, value);
  }

  static void put(long address, double value) {
    Native.putDouble(address, value);
  }

  private static MethodHandle find(String name, Class<?> returned, Class<?>... taken) {
    try {
      return HERE.findStatic(WriterHandles.class, name, methodType(returned, taken));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
