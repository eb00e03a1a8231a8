package io.mlops4j.runtime.binding;

import io.mlops4j.model.ElementType;
import io.mlops4j.runtime.memory.Native;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.ForeignAllocation;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.ValueVector;
import org.apache.arrow.vector.VectorSchemaRoot;

/**
 * The answers to one call. Read in one thread at a time, until they are released; whoever reads
 * them makes sure of that.
 */
public final class Outputs {
  /** The width of an output whose first dimension is not the rows. */
  static final int NOT_BY_ROW = -1;

  private final List<OutputPlan> plans;
  private final int rows;
  private final long[] starts;
  private final long[] elements;
  private final int[] widths;
  private OutputMemory memory;

  Outputs(List<OutputPlan> plans, int rows, OutputMemory memory) {
    this.plans = plans;
    this.rows = rows;
    this.memory = memory;
    this.starts = new long[plans.size()];
    this.elements = new long[plans.size()];
    this.widths = new int[plans.size()];
  }

  void set(int output, long start, long elements, int width) {
    this.starts[output] = start;
    this.elements[output] = elements;
    this.widths[output] = width;
  }

  /** Moves to larger memory if there is need. */
  void reserve(long bytes, long used, OutputMemoryPool pool) {
    if (memory.capacity() < bytes) {
      OutputMemory larger = pool.take(Math.max(bytes, 2 * memory.capacity()));
      Native.copy(memory.address(), larger.address(), used);
      memory.release();
      memory = larger;
    }
  }

  long address() {
    return memory.address();
  }

  /**
   * How many rows were asked.
   *
   * @return 0 or more
   */
  public int rows() {
    return rows;
  }

  /**
   * The number of an output.
   *
   * @param name its name
   * @return from 0
   * @throws IllegalArgumentException if there is none of this name, with those that there are
   */
  public int find(String name) {
    for (int i = 0; i < plans.size(); i++) {
      if (plans.get(i).name().equals(name)) {
        return i;
      }
    }
    throw new IllegalArgumentException(
        "output: found no \""
            + name
            + "\", expected one of "
            + plans.stream().map(OutputPlan::name).toList());
  }

  private int count(int output) {
    return Math.toIntExact(elements[output]);
  }

  private ElementType require(int output, String method, ElementType... types) {
    ElementType found = plans.get(output).type();
    for (ElementType type : types) {
      if (type == found) {
        return found;
      }
    }
    throw new IllegalArgumentException(
        "output "
            + plans.get(output).name()
            + ": found "
            + found
            + ", expected one of "
            + List.of(types)
            + " for "
            + method);
  }

  /**
   * A copy of a float32 output.
   *
   * @param output its number
   * @return all its values
   */
  public float[] floats(int output) {
    float[] into = new float[count(output)];
    floats(output, into, 0);
    return into;
  }

  /**
   * Copies a float32 output.
   *
   * @param output its number
   * @param into where to write
   * @param offset the first index to write
   */
  public void floats(int output, float[] into, int offset) {
    require(output, "floats", ElementType.FLOAT32);
    memory.floats().get((int) (starts[output] >>> 2), into, offset, count(output));
  }

  boolean isFloat32(int output) {
    return plans.get(output).type() == ElementType.FLOAT32;
  }

  /** Copies the values of a float32 output from an element on; embeddings are long. */
  void floats(int output, long from, float[] into) {
    memory.floats().get(Math.toIntExact((starts[output] >>> 2) + from), into);
  }

  /**
   * A copy of a floating-point output.
   *
   * @param output its number
   * @return all its values, widened
   */
  public double[] doubles(int output) {
    require(
        output,
        "doubles",
        ElementType.FLOAT64,
        ElementType.FLOAT32,
        ElementType.FLOAT16,
        ElementType.BFLOAT16);
    double[] into = new double[count(output)];
    if (plans.get(output).type() == ElementType.FLOAT64) {
      memory.doubles().get((int) (starts[output] >>> 3), into);
    } else {
      for (int i = 0; i < into.length; i++) {
        into[i] = doubleAt(output, i);
      }
    }
    return into;
  }

  /**
   * A copy of an integer or boolean output.
   *
   * @param output its number
   * @return all its values, widened
   */
  public long[] longs(int output) {
    require(
        output,
        "longs",
        ElementType.INT64,
        ElementType.INT32,
        ElementType.INT16,
        ElementType.INT8,
        ElementType.UINT8,
        ElementType.UINT16,
        ElementType.UINT32,
        ElementType.BOOL);
    long[] into = new long[count(output)];
    if (plans.get(output).type() == ElementType.INT64) {
      memory.longs().get((int) (starts[output] >>> 3), into);
    } else {
      for (int i = 0; i < into.length; i++) {
        into[i] = longAt(output, i);
      }
    }
    return into;
  }

