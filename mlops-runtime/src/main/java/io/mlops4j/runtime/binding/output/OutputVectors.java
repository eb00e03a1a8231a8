package io.mlops4j.runtime.binding.output;

import io.mlops4j.feature.FixedShapeTensorType;
import io.mlops4j.feature.FixedShapeTensorVector;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.runtime.binding.type.ArrowTypes;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.jspecify.annotations.Nullable;

/** Answers as Arrow vectors with one value, or one fixed-size list of values, for each row. */
public final class OutputVectors {
  private OutputVectors() {}

  /**
   * Returns the type of the column that an output is.
   *
   * @param name the name of the column
   * @param spec the output
   * @return null if the model does not declare how many values a row has
   */
  public static @Nullable Field field(String name, TensorSpec spec) {
    if (spec.anyRank() || spec.shape().isEmpty()) {
      return null;
    }
    long width = 1;
    for (TensorSpec.Dim dim : spec.shape().subList(1, spec.shape().size())) {
      width *= dim.size().orElse(0);
    }
    return width < 1 || width > Integer.MAX_VALUE ? null : field(name, spec.type(), (int) width);
  }

  /**
   * Copies one of the values of each row.
   *
   * @param name the name of the column
   * @param outputs the answers to a call
   * @param output the number of an output that has one row for each input row
   * @param element which value of a row, from 0
   * @param allocator where the column is allocated
   * @return a column of single values; the caller closes it
   */
  public static FieldVector element(
      String name, Outputs outputs, int output, int element, BufferAllocator allocator) {
    int width = outputs.width(output);
    FieldVector vector = create(name, outputs.plans().get(output).type(), 1, allocator);
    try {
      vector.setInitialCapacity(outputs.rows());
      vector.allocateNew();
      for (int row = 0; row < outputs.rows(); row++) {
        outputs.append(output, (long) row * width + element, vector, row, 1);
      }
      vector.setValueCount(outputs.rows());
      return vector;
    } catch (RuntimeException | Error e) {
      vector.close();
      throw e;
    }
  }

  private static Field field(String name, ElementType type, int width) {
    ArrowType values = ArrowTypes.arrowType(type);
    if (width == 1) {
      return Field.nullable(name, values);
    }
    Field child = Field.nullable(ListVector.DATA_VECTOR_NAME, values);
    FieldType list = FieldType.nullable(new ArrowType.FixedSizeList(width));
    return new Field(name, list, List.of(child));
  }

  static FieldVector create(String name, ElementType type, int width, BufferAllocator allocator) {
    return field(name, type, width).createVector(allocator);
  }

  static FieldVector view(
      Outputs outputs, int output, ElementType type, BufferAllocator allocator) {
    int width = outputs.width(output);
    int rows = outputs.rows();
    String name = outputs.plans().get(output).name();
    FieldVector vector = create(name, type, width, allocator);
    try {
      if (rows == 0) {
        vector.allocateNew();
        vector.setValueCount(0);
      } else if (width == 1) {
        load(vector, outputs, output, type, rows, allocator);
      } else {
        FieldVector values = ((FixedSizeListVector) vector).getDataVector();
        load(values, outputs, output, type, Math.multiplyExact(rows, width), allocator);
        vector.loadFieldBuffers(new ArrowFieldNode(rows, 0), noNulls(1));
      }
      return vector;
    } catch (RuntimeException | Error e) {
      vector.close();
      throw e;
    }
  }

  /** Returns one row that holds a whole tensor. */
  static FixedShapeTensorVector tensor(
      Outputs outputs, int output, int count, BufferAllocator allocator) {
    OutputPlan plan = outputs.plans().get(output);
    ArrowType values = ArrowTypes.arrowType(plan.type());
    FixedShapeTensorVector vector =
        (FixedShapeTensorVector)
            FixedShapeTensorType.of(outputs.shape(output))
                .field(plan.name(), values)
                .createVector(allocator);
    try {
      load(vector.values(), outputs, output, plan.type(), count, allocator);
      vector.loadFieldBuffers(new ArrowFieldNode(1, 0), noNulls(1));
      return vector;
    } catch (RuntimeException | Error e) {
      vector.close();
      throw e;
    }
  }

  private static void load(
      FieldVector values,
      Outputs outputs,
      int output,
      ElementType type,
      int count,
      BufferAllocator allocator) {
    if (type == ElementType.BOOL) {
      pack((BitVector) values, outputs, output, count);
      return;
    }
    boolean text = type == ElementType.STRING;
    long bytes = text ? 4 * (count + 1L) : (long) count * type.bytes();
    ArrowFieldNode node = new ArrowFieldNode(count, 0);
    try (ArrowBuf elements = outputs.elements(output, bytes, allocator)) {
      if (text) {
        try (ArrowBuf utf8 = outputs.utf8(output, allocator)) {
          values.loadFieldBuffers(node, noNulls(3, elements, utf8));
        }
      } else {
        values.loadFieldBuffers(node, noNulls(2, elements));
      }
    }
  }

  /** Arrow creates a full bitmap if the first buffer is null. */
  @SuppressWarnings("NullAway") // Arrow accepts null in its lists of buffers, without an annotation
  private static List<ArrowBuf> noNulls(int size, ArrowBuf... others) {
    ArrowBuf[] buffers = new ArrowBuf[size];
    System.arraycopy(others, 0, buffers, 1, others.length);
    return Arrays.asList(buffers);
  }

  /** The engine has a byte for each boolean, Arrow a bit. */
  private static void pack(BitVector bits, Outputs outputs, int output, int count) {
    bits.allocateNew(count);
    for (int i = 0; i < count; i++) {
      bits.set(i, outputs.longAt(output, i) == 0 ? 0 : 1);
    }
    bits.setValueCount(count);
  }
}
