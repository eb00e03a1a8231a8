package io.mlops4j.runtime.onnx.graph;

import io.mlops4j.model.ElementType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The abilities of ONNX Runtime's Java API by element type, and the sizes of tensors. */
public final class ElementTypes {
  private ElementTypes() {}

  /**
   * Returns whether Java can make a tensor of this type. It can only read the others.
   *
   * @param type an element type
   * @return false for unsigned types of more than 8 bits
   */
  public static boolean canBeMade(ElementType type) {
    return signed(type) == type;
  }

  /**
   * Returns whether Java can make a tensor of this type over given memory.
   *
   * @param type an element type
   * @return false for text and for types of which Java cannot make tensors
   */
  public static boolean canBePinned(ElementType type) {
    return type != ElementType.STRING && canBeMade(type);
  }

  /**
   * Returns the type of the same width whose tensors Java can make.
   *
   * @param type an element type
   * @return a signed type for an unsigned one that Java cannot make; else the type itself
   */
  public static ElementType signed(ElementType type) {
    return switch (type) {
      case UINT16 -> ElementType.INT16;
      case UINT32 -> ElementType.INT32;
      case UINT64 -> ElementType.INT64;
      default -> type;
    };
  }

  /**
   * Counts the elements of a shape.
   *
   * @param dims sizes, 0 or more
   * @return the product; {@link Long#MAX_VALUE} if a long cannot hold it
   */
  public static long elements(long... dims) {
    long elements = 1;
    for (long dim : dims) {
      if (dim == 0) {
        return 0;
      }
      elements = elements > Long.MAX_VALUE / dim ? Long.MAX_VALUE : elements * dim;
    }
    return elements;
  }

  /**
   * Counts the bytes of a shape's elements.
   *
   * @param type the type of the elements
   * @param dims sizes, 0 or more
   * @return bytes, 0 for text; {@link Long#MAX_VALUE} if a long cannot hold it
   */
  public static long bytes(ElementType type, long[] dims) {
    return elements(elements(dims), type.bytes());
  }

  /** Returns the elements themselves if a tensor can use their memory, else a copy. */
  static ByteBuffer placed(ByteBuffer elements, ElementType type) {
    if (elements.isDirect() && elements.alignmentOffset(0, type.bytes()) == 0) {
      return elements;
    }
    return ByteBuffer.allocateDirect(elements.remaining())
        .order(ByteOrder.nativeOrder())
        .put(elements.duplicate())
        .flip();
  }
}
