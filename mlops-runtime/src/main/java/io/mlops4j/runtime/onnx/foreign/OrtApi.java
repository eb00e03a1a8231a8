package io.mlops4j.runtime.onnx.foreign;

import ai.onnxruntime.OrtException;
import io.mlops4j.runtime.memory.Native;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * ONNX Runtime's table of C functions. Its members keep their places in all later versions.
 *
 * <p>The table and the environment exist once in a process. Initialising this class fails with a
 * {@link LinkageError} if they cannot be found.
 */
final class OrtApi {
  /** The version of the table that first had every function below. */
  private static final int VERSION = 15;

  static final int GET_ERROR_CODE = 1;
  static final int GET_ERROR_MESSAGE = 2;
  static final int CREATE_ENV = 3;
  static final int CREATE_SESSION_FROM_ARRAY = 8;
  static final int CREATE_SESSION_OPTIONS = 10;
  static final int SET_OPTIMIZED_MODEL_FILE_PATH = 11;
  static final int DISABLE_CPU_MEM_ARENA = 19;
  static final int SET_SESSION_LOG_SEVERITY_LEVEL = 22;
  static final int SET_SESSION_GRAPH_OPTIMIZATION_LEVEL = 23;
  static final int SET_INTRA_OP_NUM_THREADS = 24;
  static final int SET_INTER_OP_NUM_THREADS = 25;
  static final int SESSION_GET_INPUT_COUNT = 30;
  static final int SESSION_GET_OUTPUT_COUNT = 31;
  static final int SESSION_GET_OVERRIDABLE_INITIALIZER_COUNT = 32;
  static final int SESSION_GET_INPUT_TYPE_INFO = 33;
  static final int SESSION_GET_OUTPUT_TYPE_INFO = 34;
  static final int SESSION_GET_OVERRIDABLE_INITIALIZER_TYPE_INFO = 35;
  static final int SESSION_GET_INPUT_NAME = 36;
  static final int SESSION_GET_OUTPUT_NAME = 37;
  static final int SESSION_GET_OVERRIDABLE_INITIALIZER_NAME = 38;
  static final int CREATE_RUN_OPTIONS = 39;
  static final int RUN_OPTIONS_SET_RUN_LOG_SEVERITY_LEVEL = 41;
  static final int RUN_OPTIONS_SET_TERMINATE = 46;
  static final int RUN_OPTIONS_UNSET_TERMINATE = 47;
  static final int CREATE_TENSOR_AS_ORT_VALUE = 48;
  static final int CREATE_TENSOR_WITH_DATA_AS_ORT_VALUE = 49;
  static final int GET_TENSOR_MUTABLE_DATA = 51;
  static final int FILL_STRING_TENSOR = 52;
  static final int GET_STRING_TENSOR_DATA_LENGTH = 53;
  static final int GET_STRING_TENSOR_CONTENT = 54;
  static final int CAST_TYPE_INFO_TO_TENSOR_INFO = 55;
  static final int GET_TENSOR_ELEMENT_TYPE = 60;
  static final int GET_DIMENSIONS_COUNT = 61;
  static final int GET_DIMENSIONS = 62;
  static final int GET_SYMBOLIC_DIMENSIONS = 63;
  static final int GET_TENSOR_TYPE_AND_SHAPE = 65;
  static final int CREATE_CPU_MEMORY_INFO = 69;
  static final int ALLOCATOR_FREE = 76;
  static final int GET_ALLOCATOR_WITH_DEFAULT_OPTIONS = 78;
  static final int RELEASE_STATUS = 93;
  static final int RELEASE_SESSION = 95;
  static final int RELEASE_VALUE = 96;
  static final int RELEASE_RUN_OPTIONS = 97;
  static final int RELEASE_TYPE_INFO = 98;
  static final int RELEASE_TENSOR_TYPE_AND_SHAPE_INFO = 99;
  static final int RELEASE_SESSION_OPTIONS = 100;
  static final int DISABLE_PER_SESSION_THREADS = 120;
  static final int ADD_SESSION_CONFIG_ENTRY = 130;
  static final int CREATE_IO_BINDING = 134;
  static final int RELEASE_IO_BINDING = 135;
  static final int BIND_INPUT = 136;
  static final int BIND_OUTPUT = 137;
  static final int CREATE_AND_REGISTER_ALLOCATOR = 144;
  static final int RELEASE_ARENA_CFG = 157;
  static final int CREATE_ARENA_CFG_V2 = 164;
  static final int ADD_RUN_CONFIG_ENTRY = 165;
  static final int UNREGISTER_ALLOCATOR = 177;
  static final int ADD_EXTERNAL_INITIALIZERS = 210;
  static final int GET_RESIZED_STRING_TENSOR_ELEMENT_BUFFER = 252;

