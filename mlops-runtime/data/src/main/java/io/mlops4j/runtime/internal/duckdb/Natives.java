package io.mlops4j.runtime.internal.duckdb;

import io.mlops4j.runtime.memory.Native;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.duckdb.DuckDBBindings;
import org.duckdb.DuckDBChunkedResult;
import org.duckdb.DuckDBTableFunctionBindInfo;
import org.jspecify.annotations.Nullable;

/**
 * DuckDB's bindings of its own C interface, which are package-private in the tested version.
 *
 * <p>The public methods of a chunk read value by value, check the type each time, and support no
 * nested types. These handles give the addresses of whole columns. They do not touch classes of the
 * JDK, so that no JVM flag is needed.
 */
final class Natives {
  private static final MethodHandle RESULT = field(DuckDBChunkedResult.class, "resultRef");
  private static final MethodHandle ERROR = binding("duckdb_result_error", ByteBuffer.class);
  private static final MethodHandle FETCH = binding("duckdb_fetch_chunk", ByteBuffer.class);
  private static final MethodHandle DESTROY =
      binding("duckdb_destroy_data_chunk", ByteBuffer.class);
  private static final MethodHandle SIZE = binding("duckdb_data_chunk_get_size", ByteBuffer.class);
  private static final MethodHandle VECTOR =
      binding("duckdb_data_chunk_get_vector", ByteBuffer.class, long.class);
  private static final MethodHandle DATA =
      binding("duckdb_vector_get_data", ByteBuffer.class, long.class);
  private static final MethodHandle VALIDITY =
      binding("duckdb_vector_get_validity", ByteBuffer.class, long.class);
  private static final MethodHandle LIST_CHILD =
      binding("duckdb_list_vector_get_child", ByteBuffer.class);
  private static final MethodHandle LIST_SIZE =
      binding("duckdb_list_vector_get_size", ByteBuffer.class);
  private static final MethodHandle STRUCT_CHILD =
      binding("duckdb_struct_vector_get_child", ByteBuffer.class, long.class);
  private static final MethodHandle ARRAY_CHILD =
      binding("duckdb_array_vector_get_child", ByteBuffer.class);

  private static final MethodHandle VECTOR_SIZE = binding("duckdb_vector_size");
  private static final MethodHandle SET_SIZE =
      binding("duckdb_data_chunk_set_size", ByteBuffer.class, long.class);
  private static final MethodHandle ENSURE_VALIDITY =
      binding("duckdb_vector_ensure_validity_writable", ByteBuffer.class);
  private static final MethodHandle TEXTS =
      binding(
          "duckdb_vector_assign_string_elements",
          ByteBuffer.class,
          long.class,
          byte[].class,
          long[].class,
          int.class);
  private static final MethodHandle BYTES =
      binding(
          "duckdb_vector_assign_string_element_len", ByteBuffer.class, long.class, byte[].class);
  private static final MethodHandle LIST_RESERVE =
      binding("duckdb_list_vector_reserve", ByteBuffer.class, long.class);
  private static final MethodHandle LIST_SET_SIZE =
      binding("duckdb_list_vector_set_size", ByteBuffer.class, long.class);
  private static final MethodHandle TYPE =
      binding("duckdb_vector_get_column_type", ByteBuffer.class);
  private static final MethodHandle DESTROY_TYPE =
      binding("duckdb_destroy_logical_type", ByteBuffer.class);
  private static final MethodHandle BIND_INFO =
      field(DuckDBTableFunctionBindInfo.class, "bindInfoRef");
  private static final MethodHandle ADD_COLUMN =
      binding("duckdb_bind_add_result_column", ByteBuffer.class, byte[].class, ByteBuffer.class);
  private static final MethodHandle SET_ERROR =
      binding("duckdb_function_set_error", ByteBuffer.class, byte[].class);

  private Natives() {}

  /** Finds all bindings. Throws LinkageError if one is missing. */
  static void load() {
    // The initialiser of this class has done it.
  }

  static MethodHandle binding(String name, Class<?>... parameters) {
    try {
      Method method = DuckDBBindings.class.getDeclaredMethod(name, parameters);
      method.setAccessible(true);
      return MethodHandles.lookup().unreflect(method);
    } catch (ReflectiveOperationException | RuntimeException e) {
      throw new LinkageError("DuckDB has no " + name, e);
    }
  }

  static MethodHandle field(Class<?> owner, String name) {
    try {
      Field field = owner.getDeclaredField(name);
      field.setAccessible(true);
      return MethodHandles.lookup().unreflectGetter(field);
    } catch (ReflectiveOperationException | RuntimeException e) {
      throw new LinkageError("DuckDB has no " + name, e);
    }
  }

  static ByteBuffer result(DuckDBChunkedResult result) {
    return required(call(() -> (ByteBuffer) RESULT.invokeExact(result)), "result");
  }

  /** Returns why the last fetch failed, or null if it did not fail. */
  static @Nullable String error(ByteBuffer result) {
    byte[] utf8 = call(() -> (byte[]) ERROR.invokeExact(result));
    return utf8 == null ? null : new String(utf8, StandardCharsets.UTF_8);
  }

