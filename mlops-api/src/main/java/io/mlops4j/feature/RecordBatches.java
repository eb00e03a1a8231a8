package io.mlops4j.feature;

import io.mlops4j.internal.ComponentVectors;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.ValueVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.Types.MinorType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.util.Text;
import org.jspecify.annotations.Nullable;

/**
 * Converts records to batches with one column for each component, named like the component.
 *
 * <p>A component may have any type that an input record of {@link io.mlops4j.inference.RowModel}
 * may have: a {@code boolean}, {@code byte}, {@code short}, {@code int}, {@code long}, {@code
 * float} or {@code double}, each also boxed; a {@link String}; an enum, whose name is the text; or
 * an array of primitives or of {@code String}, which becomes a list. A null becomes a null of the
 * column. NaN is a value.
 *
 * <p>Immutable and thread safe. Batches and readers are for one thread at a time.
 *
 * @param <R> the record
 */
public final class RecordBatches<R extends Record> {
  private static final Map<Class<?>, MinorType> TYPES =
      Map.of(
          boolean.class, MinorType.BIT,
          byte.class, MinorType.TINYINT,
          short.class, MinorType.SMALLINT,
          int.class, MinorType.INT,
          long.class, MinorType.BIGINT,
          float.class, MinorType.FLOAT4,
          double.class, MinorType.FLOAT8,
          String.class, MinorType.VARCHAR);

  private final BufferAllocator allocator;
  private final List<Field> fields;
  private final List<MethodHandle> getters;

  private RecordBatches(BufferAllocator allocator, List<Field> fields, List<MethodHandle> getters) {
    this.allocator = allocator;
    this.fields = fields;
    this.getters = getters;
  }

  /**
   * Converts records of the class path, which may be private, or of a module that opens their
   * package.
   *
   * @param type the record's class
   * @param allocator where the columns are allocated; it must outlive every batch, and the caller
   *     closes it
   * @param <R> the record
   * @return a converter for any number of batches
   * @throws IllegalArgumentException if a component has an unsupported type, or the record is not
   *     accessible
   */
  public static <R extends Record> RecordBatches<R> of(Class<R> type, BufferAllocator allocator) {
    return bind(type, null, allocator);
  }

  /**
   * Converts records that only the caller may access.
   *
   * @param lookup {@code MethodHandles.lookup()} of a class that may call the record's accessors
   * @param type the record's class
   * @param allocator where the columns are allocated; it must outlive every batch, and the caller
   *     closes it
   * @param <R> the record
   * @return a converter for any number of batches
   * @throws IllegalArgumentException if a component has an unsupported type, or the record is not
   *     accessible
   */
  public static <R extends Record> RecordBatches<R> of(
      MethodHandles.Lookup lookup, Class<R> type, BufferAllocator allocator) {
    return bind(type, Objects.requireNonNull(lookup, "lookup"), allocator);
  }

  private static <R extends Record> RecordBatches<R> bind(
      Class<R> type, MethodHandles.@Nullable Lookup lookup, BufferAllocator allocator) {
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(allocator, "allocator");
    List<Field> fields = new ArrayList<>();
    List<MethodHandle> getters = new ArrayList<>();
    for (RecordComponent component : type.getRecordComponents()) {
      fields.add(field(type, component));
      getters.add(getter(type, component, lookup));
    }
    return new RecordBatches<>(allocator, List.copyOf(fields), List.copyOf(getters));
  }

  private static Field field(Class<?> record, RecordComponent component) {
    Class<?> type = component.getType();
    Class<?> element = type.isArray() ? type.getComponentType() : type;
    boolean text = element == String.class || (element.isEnum() && !type.isArray());
    MinorType values =
        text
            ? MinorType.VARCHAR
            : TYPES.get(
                type.isArray() ? element : MethodType.methodType(element).unwrap().returnType());
    if (values == null) {
      throw new IllegalArgumentException(
          component.getName()
              + ": found the type "
              + type.getSimpleName()
              + " in the record "
              + record.getName()
              + ", expected a number, boolean, String or enum, or an array of primitives or of"
              + " String");
    }
    return ComponentVectors.field(component.getName(), values.getType(), type.isArray());
  }

