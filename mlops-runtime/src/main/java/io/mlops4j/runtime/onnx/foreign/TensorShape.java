package io.mlops4j.runtime.onnx.foreign;

import ai.onnxruntime.OrtException;
import io.mlops4j.runtime.memory.Native;
import java.util.ArrayList;
import java.util.List;

/**
 * The type and shape of a tensor.
 *
 * @param type the number of its element type
 * @param dims its sizes
 */
@SuppressWarnings("ArrayRecordComponent")
record TensorShape(int type, long[] dims) {
  /** Reads it from ONNX Runtime's own description. */
  static TensorShape of(Scratch scratch, long info) throws OrtException {
    long type = scratch.result(out -> OrtApi.call(OrtApi.GET_TENSOR_ELEMENT_TYPE, info, out));
    long[] dims = new long[rank(scratch, info)];
    long places = scratch.longs(dims);
    OrtApi.call(OrtApi.GET_DIMENSIONS, info, places, dims.length);
    for (int i = 0; i < dims.length; i++) {
      dims[i] = Native.getLong(places + (long) Long.BYTES * i);
    }
    return new TensorShape((int) type, dims);
  }

  private static int rank(Scratch scratch, long info) throws OrtException {
    return (int) scratch.result(out -> OrtApi.call(OrtApi.GET_DIMENSIONS_COUNT, info, out));
  }

  static List<String> symbols(Scratch scratch, long info) throws OrtException {
    int rank = rank(scratch, info);
    long places = scratch.longs(new long[rank]);
    OrtApi.call(OrtApi.GET_SYMBOLIC_DIMENSIONS, info, places, rank);
    List<String> symbols = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      long text = Native.getLong(places + (long) Long.BYTES * i);
      symbols.add(text == 0 ? "" : OrtApi.text(text));
    }
    return symbols;
  }
}
