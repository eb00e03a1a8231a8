package io.mlops4j.runtime.binding;

import io.mlops4j.error.ModelInputException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Array;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
import org.apache.arrow.vector.util.Text;
import org.jspecify.annotations.Nullable;

/**
 * Copies records into Arrow columns, one column for each component. Thread safe; the vectors are
 * not.
 *
 * @param <I> the record
 */
public final class RecordColumns<I extends Record> {
  private final List<Field> fields;
  private final MethodHandle[] getters;

  private RecordColumns(List<Field> fields, MethodHandle[] getters) {
    this.fields = fields;
    this.getters = getters;
  }

  static <I extends Record> RecordColumns<I> of(
      MethodHandles.Lookup lookup, Map<String, RecordComponent> components) {
    List<Field> fields = new ArrayList<>();
    List<MethodHandle> getters = new ArrayList<>();
    components.forEach(
        (column, component) -> {
          fields.add(field(column, component));
          getters.add(ComponentWriter.object(Components.getter(lookup, component)));
        });
    return new RecordColumns<>(List.copyOf(fields), getters.toArray(MethodHandle[]::new));
  }

  private static Field field(String column, RecordComponent component) {
    var type = Components.elementType(component.getType());
    if (type == null) {
      throw new ModelInputException(
          component.getName(),
          component.getType().getSimpleName(),
          "a number, boolean, String or enum");
    }
    ArrowType values = ArrowTypes.arrowType(type);
    if (!component.getType().isArray()) {
      return Field.nullable(column, values);
    }
    Field child = Field.nullable(ListVector.DATA_VECTOR_NAME, values);
    return new Field(column, FieldType.nullable(ArrowType.List.INSTANCE), List.of(child));
  }

  /**
   * Makes empty vectors.
   *
   * @param allocator their memory; lent
   * @return one for each component, to be closed by the caller
   */
  public List<FieldVector> create(BufferAllocator allocator) {
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
   * Writes a record.
   *
   * @param vectors what {@link #create} made
   * @param row the row to write
   * @param values the record
   */
  public void set(List<FieldVector> vectors, int row, I values) {
    for (int i = 0; i < getters.length; i++) {
      set(vectors.get(i), row, get(i, values));
    }
  }

  private @Nullable Object get(int i, Record values) {
    try {
      return (Object) getters[i].invokeExact(values);
    } catch (Throwable e) {
      throw Components.unchecked(e);
    }
  }

  private static void set(FieldVector vector, int row, @Nullable Object value) {
    if (vector instanceof ListVector list) {
      setList(list, row, value);
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
      ((VarCharVector) vector).setSafe(row, new Text(Components.text(value)));
    }
  }

  private static void setList(ListVector list, int row, @Nullable Object array) {
    if (array == null) {
      list.setNull(row);
      return;
    }
    int start = list.startNewValue(row);
    int length = Array.getLength(array);
    for (int i = 0; i < length; i++) {
      set(list.getDataVector(), start + i, Array.get(array, i));
    }
    list.endValue(row, length);
  }
}
