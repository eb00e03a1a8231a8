package io.mlops4j.runtime.onnx.foreign;

import ai.onnxruntime.OrtException;
import io.mlops4j.model.ElementType;
import io.mlops4j.runtime.memory.DirectMemory;
import io.mlops4j.spi.HostMemory;
import org.jspecify.annotations.Nullable;

/**
 * ONNX Runtime's environment, reached through {@code java.lang.foreign}. Thread safe.
 *
 * <p>It is the environment that ONNX Runtime's Java package has started. One more reference to it
 * is taken and never released, so it lives until the process has ended.
 */
public final class ForeignRuntime {
  private static final int WARNING = 2;
  private static final int DEVICE_ALLOCATOR = 0;
  private static final int ARENA_ALLOCATOR = 1;
  private static final int DEFAULT_MEMORY = 0;

  private final HostMemory memory;

  private ForeignRuntime(HostMemory memory) {
    this.memory = memory;
  }

  /** The objects of the process; initialising this class does not fail. */
  private static final class Shared {
    /** Why there are no objects; empty if there are. */
    static final String FAILURE;

    static final String VERSION;
    static final long ENVIRONMENT;
    static final long MEMORY_INFO;
    static final long ALLOCATOR;
    static final long ARENA_INFO;

    static {
      String failure = "";
      String version = "";
      long[] objects = new long[4];
      try (Scratch scratch = new Scratch(new DirectMemory())) {
        version = OrtApi.version();
        objects = objects(scratch);
      } catch (LinkageError | OrtException | RuntimeException e) {
        failure = deepest(e).toString();
      }
      FAILURE = failure;
      VERSION = version;
      ENVIRONMENT = objects[0];
      MEMORY_INFO = objects[1];
      ALLOCATOR = objects[2];
      ARENA_INFO = objects[3];
    }

    private static long[] objects(Scratch scratch) throws OrtException {
      long name = scratch.text("mlops4j");
      return new long[] {
        scratch.result(out -> OrtApi.call(OrtApi.CREATE_ENV, WARNING, name, out)),
        scratch.result(
            out ->
                OrtApi.call(OrtApi.CREATE_CPU_MEMORY_INFO, DEVICE_ALLOCATOR, DEFAULT_MEMORY, out)),
        scratch.result(out -> OrtApi.call(OrtApi.GET_ALLOCATOR_WITH_DEFAULT_OPTIONS, out)),
        scratch.result(
            out -> OrtApi.call(OrtApi.CREATE_CPU_MEMORY_INFO, ARENA_ALLOCATOR, DEFAULT_MEMORY, out))
      };
    }

    private static Throwable deepest(Throwable e) {
      return e.getCause() == null ? e : deepest(e.getCause());
    }
  }

  /**
   * The result of an attempt to reach ONNX Runtime.
   *
   * @param runtime the environment, or null if it cannot or should not be reached this way
   * @param obstacle why there is none; empty if there is one
   */
  public record Attempt(@Nullable ForeignRuntime runtime, String obstacle) {}

  /**
   * Reaches the environment that ONNX Runtime's Java package has started.
   *
   * @param wanted true to try even if the JVM prints a warning, false not to try, null to try if
   *     native access is enabled
   * @param version the version of the library that the Java package has loaded
   * @param memory the memory in which arguments are stored
   * @return the environment, or the reason why there is none
   */
  public static Attempt open(@Nullable Boolean wanted, String version, HostMemory memory) {
    String obstacle = NativeAccess.obstacle(wanted);
    if (obstacle != null) {
      return new Attempt(null, obstacle);
    }
    if (!Shared.FAILURE.isEmpty()) {
      return new Attempt(null, Shared.FAILURE);
    }
    return Shared.VERSION.equals(version)
        ? new Attempt(new ForeignRuntime(memory), "")
        : new Attempt(
            null,
            "found ONNX Runtime %s, expected %s as its Java package has loaded"
                .formatted(Shared.VERSION, version));
  }

  /**
   * Generates the code of the calls, which needs no library, while the library is loaded. Does
   * nothing if {@link #open} would not call it.
   *
   * @param wanted as there
   */
  public static void prepare(@Nullable Boolean wanted) {
    if (NativeAccess.obstacle(wanted) == null) {
      try {
        Downcalls.load();
      } catch (LinkageError e) {
        // open() reports it
      }
    }
  }

  /**
   * Sets an environment variable that only native code sees, unless it is set. Call it before the
   * library is started, because native code may read variables without a lock.
   *
   * @param wanted as for {@link #open}
   * @param name the name of the variable
   * @param value its value
   * @return false if {@link #open} would not call native functions, or if the system has no such
   *     function
   */
  public static boolean setVariable(@Nullable Boolean wanted, String name, String value) {
    if (NativeAccess.obstacle(wanted) != null) {
      return false;
    }
    try (Scratch scratch = new Scratch(new DirectMemory())) {
      long setenv = LoadedLibrary.ofSystem("setenv");
      return (int) Downcalls.call(setenv, scratch.text(name), scratch.text(value), 0, 0) == 0;
    } catch (LinkageError | AssertionError e) {
      return false;
    }
  }

  /**
   * Returns options for a session.
   *
   * @return new options, which the caller closes, or hands to a session
   * @throws OrtException if ONNX Runtime fails
   */
  public ForeignOptions options() throws OrtException {
    return new ForeignOptions(memory);
  }

  /**
   * Makes a tensor over memory without copying it.
   *
   * @param address the address of the first element, a multiple of the element's size
   * @param capacity the number of bytes that the memory has from there on
   * @param type any type but text
   * @param dims its shape
   * @return a tensor, which the caller closes before the memory is freed
   * @throws IllegalArgumentException if the memory does not fit the shape
   * @throws OrtException if ONNX Runtime refuses it
   */
  public ForeignTensor tensor(long address, long capacity, ElementType type, long[] dims)
      throws OrtException {
    TensorArguments.check(address, capacity, type, dims);
    return ForeignTensor.over(Shared.MEMORY_INFO, memory, address, type, dims);
  }

  HostMemory memory() {
    return memory;
  }

  long environment() {
    return Shared.ENVIRONMENT;
  }

  static long arenaInfo() {
    return Shared.ARENA_INFO;
  }

  long allocator() {
    return Shared.ALLOCATOR;
  }
}
