package io.mlops4j.samples.service.inference;

import io.mlops4j.feature.FixedShapeTensorType;
import io.mlops4j.feature.FixedShapeTensorVector;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.util.Float16;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.types.pojo.Field;

/**
 * One input of a request. Its elements are written in order into Arrow's memory, and then become a
 * column: the first dimension is the rows, further dimensions are a tensor in each row. A later
 * request with an input of the same name and type uses its memory again.
 */
public final class InputTensor implements AutoCloseable {
  /** More than any tensor has. */
  static final int MOST_DIMENSIONS = 32;

  private final String name;
  private final DataType type;
  private final FieldVector values;
  private long[] shape = {};
  private int elements;
  private int written;
  private byte[] ascii = {};

  InputTensor(BufferAllocator allocator, String name, DataType type) {
    this.name = name;
    this.type = type;
    this.values = Field.nullable(name, type.arrow()).createVector(allocator);
  }

  /**
   * Begins with no elements, in memory for all of the shape.
   *
   * @param most how many elements the request can hold, so that a wrong shape allocates nothing
   */
  void begin(long[] shape, long most) {
    if (shape.length > MOST_DIMENSIONS) {
      throw Problem.badInput(
          "%s: found %d dimensions, expected at most %d"
              .formatted(name, shape.length, MOST_DIMENSIONS));
    }
    this.elements = elements(name, shape, most);
    this.shape = shape;
    this.written = 0;
    if (values.getValueCapacity() < elements || values.getValueCapacity() == 0) {
      values.clear();
      values.setInitialCapacity(elements);
      values.allocateNew();
      if (values instanceof BaseFixedWidthVector && !(values instanceof BitVector)) {
        values.getValidityBuffer().setOne(0, values.getValidityBuffer().capacity());
      }
    } else if (values instanceof VarCharVector texts) {
      texts.setLastSet(-1); // the first text begins at 0 again
    }
  }

  boolean isFor(String input, String datatype) {
    return name.equals(input) && type.name().equals(datatype);
  }

  String name() {
    return name;
  }

  /** Whether each row has one element, so that the column is {@link #values} itself. */
  boolean isFlat() {
    return shape.length < 2 || (shape.length == 2 && shape[1] == 1);
  }

  /** The memory of the elements in bytes. */
  long capacity() {
    return values.getDataBuffer().capacity()
        + (values instanceof VarCharVector ? values.getOffsetBuffer().capacity() : 0);
  }

  private static int elements(String name, long[] shape, long most) {
    long product = 1;
    for (long size : shape) {
      if (size < 0) {
        throw Problem.badInput(
            "%s: found the shape %s, expected sizes of 0 or more"
                .formatted(name, Arrays.toString(shape)));
      }
      if (size > most) { // also beside a size of 0
        throw tooMany(name, shape);
      }
      product = size > 0 && product > most / size ? Long.MAX_VALUE : product * size;
    }
    if (product > most || product > Integer.MAX_VALUE) {
      throw tooMany(name, shape);
    }
    return (int) product;
  }

  private static Problem tooMany(String name, long[] shape) {
    return Problem.badInput(
        "%s: found the shape %s, which has more elements than the request"
            .formatted(name, Arrays.toString(shape)));
  }

  public DataType type() {
    return type;
  }

  long[] shape() {
    return shape;
  }

  /** The number of rows; a tensor without dimensions is one row. */
  int rows() {
    return shape.length == 0 ? 1 : (int) shape[0];
  }

  /** The number of elements of the shape. */
  int elements() {
    return elements;
  }

  /** The number of elements that were added. */
  public int written() {
    return written;
  }

  private int next() {
    if (written == elements) {
      throw Problem.badInput(
          "%s: found more elements, expected %d for the shape %s"
              .formatted(name, elements, Arrays.toString(shape)));
    }
    return written++;
  }

  Problem wrong(Object found) {
    return Problem.badInput("%s: found %s, expected %s".formatted(name, found, type));
  }

  public void add(long value) {
    if (type.isFloating()) {
      add((double) value);
      return;
    }
    if (!type.isInteger() || !type.fits(value)) {
      throw wrong(value);
    }
    addBits(next(), value);
  }

  /** Writes the bits of an unsigned 64-bit number. */
  public void addUnsigned(long bits) {
    if (type != DataType.UINT64) {
      throw wrong(Long.toUnsignedString(bits));
    }
    addBits(next(), bits);
  }

