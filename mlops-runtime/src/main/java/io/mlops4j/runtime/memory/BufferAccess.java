package io.mlops4j.runtime.memory;

import static java.lang.invoke.MethodType.methodType;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Field;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Reads the address of direct buffers, creates buffers over addresses and frees them at a known
 * time, which Java does not offer in all versions.
 *
 * <p>The address comes from {@code MemorySegment} where it exists (Java 22 and later), otherwise
 * from {@code sun.misc.Unsafe}. Both are called by method handles, because the first does not
 * compile for Java 17 and the second causes a warning.
 */
final class BufferAccess {
  private static final MethodHandle ADDRESS;
  private static final MethodHandle FREE;

  static {
    try {
      FREE = unsafe("invokeCleaner", void.class, ByteBuffer.class);
      ADDRESS = Runtime.version().feature() >= 22 ? segmentAddress() : fieldAddress();
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private BufferAccess() {}

  /** Returns the address of a direct buffer's first byte, whatever its position. */
  static long address(ByteBuffer direct) {
    try {
      return (long) ADDRESS.invokeExact((Buffer) direct.duplicate().clear());
    } catch (Throwable e) {
      throw new AssertionError("cannot read the address of a direct buffer", e);
    }
  }

  /** Frees a direct buffer that is neither a slice nor a duplicate. It must not be used again. */
  static void free(ByteBuffer direct) {
    try {
      FREE.invokeExact(direct);
    } catch (Throwable e) {
      throw new AssertionError("cannot free a direct buffer", e);
    }
  }

  private static MethodHandle segmentAddress() throws ReflectiveOperationException {
    Class<?> segment = Class.forName("java.lang.foreign.MemorySegment");
    MethodHandles.Lookup lookup = MethodHandles.publicLookup();
    MethodHandle of = lookup.findStatic(segment, "ofBuffer", methodType(segment, Buffer.class));
    MethodHandle address = lookup.findVirtual(segment, "address", methodType(long.class));
    return MethodHandles.filterReturnValue(of, address);
  }

  private static MethodHandle fieldAddress() throws ReflectiveOperationException {
    MethodHandle getLong = unsafe("getLong", long.class, Object.class, long.class);
    return MethodHandles.insertArguments(getLong, 1, offset("address"))
        .asType(methodType(long.class, Buffer.class));
  }

  static long offset(String field) throws ReflectiveOperationException {
    MethodHandle objectFieldOffset = unsafe("objectFieldOffset", long.class, Field.class);
    try {
      return (long) objectFieldOffset.invokeExact(Buffer.class.getDeclaredField(field));
    } catch (ReflectiveOperationException | RuntimeException e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("cannot find the " + field + " of a direct buffer", e);
    }
  }

  static MethodHandle unsafe(String method, Class<?> returned, Class<?>... taken)
      throws ReflectiveOperationException {
    Class<?> unsafe = Class.forName("sun.misc.Unsafe");
    Field instance = unsafe.getDeclaredField("theUnsafe");
    instance.setAccessible(true);
    return MethodHandles.publicLookup()
        .findVirtual(unsafe, method, methodType(returned, taken))
        .bindTo(instance.get(null));
  }

  /**
   * Returns a buffer over an address. Before Java 22, only native code can create one without a
   * flag.
   */
  static ByteBuffer over(long address, int bytes) {
    try {
      return ((ByteBuffer) Over.HANDLE.invokeExact(address, bytes)).order(ByteOrder.nativeOrder());
    } catch (Throwable e) {
      throw new AssertionError("cannot make a buffer over an address", e);
    }
  }

  /** Resolved only when a buffer is needed. */
  private static final class Over {
    static final MethodHandle HANDLE;

    static {
      try {
        HANDLE = Runtime.version().feature() >= 22 ? bySegment() : Fields.handle();
      } catch (ReflectiveOperationException e) {
        throw new ExceptionInInitializerError(e);
      }
    }

    /** {@code MemorySegment.ofAddress(address).reinterpret(bytes).asByteBuffer()}. */
    private static MethodHandle bySegment() throws ReflectiveOperationException {
      Class<?> segment = Class.forName("java.lang.foreign.MemorySegment");
      MethodHandles.Lookup lookup = MethodHandles.lookup(); // the JVM checks the calling module
      MethodHandle at = lookup.findStatic(segment, "ofAddress", methodType(segment, long.class));
      MethodHandle sized =
          lookup.findVirtual(segment, "reinterpret", methodType(segment, long.class));
      MethodHandle buffer =
          lookup.findVirtual(segment, "asByteBuffer", methodType(ByteBuffer.class));
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
        MethodHandle setter = unsafe(put, void.class, Object.class, long.class, type);
        return MethodHandles.insertArguments(setter, 1, offset(field))
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
}
