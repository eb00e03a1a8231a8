package io.mlops4j.runtime.binding.output;

import io.mlops4j.model.ElementType;

/** A tensor inside a sequence or map, in an answer's memory. Immutable. */
final class Piece {
  private final ElementType type;
  private final long start;
  private final long elements;
  private final long[] shape;

  /**
   * @param start where it lies; of text the offsets
   */
  Piece(ElementType type, long start, long elements, long[] shape) {
    this.type = type;
    this.start = start;
    this.elements = elements;
    this.shape = shape;
  }

  ElementType type() {
    return type;
  }

  long start() {
    return start;
  }

  long elements() {
    return elements;
  }

  int count() {
    return Math.toIntExact(elements);
  }

  int rank() {
    return shape.length;
  }

  long dim(int i) {
    return shape[i];
  }
}
