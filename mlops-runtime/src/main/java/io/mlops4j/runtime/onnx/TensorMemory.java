package io.mlops4j.runtime.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import io.mlops4j.error.InferenceException;
import io.mlops4j.model.ElementType;
import io.mlops4j.runtime.memory.DirectMemory;
import io.mlops4j.runtime.memory.Native;
import io.mlops4j.runtime.memory.TensorView;
import io.mlops4j.runtime.onnx.foreign.ForeignOutput;
import io.mlops4j.runtime.onnx.graph.ElementTypes;
import io.mlops4j.runtime.onnx.graph.ProtoTypes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/** Memory for an output tensor, and the view of it. */
final class TensorMemory implements AutoCloseable {
  private final String output;
  private final ElementType type;
  private final SlotMemory elements;
  private final SlotMemory offsets;
  private final TensorView view;

  /**
   * Creates an output, still without memory.
   *
   * @param output the name of the output, for messages
   */
  TensorMemory(String output, ElementType type, DirectMemory memory) {
    this.output = output;
    this.type = type;
    this.elements = new SlotMemory(memory);
    this.offsets = new SlotMemory(memory);
    this.view = new TensorView(type);
  }

  TensorView view() {
    return view;
  }

  /** See {@link SlotMemory#moves}. */
  int moves() {
    return elements.moves();
  }

  boolean mustGrow(long[] dims) {
    return !elements.holds(bytes(dims));
  }

  void grow(long[] dims) {
    elements.grow(bytes(dims));
  }

  ElementType type() {
    return type;
  }

  /** Returns the number of bytes at the address. */
  long capacity() {
    return elements.capacity();
  }

  /** Returns a tensor for a run to write. The memory must be large enough. */
  OnnxTensor tensor(long[] dims, OrtEnvironment environment) throws OrtException {
    return TensorTypes.over(elements.buffer(bytes(dims)), environment, type, dims);
  }

  /** Returns the address of the elements. It changes when the memory grows. */
  long address() {
    return elements.address();
  }

  /** Sets the view to the values that a run wrote here. */
  void written(long[] dims) {
    view.set(dims, elements.address(), bytes(dims), 0);
  }

  /** Copies a tensor that a run returned in ONNX Runtime's memory. */
  void copy(OnnxTensor tensor, ReturnedText text) throws OrtException {
    long[] dims = tensor.getInfo().getShape();
    if (type == ElementType.STRING) {
      copy(List.of(text.of(output, tensor)), dims);
    } else {
      long bytes = bytes(dims);
      reserve(elements, bytes);
      elements.buffer(bytes).put(tensor.getByteBuffer());
      written(dims);
    }
  }

  /** Copies a tensor that a run returned in ONNX Runtime's memory. */
  void copy(ForeignOutput tensor) throws OrtException {
    if (tensor.type() != ProtoTypes.of(type).getNumber()) {
      throw new InferenceException(
          "output %s: found elements of type %d, expected %s"
              .formatted(output, tensor.type(), type),
          null);
    }
    if (type == ElementType.STRING) {
      copyText(tensor);
      return;
    }
    long bytes = bytes(tensor.dims());
    reserve(elements, bytes);
    Native.copy(tensor.address(), elements.address(), bytes);
    written(tensor.dims());
  }

  /** Copies text as it is, unless the model made bytes that are not UTF-8. */
  private void copyText(ForeignOutput tensor) throws OrtException {
    long[] dims = tensor.dims();
    long total = tensor.textBytes();
    long count = ElementTypes.elements(dims);
    if (total > DirectMemory.LIMIT || count > DirectMemory.LIMIT / 8 - 1) {
      throw tooLarge(count + " texts of " + total + " bytes");
    }
    reserve(elements, total);
    reserve(offsets, 8 * count + 8);
    tensor.copyText(elements.address(), offsets.address(), (int) count);
    if (Utf8.isAscii(elements.address(), total) || isUtf8((int) count)) {
      view.set(dims, elements.address(), total, offsets.address());
    } else {
      copy(decoded((int) count), dims);
    }
  }

