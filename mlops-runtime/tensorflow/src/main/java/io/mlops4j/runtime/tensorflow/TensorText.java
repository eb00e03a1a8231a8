package io.mlops4j.runtime.tensorflow;

import io.mlops4j.error.ModelInputException;
import io.mlops4j.runtime.memory.Native;
import io.mlops4j.spi.StringColumn;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Writes a column's values as elements of a tensor, for every form of column. */
interface TensorText {

  /** Writes a value into an element that is empty. */
  void write(int row, long element, TextForm form);

  /** Returns the source for a column of an input. Messages name the input. */
  static TensorText of(String input, StringColumn values) {
    if (values.offsets() != 0) {
      return utf8(values.offsets(), values.utf8());
    }
    @Nullable String[] dictionary = values.dictionary();
    if (dictionary != null && values.codes() != 0) {
      return codes(input, dictionary, values.codes());
    }
    return (row, element, form) -> write(encode(input, values.get(row), row), element, form);
  }

  private static TensorText utf8(long offsets, long bytes) {
    return (row, element, form) -> {
      int start = Native.getInt(offsets + 4L * row);
      int length = Native.getInt(offsets + 4L * row + 4) - start;
      Native.copy(bytes + start, form.room(element, length), length);
    };
  }

  private static TensorText codes(String input, @Nullable String[] dictionary, long codes) {
    byte[][] encoded = new byte[dictionary.length][];
    return (row, element, form) -> {
      int code = Native.getInt(codes + 4L * row);
      if (encoded[code] == null) {
        encoded[code] = encode(input, dictionary[code], row);
      }
      write(encoded[code], element, form);
    };
  }

  private static void write(byte[] utf8, long element, TextForm form) {
    Native.copy(utf8, 0, form.room(element, utf8.length), utf8.length);
  }

  private static byte[] encode(String input, @Nullable String value, int row) {
    if (value == null) {
      throw new ModelInputException(
          input, "null at " + row, "text; state a null policy for this feature");
    }
    for (int i = 0; i < value.length(); i++) {
      if (Character.isSurrogate(value.charAt(i))) {
        if (Character.charCount(value.codePointAt(i)) == 1) {
          throw new ModelInputException(
              input, "half of a surrogate pair at " + row, "whole characters");
        }
        i++;
      }
    }
    return value.getBytes(StandardCharsets.UTF_8);
  }
}
