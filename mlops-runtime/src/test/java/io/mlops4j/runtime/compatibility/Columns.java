package io.mlops4j.runtime.compatibility;

import io.mlops4j.feature.BFloat16Type;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.model.ElementType;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BitVectorHelper;
import org.apache.arrow.vector.ExtensionTypeVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.types.Types.MinorType;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;

/** Columns as an application may have them, for the suites that ask with batches. */
final class Columns {
  private final BufferAllocator memory;

  Columns(BufferAllocator memory) {
    this.memory = memory;
  }

  Float4Vector floats(String name, float... values) {
    Float4Vector vector = new Float4Vector(name, memory);
    vector.allocateNew(values.length);
    for (int i = 0; i < values.length; i++) {
      vector.set(i, values[i]);
    }
    vector.setValueCount(values.length);
    return vector;
  }

  /** A column x of these elements, as the machine lays them out. */
  FieldVector column(ElementType type, byte[] elements) {
    int rows = elements.length / type.bytes();
    FieldVector vector = Field.nullable("x", arrowType(type)).createVector(memory);
    BaseFixedWidthVector values = storage(vector);
    values.allocateNew(rows);
    for (int i = 0; i < rows; i++) {
      BitVectorHelper.setBit(values.getValidityBuffer(), i);
      if (type == ElementType.BOOL) {
        BitVectorHelper.setValidityBit(values.getDataBuffer(), i, elements[i]);
      }
    }
    if (type != ElementType.BOOL) {
      values.getDataBuffer().setBytes(0, elements);
    }
    vector.setValueCount(rows);
    return vector;
  }

  private static ArrowType arrowType(ElementType type) {
    return switch (type) {
      case BFLOAT16 -> BFloat16Type.of();
      case FLOAT16 -> MinorType.FLOAT2.getType();
      case FLOAT32 -> MinorType.FLOAT4.getType();
      case FLOAT64 -> MinorType.FLOAT8.getType();
      case BOOL -> MinorType.BIT.getType();
      case STRING -> MinorType.VARCHAR.getType();
      case INT8, INT16, INT32, INT64 -> new ArrowType.Int(8 * type.bytes(), true);
      case UINT8, UINT16, UINT32, UINT64 -> new ArrowType.Int(8 * type.bytes(), false);
    };
  }

  private static BaseFixedWidthVector storage(FieldVector vector) {
    return (BaseFixedWidthVector)
        (vector instanceof ExtensionTypeVector<?> typed ? typed.getUnderlyingVector() : vector);
  }

  /** The bits of an element. */
  static long bits(FieldVector vector, int i) {
    BaseFixedWidthVector values = storage(vector);
    ArrowBuf data = values.getDataBuffer();
    return switch (values.getTypeWidth()) {
      case 0 -> BitVectorHelper.get(data, i);
      case 1 -> data.getByte(i);
      case 2 -> data.getShort(2L * i);
      case 4 -> data.getInt(4L * i);
      default -> data.getLong(8L * i);
    };
  }

  /** A column x of lists of these lengths. */
  FeatureBatch lists(int... lengths) {
    ListVector list = ListVector.empty("x", memory);
    list.addOrGetVector(FieldType.nullable(MinorType.FLOAT4.getType()));
    list.allocateNew();
    int at = 0;
    for (int row = 0; row < lengths.length; row++) {
      list.startNewValue(row);
      for (int i = 0; i < lengths[row]; i++) {
        ((Float4Vector) list.getDataVector()).setSafe(at++, i);
      }
      list.endValue(row, lengths[row]);
    }
    list.setValueCount(lengths.length);
    return owning(list);
  }

  VarCharVector words(String name, byte[]... texts) {
    VarCharVector vector = new VarCharVector(name, memory);
    vector.allocateNew();
    for (int i = 0; i < texts.length; i++) {
      vector.setSafe(i, texts[i]);
    }
    vector.setValueCount(texts.length);
    return vector;
  }

  static FeatureBatch owning(FieldVector... columns) {
    try (VectorSchemaRoot root = VectorSchemaRoot.of(columns)) {
      return FeatureBatch.owning(root);
    }
  }
}
