package io.mlops4j.runtime.binding.record;

import io.mlops4j.error.ModelInputException;
import io.mlops4j.internal.ComponentVectors;
import io.mlops4j.model.ElementType;
import io.mlops4j.runtime.binding.type.ArrowTypes;
import io.mlops4j.runtime.memory.DirectMemory;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Copies records into Arrow columns, one column for each component. Thread safe.
 *
 * @param <I> the record
 */
public final class RecordColumns<I extends Record> {
  private final List<Field> fields;

  /** Made late: Arrow's class sets up JSON, which takes longer than the rest of a first answer. */
  private @Nullable Schema schema;

  /** For each component {@code (Record) -> Object}. */
  private final MethodHandle[] getters;

  /** The components that are primitive numbers, in their order. */
  private final int[] numbers;

  /** The other components. */
  private final int[] others;

  private final RowWriter writer;

  private final PackedRow packed;

  private RecordColumns(
      List<Field> fields,
      MethodHandle[] getters,
      int[] numbers,
      RowWriter writer,
      PackedRow packed) {
    this.fields = List.copyOf(fields);
    this.getters = getters;
    this.numbers = numbers;
    this.packed = packed;
    this.others =
        IntStream.range(0, getters.length)
            .filter(i -> IntStream.of(numbers).noneMatch(number -> number == i))
            .toArray();
    this.writer = writer;
  }

  /**
   * Creates the columns of a record.
   *
   * @param lookup a lookup with access to the record, see {@link Components#lookup}
   * @param components the components by the names of their columns
   * @param <I> the record
   * @return the columns
   */
  public static <I extends Record> RecordColumns<I> of(
      MethodHandles.Lookup lookup, Map<String, RecordComponent> components) {
    List<Field> fields = new ArrayList<>();
    List<MethodHandle> getters = new ArrayList<>();
    List<Integer> numbers = new ArrayList<>();
    List<MethodHandle> cells = new ArrayList<>();
    List<Integer> offsets = new ArrayList<>();
    PackedRow.Builder packed = new PackedRow.Builder();
    components.forEach(
        (column, component) -> {
          fields.add(field(column, component));
          MethodHandle getter = Components.getter(lookup, component);
          if (component.getType().isPrimitive() && component.getType() != boolean.class) {
            cells.add(WriterHandles.put(getter));
            offsets.add(packed.add(component.getType()));
            numbers.add(getters.size());
          }
          getters.add(Components.object(getter));
        });
    return new RecordColumns<>(
        fields,
        getters.toArray(MethodHandle[]::new),
        numbers.stream().mapToInt(Integer::intValue).toArray(),
        WriterHandles.inOrder(cells, offsets.stream().mapToLong(Integer::longValue).toArray()),
        packed.build());
  }

  /**
   * Rejects components that no column can hold. It needs no class of Arrow.
   *
   * @param components the components by the names of their columns
   * @throws ModelInputException if there is one
   */
  public static void check(Map<String, RecordComponent> components) {
    components.values().forEach(RecordColumns::elementType);
  }

  private static ElementType elementType(RecordComponent component) {
    ElementType type = Components.elementType(component.getType());
    if (type == null) {
      throw new ModelInputException(
          component.getName(),
          component.getType().getSimpleName(),
          "a number, boolean, String or enum");
    }
    return type;
  }

  private static Field field(String column, RecordComponent component) {
    return ComponentVectors.field(
        column, ArrowTypes.arrowType(elementType(component)), component.getType().isArray());
  }

  /** {@return the types of the columns, with their names; always the same instance} */
  public synchronized Schema schema() {
    if (schema == null) {
      schema = new Schema(fields);
    }
    return schema;
  }

  List<Field> fields() {
    return fields;
  }

  /** {@return whether all components are primitive numbers, so that a row has few bytes} */
  public boolean areNumbers() {
    return others.length == 0;
  }

  /**
   * Creates empty columns.
   *
   * @param capacity how many rows can be written, at least 1
   * @param allocator where the columns are allocated; the caller closes it
   * @return the columns; the caller closes them
   */
  public RecordRows<I> rows(int capacity, BufferAllocator allocator) {
    return new RecordRows<>(this, capacity, allocator, null);
  }

  /**
   * Creates empty columns in memory that is reused.
   *
   * @param memory the memory of {@link #memory}
   * @return the columns; the caller closes them
   */
  public RecordRows<I> rows(RowMemory memory) {
    return new RecordRows<>(this, memory.capacity(), memory.allocator(), memory);
  }

  /**
   * Returns memory for many blocks of columns, one after the other.
   *
   * @param capacity how many rows a block has, at least 1
   * @param memory where numbers are allocated
   * @param allocator counts numbers that are in use, and allocates the other columns
   * @return the memory; the caller closes it
   */
  public RowMemory memory(int capacity, DirectMemory memory, BufferAllocator allocator) {
    return RowMemory.of(packed, capacity, memory, allocator);
  }

  /**
   * Creates rows that are written again for each call. The record must have numbers only.
   *
   * @param allocator where the rows are allocated
   * @return the idle rows; the caller closes them
   */
  public KeptRows<I> keptRows(BufferAllocator allocator) {
    return new KeptRows<>(this, allocator);
  }

  /** Writes the numbers of a record side by side. */
  void write(long address, I values) {
    try {
      writer.write(address, values);
    } catch (Throwable e) {
      throw Components.unchecked(e);
    }
  }

  MethodHandle[] getters() {
    return getters;
  }

  int[] numbers() {
    return numbers;
  }

  int[] others() {
    return others;
  }

  /** Where the numbers of a row lie. */
  PackedRow packed() {
    return packed;
  }
}
