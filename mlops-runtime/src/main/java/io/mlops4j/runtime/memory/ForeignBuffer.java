package io.mlops4j.runtime.memory;

import static java.lang.invoke.MethodType.methodType;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Creates direct buffers over given addresses. Before Java 22, only native code can do that without
 * a flag.
 */
final class ForeignBuffer {
  private static final MethodHandle OVER;

  static {
    try {
      OVER = Runtime.version().feature() >= 22 ? bySegment() : Fields.handle();
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private ForeignBuffer() {}

  static ByteBuffer over(long address, int bytes) {
    try {
      return ((ByteBuffer) OVER.invokeExact(address, bytes)).order(ByteOrder.nativeOrder());
    } catch (Throwable e) {
      throw new AssertionError("cannot make a buffer over an address", e);
    }
  }

  /** {@code MemorySegment.ofAddress(address).reinterpret(bytes).asByteBuffer()}. */
  private static MethodHandle bySegment() throws ReflectiveOperationException {
    Class<?> segment = Class.forName("java.lang.foreign.MemorySegment");
    MethodHandles.Lookup lookup = MethodHandles.lookup(); // the JVM checks the calling module
    MethodHandle at = lookup.findStatic(segment, "ofAddress", methodType(segment, long.class));
    MethodHandle sized =
        lookup.findVirtual(segment, "reinterpret", methodType(segment, long.class));
    MethodHandle buffer = lookup.findVirtual(segment, "asByteBuffer", methodType(ByteBuffer.class));
    return MethodHandles.filterArguments(MethodHandles.filterReturnValue(sized, buffer), 0, at)
        .asType(methodType(ByteBuffer.class, long.class, int.class));
  }

  /** Creates a duplicate of an empty buffer, and changes its fields. */
  private static final class Fields {
    private static final ByteBuffer EMPTY = ByteBuffer.allocateDirect(0);
    private static final MethodHandle SET_ADDRESS;
    private static final MethodHandle SET_CAPACITY;

    static {
      try {
        SET_ADDRESS = setter("putLong", "address", long.class);
        SET_CAPACITY = setter("putInt", "capacity", int.class);
      } catch (ReflectiveOperationException e) {
        throw new ExceptionInInitializerError(e);
      }
    }

    private static MethodHandle setter(String put, String field, Class<?> type)
        throws ReflectiveOperationException {
      MethodHandle setter = BufferAccess.unsafe(put, void.class, Object.class, long.class, type);
      return MethodHandles.insertArguments(setter, 1, BufferAccess.offset(field))
          .asType(methodType(void.class, Buffer.class, type));
    }

    static MethodHandle handle() throws ReflectiveOperationException {
      return MethodHandles.lookup()
          .findStatic(Fields.class, "over", methodType(ByteBuffer.class, long.class, int.class));
    }

    @SuppressWarnings("UnusedMethod") // called by its handle
    private static ByteBuffer over(long address, int bytes) throws Throwable {
      ByteBuffer moved = EMPTY.duplicate();
      SET_CAPACITY.invokeExact((Buffer) moved, bytes);
      SET_ADDRESS.invokeExact((Buffer) moved, address);
      return moved.limit(bytes);
    }
  }
}
