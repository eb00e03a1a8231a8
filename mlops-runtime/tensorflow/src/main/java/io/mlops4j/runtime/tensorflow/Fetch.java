package io.mlops4j.runtime.tensorflow;

import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteTensor;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_Dim;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_NumDims;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_TensorByteSize;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_TensorData;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_TensorType;

import io.mlops4j.error.InferenceException;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.runtime.memory.Native;
import io.mlops4j.runtime.memory.TensorView;
import io.mlops4j.spi.HostMemory;
import org.tensorflow.internal.c_api.TF_Tensor;

/**
 * One output of a slot. Numbers are read in TensorFlow's memory. Text is copied, because its form
 * is TensorFlow's own.
 */
final class Fetch implements AutoCloseable {
  private final TensorSpec spec;
  private final int type;
  private final ReusablePointer.Tensor made = new ReusablePointer.Tensor();
  private final TensorView view;
  private final GrowingMemory text;
  private final GrowingMemory offsets;
  private boolean wanted = true;

  Fetch(TensorSpec spec, HostMemory memory) {
    this.spec = spec;
    this.type = DataTypes.of(spec.type());
    this.view = new TensorView(spec.type());
    this.text = new GrowingMemory(memory);
    this.offsets = new GrowingMemory(memory);
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

  /** Takes over a tensor that a run made. */
  void take(long tensor) {
    made.at(tensor);
  }

  /** Reads the tensor that was taken over. */
  void read() {
    read(made);
  }

  /**
   * Reads a tensor that was taken over, or that belongs to an input that the model returns
   * unchanged.
   */
  void read(TF_Tensor tensor) {
    if (TF_TensorType(tensor) != type) {
      throw new InferenceException(
          "output %s: found a tensor of type no. %d, expected %s"
              .formatted(name(), TF_TensorType(tensor), spec),
          null);
    }
    long[] dims = view.dims(TF_NumDims(tensor));
    long elements = 1;
    for (int i = 0; i < dims.length; i++) {
      dims[i] = TF_Dim(tensor, i);
      elements *= dims[i];
    }
    long bytes = TF_TensorByteSize(tensor);
    if (bytes > Integer.MAX_VALUE) {
      throw tooLarge(bytes);
    }
    long address = bytes == 0 ? 0 : TF_TensorData(tensor).address();
    if (spec.type() == ElementType.STRING) {
      copy(dims, address, elements);
    } else {
      view.set(dims, address, bytes, 0);
    }
  }

  private void copy(long[] dims, long from, long elements) {
    long total = 0;
    for (long i = 0; i < elements; i++) {
      total += TextForm.length(from + i * TextForm.BYTES);
    }
    if (total > Integer.MAX_VALUE) {
      throw tooLarge(total);
    }
    text.reserve(total);
    offsets.reserve(4 * (elements + 1));
    Native.putInt(offsets.address(), 0);
    long end = 0;
    for (long i = 0; i < elements; i++) {
      long element = from + i * TextForm.BYTES;
      long length = TextForm.length(element);
      Native.copy(TextForm.address(element), text.address() + end, length);
      end += length;
      Native.putInt(offsets.address() + 4 * (i + 1), (int) end);
    }
    view.set(dims, text.address(), total, offsets.address());
  }

  private InferenceException tooLarge(long bytes) {
    return new InferenceException(
        "output %s: found %d bytes, expected less than 2 GiB in one call; split the batch"
            .formatted(name(), bytes),
        null);
  }

  void drop() {
    if (!made.isNull()) {
      TF_DeleteTensor(made);
      made.at(0);
    }
  }

  @Override
  public void close() {
    drop();
    text.close();
    offsets.close();
  }
}
