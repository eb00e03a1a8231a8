package io.mlops4j.runtime.binding.output;

import static io.mlops4j.model.ElementType.BFLOAT16;
import static io.mlops4j.model.ElementType.BOOL;
import static io.mlops4j.model.ElementType.FLOAT16;
import static io.mlops4j.model.ElementType.FLOAT32;
import static io.mlops4j.model.ElementType.FLOAT64;
import static io.mlops4j.model.ElementType.INT16;
import static io.mlops4j.model.ElementType.INT32;
import static io.mlops4j.model.ElementType.INT64;
import static io.mlops4j.model.ElementType.INT8;
import static io.mlops4j.model.ElementType.STRING;
import static io.mlops4j.model.ElementType.UINT16;
import static io.mlops4j.model.ElementType.UINT32;
import static io.mlops4j.model.ElementType.UINT8;

import io.mlops4j.error.InferenceException;
import io.mlops4j.feature.FixedShapeTensorVector;
import io.mlops4j.internal.Suggestions;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.ValueSpec;
import io.mlops4j.runtime.binding.type.ArrowTypes;
import io.mlops4j.runtime.binding.type.Scalars;
import io.mlops4j.runtime.memory.DirectMemory;
import io.mlops4j.runtime.memory.HeldBuffer;
import io.mlops4j.runtime.memory.Native;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BitVectorHelper;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.ValueVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/**
 * The answers to one call. They are readable until they are released, by one thread at a time; the
 * caller ensures both.
 */
public final class Outputs {
  private static final long LARGEST = Integer.MAX_VALUE - DirectMemory.ALIGNMENT;

  private static final Set<ElementType> FLOATS = Set.of(FLOAT32);
  private static final Set<ElementType> DOUBLES = Set.of(FLOAT64, FLOAT32, FLOAT16, BFLOAT16);
  private static final Set<ElementType> LONGS =
      Set.of(INT64, INT32, INT16, INT8, UINT8, UINT16, UINT32, BOOL);
  private static final Set<ElementType> TEXTS = Set.of(STRING);

  private final List<OutputPlan> plans;
  private final int rows;
  private OutputLayout layout;
  private OutputMemory memory;
  private @Nullable NestedAnswer @Nullable [] nested;

  Outputs(List<OutputPlan> plans, OutputLayout layout, OutputMemory memory) {
    this.plans = plans;
    this.rows = layout.rows();
    this.layout = layout;
    this.memory = memory;
  }

  OutputLayout layout() {
    return layout;
  }

  void setLayout(OutputLayout own) {
    layout = own;
  }

  void setNested(int output, NestedAnswer answer) {
    if (nested == null) {
      nested = new NestedAnswer[plans.size()];
    }
    nested[output] = answer;
  }

  /** Returns a sequence or map; an empty one for a call without rows. */
  NestedAnswer nested(int output) {
    NestedAnswer answer = nested == null ? null : nested[output];
    return answer != null
        ? answer
        : new NestedAnswer(plans.get(output).isOfMaps() ? List.of() : null, List.of());
  }

  /**
   * Moves to larger memory if needed.
   *
   * @throws InferenceException if so much memory cannot be allocated
   */
  void reserve(long bytes, long used, OutputMemoryPool pool) {
    if (memory.capacity() < bytes) {
      if (bytes > LARGEST) {
        throw new InferenceException(
            "outputs: found more than "
                + LARGEST
                + " bytes in all, expected less than 2 GiB in one call; split the batch",
            null);
      }
      OutputMemory larger = pool.take(Math.max(bytes, Math.min(2 * memory.capacity(), LARGEST)));
      Native.copy(memory.address(), larger.address(), used);
      memory.release();
      memory = larger;
    }
  }

  long address() {
    return memory.address();
  }

  /** The number of bytes that the values take; -1 if an output is a sequence or map. */
  long used() {
    long end = 0;
    for (int i = 0; i < plans.size(); i++) {
      if (!plans.get(i).isTensor()) {
        return -1;
      }
      end = Math.max(end, layout.start(i) + bytes(i));
    }
    return end;
  }

  private long bytes(int output) {
    long elements = layout.elements(output);
    ElementType type = plans.get(output).type();
    return type == STRING
        ? 4 * (elements + 1) + (elements == 0 ? 0 : Native.getInt(at(output) + 4 * elements))
        : elements * type.bytes();
  }

