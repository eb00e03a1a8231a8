package io.mlops4j.spi;

import io.mlops4j.model.ElementType;

/**
 * A view of an output, or of a nested input. It is valid until its slot is recycled. Not thread
 * safe.
 *
 * <p>A tensor has a type, dimensions and an address. A tensor of text also has {@link #offsets}. A
 * sequence has its elements as children. A map has two children: its keys and its values.
 */
public interface EngineValue {
  /** The kinds of values. */
  enum Kind {
    /** An optional value that is absent. */
    ABSENT,
    /** A tensor. */
    TENSOR,
    /** A list of values. */
    SEQUENCE,
    /** Keys and values. */
    MAP
  }

  /**
   * Returns the kind of this value.
   *
   * @return the kind
   */
  Kind kind();

  /**
   * Returns the type of a tensor's elements.
   *
   * @return the type
   */
  ElementType type();

  /**
   * Returns the number of dimensions of a tensor.
   *
   * @return 0 for a scalar
   */
  int rank();

  /**
   * Returns the size of a dimension of a tensor.
   *
   * @param i the number of the dimension, from 0
   * @return the number of elements along it, 0 or more
   */
  long dim(int i);

  /**
   * Returns the address of a tensor's elements, row-major. For text, it is the address of the UTF-8
   * bytes.
   *
   * @return the address
   */
  long address();

  /**
   * Returns the number of bytes at {@link #address}.
   *
   * @return 0 or more
   */
  long bytes();

  /**
   * Returns the address of a text tensor's int32 offsets, one more than it has elements.
   *
   * @return 0 for other types
   */
  long offsets();

  /**
   * Returns the number of children of a sequence or map.
   *
   * @return 0 for a tensor
   */
  int children();

  /**
   * Returns a child of a sequence or map.
   *
   * @param i the number of the child, from 0
   * @return a view of the child
   */
  EngineValue child(int i);
}
