package io.mlops4j.runtime.onnx.foreign;

import ai.onnxruntime.OrtException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A session. Calls may run on several threads. It must be closed after all calls have ended.
 *
 * <p>Closing a session during a call ends the process.
 */
public final class ForeignSession implements AutoCloseable {
  /** The type of an input or output that is no tensor. */
  public static final int NO_TENSOR = 0;

  private final ForeignRuntime runtime;
  private final ForeignOptions options;
  private final Handle session;

  private ForeignSession(ForeignRuntime runtime, ForeignOptions options, Handle session) {
    this.runtime = runtime;
    this.options = options;
    this.session = session;
  }

  /**
   * Opens a model.
   *
   * @param runtime the environment
   * @param model the model's bytes, from position to limit; ONNX Runtime copies what it needs
   * @param options its options, which the session closes
   * @return a session, which the caller closes
   * @throws OrtException if ONNX Runtime refuses the model; the options then stay open
   */
  public static ForeignSession open(
      ForeignRuntime runtime, ByteBuffer model, ForeignOptions options) throws OrtException {
    long limit = options.memoryLimit();
    Handle session =
        limit == 0
            ? open(runtime, model, options.address())
            : SessionArena.around(runtime, limit, () -> open(runtime, model, options.address()));
    return new ForeignSession(runtime, options, session);
  }

  private static Handle open(ForeignRuntime runtime, ByteBuffer model, long options)
      throws OrtException {
    try (Scratch scratch = new Scratch(runtime.memory())) {
      long content = scratch.content(model);
      long address =
          scratch.result(
              out ->
                  OrtApi.call(
                      OrtApi.CREATE_SESSION_FROM_ARRAY,
                      runtime.environment(),
                      content,
                      model.remaining(),
                      options,
                      out,
                      0,
                      0));
      return new Handle("session", OrtApi.RELEASE_SESSION, address);
    } finally {
      Reference.reachabilityFence(model); // ONNX Runtime reads its memory by address
    }
  }

  /**
   * An input or output.
   *
   * @param name its name
   * @param type the number of its element type, {@link #NO_TENSOR} for another value
   * @param shape its sizes, -1 where one is open; empty also if its rank is unknown
   * @param symbols the name of each open size; empty text if it has none
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Declared(String name, int type, long[] shape, List<String> symbols) {}

  /**
   * Returns the inputs in ONNX Runtime's order.
   *
   * @return a new list
   * @throws OrtException if ONNX Runtime fails
   */
  public List<Declared> inputs() throws OrtException {
    return declared(
        OrtApi.SESSION_GET_INPUT_COUNT,
        OrtApi.SESSION_GET_INPUT_NAME,
        OrtApi.SESSION_GET_INPUT_TYPE_INFO);
  }

  /**
   * Returns the inputs that have a value inside the model, which a run may replace.
   *
   * @return a new list, empty for files of IR versions before 4
   * @throws OrtException if ONNX Runtime fails
   */
  public List<Declared> overridable() throws OrtException {
    return declared(
        OrtApi.SESSION_GET_OVERRIDABLE_INITIALIZER_COUNT,
        OrtApi.SESSION_GET_OVERRIDABLE_INITIALIZER_NAME,
        OrtApi.SESSION_GET_OVERRIDABLE_INITIALIZER_TYPE_INFO);
  }

  /**
   * Returns the outputs in ONNX Runtime's order.
   *
   * @return a new list
   * @throws OrtException if ONNX Runtime fails
   */
  public List<Declared> outputs() throws OrtException {
    return declared(
        OrtApi.SESSION_GET_OUTPUT_COUNT,
        OrtApi.SESSION_GET_OUTPUT_NAME,
        OrtApi.SESSION_GET_OUTPUT_TYPE_INFO);
  }

  private List<Declared> declared(int count, int name, int type) throws OrtException {
    List<Declared> all = new ArrayList<>();
    try (Scratch scratch = new Scratch(runtime.memory())) {
      long size = scratch.result(out -> OrtApi.call(count, address(), out));
      for (long i = 0; i < size; i++) {
        all.add(declared(scratch, i, name, type));
      }
    }
    return all;
  }

  private Declared declared(Scratch scratch, long index, int name, int type) throws OrtException {
    String text = name(scratch, index, name);
    long info = scratch.result(out -> OrtApi.call(type, address(), index, out));
    try (Handle handle = new Handle("type", OrtApi.RELEASE_TYPE_INFO, info)) {
      long tensor =
          scratch.result(
              out -> OrtApi.call(OrtApi.CAST_TYPE_INFO_TO_TENSOR_INFO, handle.address(), out));
      if (tensor == 0) {
        return new Declared(text, NO_TENSOR, new long[0], List.of());
      }
      TensorShape shape = TensorShape.of(scratch, tensor);
      return new Declared(text, shape.type(), shape.dims(), TensorShape.symbols(scratch, tensor));
    }
  }

  private String name(Scratch scratch, long index, int function) throws OrtException {
    long text =
        scratch.result(out -> OrtApi.call(function, address(), index, runtime.allocator(), out));
    try {
      return OrtApi.text(text);
    } finally {
      OrtApi.call(OrtApi.ALLOCATOR_FREE, runtime.allocator(), text);
    }
  }

  ForeignRuntime runtime() {
    return runtime;
  }

  long address() {
    return session.address();
  }

  @Override
  public void close() {
    session.close();
    options.close();
  }
}