  private boolean isUtf8(int count) {
    for (int i = 0; i < count; i++) {
      if (!Utf8.isValid(elements.address() + start(i), start(i + 1) - start(i))) {
        return false;
      }
    }
    return true;
  }

  private int start(int text) {
    return Native.getInt(offsets.address() + 4L * text);
  }

  /** Returns texts with U+FFFD in the place of bytes that are not UTF-8. */
  private List<String> decoded(int count) {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] utf8 = new byte[start(i + 1) - start(i)];
      Native.copy(elements.address() + start(i), utf8, 0, utf8.length);
      texts.add(new String(utf8, StandardCharsets.UTF_8));
    }
    return texts;
  }

  /** Copies the keys or values of a map. All of them are boxed as this tensor's type. */
  void copy(Collection<?> values, ReturnedText text) {
    long[] dims = {values.size()};
    if (type == ElementType.STRING) {
      copy(values.stream().map(value -> text.label((String) value)).toList(), dims);
      return;
    }
    reserve(elements, bytes(dims));
    long address = elements.address();
    for (Object value : values) {
      put(address, value);
      address += type.bytes();
    }
    written(dims);
  }

  private void put(long address, Object value) {
    switch (type) {
      case INT64 -> Native.putLong(address, (Long) value);
      case FLOAT32 -> Native.putFloat(address, (Float) value);
      case FLOAT64 -> Native.putDouble(address, (Double) value);
      default -> throw new IllegalArgumentException("type: found " + type + " in a map");
    }
  }

  private void copy(List<String> values, long[] dims) {
    List<byte[]> utf8 = values.stream().map(v -> v.getBytes(StandardCharsets.UTF_8)).toList();
    long total = utf8.stream().mapToLong(value -> value.length).sum();
    if (total > DirectMemory.LIMIT) {
      throw tooLarge(total + " bytes of text");
    }
    reserve(elements, total);
    reserve(offsets, 4L * (utf8.size() + 1));
    Native.putInt(offsets.address(), 0);
    int end = 0;
    for (int i = 0; i < utf8.size(); i++) {
      byte[] value = utf8.get(i);
      Native.copy(value, 0, elements.address() + end, value.length);
      end += value.length;
      Native.putInt(offsets.address() + 4L * (i + 1), end);
    }
    view.set(dims, elements.address(), total, offsets.address());
  }

  /**
   * Writes texts, each of which is one of few.
   *
   * @param words the different texts, in UTF-8
   * @param numbers the address of the number of each element's text, longs
   */
  void write(byte[][] words, long numbers, long[] dims) {
    int size = (int) ElementTypes.elements(dims);
    long total = 0;
    for (int i = 0; i < size; i++) {
      total += words[(int) Native.getLong(numbers + 8L * i)].length;
    }
    if (total > DirectMemory.LIMIT) {
      throw tooLarge(total + " bytes of text");
    }
    reserve(elements, total);
    reserve(offsets, 4L * (size + 1));
    Native.putInt(offsets.address(), 0);
    int end = 0;
    for (int i = 0; i < size; i++) {
      byte[] word = words[(int) Native.getLong(numbers + 8L * i)];
      Native.copy(word, 0, elements.address() + end, word.length);
      end += word.length;
      Native.putInt(offsets.address() + 4L * (i + 1), end);
    }
    view.set(dims, elements.address(), total, offsets.address());
  }

  private static void reserve(SlotMemory block, long bytes) {
    if (!block.holds(bytes)) {
      block.grow(bytes);
    }
  }

  private long bytes(long[] dims) {
    long bytes = ElementTypes.bytes(type, dims);
    if (bytes > DirectMemory.LIMIT) {
      throw tooLarge("shape " + Arrays.toString(dims));
    }
    return bytes;
  }

  private InferenceException tooLarge(String found) {
    return new InferenceException(
        "output %s: found %s, expected less than 2 GiB in one call; split the batch"
            .formatted(output, found),
        null);
  }

  @Override
  public void close() {
    elements.close();
    offsets.close();
  }
}
