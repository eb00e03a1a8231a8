package io.mlops4j.runtime.onnx.foreign;

import static java.lang.invoke.MethodType.methodType;

import ai.onnxruntime.OrtEnvironment;
import io.mlops4j.runtime.memory.DirectMemory;
import io.mlops4j.runtime.memory.Native;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Array;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Replaces entries of ONNX Runtime's own table of C functions, so that one chosen call fails, and
 * counts the objects that exist. For a process of its own, on Linux and Java 22: the table is
 * constant, so its pages are made writable first.
 */
public final class FailingTable {
  private static final int READ_AND_WRITE = 3;
  private static final int FAIL = 1;
  private static final int CREATE_STATUS = 0;
  private static final int RUN = 9;
  private static final int RUN_OUTPUTS = 7;
  private static final int RUN_COUNT = 6;

  /** By function that makes an object, the argument that is the place of its address. */
  private static final Map<Integer, Integer> MAKES =
      Map.ofEntries(
          Map.entry(OrtApi.CREATE_SESSION_FROM_ARRAY, 4),
          Map.entry(OrtApi.CREATE_SESSION_OPTIONS, 0),
          Map.entry(OrtApi.CREATE_ARENA_CFG_V2, 3),
          Map.entry(OrtApi.SESSION_GET_INPUT_TYPE_INFO, 2),
          Map.entry(OrtApi.SESSION_GET_OUTPUT_TYPE_INFO, 2),
          Map.entry(OrtApi.SESSION_GET_INPUT_NAME, 3),
          Map.entry(OrtApi.SESSION_GET_OUTPUT_NAME, 3),
          Map.entry(OrtApi.CREATE_RUN_OPTIONS, 0),
          Map.entry(OrtApi.CREATE_TENSOR_AS_ORT_VALUE, 4),
          Map.entry(OrtApi.CREATE_TENSOR_WITH_DATA_AS_ORT_VALUE, 6),
          Map.entry(OrtApi.CREATE_IO_BINDING, 1),
          Map.entry(OrtApi.GET_TENSOR_TYPE_AND_SHAPE, 1));

  /** By function that releases an object, the argument that is its address. */
  private static final Map<Integer, Integer> RELEASES =
      Map.of(
          OrtApi.RELEASE_SESSION, 0,
          OrtApi.RELEASE_ARENA_CFG, 0,
          OrtApi.RELEASE_VALUE, 0,
          OrtApi.RELEASE_RUN_OPTIONS, 0,
          OrtApi.RELEASE_TYPE_INFO, 0,
          OrtApi.RELEASE_TENSOR_TYPE_AND_SHAPE_INFO, 0,
          OrtApi.RELEASE_SESSION_OPTIONS, 0,
          OrtApi.RELEASE_IO_BINDING, 0,
          OrtApi.ALLOCATOR_FREE, 1);

  /** Functions that may fail and make nothing. */
  private static final Set<Integer> OTHERS =
      Set.of(
          RUN,
          OrtApi.SET_SESSION_LOG_SEVERITY_LEVEL,
          OrtApi.SET_INTRA_OP_NUM_THREADS,
          OrtApi.SET_INTER_OP_NUM_THREADS,
          OrtApi.SESSION_GET_INPUT_COUNT,
          OrtApi.SESSION_GET_OUTPUT_COUNT,
          OrtApi.RUN_OPTIONS_SET_RUN_LOG_SEVERITY_LEVEL,
          OrtApi.GET_TENSOR_MUTABLE_DATA,
          OrtApi.FILL_STRING_TENSOR,
          OrtApi.GET_STRING_TENSOR_DATA_LENGTH,
          OrtApi.GET_STRING_TENSOR_CONTENT,
          OrtApi.CAST_TYPE_INFO_TO_TENSOR_INFO,
          OrtApi.GET_TENSOR_ELEMENT_TYPE,
          OrtApi.GET_DIMENSIONS_COUNT,
          OrtApi.GET_DIMENSIONS,
          OrtApi.GET_SYMBOLIC_DIMENSIONS,
          OrtApi.DISABLE_PER_SESSION_THREADS,
          OrtApi.ADD_SESSION_CONFIG_ENTRY,
          OrtApi.CREATE_AND_REGISTER_ALLOCATOR,
          OrtApi.UNREGISTER_ALLOCATOR,
          OrtApi.ADD_RUN_CONFIG_ENTRY,
          OrtApi.BIND_INPUT,
          OrtApi.BIND_OUTPUT,
          OrtApi.GET_RESIZED_STRING_TENSOR_ELEMENT_BUFFER,
          133);

  private final Map<Integer, Long> originals = new TreeMap<>();
  private final Map<Long, Integer> alive = new LinkedHashMap<>();
  private final long message;
  private int left = Integer.MAX_VALUE;
  private int failed = -1;

  private FailingTable(long message) {
    this.message = message;
  }

