package io.mlops4j.runtime.binding.output;

import io.mlops4j.feature.FixedShapeTensorType;
import io.mlops4j.feature.FixedShapeTensorVector;
import io.mlops4j.model.ElementType;
import io.mlops4j.runtime.binding.ArrowTypes;
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

/** Answers as Arrow vectors with one value, or one fixed-size list of values, for each row. */
final class OutputVectors {
  private OutputVectors() {}

  static FieldVector create(String name, ElementType type, int width, BufferAllocator allocator) {
    ArrowType values = ArrowTypes.arrowType(type);
    if (width == 1) {
      return Field.nullable(name, values).createVector(allocator);
    }
    Field child = Field.nullable(ListVector.DATA_VECTOR_NAME, values);
    FieldType list = FieldType.nullable(new ArrowType.FixedSizeList(width));
    return new Field(name, list, List.of(child)).createVector(allocator);
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
