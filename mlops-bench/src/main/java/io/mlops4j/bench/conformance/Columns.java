package io.mlops4j.bench.conformance;

import io.mlops4j.feature.BFloat16Type;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FixedShapeTensorType;
import io.mlops4j.feature.FixedShapeTensorVector;
import io.mlops4j.feature.VariableShapeTensorType;
import io.mlops4j.feature.VariableShapeTensorVector;
import io.mlops4j.model.ElementType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.BitVectorHelper;
import org.apache.arrow.vector.ExtensionTypeVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.ValueVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.types.Types.MinorType;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;

/** Tensors as Arrow columns, and back. */
final class Columns {
  /** Ways to say the same. */
  enum Form {
    /** One row, a tensor of a type that says its shape. */
    FIXED_SHAPE,
    /** One row, a tensor that brings its shape along. */
    VARIABLE_SHAPE,
    /** A row for each step along the first dimension, where all inputs have as many. */
    BY_ROW
  }

  private Columns() {}

  /** Tensors as a batch, which the caller closes; by row only where that can be. */
  static FeatureBatch batch(Map<String, Value> inputs, Form form, BufferAllocator allocator) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    inputs.forEach((name, input) -> tensors.put(name, input.tensors().get(0)));
    int rows = form == Form.BY_ROW ? rows(tensors.values()) : 1;
    List<FieldVector> columns = new ArrayList<>();
    try {
      tensors.forEach((name, tensor) -> columns.add(column(name, tensor, form, rows, allocator)));
      List<Field> fields = columns.stream().map(FieldVector::getField).toList();
      try (VectorSchemaRoot root = new VectorSchemaRoot(fields, columns, rows)) {
        return FeatureBatch.owning(root);
      }
    } catch (RuntimeException e) {
      columns.forEach(ValueVector::close);
      throw e;
    }
  }

  /** The first dimension that all have; 1 if there is none, or it is not worth asking. */
  private static int rows(Collection<Tensor> tensors) {
    Set<Long> first =
        tensors.stream()
            .map(tensor -> tensor.shape().isEmpty() ? 1L : tensor.shape().get(0))
            .collect(Collectors.toSet());
    return first.size() == 1 ? Math.max(1, Math.toIntExact(first.iterator().next())) : 1;
  }

  private static FieldVector column(
      String name, Tensor tensor, Form form, int rows, BufferAllocator allocator) {
    if (form == Form.VARIABLE_SHAPE) {
      return variable(name, tensor, allocator);
    }
    return rows == 1
        ? fixed(name, tensor, tensor.dims(), 1, allocator)
        : row(name, tensor, rows, allocator);
  }

  /** As applications have it: a value, a list, or a tensor in each row. */
  private static FieldVector row(String name, Tensor tensor, int rows, BufferAllocator allocator) {
    long[] shape = tensor.dims();
    if (shape.length == 1) {
      FieldVector values = Field.nullable(name, arrow(tensor.type())).createVector(allocator);
      fill(values, tensor);
      return values;
    }
    if (shape.length > 2) {
      return fixed(name, tensor, Arrays.copyOfRange(shape, 1, shape.length), rows, allocator);
    }
    FixedSizeListVector lists =
        new FixedSizeListVector(
            name,
            allocator,
            FieldType.nullable(new ArrowType.FixedSizeList(Math.toIntExact(shape[1]))),
            null);
    lists.addOrGetVector(FieldType.nullable(arrow(tensor.type())));
    return filled(lists, lists, tensor, rows);
  }

  private static FieldVector fixed(
      String name, Tensor tensor, long[] shape, int rows, BufferAllocator allocator) {
    FixedShapeTensorVector column =
        (FixedShapeTensorVector)
            FixedShapeTensorType.of(shape)
                .field(name, arrow(tensor.type()))
                .createVector(allocator);
    return filled(column, column.getUnderlyingVector(), tensor, rows);
  }

  private static FieldVector filled(
      FieldVector column, FixedSizeListVector lists, Tensor tensor, int rows) {
    fill(lists.getDataVector(), tensor);
    for (int row = 0; row < rows; row++) {
      lists.setNotNull(row);
    }
    column.setValueCount(rows);
    return column;
  }

  private static FieldVector variable(String name, Tensor tensor, BufferAllocator allocator) {
    long[] shape = tensor.dims();
    VariableShapeTensorVector column =
        (VariableShapeTensorVector)
            VariableShapeTensorType.of()
                .field(name, shape.length, arrow(tensor.type()))
                .createVector(allocator);
    StructVector rows = column.getUnderlyingVector();
    ListVector data = (ListVector) rows.getChild("data");
    data.startNewValue(0);
    data.endValue(0, tensor.count());
    fill(data.getDataVector(), tensor);
    FixedSizeListVector shapes = (FixedSizeListVector) rows.getChild("shape");
    for (int i = 0; i < shape.length; i++) {
      ((IntVector) shapes.getDataVector()).setSafe(i, Math.toIntExact(shape[i]));
    }
    shapes.setNotNull(0);
    rows.setIndexDefined(0);
    column.setValueCount(1);
    return column;
  }

  private static ArrowType arrow(ElementType type) {
    return switch (type) {
      case FLOAT16 -> MinorType.FLOAT2.getType();
      case BFLOAT16 -> BFloat16Type.of();
      case FLOAT32 -> MinorType.FLOAT4.getType();
      case FLOAT64 -> MinorType.FLOAT8.getType();
      case INT8 -> MinorType.TINYINT.getType();
      case INT16 -> MinorType.SMALLINT.getType();
      case INT32 -> MinorType.INT.getType();
      case INT64 -> MinorType.BIGINT.getType();
      case UINT8 -> MinorType.UINT1.getType();
      case UINT16 -> MinorType.UINT2.getType();
      case UINT32 -> MinorType.UINT4.getType();
      case UINT64 -> MinorType.UINT8.getType();
      case BOOL -> MinorType.BIT.getType();
      case STRING -> MinorType.VARCHAR.getType();
    };
  }

  private static FieldVector storage(FieldVector vector) {
    return vector instanceof ExtensionTypeVector<?> typed
        ? (FieldVector) typed.getUnderlyingVector()
        : vector;
  }

  private static void fill(FieldVector vector, Tensor tensor) {
    FieldVector storage = storage(vector);
    int count = tensor.count();
    storage.setInitialCapacity(count);
    storage.allocateNew();
    if (storage instanceof VarCharVector texts) {
      for (int i = 0; i < count; i++) {
        texts.setSafe(i, tensor.texts().get(i).getBytes(StandardCharsets.UTF_8));
      }
    } else if (storage instanceof BitVector bits) {
      for (int i = 0; i < count; i++) {
        bits.set(i, tensor.bits().get(i));
      }
    } else {
      storage.getDataBuffer().setBytes(0, tensor.bytes());
      for (int i = 0; i < count; i++) {
        BitVectorHelper.setBit(storage.getValidityBuffer(), i);
      }
    }
    storage.setValueCount(count);
  }

  /** What the one row of a column holds. */
  static Tensor tensor(FixedShapeTensorVector column) {
    return tensor(column.values(), 0, column.shape());
  }

  /** What the one row of a column of lists holds. */
  static List<Tensor> sequence(FieldVector column) {
    ListVector list = (ListVector) column;
    VariableShapeTensorVector tensors = (VariableShapeTensorVector) list.getDataVector();
    ListVector data = (ListVector) tensors.getUnderlyingVector().getChild("data");
    List<Tensor> sequence = new ArrayList<>();
    for (int i = list.getElementStartIndex(0); i < list.getElementEndIndex(0); i++) {
      sequence.add(tensor(tensors.values(), data.getElementStartIndex(i), tensors.shape(i)));
    }
    return sequence;
  }

  private static Tensor tensor(FieldVector vector, int from, long[] shape) {
    FieldVector storage = storage(vector);
    ElementType type = type(vector);
    int count = Tensor.of(type, shape, new byte[0]).count();
    if (storage instanceof VarCharVector texts) {
      List<String> values = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        values.add(new String(texts.get(from + i), StandardCharsets.UTF_8));
      }
      return Tensor.ofText(shape, values);
    }
    byte[] bytes = new byte[count * type.bytes()];
    if (storage instanceof BitVector bits) {
      for (int i = 0; i < count; i++) {
        bytes[i] = (byte) bits.get(from + i);
      }
    } else if (count > 0) {
      ((BaseFixedWidthVector) storage).getDataBuffer().getBytes((long) from * type.bytes(), bytes);
    }
    return Tensor.of(type, shape, bytes);
  }

  private static ElementType type(FieldVector vector) {
    ArrowType found = vector.getField().getType();
    for (ElementType type : ElementType.values()) {
      if (arrow(type).equals(found)) {
        return type;
      }
    }
    throw new IllegalStateException("no model gives " + found);
  }
}