  /** Returns the next chunk, or null at the end and after a failure. */
  static @Nullable ByteBuffer fetch(ByteBuffer result) {
    return call(() -> (ByteBuffer) FETCH.invokeExact(result));
  }

  static void destroy(ByteBuffer chunk) {
    call(
        () -> {
          DESTROY.invokeExact(chunk);
          return null;
        });
  }

  static int size(ByteBuffer chunk) {
    return Math.toIntExact(number(SIZE, chunk));
  }

  static ByteBuffer vector(ByteBuffer chunk, long column) {
    return required(call(() -> (ByteBuffer) VECTOR.invokeExact(chunk, column)), "vector");
  }

  static long data(ByteBuffer vector, long bytes) {
    return address(call(() -> (ByteBuffer) DATA.invokeExact(vector, bytes)));
  }

  /** Returns the address of the validity bits, or 0 if no value is null. */
  static long validity(ByteBuffer vector, long rows) {
    return address(call(() -> (ByteBuffer) VALIDITY.invokeExact(vector, rows)));
  }

  static ByteBuffer listChild(ByteBuffer list) {
    return required(call(() -> (ByteBuffer) LIST_CHILD.invokeExact(list)), "child");
  }

  static long listSize(ByteBuffer list) {
    return number(LIST_SIZE, list);
  }

  static ByteBuffer structChild(ByteBuffer struct, long index) {
    return required(call(() -> (ByteBuffer) STRUCT_CHILD.invokeExact(struct, index)), "child");
  }

  static ByteBuffer arrayChild(ByteBuffer array) {
    return required(call(() -> (ByteBuffer) ARRAY_CHILD.invokeExact(array)), "child");
  }

  /** Returns the most rows of a chunk. */
  static int mostRows() {
    return Math.toIntExact(
        required(call(() -> (Long) (long) VECTOR_SIZE.invokeExact()), "size of chunks"));
  }

  static void setSize(ByteBuffer chunk, long rows) {
    call(
        () -> {
          SET_SIZE.invokeExact(chunk, rows);
          return null;
        });
  }

  /** Returns the address of validity bits that may be written. */
  static long writableValidity(ByteBuffer vector, long rows) {
    call(
        () -> {
          ENSURE_VALIDITY.invokeExact(vector);
          return null;
        });
    return validity(vector, rows);
  }

  /**
   * Sets the first texts of a vector.
   *
   * @param bytes the bytes of all texts, side by side
   * @param lengths the number of bytes of each text, -1 for one that is null
   */
  static void texts(ByteBuffer vector, byte[] bytes, long[] lengths, int used) {
    call(
        () -> {
          TEXTS.invokeExact(vector, 0L, bytes, lengths, used);
          return null;
        });
  }

  /** Sets a value of bytes. */
  static void bytes(ByteBuffer vector, long row, byte[] bytes) {
    call(
        () -> {
          BYTES.invokeExact(vector, row, bytes);
          return null;
        });
  }

  /** Sets the number of elements of all lists of a vector, and returns the vector of them. */
  static ByteBuffer reserve(ByteBuffer list, long elements) {
    int failed =
        required(
            call(
                () ->
                    (Integer)
                        ((int) LIST_RESERVE.invokeExact(list, elements)
                            | (int) LIST_SET_SIZE.invokeExact(list, elements))),
            "state");
    if (failed != 0) {
      throw new IllegalStateException("DuckDB has no room for " + elements + " list elements");
    }
    return listChild(list);
  }

  /** Returns the type of a vector, which the caller destroys. */
  static ByteBuffer type(ByteBuffer vector) {
    return required(call(() -> (ByteBuffer) TYPE.invokeExact(vector)), "type");
  }

  static void destroyType(ByteBuffer type) {
    call(
        () -> {
          DESTROY_TYPE.invokeExact(type);
          return null;
        });
  }

  /** Declares a column of a table function. */
  static void addColumn(DuckDBTableFunctionBindInfo info, String name, ByteBuffer type) {
    byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
    call(
        () -> {
          ByteBuffer bind = (ByteBuffer) BIND_INFO.invokeExact(info);
          ADD_COLUMN.invokeExact(bind, utf8, type);
          return null;
        });
  }

  /** Ends a call of a table function with an error. */
  static void setError(ByteBuffer call, String message) {
    byte[] utf8 = message.getBytes(StandardCharsets.UTF_8);
    call(
        () -> {
          SET_ERROR.invokeExact(call, utf8);
          return null;
        });
  }

  private static long address(@Nullable ByteBuffer buffer) {
    return buffer == null ? 0 : Native.address(buffer);
  }

  private static long number(MethodHandle handle, ByteBuffer of) {
    try {
      return (long) handle.invokeExact(of);
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  private static <T> T required(@Nullable T value, String what) {
    if (value == null) {
      throw new IllegalStateException("DuckDB returned no " + what);
    }
    return value;
  }

  private interface Call<T> {
    @Nullable T run() throws Throwable;
  }

  private static <T> @Nullable T call(Call<T> call) {
    try {
      return call.run();
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  private static RuntimeException unchecked(Throwable thrown) {
    if (thrown instanceof Error error) {
      throw error;
    }
    return thrown instanceof RuntimeException e ? e : new IllegalStateException(thrown);
  }
}
