package io.mlops4j.runtime.tensorflow;

import static org.tensorflow.internal.c_api.global.tensorflow.TF_TString_Dealloc;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_TString_ResizeUninitialized;

import io.mlops4j.runtime.memory.Native;

/**
 * An element of a tensor of text. This is TensorFlow's layout in 24 bytes on little-endian
 * machines. The two lowest bits of the first byte are the form, the bits above them are the size:
 *
 * <ul>
 *   <li>small: one byte of size, then the text, at most 22 bytes, and a zero
 *   <li>large: eight bytes of size, eight of capacity, and the address of memory that it owns
 *   <li>offset: four bytes of size, four of the distance to the text
 *   <li>view: eight bytes of size, and the address of memory that something else owns
 * </ul>
 *
 * <p>Only the forms small and large are written. A view would save a copy, but an operation that
 * keeps an element keeps a view too, which would then outlive our memory.
 */
final class TextForm {
  static final int BYTES = 24;

  private static final int SMALL = 0;
  private static final int LARGE = 1;
  private static final int OFFSET = 2;
  private static final int FORM = 3;
  private static final int LONGEST_SMALL = 22;

  private final ReusablePointer.Text large = new ReusablePointer.Text();

  /**
   * Makes room for text in an element that is empty.
   *
   * @return where its UTF-8 bytes go
   */
  long room(long element, int length) {
    if (length > LONGEST_SMALL) {
      return TF_TString_ResizeUninitialized(large.at(element), length).address();
    }
    Native.putByte(element, (byte) (length << 2));
    Native.putByte(element + 1 + length, (byte) 0);
    return element + 1;
  }

  /** Frees the memory that an element owns. The element is empty afterwards. */
  void clear(long element) {
    if ((Native.getByte(element) & FORM) == LARGE) {
      TF_TString_Dealloc(large.at(element));
    }
    Native.putByte(element, (byte) 0);
  }

  static long length(long element) {
    int first = Native.getByte(element) & 0xff;
    return switch (first & FORM) {
      case SMALL -> first >>> 2;
      case OFFSET -> Native.getInt(element) >>> 2;
      default -> Native.getLong(element) >>> 2;
    };
  }

  static long address(long element) {
    return switch (Native.getByte(element) & FORM) {
      case SMALL -> element + 1;
      case LARGE -> Native.getLong(element + 16);
      case OFFSET -> element + (Native.getInt(element + 4) & 0xffff_ffffL);
      default -> Native.getLong(element + 8);
    };
  }
}