  private void addBits(int at, long value) {
    ArrowBuf data = values.getDataBuffer();
    switch (type.bytes()) {
      case 1 -> data.setByte(at, (byte) value);
      case 2 -> data.setShort(2L * at, (short) value);
      case 4 -> data.setInt(4L * at, (int) value);
      default -> data.setLong(8L * at, value);
    }
  }

  /** Writes a number; a finite one that is too large for the type is refused. */
  public void add(double value) {
    ArrowBuf data = values.getDataBuffer();
    switch (type) {
      case FP16 -> {
        short half = Float16.toFloat16((float) value);
        checkHeld(value, Float16.toFloat(half));
        data.setShort(2L * next(), half);
      }
      case FP32 -> {
        checkHeld(value, (float) value);
        data.setFloat(4L * next(), (float) value);
      }
      case FP64 -> data.setDouble(8L * next(), value);
      default -> throw wrong(value);
    }
  }

  private void checkHeld(double value, double held) {
    if (Double.isFinite(value) && !Double.isFinite(held)) {
      throw wrong(value);
    }
  }

  public void add(boolean value) {
    if (type != DataType.BOOL) {
      throw wrong(value);
    }
    ((BitVector) values).set(next(), value ? 1 : 0);
  }

  /** Writes a text from UTF-16. */
  void add(char[] text, int from, int length) {
    if (ascii.length < length) {
      ascii = new byte[Math.max(64, length)];
    }
    for (int i = 0; i < length; i++) {
      char c = text[from + i];
      if (c >= 0x80) {
        addUtf8(CharBuffer.wrap(text, from, length));
        return;
      }
      ascii[i] = (byte) c;
    }
    add(ascii, 0, length);
  }

  private void addUtf8(CharBuffer text) {
    try {
      ByteBuffer utf8 = StandardCharsets.UTF_8.newEncoder().encode(text);
      byte[] bytes = new byte[utf8.remaining()];
      utf8.get(bytes);
      add(bytes, 0, bytes.length);
    } catch (CharacterCodingException e) {
      throw wrong("half of a surrogate pair as element " + written);
    }
  }

  public void add(byte[] text, int from, int length) {
    if (type != DataType.BYTES) {
      throw wrong("text");
    }
    ((VarCharVector) values).setSafe(next(), text, from, length);
  }

  /** Writes all elements from little-endian memory, as the binary extension and gRPC send them. */
  public void addRaw(ByteBuffer raw) {
    raw.order(ByteOrder.LITTLE_ENDIAN);
    if (type == DataType.BYTES) {
      addTexts(raw);
      return;
    }
    if (raw.remaining() != (long) elements * type.bytes()) {
      throw Problem.badInput(
          "%s: found %d bytes, expected %d for %s of the shape %s"
              .formatted(
                  name,
                  raw.remaining(),
                  (long) elements * type.bytes(),
                  type,
                  Arrays.toString(shape)));
    }
    if (type == DataType.BOOL) {
      while (raw.hasRemaining()) {
        add(raw.get() != 0);
      }
    } else {
      values.getDataBuffer().setBytes(0, raw);
      written = elements;
    }
  }

  private void addTexts(ByteBuffer raw) {
    while (raw.hasRemaining()) {
      int length = raw.remaining() < 4 ? -1 : raw.getInt();
      if (length < 0 || length > raw.remaining()) {
        throw Problem.badInput(
            "%s: found the length %d of element %d, expected four bytes with a length and then so many bytes of text"
                .formatted(name, length, written));
      }
      byte[] text = new byte[length];
      raw.get(text);
      add(text, 0, length);
    }
  }

  /** Requires as many elements as the shape has, which is done once before the columns are used. */
  void requireWhole() {
    if (written != elements) {
      throw Problem.badInput(
          "%s: found %d elements, expected %d for the shape %s"
              .formatted(name, written, elements, Arrays.toString(shape)));
    }
  }

  /** Returns the vector of the elements, which stays the owner of its memory. */
  FieldVector values() {
    return values;
  }

  /** Returns the column, to which the elements move. */
  FieldVector column() {
    values.setValueCount(elements);
    return isFlat() ? values : tensors();
  }

  private FieldVector tensors() {
    FixedShapeTensorType tensor =
        FixedShapeTensorType.of(Arrays.copyOfRange(shape, 1, shape.length));
    FieldVector column = tensor.field(name, type.arrow()).createVector(values.getAllocator());
    FixedSizeListVector list = ((FixedShapeTensorVector) column).getUnderlyingVector();
    values.makeTransferPair(list.getDataVector()).transfer();
    for (int row = 0; row < rows(); row++) {
      list.setNotNull(row);
    }
    list.setValueCount(rows());
    return column;
  }

  @Override
  public void close() {
    values.close();
  }
}