  /**
   * A copy of a text output.
   *
   * @param output its number
   * @return all its values
   */
  public String[] strings(int output) {
    require(output, "strings", ElementType.STRING);
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
    return switch (plans.get(output).type()) {
      case FLOAT64 -> Native.getDouble(at(output) + 8 * i);
      case FLOAT32 -> floatAt(output, i);
      case FLOAT16 -> HalfFloat.toFloat(Native.getShort(at(output) + 2 * i));
      case BFLOAT16 -> Float.intBitsToFloat(Native.getShort(at(output) + 2 * i) << 16);
      default -> throw new IllegalStateException("no double is in " + plans.get(output));
    };
  }

  long longAt(int output, long i) {
    return switch (plans.get(output).type()) {
      case INT8 -> Native.getByte(at(output) + i);
      case UINT8, BOOL -> Native.getByte(at(output) + i) & 0xff;
      case INT16 -> Native.getShort(at(output) + 2 * i);
      case UINT16 -> Native.getShort(at(output) + 2 * i) & 0xffff;
      case INT32 -> Native.getInt(at(output) + 4 * i);
      case UINT32 -> Native.getInt(at(output) + 4 * i) & 0xffff_ffffL;
      case INT64 -> Native.getLong(at(output) + 8 * i);
      default -> throw new IllegalStateException("no long is in " + plans.get(output));
    };
  }

  /** The raw bits of an element. */
  long bitsAt(int output, long i, int bytes) {
    long address = at(output) + bytes * i;
    return switch (bytes) {
      case 1 -> Native.getByte(address);
      case 2 -> Native.getShort(address);
      case 4 -> Native.getInt(address);
      default -> Native.getLong(address);
    };
  }

  String textAt(int output, long i) {
    long offsets = at(output);
    int start = Native.getInt(offsets + 4 * i);
    byte[] utf8 = new byte[Native.getInt(offsets + 4 * i + 4) - start];
    Native.copy(offsets + 4 * (elements[output] + 1) + start, utf8, 0, utf8.length);
    return new String(utf8, StandardCharsets.UTF_8);
  }

  private long at(int output) {
    return memory.address() + starts[output];
  }

  /** Values in a row; {@link #NOT_BY_ROW} when the output has no row for each row. */
  int width(int output) {
    return widths[output];
  }

  List<OutputPlan> plans() {
    return plans;
  }

  /** Whether an output has a row for each row, and so a column. */
  boolean isColumn(int output) {
    return plans.get(output).isTensor() && widths[output] != NOT_BY_ROW;
  }

  /**
   * A view of an output.
   *
   * @param output its number
   * @param allocator counts it
   * @return a vector that holds this memory until it is closed
   * @throws IllegalArgumentException if the output has no row for each row
   */
  public FieldVector vector(int output, BufferAllocator allocator) {
    OutputPlan plan = plans.get(output);
    ElementType type = plan.type();
    if (widths[output] == NOT_BY_ROW) {
      throw new IllegalArgumentException(
          "output "
              + plan.name()
              + ": found "
              + elements[output]
              + " values that are not a row for each of "
              + rows
              + ", expected those for a vector; read it with floats, doubles, longs or strings");
    }
    return OutputVectors.view(this, output, type, allocator);
  }

  /**
   * A view of all outputs that have a row for each row.
   *
   * @param allocator counts it
   * @return a root that holds this memory until it is closed
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

  /** The elements, or the offsets of text, as a buffer that holds the memory. */
  ArrowBuf elements(int output, long bytes, BufferAllocator allocator) {
    return wrap(at(output), bytes, allocator);
  }

  /** The bytes of text. */
  ArrowBuf utf8(int output, BufferAllocator allocator) {
    long offsets = at(output);
    long last = 4 * elements[output];
    return wrap(offsets + last + 4, Native.getInt(offsets + last), allocator);
  }

  private ArrowBuf wrap(long address, long bytes, BufferAllocator allocator) {
    if (bytes == 0) {
      return allocator.getEmpty();
    }
    OutputMemory held = memory;
    held.hold();
    boolean wrapped = false;
    try {
      ArrowBuf buffer =
          allocator.wrapForeignAllocation(
              new ForeignAllocation(bytes, address) {
                @Override
                protected void release0() {
                  held.release();
                }
              });
      wrapped = true;
      return buffer.writerIndex(bytes);
    } finally {
      if (!wrapped) {
        held.release();
      }
    }
  }

  /** Ends reading; views that are still open keep the memory until they are closed. */
  public void release() {
    memory.release();
  }
}
