package io.mlops4j.feature;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import java.util.function.ObjIntConsumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.util.AutoCloseables;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.SmallIntVector;
import org.apache.arrow.vector.ValueVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.types.pojo.Field;
import org.jspecify.annotations.Nullable;

/**
 * Rows in Arrow columns. The outputs of a model are a batch, too, because they may be the features
 * of the next model.
 *
 * <p>A batch is <em>owned</em> ({@link #owning}, {@link #builder}, {@link RecordBatches}, a reader)
 * or <em>borrowed</em> ({@link #of}, views of a prediction). An owned batch is a handle on rows
 * that are freed when their last handle is closed; {@link #retain} returns a further handle without
 * a copy. A borrowed batch frees no rows, and {@link #retain} copies them. Counting handles
 * prevents freeing, not overwriting: writing to {@link #root} of an owned batch changes the rows of
 * every handle.
 *
 * <p>A handle is for one thread at a time, and throws {@link IllegalStateException} after {@link
 * #close}. Several threads may read the same rows through different handles.
 */
public final class FeatureBatch implements AutoCloseable {
  private final Block block;
  private final @Nullable BufferAllocator copiesInto;
  private final boolean copies;
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * @param copies whether {@link #retain} must copy, because the rows are borrowed
   * @param copiesInto where such a copy is allocated; null for the columns' own allocator
   */
  private FeatureBatch(Block block, boolean copies, @Nullable BufferAllocator copiesInto) {
    this.block = block;
    this.copies = copies;
    this.copiesInto = copiesInto;
  }

  /**
   * Borrows a root. The caller keeps it, must not free it before this batch is closed, and must not
   * write to it during a call.
   *
   * @param borrowed the rows, without dictionary-encoded columns
   * @return a batch that frees nothing
   */
  public static FeatureBatch of(VectorSchemaRoot borrowed) {
    return of(Objects.requireNonNull(borrowed, "borrowed"), new OwnedDictionaries());
  }

  /**
   * Borrows a root with dictionary-encoded columns, by the rules of {@link #of(VectorSchemaRoot)}.
   *
   * @param borrowed the rows
   * @param dictionaries the dictionaries, also borrowed
   * @return a batch that frees nothing
   * @throws IllegalArgumentException if a dictionary is missing
   */
  public static FeatureBatch of(VectorSchemaRoot borrowed, DictionaryProvider dictionaries) {
    Objects.requireNonNull(borrowed, "borrowed");
    Objects.requireNonNull(dictionaries, "dictionaries");
    checkDictionaries(borrowed, dictionaries);
    return new FeatureBatch(new Block(borrowed, dictionaries, () -> {}), true, null);
  }

  /**
   * Moves the columns out of a root. The root is empty then, and the caller still closes it.
   *
   * @param moved the rows, without dictionary-encoded columns
   * @return an owned batch; the caller closes it
   */
  public static FeatureBatch owning(VectorSchemaRoot moved) {
    return owning(Objects.requireNonNull(moved, "moved"), new OwnedDictionaries());
  }

  /**
   * Moves the columns out of a root, and shares the memory of its dictionaries without copying it.
   *
   * @param moved the rows; the root is empty afterwards, and the caller still closes it
   * @param dictionaries the dictionaries; the caller keeps them and must not overwrite them
   * @return an owned batch; the caller closes it
   * @throws IllegalArgumentException if a dictionary is missing; the root is unchanged then
   */
  public static FeatureBatch owning(VectorSchemaRoot moved, DictionaryProvider dictionaries) {
    Objects.requireNonNull(moved, "moved");
    Objects.requireNonNull(dictionaries, "dictionaries");
    OwnedDictionaries shared = Columns.share(moved, dictionaries);
    try {
      return owned(Columns.move(moved), shared);
    } catch (RuntimeException e) {
      shared.close();
      throw e;
    }
  }

  private static FeatureBatch owned(VectorSchemaRoot root, OwnedDictionaries dictionaries) {
    Block block = new Block(root, dictionaries, () -> AutoCloseables.close(root, dictionaries));
    return new FeatureBatch(block, false, null);
  }

  /** Called by name from {@code io.mlops4j.feature.internal.BatchLending}. */
  static FeatureBatch late(int rows, Supplier<VectorSchemaRoot> columns, AutoCloseable memory) {
    return new FeatureBatch(new Block(rows, columns, new OwnedDictionaries(), memory), false, null);
  }

  private static void checkDictionaries(VectorSchemaRoot root, DictionaryProvider dictionaries) {
    for (long id : Columns.dictionaryIds(root.getSchema().getFields())) {
      if (dictionaries.lookup(id) == null) {
        throw new IllegalArgumentException(
            "dictionaries: found none with id "
                + id
                + ", expected one for each dictionary-encoded column; use"
                + " FeatureBatch.of(root, dictionaries)");
      }
    }
  }

  /**
   * Returns a builder of a batch from arrays.
   *
   * @param allocator where the columns are allocated; it must outlive the batch, and the caller
   *     closes it
   * @return a builder
   */
  public static Builder builder(BufferAllocator allocator) {
    return new Builder(Objects.requireNonNull(allocator, "allocator"));
  }

  /**
   * Returns the number of rows.
   *
   * @return 0 or more
   */
  public int rows() {
    return open().rows();
  }

  /**
   * Returns the columns, which are readable until {@link #close}.
   *
   * @return the root of this batch; do not close it
   */
  public VectorSchemaRoot root() {
    return open().root();
  }

  /**
   * Returns the dictionaries of dictionary-encoded columns.
   *
   * @return a provider of all of them, valid until {@link #close}
   */
  public DictionaryProvider dictionaries() {
    return open().dictionaries();
  }

  /**
   * Returns a column. A dictionary-encoded column holds codes; see {@link #dictionaries}.
   *
   * @param name the column's name
   * @return the vector, readable until {@link #close}
   * @throws IllegalArgumentException if there is no such column; the message lists those that exist
   */
  public FieldVector column(String name) {
    FieldVector vector = root().getVector(Objects.requireNonNull(name, "name"));
    if (vector == null) {
      throw new IllegalArgumentException(
          "column: found no \"" + name + "\", expected one of " + names());
    }
    return vector;
  }

  private String names() {
    return root().getFieldVectors().stream()
        .map(ValueVector::getName)
        .collect(Collectors.joining(", ", "[", "]"));
  }

  /**
   * Returns a range of the rows, which shares their memory.
   *
   * @param from the first row, from 0
   * @param rows the number of rows, 0 or more
   * @return a new batch, owned or borrowed like this one; the caller closes it
   * @throws IndexOutOfBoundsException if the range exceeds the batch
   */
  public FeatureBatch slice(int from, int rows) {
    Block whole = open();
    Objects.checkFromIndexSize(from, rows, whole.rows());
    whole.hold(); // for the dictionaries, and so that borrowed rows have one owner
    VectorSchemaRoot part;
    try {
      part = Columns.share(whole.root(), from, rows);
    } catch (RuntimeException e) {
      whole.release();
      throw e;
    }
    Block block =
        new Block(
            part,
            whole.dictionaries(),
            () -> {
              part.close();
              whole.release();
            });
    return new FeatureBatch(block, copies, copiesInto);
  }

  /**
   * Returns a batch that keeps the rows after this handle is closed. For an owned batch it is a
   * second handle, for a borrowed batch a copy.
   *
   * @return an owned batch; the caller closes it
   */
  public FeatureBatch retain() {
    Block rows = open();
    if (!copies) {
      return new FeatureBatch(rows.hold(), false, copiesInto);
    }
    BufferAllocator into = copiesInto != null ? copiesInto : allocatorOf(rows.root());
    if (into == null) {
      return owned(new VectorSchemaRoot(List.of(), List.of(), rows()), new OwnedDictionaries());
    }
    OwnedDictionaries dictionaries = Columns.copy(rows.root(), rows.dictionaries(), into);
    try {
      return owned(Columns.copy(rows.root(), into), dictionaries);
    } catch (RuntimeException e) {
      dictionaries.close();
      throw e;
    }
  }

  private static @Nullable BufferAllocator allocatorOf(VectorSchemaRoot root) {
    return root.getFieldVectors().isEmpty() ? null : root.getVector(0).getAllocator();
  }

  /** Called by name from {@code io.mlops4j.feature.internal.BatchLending}. */
  FeatureBatch lend(BufferAllocator copies) {
    Objects.requireNonNull(copies, "copies"); // before the rows are held
    return new FeatureBatch(open().hold(), this.copies, copies);
  }

  /** Called by name from {@code io.mlops4j.feature.internal.BatchLending}. */
  FeatureBatch lendLater(BufferAllocator copies) {
    Objects.requireNonNull(copies, "copies");
    if (!this.copies) {
      return lend(copies);
    }
    VectorSchemaRoot root = root();
    OwnedDictionaries dictionaries = Columns.share(root, dictionaries());
    try {
      VectorSchemaRoot shared = Columns.share(root);
      Block held =
          new Block(shared, dictionaries, () -> AutoCloseables.close(shared, dictionaries));
      return new FeatureBatch(held, true, copies);
    } catch (RuntimeException e) {
      dictionaries.close();
      throw e;
    }
  }

  /**
   * Called by name from {@code io.mlops4j.feature.internal.BatchLending}. Returns null if the rows
   * are borrowed.
   */
  @Nullable AutoCloseable hold() {
    Block rows = open();
    return copies ? null : rows.hold();
  }

  /**
   * Called by name from {@code io.mlops4j.feature.internal.BatchLending}. The handles of the batch
   * are counted apart from the others, so that threads do not share one count.
   */
  static FeatureBatch held(AutoCloseable hold) {
    Block rows = (Block) hold;
    return new FeatureBatch(new Block(rows.root(), rows.dictionaries(), rows), false, null);
  }

  private Block open() {
    if (closed.get()) {
      throw Block.closed();
    }
    return block;
  }

  /**
   * Closes this handle. Closing the last handle frees owned rows. A second call does nothing. Any
   * thread may call it.
   */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      block.release();
    }
  }

  /**
   * Returns a short description for people.
   *
   * @return the number of rows and the names of the columns
   */
  @Override
  public String toString() {
    return closed.get() ? "closed batch" : rows() + " rows of " + names();
  }

  /**
   * Builds a batch from one array for each column, all of the same length. {@link #build} reads the
   * arrays. Not thread safe.
   */
  public static final class Builder {
    private final BufferAllocator allocator;
    private final Map<String, Column> columns = new LinkedHashMap<>();
    private int stated = -1;
    private @Nullable String last;

    private Builder(BufferAllocator allocator) {
      this.allocator = allocator;
    }

    private record Column(int rows, BiFunction<String, BufferAllocator, FieldVector> maker) {}

    private <V extends FieldVector> Builder add(
        String column,
        int rows,
        BiFunction<String, BufferAllocator, V> maker,
        ObjIntConsumer<V> set) {
      Objects.requireNonNull(column, "column");
      Column added = new Column(rows, (name, memory) -> fill(maker.apply(name, memory), rows, set));
      if (columns.putIfAbsent(column, added) != null) {
        throw new IllegalArgumentException(
            "column: found \"" + column + "\" twice, expected each name once");
      }
      last = column;
      return this;
    }

    private static <V extends FieldVector> V fill(V vector, int rows, ObjIntConsumer<V> set) {
      try {
        vector.setInitialCapacity(rows);
        vector.allocateNew();
        for (int i = 0; i < rows; i++) {
          set.accept(vector, i);
        }
        vector.setValueCount(rows);
        return vector;
      } catch (RuntimeException e) {
        vector.close();
        throw e;
      }
    }

    /**
     * Turns the column that was added last into tensors of one shape. Its values are the elements,
     * one tensor after the other, row-major. {@code floats("image", pixels).asTensors(3, 224, 224)}
     * has one row for every 150528 pixels.
     *
     * @param shape the sizes of the dimensions, outermost first; if a size is 0, there is one row
     * @return this builder
     * @throws IllegalArgumentException if the number of values is not a multiple of the tensor's
     *     elements
     * @throws IllegalStateException if no column was added, or the last one consists of tensors
     *     already
     * @see FixedShapeTensorType
     */
    public Builder asTensors(long... shape) {
      Objects.requireNonNull(shape, "shape");
      FixedShapeTensorType type = FixedShapeTensorType.of(shape);
      int values = column().rows();
      int rows = type.elements() == 0 ? 1 : values / type.elements();
      if (values != (long) rows * type.elements()) {
        throw new IllegalArgumentException(
            last + ": found " + values + " values, expected a multiple of " + type.elements());
      }
      return replaceLast(
          rows, (name, memory, elements) -> TensorColumns.fixed(name, type, elements, rows));
    }

    /**
     * Turns the column that was added last into tensors of one rank, each with its own shape. Its
     * values are the elements, one tensor after the other, row-major.
     *
     * @param shapes the shape of each row, at least one shape
     * @return this builder
     * @throws IllegalArgumentException if the ranks differ, or the number of values is not that of
     *     all elements
     * @throws IllegalStateException if no column was added, or the last one consists of tensors
     *     already
     * @see VariableShapeTensorType
     */
    public Builder asTensors(List<long[]> shapes) {
      Objects.requireNonNull(shapes, "shapes");
      long[][] each = shapes.stream().map(long[]::clone).toArray(long[][]::new);
      long elements = 0;
      for (long[] shape : each) {
        elements += Shapes.elements(shape);
        if (shape.length != each[0].length) {
          throw new IllegalArgumentException(
              last + ": found " + shape.length + " dimensions, expected " + each[0].length);
        }
      }
      int values = column().rows();
      if (each.length == 0 || elements != values) {
        throw new IllegalArgumentException(
            last
                + ": found "
                + values
                + " values, expected "
                + elements
                + " of at least one tensor");
      }
      return replaceLast(
          each.length, (name, memory, data) -> TensorColumns.variable(name, each, data));
    }

    /** Turns a column of elements into another column, which takes their memory. */
    private interface Shaper {
      FieldVector shape(String name, BufferAllocator memory, FieldVector elements);
    }

    private Builder replaceLast(int rows, Shaper shaper) {
      Column flat = column();
      columns.put(
          Objects.requireNonNull(last),
          new Column(
              rows,
              (name, memory) -> {
                try (FieldVector elements = flat.maker().apply(name, memory)) {
                  return shaper.shape(name, memory, elements);
                }
              }));
      last = null; // tensors cannot be turned into tensors again
      return this;
    }

    private Column column() {
      Column column = last == null ? null : columns.get(last);
      if (column == null) {
        throw new IllegalStateException(
            "asTensors: found no column of values before it, expected one, as in"
                + " floats(...).asTensors(...)");
      }
      return column;
    }

    /**
     * Sets the number of rows, for a batch without columns or as a check.
     *
     * @param rows 0 or more
     * @return this builder
     * @throws IllegalArgumentException if the number is negative
     */
    public Builder rows(int rows) {
      if (rows < 0) {
        throw new IllegalArgumentException("rows: found " + rows + ", expected 0 or more");
      }
      stated = rows;
      return this;
    }

    /**
     * Adds a float32 column.
     *
     * @param column the column's name
     * @param values one value for each row; NaN is a value
     * @return this builder
     * @throws IllegalArgumentException if the column was added before
     */
    public Builder floats(String column, float... values) {
      Objects.requireNonNull(column, "column");
      Objects.requireNonNull(values, "values");
      return add(column, values.length, Float4Vector::new, (vector, i) -> vector.set(i, values[i]));
    }

    /**
     * Adds a float64 column.
     *
     * @param column the column's name
     * @param values one value for each row; NaN is a value
     * @return this builder
     * @throws IllegalArgumentException if the column was added before
     */
    public Builder doubles(String column, double... values) {
      Objects.requireNonNull(column, "column");
      Objects.requireNonNull(values, "values");
      return add(column, values.length, Float8Vector::new, (vector, i) -> vector.set(i, values[i]));
    }

    /**
     * Adds a bfloat16 column.
     *
     * @param column the column's name
     * @param values one value for each row, rounded to the nearest bfloat16; NaN is a value
     * @return this builder
     * @throws IllegalArgumentException if the column was added before
     * @see BFloat16Vector
     */
    public Builder bfloat16s(String column, float... values) {
      Objects.requireNonNull(column, "column");
      Objects.requireNonNull(values, "values");
      return add(
          column, values.length, Builder::bfloat16Vector, (vector, i) -> vector.set(i, values[i]));
    }

    /**
     * Adds an int16 column.
     *
     * @param column the column's name
     * @param values one value for each row
     * @return this builder
     * @throws IllegalArgumentException if the column was added before
     */
    public Builder shorts(String column, short... values) {
      Objects.requireNonNull(column, "column");
      Objects.requireNonNull(values, "values");
      return add(
          column, values.length, SmallIntVector::new, (vector, i) -> vector.set(i, values[i]));
    }

    /**
     * Adds an int32 column.
     *
     * @param column the column's name
     * @param values one value for each row
     * @return this builder
     * @throws IllegalArgumentException if the column was added before
     */
    public Builder ints(String column, int... values) {
      Objects.requireNonNull(column, "column");
      Objects.requireNonNull(values, "values");
      return add(column, values.length, IntVector::new, (vector, i) -> vector.set(i, values[i]));
    }

    /**
     * Adds an int64 column.
     *
     * @param column the column's name
     * @param values one value for each row
     * @return this builder
     * @throws IllegalArgumentException if the column was added before
     */
    public Builder longs(String column, long... values) {
      Objects.requireNonNull(column, "column");
      Objects.requireNonNull(values, "values");
      return add(column, values.length, BigIntVector::new, (vector, i) -> vector.set(i, values[i]));
    }

    /**
     * Adds a boolean column.
     *
     * @param column the column's name
     * @param values one value for each row
     * @return this builder
     * @throws IllegalArgumentException if the column was added before
     */
    public Builder booleans(String column, boolean... values) {
      Objects.requireNonNull(column, "column");
      Objects.requireNonNull(values, "values");
      return add(
          column, values.length, BitVector::new, (vector, i) -> vector.set(i, values[i] ? 1 : 0));
    }

    /**
     * Adds a text column.
     *
     * @param column the column's name
     * @param values one value for each row, null for a missing value; {@link #build} rejects a text
     *     with half of a surrogate pair, which has no UTF-8 form
     * @return this builder
     * @throws IllegalArgumentException if the column was added before
     */
    public Builder strings(String column, @Nullable String... values) {
      Objects.requireNonNull(column, "column");
      Objects.requireNonNull(values, "values");
      return add(
          column, values.length, VarCharVector::new, (vector, i) -> setText(vector, i, values[i]));
    }

    private static BFloat16Vector bfloat16Vector(String name, BufferAllocator memory) {
      return (BFloat16Vector) BFloat16Type.of().field(name).createVector(memory);
    }

    private static void setText(VarCharVector vector, int row, @Nullable String value) {
      if (value == null) {
        vector.setNull(row);
      } else {
        RecordBatches.setText(vector, row, value);
      }
    }

    /**
     * Allocates and fills the columns. The builder can be used further.
     *
     * @return an owned batch; the caller closes it
     * @throws IllegalArgumentException if the columns differ in length, or a text has half of a
     *     surrogate pair; all memory is freed
     */
    public FeatureBatch build() {
      int rows = checkedRows();
      List<FieldVector> vectors = new ArrayList<>(columns.size());
      try {
        columns.forEach((name, column) -> vectors.add(column.maker().apply(name, allocator)));
      } catch (RuntimeException e) {
        vectors.forEach(ValueVector::close);
        throw e;
      }
      List<Field> fields = vectors.stream().map(FieldVector::getField).toList();
      return owned(new VectorSchemaRoot(fields, vectors, rows), new OwnedDictionaries());
    }

    private int checkedRows() {
      int rows = stated;
      String others = "rows(" + stated + ")";
      for (Map.Entry<String, Column> column : columns.entrySet()) {
        int here = column.getValue().rows();
        if (rows >= 0 && here != rows) {
          throw new IllegalArgumentException(
              "column \"%s\": found %d row%s, expected %d as in %s; give each column one value for each row"
                  .formatted(column.getKey(), here, here == 1 ? "" : "s", rows, others));
        }
        if (rows < 0) {
          rows = here;
          others = "column \"" + column.getKey() + "\"";
        }
      }
      return Math.max(rows, 0);
    }
  }
}