  /** Returns a handle {@code (Record) -> Object}. */
  private static MethodHandle getter(
      Class<?> record, RecordComponent component, MethodHandles.@Nullable Lookup lookup) {
    try {
      Method accessor = component.getAccessor();
      if (lookup == null) {
        accessor.setAccessible(true);
      }
      MethodHandles.Lookup access = lookup == null ? MethodHandles.lookup() : lookup;
      return access.unreflect(accessor).asType(MethodType.methodType(Object.class, Record.class));
    } catch (IllegalAccessException | RuntimeException e) {
      throw new IllegalArgumentException(
          "record "
              + record.getName()
              + ": cannot access "
              + component.getName()
              + "; call RecordBatches.of(MethodHandles.lookup(), ...) from a class"
              + " that may access it",
          e);
    }
  }

  /**
   * Copies records into a batch.
   *
   * @param rows the records, none null; not stored
   * @return an owned batch, which the caller closes
   * @throws IllegalArgumentException if a text has half of a surrogate pair; all memory is freed
   */
  public FeatureBatch batch(List<R> rows) {
    return batch(Objects.requireNonNull(rows, "rows").iterator(), Integer.MAX_VALUE);
  }

  /**
   * Reads records in batches, for example for a profile or for the reference of a monitor.
   *
   * @param rows the records, none null; read when a batch is requested
   * @param batchRows the number of rows of each batch except the last, at least 1
   * @return a reader for one pass; the caller closes it
   * @throws IllegalArgumentException if {@code batchRows} is below 1
   */
  public FeatureReader reader(Iterator<R> rows, int batchRows) {
    Objects.requireNonNull(rows, "rows");
    checkSize(batchRows);
    return new RecordReader<>(this, rows, batchRows, () -> {});
  }

  /**
   * Reads the records of a stream in batches. The stream is read as batches are requested, so it
   * may be longer than the memory, or endless. Closing the reader closes the stream.
   *
   * @param rows the records, none null. A failure of the stream is thrown where the batch with that
   *     record is requested; its memory is freed
   * @param batchRows the number of rows of each batch except the last, at least 1
   * @return a reader for one pass; the caller closes it
   * @throws IllegalArgumentException if {@code batchRows} is below 1
   * @throws IllegalStateException if the stream was used before
   */
  public FeatureReader reader(Stream<R> rows, int batchRows) {
    Objects.requireNonNull(rows, "rows");
    checkSize(batchRows);
    return new RecordReader<>(this, rows.iterator(), batchRows, rows::close);
  }

  private static void checkSize(int batchRows) {
    if (batchRows < 1) {
      throw new IllegalArgumentException("batchRows: found " + batchRows + ", expected 1 or more");
    }
  }

  FeatureBatch batch(Iterator<R> rows, int most) {
    List<FieldVector> vectors = ComponentVectors.create(fields, allocator);
    try {
      int count = 0;
      while (count < most && rows.hasNext()) {
        R row = rows.next();
        if (row == null) {
          throw new NullPointerException("rows: found null at " + count + ", expected a record");
        }
        for (int i = 0; i < vectors.size(); i++) {
          ComponentVectors.set(
              vectors.get(i), count, get(getters.get(i), row), RecordBatches::setText);
        }
        count++;
      }
      for (FieldVector vector : vectors) {
        vector.setValueCount(count);
      }
      try (VectorSchemaRoot root = new VectorSchemaRoot(fields, vectors, count)) {
        return FeatureBatch.owning(root);
      }
    } catch (RuntimeException | Error e) {
      vectors.forEach(ValueVector::close);
      throw e;
    }
  }

  private static @Nullable Object get(MethodHandle getter, Record row) {
    try {
      return (Object) getter.invokeExact(row);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("a record's accessor failed: " + e, e);
    }
  }

  /** Writes a text; {@link FeatureBatch.Builder#strings} uses it, too. */
  static void setText(VarCharVector vector, int row, String value) {
    try {
      ByteBuffer utf8 = Text.encode(value, false);
      vector.setSafe(row, utf8, 0, utf8.limit());
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(
          vector.getName()
              + ": found half of a surrogate pair at "
              + row
              + ", expected whole characters",
          e);
    }
  }
}
