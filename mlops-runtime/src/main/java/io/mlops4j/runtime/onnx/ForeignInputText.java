package io.mlops4j.runtime.onnx;

import ai.onnxruntime.OrtException;
import io.mlops4j.runtime.memory.DirectMemory;
import io.mlops4j.runtime.memory.Native;
import io.mlops4j.runtime.onnx.foreign.ForeignRuntime;
import io.mlops4j.runtime.onnx.foreign.ForeignTensor;
import io.mlops4j.runtime.onnx.foreign.ForeignText;
import io.mlops4j.spi.StringColumn;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Text that is written into ONNX Runtime's memory as UTF-8. Every text is exact, and texts whose
 * shape repeats make no object.
 */
final class ForeignInputText implements InputText {
  private static final int LONGEST_ASCII = 256;

  private final String input;
  private final ForeignRuntime runtime;

  /** An address for each value, and after them the words of a dictionary, each with a zero. */
  private final SlotMemory words;

  /** One text of ASCII. The JIT compiles its copy better than writes of single bytes. */
  private final byte[] ascii = new byte[LONGEST_ASCII];

  private long[] dims = {};
  private @Nullable ForeignText tensor;
  private boolean isSet;

  ForeignInputText(String input, ForeignRuntime runtime, DirectMemory memory) {
    this.input = input;
    this.runtime = runtime;
    this.words = new SlotMemory(memory);
  }

  @Override
  public void set(StringColumn values, long[] shape) throws OrtException {
    isSet = false;
    ForeignText into = tensor(shape);
    @Nullable String[] dictionary = values.dictionary();
    if (dictionary != null) {
      setCodes(values, dictionary, into);
    } else if (values.offsets() != 0) {
      setBytes(values, into);
    } else {
      for (int i = 0; i < values.size(); i++) {
        put(values.get(i), i, into);
      }
    }
    isSet = true;
  }

  private ForeignText tensor(long[] shape) throws OrtException {
    ForeignText made = tensor;
    if (made == null || !Arrays.equals(dims, shape)) {
      closeTensor();
      made = ForeignText.of(runtime, shape);
      tensor = made;
      dims = shape.clone();
    }
    return made;
  }

  private void put(@Nullable String value, int row, ForeignText into) throws OrtException {
    String text = InputText.present(input, value, row);
    if (isAscii(text)) {
      Native.copy(ascii, 0, into.place(row, text.length()), text.length());
      return;
    }
    Utf8.put(text, into.place(row, length(text, row)));
  }

  /** Returns whether it has copied a text to the array. */
  private boolean isAscii(String text) {
    int length = text.length();
    if (length > LONGEST_ASCII) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (c >= 0x80) {
        return false;
      }
      ascii[i] = (byte) c;
    }
    return true;
  }

  private int length(String text, int row) {
    int bytes = Utf8.length(text);
    if (bytes < 0) {
      throw InputText.halfCharacter(input, row);
    }
    return bytes;
  }

  private static void setBytes(StringColumn values, ForeignText into) throws OrtException {
    long offsets = values.offsets();
    long utf8 = values.utf8();
    int start = Native.getInt(offsets);
    for (int i = 0; i < values.size(); i++) {
      int end = Native.getInt(offsets + 4L * (i + 1));
      Native.copy(utf8 + start, into.place(i, end - start), end - start);
      start = end;
    }
  }

  private void setCodes(StringColumn values, @Nullable String[] dictionary, ForeignText into)
      throws OrtException {
    int rows = (int) values.size();
    long codes = values.codes();
    if (dictionary.length > rows || !encode(dictionary, rows)) {
      for (int i = 0; i < rows; i++) {
        put(dictionary[Native.getInt(codes + 4L * i)], i, into);
      }
      return;
    }
    long addresses = words.address();
    long starts = addresses + 8L * rows;
    for (int i = 0; i < rows; i++) {
      int code = Native.getInt(codes + 4L * i);
      long start = Native.getLong(starts + 8L * code);
      if (start == 0) {
        put(dictionary[code], i, into); // null or half a character, which throws
      }
      Native.putLong(addresses + 8L * i, start);
    }
    into.fill(addresses, rows);
  }

  /**
   * Encodes each word once, with a zero at its end.
   *
   * @return false if a word contains a zero, at which it would end too early
   */
  private boolean encode(@Nullable String[] dictionary, int rows) {
    long most = 0;
    for (String word : dictionary) {
      most += word == null ? 0 : 3L * word.length() + 1;
    }
    long bytes = 8L * rows + 8L * dictionary.length + most;
    if (bytes > DirectMemory.LIMIT) {
      return false;
    }
    if (!words.holds(bytes)) {
      words.grow(bytes);
    }
    long starts = words.address() + 8L * rows;
    long address = starts + 8L * dictionary.length;
    for (int i = 0; i < dictionary.length; i++) {
      String word = dictionary[i];
      boolean whole = word != null && Utf8.length(word) >= 0;
      Native.putLong(starts + 8L * i, whole ? address : 0);
      if (word != null && whole) {
        if (word.indexOf(0) >= 0) {
          return false;
        }
        address = Utf8.put(word, address);
        Native.putByte(address++, (byte) 0);
      }
    }
    return true;
  }

  /** Returns the tensor that the next run reads. */
  ForeignTensor tensor() {
    if (tensor == null || !isSet) {
      throw new IllegalStateException(
          "input " + input + ": found no texts, expected those of the call before its run");
    }
    return tensor.tensor();
  }

  @Override
  public void drop() {
    isSet = false;
  }

  private void closeTensor() {
    if (tensor != null) {
      tensor.close();
      tensor = null;
    }
  }

  @Override
  public void close() {
    drop();
    closeTensor();
    words.close();
  }
}
