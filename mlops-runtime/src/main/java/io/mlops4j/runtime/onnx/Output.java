package io.mlops4j.runtime.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import io.mlops4j.error.InferenceException;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.runtime.memory.DirectMemory;
import io.mlops4j.runtime.memory.Native;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One output of a slot, and where its elements lie after a run. */
final class Output implements AutoCloseable {
  private final TensorSpec spec;
  private final Block block;
  private final Block offsets;
  private final TensorView view;
  private boolean wanted = true;
  private boolean dynamic;

  Output(TensorSpec spec, DirectMemory memory) {
    this.spec = spec;
    this.block = new Block(memory);
    this.offsets = new Block(memory);
    this.view = new TensorView(spec.type());
  }

  String name() {
    return spec.name();
  }

  boolean wanted() {
    return wanted;
  }

  void want(boolean wanted) {
    this.wanted = wanted;
  }

  TensorView view() {
    return view;
  }

  /** From now on its shape is only known after a run. */
  void markDynamic() {
    dynamic = true;
  }

  boolean canBePinned() {
    return !dynamic && TensorTypes.canBePinned(spec.type());
  }

  /**
   * The shape that the declared dimensions promise; null if they leave it open. An empty shape
   * promises nothing: it may also stand for an unknown rank.
   */
  long @Nullable [] promised(Map<String, Long> symbols) {
    if (spec.shape().isEmpty() || !canBePinned()) {
      return null;
    }
    long[] dims = new long[spec.shape().size()];
    for (int i = 0; i < dims.length; i++) {
      TensorSpec.Dim dim = spec.shape().get(i);
      dims[i] = dim.size().orElseGet(() -> dim.symbol().map(s -> symbols.get(s)).orElse(-1L));
      if (dims[i] < 0) {
        return null;
      }
    }
    return dims;
  }

  private long bytes(long[] dims) {
    long bytes = TensorTypes.bytes(spec.type(), dims);
    if (bytes > Block.LIMIT) {
      throw new InferenceException(
          "output %s: found shape %s, expected less than 2 GiB in one call; split the batch"
              .formatted(name(), Arrays.toString(dims)),
          null);
    }
    return bytes;
  }

  boolean mustGrow(long[] dims) {
    return !block.holds(bytes(dims));
  }

  void grow(long[] dims) {
    block.grow(bytes(dims));
  }

  /** A tensor for the run to write; the memory is big enough. */
  OnnxTensor tensor(long[] dims, OrtEnvironment environment) throws OrtException {
    return TensorTypes.over(block.buffer(bytes(dims)), environment, spec.type(), dims);
  }

  /** The run wrote here. */
  void written(long[] dims) {
    view.set(dims, block.address(), bytes(dims), 0);
  }

  /** Copies what the run made in ONNX Runtime's memory. */
  void copy(OnnxValue value) throws OrtException {
    OnnxTensor tensor = (OnnxTensor) value;
    if (spec.type() == ElementType.STRING) {
      copyText(tensor);
    } else {
      copyElements(tensor);
    }
  }

  private void copyElements(OnnxTensor tensor) {
    long[] dims = tensor.getInfo().getShape();
    long bytes = bytes(dims);
    reserve(block, bytes);
    block.buffer(bytes).put(tensor.getByteBuffer());
    written(dims);
  }

  private void copyText(OnnxTensor tensor) throws OrtException {
    List<byte[]> values = new ArrayList<>();
    flatten(tensor.getValue(), values);
    long total = values.stream().mapToLong(value -> value.length).sum();
    if (total > Block.LIMIT) {
      throw new InferenceException(
          "output %s: found %d bytes of text, expected less than 2 GiB; split the batch"
              .formatted(name(), total),
          null);
    }
    reserve(block, total);
    reserve(offsets, 4L * (values.size() + 1));
    int end = 0;
    for (int i = 0; i < values.size(); i++) {
      byte[] value = values.get(i);
      Native.copy(value, 0, block.address() + end, value.length);
      end += value.length;
      Native.putInt(offsets.address() + 4L * (i + 1), end);
    }
    Native.putInt(offsets.address(), 0);
    view.set(tensor.getInfo().getShape(), block.address(), total, offsets.address());
  }

  private static void reserve(Block block, long bytes) {
    if (!block.holds(bytes)) {
      block.grow(bytes);
    }
  }

  /** ONNX Runtime gives text as a string or as nested arrays of strings. */
  private static void flatten(Object value, List<byte[]> into) {
    if (value instanceof Object[] values) {
      Arrays.stream(values).forEach(element -> flatten(element, into));
    } else {
      into.add(((String) value).getBytes(StandardCharsets.UTF_8));
    }
  }

  @Override
  public void close() {
    try (block;
        offsets) {
      wanted = false;
    }
  }
}
