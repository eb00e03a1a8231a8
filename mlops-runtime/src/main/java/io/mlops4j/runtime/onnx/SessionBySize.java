package io.mlops4j.runtime.onnx;

import ai.onnxruntime.OrtException;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.runtime.onnx.device.Devices;
import io.mlops4j.runtime.onnx.graph.ElementTypes;
import io.mlops4j.runtime.onnx.graph.OnnxGraph;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A session without an arena for small calls, and one with an arena for others, which is opened by
 * the first of them. Both return the same values. Thread safe.
 *
 * <p>The arena of ONNX Runtime has one lock for all threads of a session and is searched for each
 * value inside a model. The C library's allocator keeps small blocks for each thread, but asks the
 * system for large ones in each run.
 */
final class SessionBySize implements OpenSession {
  /** The bytes of inputs up to which a call is small. */
  static final long SMALL_CALL = 1 << 12;

  /** What a text of an input counts as. */
  private static final int TEXT_BYTES = 32;

  private final OpenSession small;
  private final Opener opener;
  private @Nullable OpenSession large;

  /** Opens the session with an arena. */
  interface Opener {
    OpenSession open() throws OrtException;
  }

  /**
   * @param small has no arena; this session closes it
   * @param opener opens the same model with an arena
   */
  SessionBySize(OpenSession small, Opener opener) {
    this.small = small;
    this.opener = opener;
  }

  @Override
  public Binding bind(
      List<OnnxInput> inputs,
      List<OnnxOutput> outputs,
      long[] @Nullable [] pinnedDims,
      OnnxModel model,
      RunControl control)
      throws OrtException {
    OpenSession session = isSmall(inputs) ? small : large();
    return session.bind(inputs, outputs, pinnedDims, model, control);
  }

  private static boolean isSmall(List<OnnxInput> inputs) {
    long bytes = 0;
    for (OnnxInput input : inputs) {
      if (!input.isAbsent()) {
        long elements = ElementTypes.elements(input.dims());
        bytes += elements * (input.isText() ? TEXT_BYTES : input.type().bytes());
      }
    }
    return bytes <= SMALL_CALL;
  }

  private synchronized OpenSession large() throws OrtException {
    if (large == null) {
      large = opener.open();
    }
    return large;
  }

  @Override
  public Devices devices() {
    return small.devices();
  }

  @Override
  public @Nullable SessionProfile profile() {
    return small.profile();
  }

  @Override
  public String calls() {
    return small.calls();
  }

  @Override
  public ModelSignature signature(OnnxGraph graph, Path model, Set<String> features)
      throws OrtException {
    return small.signature(graph, model, features);
  }

  @Override
  public String fetched(String output) {
    return small.fetched(output);
  }

  @Override
  public boolean canPin(ElementType type) {
    return small.canPin(type);
  }

  @Override
  public InputText text(String input, OnnxModel model) {
    return small.text(input, model);
  }

  @Override
  public RunControl control() throws OrtException {
    return small.control();
  }

  @Override
  public BorrowedTensor borrowed(long address, long bytes, ElementType type, long[] dims)
      throws OrtException {
    return small.borrowed(address, bytes, type, dims);
  }

  @Override
  public synchronized void close() {
    OpenSession other = large;
    try (other) {
      small.close();
    }
  }
}