  /**
   * Returns the number of rows of the call.
   *
   * @return 0 or more
   */
  public int rows() {
    return rows;
  }

  /** {@return the number of outputs, tensors or not} */
  public int count() {
    return plans.size();
  }

  /**
   * Returns the number of an output.
   *
   * @param name the output's name
   * @return the number, from 0; -1 if there is no output of this name
   */
  public int indexOf(String name) {
    for (int i = 0; i < plans.size(); i++) {
      if (plans.get(i).name().equals(name)) {
        return i;
      }
    }
    return -1;
  }

  /**
   * Returns the number of an output.
   *
   * @param name the output's name
   * @return the number, from 0
   * @throws IllegalArgumentException if there is no output of this name; the message lists the
   *     names
   */
  public int find(String name) {
    int found = indexOf(Objects.requireNonNull(name, "output"));
    if (found >= 0) {
      return found;
    }
    List<String> names = plans.stream().map(OutputPlan::name).toList();
    throw new IllegalArgumentException(
        "output: found no \""
            + name
            + "\", expected one of "
            + names
            + Suggestions.hint(name, names));
  }

  private int count(int output) {
    return Math.toIntExact(layout.elements(output));
  }

  private void require(int output, String method, Set<ElementType> types) {
    OutputPlan plan = plans.get(output);
    if (!types.contains(plan.type())) {
      throw new IllegalArgumentException(
          "output "
              + plan.name()
              + ": found "
              + plan.type()
              + ", expected one of "
              + types.stream().sorted().toList()
              + " for "
              + method
              + "; read it with "
              + reader(plan.type())
              + "(\""
              + plan.name()
              + "\")");
    }
  }

  private static String reader(ElementType type) {
    if (LONGS.contains(type)) {
      return "longs";
    }
    return switch (type) {
      case FLOAT32 -> "floats";
      case UINT64 -> "vector";
      case STRING -> "strings";
      default -> "doubles";
    };
  }

  /**
   * Returns a copy of a float32 output.
   *
   * @param output the number of the output
   * @return all its values, row-major
   */
  public float[] floats(int output) {
    float[] into = new float[count(output)];
    floats(output, into, 0);
    return into;
  }

  /**
   * Copies a float32 output into an array.
   *
   * @param output the number of the output
   * @param into the array to write
   * @param offset the first index to write, from 0
   */
  public void floats(int output, float[] into, int offset) {
    require(output, "floats", FLOATS);
    memory.floats().get((int) (layout.start(output) >>> 2), into, offset, count(output));
  }

  /**
   * Copies values of a float32 output from an element on, in one step because embeddings are long.
   */
  void floats(int output, long from, float[] into) {
    memory.floats().get(Math.toIntExact((layout.start(output) >>> 2) + from), into);
  }

  /**
   * Returns a copy of a floating-point output.
   *
   * @param output the number of the output
   * @return all its values, row-major, widened exactly
   */
  public double[] doubles(int output) {
    require(output, "doubles", DOUBLES);
    double[] into = new double[count(output)];
    if (plans.get(output).type() == ElementType.FLOAT64) {
      memory.doubles().get((int) (layout.start(output) >>> 3), into);
    } else {
      for (int i = 0; i < into.length; i++) {
        into[i] = doubleAt(output, i);
      }
    }
    return into;
  }

  /**
   * Returns a copy of an integer or boolean output.
   *
   * @param output the number of the output
   * @return all its values, row-major, widened exactly
   */
  public long[] longs(int output) {
    require(output, "longs", LONGS);
    long[] into = new long[count(output)];
    if (plans.get(output).type() == ElementType.INT64) {
      memory.longs().get((int) (layout.start(output) >>> 3), into);
    } else {
      for (int i = 0; i < into.length; i++) {
        into[i] = longAt(output, i);
      }
    }
    return into;
  }

  /**
   * Returns a copy of a text output.
   *
   * @param output the number of the output
   * @return all its values, row-major
   */
  public String[] strings(int output) {
    require(output, "strings", TEXTS);
    String[] into = new String[count(output)];
    for (int i = 0; i < into.length; i++) {
      into[i] = textAt(output, i);
    }
    return into;
  }

  float floatAt(int output, long i) {
    return Native.getFloat(at(output) + 4 * i);
  }