  private static final int RUN = 9;
  private static final int RUN_WITH_BINDING = 133;

  private static final int MOST_TEXT = 1 << 20;

  private static final long BASE;
  private static final long TABLE;

  /** Constants, so that the JIT compiles calls of these functions to calls of their addresses. */
  private static final long RUN_WITH_BINDING_ADDRESS;

  private static final long RUN_ADDRESS;

  static {
    BASE = Downcalls.call(LoadedLibrary.address("OrtGetApiBase"), 0, 0, 0, 0);
    TABLE = Downcalls.call(Native.getLong(BASE), VERSION, 0, 0, 0);
    if (TABLE == 0) {
      throw new UnsatisfiedLinkError(
          "ONNX Runtime %s has no C functions of version %d".formatted(version(), VERSION));
    }
    RUN_WITH_BINDING_ADDRESS = function(RUN_WITH_BINDING);
    RUN_ADDRESS = function(RUN);
  }

  private OrtApi() {}

  /** Returns the version of the library, for example {@code 1.29.0}. */
  static String version() {
    return text(Downcalls.call(Native.getLong(BASE + Long.BYTES), 0, 0, 0, 0));
  }

  private static long function(int index) {
    return Native.getLong(TABLE + (long) Long.BYTES * index);
  }

  /** Calls a function that returns no status. */
  static long value(int function, long a) {
    return Downcalls.call(function(function), a, 0, 0, 0);
  }

  static void call(int function, long a) throws OrtException {
    call(function, a, 0, 0, 0);
  }

  static void call(int function, long a, long b) throws OrtException {
    call(function, a, b, 0, 0);
  }

  static void call(int function, long a, long b, long c) throws OrtException {
    call(function, a, b, c, 0);
  }

  /**
   * Calls a function that returns a status.
   *
   * @throws OrtException if it fails, with the code and message of ONNX Runtime's Java package
   */
  static void call(int function, long a, long b, long c, long d) throws OrtException {
    check(Downcalls.call(function(function), a, b, c, d));
  }

  static void call(int function, long a, long b, long c, long d, long e, long f, long g)
      throws OrtException {
    check(Downcalls.call(function(function), a, b, c, d, e, f, g, 0));
  }

  static void runWithBinding(long session, long options, long binding) throws OrtException {
    check(Downcalls.call(RUN_WITH_BINDING_ADDRESS, session, options, binding, 0));
  }

  static void run(
      long session,
      long options,
      long inputNames,
      long inputs,
      long inputCount,
      long outputNames,
      long outputCount,
      long outputs)
      throws OrtException {
    check(
        Downcalls.call(
            RUN_ADDRESS,
            session,
            options,
            inputNames,
            inputs,
            inputCount,
            outputNames,
            outputCount,
            outputs));
  }

  private static void check(long status) throws OrtException {
    if (status != 0) {
      throw failure(status);
    }
  }

  private static OrtException failure(long status) {
    int code = (int) value(GET_ERROR_CODE, status);
    String message = text(value(GET_ERROR_MESSAGE, status));
    value(RELEASE_STATUS, status);
    return new OrtException(code, message);
  }

  /** Reads text that ends with a zero. */
  static String text(long address) {
    byte[] utf8 = new byte[256];
    int length = 0;
    for (byte b = Native.getByte(address);
        b != 0 && length < MOST_TEXT;
        b = Native.getByte(address + length)) {
      if (length == utf8.length) {
        utf8 = Arrays.copyOf(utf8, 2 * length);
      }
      utf8[length++] = b;
    }
    return new String(utf8, 0, length, StandardCharsets.UTF_8);
  }
}
