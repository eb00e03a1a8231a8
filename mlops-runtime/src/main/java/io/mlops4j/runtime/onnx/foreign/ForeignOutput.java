package io.mlops4j.runtime.onnx.foreign;

import ai.onnxruntime.OrtException;
import io.mlops4j.runtime.memory.DirectMemory;

/**
 * An output in ONNX Runtime's memory.
 *
 * @param type the number of its element type
 * @param dims its shape
 * @param address the address of its first element
 */
@SuppressWarnings("ArrayRecordComponent")
public record ForeignOutput(int type, long[] dims, long address) {
  static ForeignOutput of(DirectMemory memory, long value) throws OrtException {
    try (Scratch scratch = new Scratch(memory)) {
      long info = scratch.result(out -> OrtApi.call(OrtApi.GET_TENSOR_TYPE_AND_SHAPE, value, out));
      try (Handle handle = new Handle("shape", OrtApi.RELEASE_TENSOR_TYPE_AND_SHAPE_INFO, info)) {
        TensorShape shape = TensorShape.of(scratch, handle.address());
        long data = scratch.result(out -> OrtApi.call(OrtApi.GET_TENSOR_MUTABLE_DATA, value, out));
        return new ForeignOutput(shape.type(), shape.dims(), data);
      }
    }
  }
}