  double doubleAt(int output, long i) {
    return Scalars.real(at(output), plans.get(output).type(), i);
  }

  /**
   * Returns one value of an integer or boolean output.
   *
   * @param output the number of the output
   * @param i the index of the value, row-major
   * @return the value; for uint64 its 64 bits
   */
  public long longAt(int output, long i) {
    return Scalars.whole(at(output), plans.get(output).type(), i);
  }

  /**
   * Returns one value of a text output.
   *
   * @param output the number of the output
   * @param i the index of the value, row-major
   * @return the text
   */
  public String textAt(int output, long i) {
    return new String(utf8At(at(output), layout.elements(output), i), StandardCharsets.UTF_8);
  }

  private static byte[] utf8At(long offsets, long elements, long i) {
    int start = Native.getInt(offsets + 4 * i);
    byte[] utf8 = new byte[Native.getInt(offsets + 4 * i + 4) - start];
    Native.copy(offsets + 4 * (elements + 1) + start, utf8, 0, utf8.length);
    return utf8;
  }

  /** Returns a key or value as an object; integers of all types become a Long. */
  Object objectAt(Piece piece, int i) {
    long from = memory.address() + piece.start();
    return switch (piece.type()) {
      case STRING -> new String(utf8At(from, piece.elements(), i), StandardCharsets.UTF_8);
      case FLOAT32 -> Native.getFloat(from + 4L * i);
      case FLOAT64 -> Native.getDouble(from + 8L * i);
      default -> Scalars.whole(from, piece.type(), i);
    };
  }

  void append(Piece piece, FieldVector into, int at) {
    append(piece.type(), piece.start(), piece.elements(), 0, into, at, piece.count());
  }

  void append(int output, long first, FieldVector into, int at, int count) {
    ElementType type = plans.get(output).type();
    append(type, layout.start(output), layout.elements(output), first, into, at, count);
  }

  /** Copies the only number of a row to a place in a column that begins at {@code column}. */
  void copy(int output, int row, long column, int at) {
    long from = at(output);
    switch (plans.get(output).type().bytes()) {
      case 1 -> Native.putByte(column + at, Native.getByte(from + row));
      case 2 -> Native.putShort(column + 2L * at, Native.getShort(from + 2L * row));
      case 4 -> Native.putInt(column + 4L * at, Native.getInt(from + 4L * row));
      default -> Native.putLong(column + 8L * at, Native.getLong(from + 8L * row));
    }
  }

  private void append(
      ElementType type,
      long start,
      long elements,
      long first,
      FieldVector into,
      int at,
      int count) {
    long from = memory.address() + start;
    FieldVector storage = ArrowTypes.storage(into);
    if (storage instanceof VarCharVector text) {
      for (int i = 0; i < count; i++) {
        text.setSafe(at + i, utf8At(from, elements, first + i));
      }
      return;
    }
    BaseFixedWidthVector values = (BaseFixedWidthVector) storage;
    while (values.getValueCapacity() < at + count) {
      values.reAlloc();
    }
    for (int i = 0; i < count; i++) {
      BitVectorHelper.setBit(values.getValidityBuffer(), at + i);
      if (type == BOOL) {
        int bit = Native.getByte(from + first + i) == 0 ? 0 : 1;
        BitVectorHelper.setValidityBit(values.getDataBuffer(), at + i, bit);
      }
    }
    if (type != BOOL) {
      long bytes = type.bytes();
      Native.copy(from + first * bytes, values.getDataBufferAddress() + at * bytes, count * bytes);
    }
  }

  /**
   * Returns the declaration of an output.
   *
   * @param output the number of the output
   * @return the output as the model declares it
   */
  public ValueSpec spec(int output) {
    return plans.get(output).spec();
  }

  /**
   * Returns the number of values in each row of a tensor.
   *
   * @param output the number of the output
   * @return 0 or more; -1 if the output does not have one row for each input row
   */
  public int valuesPerRow(int output) {
    return layout.width(output);
  }

  /** {@return whether each output as a whole is the answer to the only row} */
  public boolean isWhole() {
    return layout.isFor(rows, true);
  }

  /**
   * Returns where the values of an output are.
   *
   * @param output the number of the output
   * @return the address of the first value, or of the first offset of text; valid until the answers
   *     are released
   */
  public long at(int output) {
    return memory.address() + layout.start(output);
  }

