package io.mlops4j.runtime.onnx.foreign;

import ai.onnxruntime.OrtException;
import io.mlops4j.model.ElementType;
import io.mlops4j.spi.HostMemory;

/** A tensor over memory that its user owns. It must be closed before that memory is freed. */
public final class ForeignTensor implements AutoCloseable {
  private final Handle value;

  ForeignTensor(Handle value) {
    this.value = value;
  }

  /** Makes a tensor over memory that was checked. */
  static ForeignTensor over(
      long memoryInfo, HostMemory memory, long address, ElementType type, long[] dims)
      throws OrtException {
    try (Scratch scratch = new Scratch(memory)) {
      long shape = scratch.longs(dims);
      return new ForeignTensor(
          new Handle(
              "tensor",
              OrtApi.RELEASE_VALUE,
              scratch.result(
                  out ->
                      OrtApi.call(
                          OrtApi.CREATE_TENSOR_WITH_DATA_AS_ORT_VALUE,
                          memoryInfo,
                          address,
                          TensorArguments.bytes(type, dims),
                          shape,
                          dims.length,
                          TensorArguments.number(type),
                          out))));
    }
  }

  long address() {
    return value.address();
  }

  @Override
  public void close() {
    value.close();
  }
}
