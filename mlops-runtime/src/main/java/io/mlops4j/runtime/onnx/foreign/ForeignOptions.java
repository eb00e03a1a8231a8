package io.mlops4j.runtime.onnx.foreign;

import ai.onnxruntime.OrtException;
import io.mlops4j.spi.HostMemory;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;

/** Options of a session on the CPU. Not thread safe. */
public final class ForeignOptions implements AutoCloseable {
  private static final int FATAL = 4;
  private static final int NO_OPTIMISATION = 0;

  private final HostMemory memory;
  private final Handle options;

  /** 0 without a limit. */
  private long memoryLimit;

  ForeignOptions(HostMemory memory) throws OrtException {
    this.memory = memory;
    try (Scratch scratch = new Scratch(memory)) {
      this.options =
          new Handle(
              "session options",
              OrtApi.RELEASE_SESSION_OPTIONS,
              scratch.result(out -> OrtApi.call(OrtApi.CREATE_SESSION_OPTIONS, out)));
    }
    boolean set = false;
    try {
      // An exception contains every message that ONNX Runtime would print.
      OrtApi.call(OrtApi.SET_SESSION_LOG_SEVERITY_LEVEL, address(), FATAL);
      set = true;
    } finally {
      if (!set) {
        options.close();
      }
    }
  }

  /**
   * Sets a configuration entry.
   *
   * @param key the entry's key
   * @param value its value
   * @throws OrtException if ONNX Runtime refuses it
   */
  public void entry(String key, String value) throws OrtException {
    try (Scratch scratch = new Scratch(memory)) {
      OrtApi.call(
          OrtApi.ADD_SESSION_CONFIG_ENTRY, address(), scratch.text(key), scratch.text(value));
    }
  }

  /**
   * Gives the session threads of its own.
   *
   * @param threads how many one operator may use, its caller included
   * @throws OrtException if ONNX Runtime fails
   */
  public void ownThreads(int threads) throws OrtException {
    OrtApi.call(OrtApi.SET_INTRA_OP_NUM_THREADS, address(), threads);
    OrtApi.call(OrtApi.SET_INTER_OP_NUM_THREADS, address(), 1);
  }

  /**
   * Lets the session use the threads of the environment.
   *
   * @throws OrtException if ONNX Runtime fails
   */
  public void sharedThreads() throws OrtException {
    OrtApi.call(OrtApi.DISABLE_PER_SESSION_THREADS, address());
  }

  /**
   * Leaves the graph as it is.
   *
   * @throws OrtException if ONNX Runtime fails
   */
  public void unoptimised() throws OrtException {
    OrtApi.call(OrtApi.SET_SESSION_GRAPH_OPTIMIZATION_LEVEL, address(), NO_OPTIMISATION);
  }

  /**
   * Takes the memory of values inside the model from the C library.
   *
   * @throws OrtException if ONNX Runtime fails
   */
  public void withoutArena() throws OrtException {
    OrtApi.call(OrtApi.DISABLE_CPU_MEM_ARENA, address());
  }

  /**
   * Lets the session write its optimised graph.
   *
   * @param file where to
   * @throws OrtException if ONNX Runtime fails
   */
  public void optimisedFile(Path file) throws OrtException {
    try (Scratch scratch = new Scratch(memory)) {
      OrtApi.call(OrtApi.SET_OPTIMIZED_MODEL_FILE_PATH, address(), scratch.path(file));
    }
  }

  /**
   * Limits the memory of the session's runs, which includes neither weights nor the memory of
   * tensors that were made over given memory.
   *
   * @param bytes the limit, at least thousands: ONNX Runtime ignores a limit of a few bytes
   * @throws OrtException if ONNX Runtime fails
   */
  public void memoryLimit(long bytes) throws OrtException {
    entry("session.use_env_allocators", "1");
    entry("session.use_device_allocator_for_initializers", "1");
    memoryLimit = bytes;
  }

  long memoryLimit() {
    return memoryLimit;
  }

  /**
   * Adds initialisers that are not in the model's file. The session copies them.
   *
   * @param initializers tensors by name
   * @throws OrtException if ONNX Runtime refuses one
   */
  public void initializers(Map<String, ForeignTensor> initializers) throws OrtException {
    try (Scratch scratch = new Scratch(memory)) {
      Collection<ForeignTensor> tensors = initializers.values();
      OrtApi.call(
          OrtApi.ADD_EXTERNAL_INITIALIZERS,
          address(),
          scratch.longs(initializers.keySet().stream().mapToLong(scratch::text).toArray()),
          scratch.longs(tensors.stream().mapToLong(ForeignTensor::address).toArray()),
          initializers.size());
    }
  }

  long address() {
    return options.address();
  }

  @Override
  public void close() {
    options.close();
  }
}
