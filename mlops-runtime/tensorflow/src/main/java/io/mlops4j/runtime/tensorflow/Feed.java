package io.mlops4j.runtime.tensorflow;

import static org.tensorflow.internal.c_api.global.tensorflow.TF_AllocateTensor;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteTensor;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_TensorData;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_TensorMaybeMove;

import io.mlops4j.error.InferenceException;
import io.mlops4j.error.ModelInputException;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.runtime.memory.Native;
import io.mlops4j.spi.StringColumn;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.tensorflow.internal.c_api.TF_Tensor;

/**
 * One input of a slot: a tensor in TensorFlow's memory, which is reused while its shape repeats.
 *
 * <p>A model that stores its input in a variable or a queue keeps this memory. Each run is followed
 * by a check whether TensorFlow still holds the memory. If so, the next call gets other memory.
 */
final class Feed implements AutoCloseable {
  /** The most bytes of a column. TensorFlow itself allows more. */
  private static final long LIMIT = Integer.MAX_VALUE - 128;

  /** The most dimensions of a tensor. TensorFlow ends the process beyond that. */
  private static final int MOST_DIMENSIONS = 254;

  private final TensorSpec spec;
  private final AtomicLong allocated;
  private final TextForm form = new TextForm();
  private @Nullable TF_Tensor tensor;
  private long[] dims = {};
  private long address;
  private long bytes;
  private boolean given;

  /**
   * @param allocated counts bytes
   */
  Feed(TensorSpec spec, AtomicLong allocated) {
    this.spec = spec;
    this.allocated = allocated;
  }

  String name() {
    return spec.name();
  }

  private boolean isText() {
    return spec.type() == ElementType.STRING;
  }

  boolean hasShape(long[] shape) {
    return tensor != null && Arrays.equals(dims, shape);
  }

  /** Rejects a shape that the model does not declare, or that ends the process. */
  void check(long[] shape) {
    boolean fits = spec.anyRank() || spec.shape().size() == shape.length;
    long elements = 1;
    for (int i = 0; fits && i < shape.length; i++) {
      fits = shape[i] >= 0 && (spec.anyRank() || fits(spec.shape().get(i), shape[i]));
    }
    if (!fits) {
      throw new ModelInputException(name(), "shape " + Arrays.toString(shape), spec.toString());
    }
    if (shape.length > MOST_DIMENSIONS) {
      throw new ModelInputException(
          name(), shape.length + " dimensions", "at most " + MOST_DIMENSIONS);
    }
    for (long dim : shape) {
      // TensorFlow multiplies the other dimensions even if one is empty.
      elements = dim > LIMIT ? Long.MAX_VALUE : elements * Math.max(1, dim);
      if (elements > LIMIT / DataTypes.bytes(spec.type())) {
        throw new ModelInputException(
            name(),
            "shape " + Arrays.toString(shape),
            "less than 2 GiB in one call; split the batch");
      }
    }
  }

  private static boolean fits(TensorSpec.Dim declared, long size) {
    return declared.size().isEmpty() || declared.size().getAsLong() == size;
  }

  /** Sets a shape that was checked. */
  void reshape(long[] shape) {
    close();
    allocate(shape.clone());
  }

  private void allocate(long[] shape) {
    long size = DataTypes.bytes(spec.type());
    for (long dim : shape) {
      size *= dim;
    }
    TF_Tensor made = TF_AllocateTensor(DataTypes.of(spec.type()), shape, shape.length, size);
    if (made == null) {
      throw new InferenceException(
          "input %s: cannot allocate %d bytes of native memory; split the batch or raise the limit of the container"
              .formatted(name(), size),
          null);
    }
    tensor = made;
    dims = shape;
    bytes = size;
    allocated.addAndGet(size);
    address = size == 0 ? 0 : TF_TensorData(made).address();
    given = !isText();
    if (isText()) {
      Native.fill(address, size, (byte) 0); // empty elements
    }
  }

  long address() {
    if (tensor == null || isText()) {
      throw new IllegalStateException(
          "input %s: found %s, expected a shape before the address, and no text"
              .formatted(name(), tensor == null ? "no shape" : "text"));
    }
    return address;
  }

  TF_Tensor tensor() {
    if (tensor == null || !given) {
      throw new IllegalStateException(
          "input %s: found no %s, expected some"
              .formatted(name(), tensor == null ? "shape" : "text"));
    }
    return tensor;
  }

  void text(StringColumn values) {
    long count = bytes / TextForm.BYTES;
    if (tensor == null || !isText() || values.size() != count) {
      throw new IllegalStateException(
          "input %s: found %d values of text, expected %s of shape %s"
              .formatted(name(), values.size(), spec, Arrays.toString(dims)));
    }
    dropText();
    TensorText source = TensorText.of(name(), values);
    for (int i = 0; i < count; i++) {
      source.write(i, address + (long) i * TextForm.BYTES, form);
    }
    given = true;
  }

  /** Drops text, which is given for one run only. */
  void dropText() {
    if (isText() && tensor != null) {
      given = false;
      for (long at = address; at < address + bytes; at += TextForm.BYTES) {
        form.clear(at);
      }
    }
  }

  /**
   * Ensures that only this input holds its memory, with the same elements. Must be called after the
   * outputs of a run were deleted.
   */
  void settle() {
    if (tensor == null || TF_TensorMaybeMove(tensor) != null) {
      return;
    }
    TF_Tensor held = tensor;
    long from = address;
    allocated.addAndGet(-bytes);
    tensor = null;
    allocate(dims);
    if (!isText()) {
      Native.copy(from, address, bytes);
    }
    TF_DeleteTensor(held); // our reference to it
  }

  @Override
  public String toString() {
    return name() + Arrays.toString(dims);
  }

  /** Must be called after the outputs that may be this tensor were deleted. */
  @Override
  public void close() {
    if (tensor == null) {
      return;
    }
    if (isText() && TF_TensorMaybeMove(tensor) != null) {
      dropText(); // otherwise TensorFlow still holds the tensor and its text
    }
    TF_DeleteTensor(tensor);
    tensor = null;
    allocated.addAndGet(-bytes);
    bytes = 0;
  }
}
