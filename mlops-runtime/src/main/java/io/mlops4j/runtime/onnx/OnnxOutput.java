package io.mlops4j.runtime.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.ValueSpec;
import io.mlops4j.runtime.memory.DirectMemory;
import io.mlops4j.runtime.onnx.graph.ElementTypes;
import io.mlops4j.runtime.onnx.graph.OptionalOutputs;
import io.mlops4j.spi.EngineValue;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One output of a slot: whether it is wanted, the known part of its shape, and its last value. */
final class OnnxOutput implements AutoCloseable {
  /** The most bytes that are reserved for a declared shape before a run has returned it. */
  private static final long MOST_PROMISED = 256 << 20;

  private final ValueSpec spec;
  private final String fetched;
  private final DirectMemory memory;
  private final ReturnedText text;
  private final boolean pinnable;
  private final @Nullable TensorMemory tensor;
  private @Nullable NestedValue nested;
  private boolean wanted = true;
  private boolean dynamic;

  /**
   * Creates an output, still without memory.
   *
   * @param session the session that makes it
   * @param text reads text, of this slot
   */
  OnnxOutput(ValueSpec spec, OpenSession session, OnnxModel model, ReturnedText text) {
    this.spec = spec;
    this.fetched = session.fetched(spec.name());
    this.memory = model.memory();
    this.text = text;
    this.pinnable = spec instanceof TensorSpec of && session.canPin(of.type());
    this.tensor =
        spec instanceof TensorSpec of ? new TensorMemory(of.name(), of.type(), memory) : null;
  }

  String name() {
    return spec.name();
  }

  /** The session's name for it, see {@link OptionalOutputs}. */
  String fetched() {
    return fetched;
  }

  boolean wanted() {
    return wanted;
  }

  void want(boolean wanted) {
    this.wanted = wanted;
  }

  /** Marks its shape as unknown before a run. */
  void markDynamic() {
    dynamic = true;
  }

  boolean canBePinned() {
    return wanted && !dynamic && pinnable;
  }

  /** Returns the declared shape; null if it is open or huge. */
  long @Nullable [] promised(Map<String, Long> symbols) {
    if (!canBePinned() || !(spec instanceof TensorSpec of) || of.anyRank()) {
      return null;
    }
    long[] dims = of.shape().stream().mapToLong(dim -> size(dim, symbols)).toArray();
    boolean open = Arrays.stream(dims).anyMatch(size -> size < 0);
    return open || ElementTypes.bytes(of.type(), dims) > MOST_PROMISED ? null : dims;
  }

  /** ONNX Runtime pins declared shapes only, although a run may return another shape. */
  boolean isDeclared(long[] dims) {
    return TensorTypes.fits((TensorSpec) spec, dims);
  }

  private static long size(TensorSpec.Dim dim, Map<String, Long> symbols) {
    return dim.size().orElseGet(() -> dim.symbol().map(symbols::get).orElse(-1L));
  }

  /** Returns the memory of a tensor. A nested value has no memory of its own. */
  TensorMemory tensor() {
    return Objects.requireNonNull(tensor, "tensor");
  }

  /** Copies a value that a run returned in ONNX Runtime's memory. */
  void copy(OnnxValue value) throws OrtException {
    if (tensor != null) {
      tensor.copy((OnnxTensor) value, text);
    } else {
      dropNested();
      nested = NestedValue.of(name(), value, memory, text);
    }
  }

  /**
   * Makes maps of scores.
   *
   * @param keys the keys of each map
   * @param scores the address of the scores, floats row by row
   */
  void zip(List<Object> keys, long scores, int rows) {
    dropNested();
    nested = NestedValue.zipped(name(), keys, scores, rows, memory, text);
  }

  EngineValue view() {
    return tensor == null ? Objects.requireNonNull(nested, "nested") : tensor.view();
  }

  boolean isNested() {
    return tensor == null;
  }

  void dropNested() {
    if (nested != null) {
      nested.close();
      nested = null;
    }
  }

  @Override
  public void close() {
    dropNested();
    if (tensor != null) {
      tensor.close();
    }
  }
}
