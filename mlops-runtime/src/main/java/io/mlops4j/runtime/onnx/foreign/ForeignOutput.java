package io.mlops4j.runtime.onnx.foreign;

import ai.onnxruntime.OrtException;
import io.mlops4j.model.ElementType;
import io.mlops4j.runtime.memory.Native;
import io.mlops4j.spi.HostMemory;

/** An output in ONNX Runtime's memory, valid until its {@link ForeignCall} drops it. */
public final class ForeignOutput {
  private final long value;
  private final TensorShape shape;
  private final long address;
  private final long bytes;

  private ForeignOutput(long value, TensorShape shape, long address, long bytes) {
    this.value = value;
    this.shape = shape;
    this.address = address;
    this.bytes = bytes;
  }

  static ForeignOutput of(HostMemory memory, long value) throws OrtException {
    try (Scratch scratch = new Scratch(memory)) {
      long info = scratch.result(out -> OrtApi.call(OrtApi.GET_TENSOR_TYPE_AND_SHAPE, value, out));
      try (Handle handle = new Handle("shape", OrtApi.RELEASE_TENSOR_TYPE_AND_SHAPE_INFO, info)) {
        TensorShape shape = TensorShape.of(scratch, handle.address());
        boolean text = shape.type() == TensorArguments.number(ElementType.STRING);
        int function = text ? OrtApi.GET_STRING_TENSOR_DATA_LENGTH : OrtApi.GET_TENSOR_MUTABLE_DATA;
        long found = scratch.result(out -> OrtApi.call(function, value, out));
        return new ForeignOutput(value, shape, text ? 0 : found, text ? found : 0);
      }
    }
  }

  /**
   * Returns the number of its element type.
   *
   * @return the number that ONNX files and the C functions use
   */
  public int type() {
    return shape.type();
  }

  /**
   * Returns its shape.
   *
   * @return its sizes; the caller must not write to the array
   */
  public long[] dims() {
    return shape.dims();
  }

  /**
   * Returns the address of its first number.
   *
   * @return an address; 0 for text
   */
  public long address() {
    return address;
  }

  /**
   * Returns how long its texts are together.
   *
   * @return bytes; 0 for numbers
   */
  public long textBytes() {
    return bytes;
  }

  /**
   * Copies its texts one after the other, without ends.
   *
   * @param to where {@link #textBytes} bytes are written
   * @param offsets where {@code count + 1} offsets are written; the memory must have room for
   *     {@code count} longs before they become int32
   * @param count the number of texts
   * @throws OrtException if ONNX Runtime fails
   */
  public void copyText(long to, long offsets, int count) throws OrtException {
    OrtApi.call(OrtApi.GET_STRING_TENSOR_CONTENT, value, to, bytes, offsets, count, 0, 0);
    for (int i = 0; i < count; i++) { // an int32 is written where longs were read before
      Native.putInt(offsets + 4L * i, (int) Native.getLong(offsets + 8L * i));
    }
    Native.putInt(offsets + 4L * count, (int) bytes);
  }
}
