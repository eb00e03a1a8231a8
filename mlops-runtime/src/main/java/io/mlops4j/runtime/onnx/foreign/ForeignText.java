package io.mlops4j.runtime.onnx.foreign;

import ai.onnxruntime.OrtException;
import io.mlops4j.model.ElementType;
import io.mlops4j.runtime.memory.Native;
import io.mlops4j.runtime.onnx.graph.ElementTypes;
import java.util.Objects;

/**
 * A tensor of text in ONNX Runtime's memory, whose texts can be replaced before each run. Setting a
 * text makes no object. Not thread safe.
 */
public final class ForeignText implements AutoCloseable {
  private final Scratch scratch;
  private final ForeignTensor tensor;
  private final long size;

  /** Where ONNX Runtime stores an address that it returns. */
  private final long result;

  private ForeignText(Scratch scratch, long result, ForeignTensor tensor, long size) {
    this.scratch = scratch;
    this.result = result;
    this.tensor = tensor;
    this.size = size;
  }

  /**
   * Makes a tensor of empty texts.
   *
   * @param runtime the environment
   * @param dims its shape
   * @return a tensor, which the caller closes after the runs that read it
   * @throws OrtException if ONNX Runtime fails
   */
  public static ForeignText of(ForeignRuntime runtime, long[] dims) throws OrtException {
    Scratch scratch = new Scratch(runtime.memory());
    boolean made = false;
    try {
      long shape = scratch.longs(dims);
      long result = scratch.longs(0);
      OrtApi.call(
          OrtApi.CREATE_TENSOR_AS_ORT_VALUE,
          runtime.allocator(),
          shape,
          dims.length,
          TensorArguments.number(ElementType.STRING),
          result,
          0,
          0);
      Handle value = new Handle("text", OrtApi.RELEASE_VALUE, Native.getLong(result));
      made = true;
      return new ForeignText(
          scratch, result, new ForeignTensor(value), ElementTypes.elements(dims));
    } finally {
      if (!made) {
        scratch.close();
      }
    }
  }

  /**
   * Sets the length of one text. The caller then writes all its bytes.
   *
   * @param index which text, row-major
   * @param bytes the length of its UTF-8 form; it may contain zeros
   * @return the address of its first byte, valid until its length is set again
   * @throws OrtException if ONNX Runtime fails
   */
  public long place(long index, int bytes) throws OrtException {
    Objects.checkIndex(index, size);
    OrtApi.call(
        OrtApi.GET_RESIZED_STRING_TENSOR_ELEMENT_BUFFER, tensor.address(), index, bytes, result);
    return Native.getLong(result);
  }

  /**
   * Sets all texts.
   *
   * @param texts the address of one address for each text, row-major, at which its UTF-8 form
   *     begins; a zero ends it
   * @param count the number of addresses
   * @throws OrtException if ONNX Runtime fails
   */
  public void fill(long texts, long count) throws OrtException {
    if (count != size || texts == 0 || texts % Long.BYTES != 0) {
      throw new IllegalArgumentException(
          "texts: found %d addresses at 0x%x, expected %d".formatted(count, texts, size));
    }
    OrtApi.call(OrtApi.FILL_STRING_TENSOR, tensor.address(), texts, count);
  }

  /**
   * Returns the tensor.
   *
   * @return the tensor, which stays this object's
   */
  public ForeignTensor tensor() {
    return tensor;
  }

  @Override
  public void close() {
    tensor.close();
    if (!scratch.isClosed()) {
      scratch.close();
    }
  }
}
