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
 * arguments, so a superfluous one has no effect. Thus one shape of calls is enough. The JVM
 * generates code for each shape, and a second one, for fewer arguments, made no call faster.
 */
final class Downcalls {
  private static final int ARGUMENTS = 8;

  private static final MethodHandle CALL;

  static {
    try {
      MethodHandle address =
          MethodHandles.publicLookup()
              .findStatic(type("MemorySegment"), "ofAddress", methodType(segment(), long.class));
      CALL = MethodHandles.filterArguments(downcall(), 0, address);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private Downcalls() {}

  /** Calls a function with up to four arguments. Its result is undefined if it returns void. */
  static long call(long function, long a, long b, long c, long d) {
    return call(function, a, b, c, d, 0, 0, 0, 0);
  }

  /** Calls a function with up to eight arguments. Its result is undefined if it returns void. */
  static long call(long function, long a, long b, long c, long d, long e, long f, long g, long h) {
    try {
      return (long) CALL.invokeExact(function, a, b, c, d, e, f, g, h);
    } catch (Throwable failure) { // a call itself throws nothing that a caller could handle
      throw new AssertionError("cannot call a native function", failure);
    }
  }

  /** Generates the code of all calls, as initialising this class does. */
  static void load() {}

  /** {@code Linker.nativeLinker().downcallHandle(FunctionDescriptor.of(JAVA_LONG, ...))}. */
  private static MethodHandle downcall() throws ReflectiveOperationException {
    Class<?> layout = type("MemoryLayout");
    Object number = type("ValueLayout").getField("JAVA_LONG").get(null);
    Object numbers = Array.newInstance(layout, ARGUMENTS);
    for (int i = 0; i < ARGUMENTS; i++) {
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