  /**
   * Replaces the functions. {@link OrtApi} must not have been used before.
   *
   * @return the only instance of the process
   */
  public static FailingTable install() throws ReflectiveOperationException {
    OrtEnvironment.getEnvironment();
    FailingTable table = new FailingTable(new Scratch(new DirectMemory()).text("provoked"));
    long base = Downcalls.call(LoadedLibrary.address("OrtGetApiBase"), 0, 0, 0, 0);
    long functions = Downcalls.call(Native.getLong(base), 15, 0, 0, 0);
    table.originals.put(CREATE_STATUS, Native.getLong(functions));
    long page = Downcalls.call(LoadedLibrary.ofSystem("getpagesize"), 0, 0, 0, 0);
    long first = functions / page * page;
    long bytes = functions + 8L * 300 - first;
    if ((int) Downcalls.call(LoadedLibrary.ofSystem("mprotect"), first, bytes, READ_AND_WRITE, 0)
        != 0) {
      throw new IllegalStateException("the table's pages cannot be made writable");
    }
    for (Set<Integer> some : List.of(MAKES.keySet(), RELEASES.keySet(), OTHERS)) {
      for (int function : some) {
        long entry = functions + 8L * function;
        table.originals.put(function, Native.getLong(entry));
        Native.putLong(entry, table.stub(function));
      }
    }
    return table;
  }

  private long stub(int function) throws ReflectiveOperationException {
    Class<?> number = long.class;
    MethodHandle target =
        MethodHandles.lookup()
            .findVirtual(
                FailingTable.class,
                "call",
                methodType(
                    number, int.class, number, number, number, number, number, number, number,
                    number))
            .bindTo(this);
    target = MethodHandles.insertArguments(target, 0, function);
    Class<?> layout = type("MemoryLayout");
    Class<?> descriptor = type("FunctionDescriptor");
    Class<?> arena = type("Arena");
    Class<?> linker = type("Linker");
    Object numbers = Array.newInstance(layout, 8);
    Object aLong = type("ValueLayout").getField("JAVA_LONG").get(null);
    for (int i = 0; i < 8; i++) {
      Array.set(numbers, i, aLong);
    }
    Object described =
        descriptor.getMethod("of", layout, numbers.getClass()).invoke(null, aLong, numbers);
    Object options = Array.newInstance(type("Linker$Option"), 0);
    try {
      Object segment =
          MethodHandles.lookup()
              .findVirtual(
                  linker,
                  "upcallStub",
                  methodType(
                      type("MemorySegment"),
                      MethodHandle.class,
                      descriptor,
                      arena,
                      options.getClass()))
              .asFixedArity()
              .invokeWithArguments(
                  linker.getMethod("nativeLinker").invoke(null),
                  target,
                  described,
                  arena.getMethod("global").invoke(null),
                  options);
      return (long) type("MemorySegment").getMethod("address").invoke(segment);
    } catch (Throwable e) {
      throw new IllegalStateException("cannot make a stub", e);
    }
  }

  private static Class<?> type(String name) throws ClassNotFoundException {
    return Class.forName("java.lang.foreign." + name);
  }

  /** Stands in the table in the place of a function. */
  @SuppressWarnings("unused") // by its name
  private synchronized long call(
      int function, long a, long b, long c, long d, long e, long f, long g, long h) {
    long[] arguments = {a, b, c, d, e, f, g, h};
    Integer released = RELEASES.get(function);
    if (released != null) {
      alive.remove(arguments[released]);
    } else if (--left == 0) {
      failed = function;
      return Downcalls.call(originals.get(CREATE_STATUS), FAIL, message, 0, 0);
    }
    boolean[] given = given(function, arguments);
    long status = Downcalls.call(originals.get(function), a, b, c, d, e, f, g, h);
    if (status == 0 && released == null) {
      made(function, arguments, given);
    }
    return status;
  }

  /** Which outputs of a run are the caller's. */
  private static boolean[] given(int function, long[] arguments) {
    boolean[] given = new boolean[function == RUN ? (int) arguments[RUN_COUNT] : 0];
    for (int i = 0; i < given.length; i++) {
      given[i] = Native.getLong(arguments[RUN_OUTPUTS] + 8L * i) != 0;
    }
    return given;
  }

  private void made(int function, long[] arguments, boolean[] given) {
    for (int i = 0; i < given.length; i++) {
      if (!given[i]) {
        alive.put(Native.getLong(arguments[RUN_OUTPUTS] + 8L * i), function);
      }
    }
    Integer place = MAKES.get(function);
    if (place != null) {
      alive.put(Native.getLong(arguments[place]), function);
    }
  }

  /** Lets one of the next calls fail, counted from 1. */
  public synchronized void failAt(int call) {
    left = call;
    failed = -1;
  }

  /** Returns the index of the function that has failed since; -1 if none has. */
  public synchronized int failed() {
    return failed;
  }

  /** Returns the functions that made the objects that exist. */
  public synchronized List<Integer> alive() {
    return List.copyOf(alive.values());
  }
}
