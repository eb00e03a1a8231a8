package io.mlops4j.internal;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.SmallIntVector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.ValueVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.jspecify.annotations.Nullable;

/**
 * Arrow vectors for the components of records.
 *
 * <p>Internal: not part of the API. Stateless and thread safe; the vectors are not thread safe.
 */
public final class ComponentVectors {
  private ComponentVectors() {}

  /** Writes a text into a vector. */
  @FunctionalInterface
  public interface TextWriter {
    /**
     * Writes a text.
     *
     * @param vector the vector
     * @param row the row, from 0
     * @param text the text
     */
    void write(VarCharVector vector, int row, String text);
  }

  /**
   * Returns the field of a component.
   *
   * @param column the column's name
   * @param values the type of its values, or of an array's elements
   * @param array whether the component is an array, which becomes a list
   * @return a nullable field
   */
  public static Field field(String column, ArrowType values, boolean array) {
    if (!array) {
      return Field.nullable(column, values);
    }
    Field child = Field.nullable(ListVector.DATA_VECTOR_NAME, values);
    return new Field(column, FieldType.nullable(ArrowType.List.INSTANCE), List.of(child));
  }

  /**
   * Creates empty vectors. If that fails, all memory is freed.
   *
   * @param fields fields from {@link #field}
   * @param allocator where the vectors allocate; the caller closes it
   * @return one vector for each field; the caller closes them
   */
  public static List<FieldVector> create(List<Field> fields, BufferAllocator allocator) {
    List<FieldVector> vectors = new ArrayList<>(fields.size());
    try {
      for (Field field : fields) {
        vectors.add(field.createVector(allocator));
      }
      return vectors;
    } catch (RuntimeException | Error e) {
      vectors.forEach(ValueVector::close);
      throw e;
    }
  }

  /**
   * Writes the value of a component.
   *
   * @param vector a vector of the component's type
   * @param row the row, from 0
   * @param value the value; null becomes a null of the column
   * @param texts writes the text of a String or the name of an enum constant
   */
  public static void set(FieldVector vector, int row, @Nullable Object value, TextWriter texts) {
    if (vector instanceof ListVector list) {
      setList(list, row, value, texts);
    } else if (value == null) {
      vector.setNull(row);
    } else if (vector instanceof Float4Vector floats) {
      floats.setSafe(row, (Float) value);
    } else if (vector instanceof Float8Vector doubles) {
      doubles.setSafe(row, (Double) value);
    } else if (vector instanceof TinyIntVector bytes) {
      bytes.setSafe(row, (Byte) value);
    } else if (vector instanceof SmallIntVector shorts) {
      shorts.setSafe(row, (Short) value);
    } else if (vector instanceof IntVector ints) {
      ints.setSafe(row, (Integer) value);
    } else if (vector instanceof BigIntVector longs) {
      longs.setSafe(row, (Long) value);
    } else if (vector instanceof BitVector bits) {
      bits.setSafe(row, (Boolean) value ? 1 : 0);
    } else {
      String text = value instanceof Enum<?> constant ? constant.name() : (String) value;
      texts.write((VarCharVector) vector, row, text);
    }
  }

  private static void setList(ListVector list, int row, @Nullable Object array, TextWriter texts) {
    if (array == null) {
      list.setNull(row);
      return;
    }
    int start = list.startNewValue(row);
    int length = Array.getLength(array);
    for (int i = 0; i < length; i++) {
      set(list.getDataVector(), start + i, Array.get(array, i), texts);
    }
    list.endValue(row, length);
  }
}
