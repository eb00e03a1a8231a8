package io.mlops4j.runtime.binding.output;

import io.mlops4j.model.ElementType;

/**
 * A tensor inside a sequence or map, in an answer's memory.
 *
 * @param start the offset of its elements in the memory; for text, of its offsets
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Piece(ElementType type, long start, long elements, long[] shape) {
  int count() {
    return Math.toIntExact(elements);
  }

  int rank() {
    return shape.length;
  }
}
