package io.mlops4j.runtime.binding.record;

import static java.lang.invoke.MethodType.methodType;

import io.mlops4j.runtime.memory.Native;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Makes the code that writes many components of a record at once. Calling a handle for each
 * component costs several times as much, unless the handles are constants.
 *
 * <p>Handles can also be combined to one handle. The JVM then makes a class for each kind of step,
 * which took a tenth of the time of a first answer; a class for sixteen components takes little.
 */
public final class WriterHandles {
  private static final MethodHandles.Lookup HERE = MethodHandles.lookup();

  /** How many handles the template has. */
  private static final int MOST = 16;

  private static final MethodHandle NOTHING =
      MethodHandles.empty(methodType(void.class, long.class, Record.class));

  private static final byte[] TEMPLATE = template();

  private WriterHandles() {}

  /**
   * What a copy of the template writes.
   *
   * @param writers handles {@code (long, Record) -> void}
   * @param offsets what is added to the address for each
   * @param rest writes the other components; null if there are none
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Cells(List<MethodHandle> writers, long[] offsets, @Nullable RowWriter rest) {
    MethodHandle writer(int i) {
      return i < writers.size() ? writers.get(i) : NOTHING;
    }
  }

  private static byte[] template() {
    String name = RowWriterTemplate.class.getSimpleName().concat(".class");
    try (InputStream in = WriterHandles.class.getResourceAsStream(name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Returns the code that calls handles in their order.
   *
   * @param writers handles {@code (long, R) -> void} for one class of records
   * @param offsets for each handle, what is added to the address
   * @return writes a record
   */
  public static RowWriter inOrder(List<MethodHandle> writers, long[] offsets) {
    RowWriter rest = null;
    for (int from = (writers.size() - 1) / MOST * MOST; from >= 0; from -= MOST) {
      int to = Math.min(from + MOST, writers.size());
      List<MethodHandle> some =
          writers.subList(from, to).stream().map(one -> one.asType(NOTHING.type())).toList();
      long[] at = Arrays.copyOf(Arrays.copyOfRange(offsets, from, to), MOST);
      rest = copy(new Cells(some, at, rest));
    }
    return Objects.requireNonNull(rest);
  }

  private static RowWriter copy(Cells cells) {
    try {
      return (RowWriter)
          HERE.defineHiddenClassWithClassData(TEMPLATE, cells, true)
              .lookupClass()
              .getDeclaredConstructor()
              .newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
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
