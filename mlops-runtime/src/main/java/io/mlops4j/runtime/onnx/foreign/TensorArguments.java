package io.mlops4j.runtime.onnx.foreign;

import io.mlops4j.model.ElementType;
import io.mlops4j.runtime.memory.DirectMemory;
import io.mlops4j.runtime.onnx.graph.ElementTypes;
import io.mlops4j.runtime.onnx.graph.ProtoTypes;
import java.util.Arrays;

/**
 * What ONNX Runtime's C functions are given for a tensor. Every address is checked before, because
 * a wrong one would end the process, or change the memory of others.
 */
final class TensorArguments {
  private TensorArguments() {}

  /**
   * Checks the memory of a tensor.
   *
   * @param address the address of the first element
   * @param capacity the number of bytes that the memory has from there on
   * @throws IllegalArgumentException if ONNX Runtime must not use it
   */
  static void check(long address, long capacity, ElementType type, long[] dims) {
    if (type == ElementType.STRING) {
      throw new IllegalArgumentException("type: found text, expected numbers");
    }
    for (long dim : dims) {
      if (dim < 0) {
        throw new IllegalArgumentException(
            "shape: found %s, expected sizes of 0 or more".formatted(Arrays.toString(dims)));
      }
    }
    if (address == 0 || address % type.bytes() != 0) {
      throw new IllegalArgumentException(
          "address: found 0x%x, expected a multiple of %d other than 0"
              .formatted(address, type.bytes()));
    }
    long bytes = bytes(type, dims);
    if (capacity < bytes || bytes > DirectMemory.LIMIT) {
      throw new IllegalArgumentException(
          "memory: found %d bytes, expected at least %d and at most %d for %s%s"
              .formatted(capacity, bytes, DirectMemory.LIMIT, type, Arrays.toString(dims)));
    }
  }

  static long bytes(ElementType type, long[] dims) {
    return ElementTypes.bytes(type, dims);
  }

  /** Returns the number of a type, which is the same in files and in the C functions. */
  static int number(ElementType type) {
    return ProtoTypes.of(type).getNumber();
  }
}
