package io.mlops4j.spi;

import io.mlops4j.model.ElementType;

/**
 * A view of an output (or of a nested input), valid until its slot is recycled.
 *
 * <p>A tensor has a type, dimensions and an address; a tensor of text has {@link #offsets} beside;
 * a sequence has its elements as children; a map has two children, its keys and its values.
 */
public interface EngineValue {
  /** What a value can be. */
  enum Kind {
    /** An optional value that is not there. */
    ABSENT,
    /** A tensor. */
    TENSOR,
    /** A list of values. */
    SEQUENCE,
    /** Keys and values. */
    MAP
  }

  /**
   * What this is.
   *
   * @return the kind
   */
  Kind kind();

  /**
   * The type of a tensor's elements.
   *
   * @return the type
   */
  ElementType type();

  /**
   * How many dimensions a tensor has.
   *
   * @return 0 for a scalar
   */
  int rank();

  /**
   * A dimension of a tensor.
   *
   * @param i from 0
   * @return its size
   */
  long dim(int i);

  /**
   * Where a tensor's elements lie, row-major; for text, its UTF-8 bytes.
   *
   * @return the address
   */
  long address();

  /**
   * How many bytes lie there.
   *
   * @return 0 or more
   */
  long bytes();

  /**
   * For a tensor of text, the address of one more int32 offset than it has elements.
   *
   * @return 0 for other types
   */
  long offsets();

  /**
   * How many children a sequence or map has.
   *
   * @return 0 for a tensor
   */
  int children();

  /**
   * A child.
   *
   * @param i from 0
   * @return its view
   */
  EngineValue child(int i);
}
