package io.mlops4j.runtime.onnx.foreign;

import static java.lang.invoke.MethodType.methodType;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Array;
import java.lang.reflect.Method;

/**
 * Calls C functions by address. Needs Java 22, whose types are reached by reflection.
 *
 * <p>Every function is called with 64-bit integers: addresses, sizes, and numbers of 32 bits, whose
 * upper half the callee ignores. Arguments that a function does not have are 0. In the calling
 * conventions of all supported platforms (System V, Windows x64, AArch64) the caller removes its
 * arguments, so a superfluous one has no effect. Thus two shapes of calls are enough. Each further
 * shape would make the start of a process slower, because the JVM generates code for it.
 */
final class Downcalls {
  private static final int FEW = 4;
  private static final int MANY = 8;

  private static final MethodHandle CALL_FEW;
  private static final MethodHandle CALL_MANY;

  static {
    try {
      MethodHandle address =
          MethodHandles.publicLookup()
              .findStatic(type("MemorySegment"), "ofAddress", methodType(segment(), long.class));
      CALL_FEW = MethodHandles.filterArguments(downcall(FEW), 0, address);
      CALL_MANY = MethodHandles.filterArguments(downcall(MANY), 0, address);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private Downcalls() {}

  /** Calls a function with up to four arguments. Its result is undefined if it returns void. */
  static long call(long function, long a, long b, long c, long d) {
    try {
      return (long) CALL_FEW.invokeExact(function, a, b, c, d);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  /** Calls a function with up to eight arguments. */
  static long call(long function, long a, long b, long c, long d, long e, long f, long g, long h) {
    try {
      return (long) CALL_MANY.invokeExact(function, a, b, c, d, e, f, g, h);
    } catch (Throwable t) {
      throw failed(t);
    }
  }

  /** A call itself throws nothing that a caller could handle. */
  private static AssertionError failed(Throwable e) {
    return new AssertionError("cannot call a native function", e);
  }

  /** Generates the code of all calls, as initialising this class does. */
  static void load() {}

  /** {@code Linker.nativeLinker().downcallHandle(FunctionDescriptor.of(JAVA_LONG, ...))}. */
  private static MethodHandle downcall(int arguments) throws ReflectiveOperationException {
    Class<?> layout = type("MemoryLayout");
    Object number = type("ValueLayout").getField("JAVA_LONG").get(null);
    Object numbers = Array.newInstance(layout, arguments);
    for (int i = 0; i < arguments; i++) {
      Array.set(numbers, i, number);
    }
    Class<?> descriptor = type("FunctionDescriptor");
    Object described =
        descriptor.getMethod("of", layout, numbers.getClass()).invoke(null, number, numbers);
    Class<?> linker = type("Linker");
    Object options = Array.newInstance(type("Linker$Option"), 0);
    // The JVM checks whether the module of the calling class has native access. It generates twice
    // as many classes to call such a method by a method handle.
    Method link = linker.getMethod("downcallHandle", descriptor, options.getClass());
    Object nativeLinker = linker.getMethod("nativeLinker").invoke(null);
    return (MethodHandle) link.invoke(nativeLinker, described, options);
  }

  static Class<?> segment() throws ClassNotFoundException {
    return type("MemorySegment");
  }

  /** Returns a type of {@code java.lang.foreign}. */
  static Class<?> type(String name) throws ClassNotFoundException {
    return Class.forName("java.lang.foreign." + name);
  }
}