  /**
   * Returns the number of values in a row; {@link OutputLayout#NOT_BY_ROW} if the output does not
   * have one row for each input row.
   */
  int width(int output) {
    return layout.width(output);
  }

  List<OutputPlan> plans() {
    return plans;
  }

  /** Whether the output has one row for each input row, and so is a column. */
  boolean isColumn(int output) {
    return layout.width(output) != OutputLayout.NOT_BY_ROW;
  }

  /**
   * Returns the shape of a tensor, as the engine returned it.
   *
   * @param output the number of the output
   * @return a copy, outermost first; empty for a scalar
   * @throws IllegalArgumentException if the output is a sequence or map
   */
  public long[] shape(int output) {
    plans.get(output).requireTensor("shape");
    return layout.shape(output);
  }

  /**
   * Returns whether an output has the shape of another.
   *
   * @param output the number of the output
   * @param other the outputs with the other one
   * @param number the number of the other output
   * @return whether all dimensions are equal
   */
  public boolean hasShapeOf(int output, Outputs other, int number) {
    return layout.hasShapeOf(output, other.layout, number);
  }

  /**
   * Returns a view of a whole tensor, whatever its first dimension is.
   *
   * @param output the number of the output
   * @param allocator the allocator that counts the memory
   * @return a vector of one row that holds this memory until it is closed; the caller closes it
   * @throws IllegalArgumentException if the output is a sequence or map
   */
  public FixedShapeTensorVector tensor(int output, BufferAllocator allocator) {
    plans.get(output).requireTensor("tensor");
    return OutputVectors.tensor(this, output, count(output), allocator);
  }

  /**
   * Returns a view of a tensor, or a copy of a sequence or map.
   *
   * @param output the number of the output
   * @param allocator the allocator that counts the memory
   * @return a vector that holds this memory until it is closed, with one row for each input row;
   *     one row for a sequence that does not have one element for each row. The caller closes it
   * @throws IllegalArgumentException if a tensor does not have one row for each input row
   */
  public FieldVector vector(int output, BufferAllocator allocator) {
    OutputPlan plan = plans.get(output);
    if (!plan.isTensor()) {
      return NestedVectors.copy(this, output, allocator);
    }
    if (!isColumn(output)) {
      throw new IllegalArgumentException(
          "output "
              + plan.name()
              + ": found the shape "
              + Arrays.toString(layout.shape(output))
              + ", which is not one row for each of "
              + rows
              + ", expected such rows for a vector; read it with tensor, floats, doubles, longs or"
              + " strings");
    }
    return OutputVectors.view(this, output, plan.type(), allocator);
  }

  /**
   * Returns a view of all outputs that have one row for each input row.
   *
   * @param allocator the allocator that counts the memory
   * @return a root that holds this memory until it is closed; the caller closes it
   */
  public VectorSchemaRoot root(BufferAllocator allocator) {
    List<FieldVector> vectors = new ArrayList<>(plans.size());
    try {
      for (int i = 0; i < plans.size(); i++) {
        if (isColumn(i)) {
          vectors.add(vector(i, allocator));
        }
      }
      return new VectorSchemaRoot(
          vectors.stream().map(ValueVector::getField).toList(), vectors, rows);
    } catch (RuntimeException | Error e) {
      vectors.forEach(ValueVector::close);
      throw e;
    }
  }

  /** Returns the elements, or the offsets of text, as a buffer that holds the memory. */
  ArrowBuf elements(int output, long bytes, BufferAllocator allocator) {
    return wrap(at(output), bytes, allocator);
  }

  /** Returns the bytes of text as a buffer that holds the memory. */
  ArrowBuf utf8(int output, BufferAllocator allocator) {
    long offsets = at(output);
    long last = 4 * layout.elements(output);
    return wrap(offsets + last + 4, Native.getInt(offsets + last), allocator);
  }

  private ArrowBuf wrap(long address, long bytes, BufferAllocator allocator) {
    if (bytes == 0) {
      return allocator.getEmpty();
    }
    OutputMemory held = memory;
    held.hold();
    return HeldBuffer.wrap(allocator, address, bytes, held::release).writerIndex(bytes);
  }

  /** Releases the answers. Open views keep the memory until they are closed. */
  public void release() {
    memory.release();
  }
}
