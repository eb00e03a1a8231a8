package io.mlops4j.runtime.binding;

import io.mlops4j.error.ModelInputException;
import io.mlops4j.internal.ComponentVectors;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.arrow.vector.util.Text;

/**
 * Copies records into Arrow columns, one column for each component. Thread safe; the vectors are
 * not thread safe.
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
    return ComponentVectors.field(
        column, ArrowTypes.arrowType(type), component.getType().isArray());
  }

  /** {@return the types of the columns, with their names} */
  public Schema schema() {
    return new Schema(fields);
  }

  /**
   * Creates empty vectors.
   *
   * @param allocator where the vectors allocate; the caller closes it
   * @return one vector for each component; the caller closes them
   */
  public List<FieldVector> create(BufferAllocator allocator) {
    return ComponentVectors.create(fields, allocator);
  }

  /**
   * Writes a record.
   *
   * @param vectors vectors of {@link #create}
   * @param row the row to write, from 0
   * @param values the record
   */
  public void set(List<FieldVector> vectors, int row, I values) {
    for (int i = 0; i < getters.length; i++) {
      Object value = Components.get(getters[i], values);
      ComponentVectors.set(
          vectors.get(i), row, value, (vector, at, text) -> vector.setSafe(at, new Text(text)));
    }
  }
}
