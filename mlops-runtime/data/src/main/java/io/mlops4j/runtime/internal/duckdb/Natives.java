package io.mlops4j.runtime.internal.duckdb;

import io.mlops4j.runtime.memory.Native;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
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
 * JDK, so that no JVM flag is needed. {@link TestedDuckDb} finds them all before the first query.
 */
final class Natives {
  private static final MethodHandle RESULT = field(DuckDBChunkedResult.class, "resultRef");
  private static final MethodHandle ERROR =
      binding("duckdb_result_error", byte[].class, ByteBuffer.class);
  private static final MethodHandle FETCH =
      binding("duckdb_fetch_chunk", ByteBuffer.class, ByteBuffer.class);
  private static final MethodHandle DESTROY =
      binding("duckdb_destroy_data_chunk", void.class, ByteBuffer.class);
  private static final MethodHandle SIZE =
      binding("duckdb_data_chunk_get_size", long.class, ByteBuffer.class);
  private static final MethodHandle VECTOR =
      binding("duckdb_data_chunk_get_vector", ByteBuffer.class, ByteBuffer.class, long.class);
  private static final MethodHandle DATA =
      binding("duckdb_vector_get_data", ByteBuffer.class, ByteBuffer.class, long.class);
  private static final MethodHandle VALIDITY =
      binding("duckdb_vector_get_validity", ByteBuffer.class, ByteBuffer.class, long.class);
  private static final MethodHandle LIST_CHILD =
      binding("duckdb_list_vector_get_child", ByteBuffer.class, ByteBuffer.class);
  private static final MethodHandle LIST_SIZE =
      binding("duckdb_list_vector_get_size", long.class, ByteBuffer.class);
  private static final MethodHandle STRUCT_CHILD =
      binding("duckdb_struct_vector_get_child", ByteBuffer.class, ByteBuffer.class, long.class);
  private static final MethodHandle ARRAY_CHILD =
      binding("duckdb_array_vector_get_child", ByteBuffer.class, ByteBuffer.class);

  private static final MethodHandle VECTOR_SIZE = binding("duckdb_vector_size", long.class);
  private static final MethodHandle SET_SIZE =
      binding("duckdb_data_chunk_set_size", void.class, ByteBuffer.class, long.class);
  private static final MethodHandle ENSURE_VALIDITY =
      binding("duckdb_vector_ensure_validity_writable", void.class, ByteBuffer.class);
  private static final MethodHandle TEXTS =
      binding(
          "duckdb_vector_assign_string_elements",
          void.class,
          ByteBuffer.class,
          long.class,
          byte[].class,
          long[].class,
          int.class);
  private static final MethodHandle BYTES =
      binding(
          "duckdb_vector_assign_string_element_len",
          void.class,
          ByteBuffer.class,
          long.class,
          byte[].class);
  private static final MethodHandle LIST_RESERVE =
      binding("duckdb_list_vector_reserve", int.class, ByteBuffer.class, long.class);
  private static final MethodHandle LIST_SET_SIZE =
      binding("duckdb_list_vector_set_size", int.class, ByteBuffer.class, long.class);
  private static final MethodHandle TYPE =
      binding("duckdb_vector_get_column_type", ByteBuffer.class, ByteBuffer.class);
  private static final MethodHandle DESTROY_TYPE =
      binding("duckdb_destroy_logical_type", void.class, ByteBuffer.class);
  private static final MethodHandle BIND_INFO =
      field(DuckDBTableFunctionBindInfo.class, "bindInfoRef");
  private static final MethodHandle ADD_COLUMN =
      binding(
          "duckdb_bind_add_result_column",
          void.class,
          ByteBuffer.class,
          byte[].class,
          ByteBuffer.class);
  private static final MethodHandle SET_ERROR =
      binding("duckdb_function_set_error", void.class, ByteBuffer.class, byte[].class);

  private Natives() {}

  static MethodHandle binding(String name, Class<?> returned, Class<?>... parameters) {
    return found(
        DuckDBBindings.class,
        lookup ->
            lookup.findStatic(
                DuckDBBindings.class, name, MethodType.methodType(returned, parameters)));
  }

  static MethodHandle field(Class<?> owner, String name) {
    return found(owner, lookup -> lookup.findGetter(owner, name, ByteBuffer.class));
  }

  private interface Part {
    MethodHandle of(MethodHandles.Lookup lookup) throws ReflectiveOperationException;
  }

  private static MethodHandle found(Class<?> owner, Part part) {
    try {
      return part.of(MethodHandles.privateLookupIn(owner, MethodHandles.lookup()));
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(String.valueOf(e.getMessage()), e);
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
    call(() -> DESTROY.invoke(chunk));
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
    call(() -> SET_SIZE.invoke(chunk, rows));
  }

  /** Returns the address of validity bits that may be written. */
  static long writableValidity(ByteBuffer vector, long rows) {
    call(() -> ENSURE_VALIDITY.invoke(vector));
    return validity(vector, rows);
  }

  /**
   * Sets the first texts of a vector.
   *
   * @param bytes the bytes of all texts, side by side
   * @param lengths the number of bytes of each text, -1 for one that is null
   */
  static void texts(ByteBuffer vector, byte[] bytes, long[] lengths, int used) {
    call(() -> TEXTS.invoke(vector, 0L, bytes, lengths, used));
  }

  /** Sets a value of bytes. */
  static void bytes(ByteBuffer vector, long row, byte[] bytes) {
    call(() -> BYTES.invoke(vector, row, bytes));
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
    call(() -> DESTROY_TYPE.invoke(type));
  }

  /** Declares a column of a table function. */
  static void addColumn(DuckDBTableFunctionBindInfo info, String name, ByteBuffer type) {
    byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
    call(() -> ADD_COLUMN.invoke((ByteBuffer) BIND_INFO.invokeExact(info), utf8, type));
  }

  /** Ends a call of a table function with an error. */
  static void setError(ByteBuffer call, String message) {
    byte[] utf8 = message.getBytes(StandardCharsets.UTF_8);
    call(() -> SET_ERROR.invoke(call, utf8));
  }

  private static long address(@Nullable ByteBuffer buffer) {
    return buffer == null ? 0 : Native.address(buffer);
  }

  private static long number(MethodHandle handle, ByteBuffer of) {
    return required(call(() -> (Long) (long) handle.invokeExact(of)), "number");
  }

  private static <T> T required(@Nullable T value, String what) {
    if (value == null) {
      throw new IllegalStateException("DuckDB returned no " + what);
    }
    return value;
  }

  interface Call<T> {
    @Nullable T run() throws Throwable;
  }

  static <T> @Nullable T call(Call<T> call) {
    try {
      return call.run();
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
