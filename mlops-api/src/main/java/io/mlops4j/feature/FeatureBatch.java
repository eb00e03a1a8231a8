package io.mlops4j.feature;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import java.util.function.IntConsumer;
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
 * Rows in Arrow columns. A model's outputs are one too, being the next model's features.
 *
 * <p>A batch is <em>owned</em> ({@link #owning}, {@link #builder}, {@link RecordBatches}, a reader)
 * or <em>borrowed</em> ({@link #of}, views of a prediction). An owned one is a handle on rows that
 * are freed when the last handle is closed; {@link #retain} is a further handle, without a copy. A
 * borrowed one leaves the rows to whoever lent them, and {@link #retain} copies. Counting prevents
 * freeing, not overwriting: whoever writes into {@link #root} of an owned batch changes it for
 * every handle.
 *
 * <p>A handle is for one thread at a time and throws {@link IllegalStateException} after {@link
 * #close}; different handles on the same rows may be read in different threads.
 */
public final class FeatureBatch implements AutoCloseable {
  private final Block block;
  private final @Nullable BufferAllocator copiesInto;
  private final boolean copies;
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * @param copies whether {@link #retain} must copy, as the rows are somebody else's
   * @param copiesInto where such a copy is made; null for the columns' own allocator
   */
  private FeatureBatch(Block block, boolean copies, @Nullable BufferAllocator copiesInto) {
    this.block = block;
    this.copies = copies;
    this.copiesInto = copiesInto;
  }

  /**
   * Borrows a root. It stays the caller's, who must not free it before this batch is closed, nor
   * write it during a call.
   *
   * @param borrowed the rows, without dictionary-encoded columns
   * @return a batch that frees nothing
   */
  public static FeatureBatch of(VectorSchemaRoot borrowed) {
    return of(Objects.requireNonNull(borrowed, "borrowed"), new OwnedDictionaries());
  }

  /**
   * Borrows a root with dictionary-encoded columns.
   *
   * @param borrowed the rows
   * @param dictionaries the dictionaries, borrowed likewise
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
   * Takes the columns out of a root, which is empty afterwards and stays the caller's.
   *
   * @param moved the rows, without dictionary-encoded columns
   * @return an owned batch, which the caller closes
   */
  public static FeatureBatch owning(VectorSchemaRoot moved) {
    return owning(Objects.requireNonNull(moved, "moved"), new OwnedDictionaries());
  }

  /**
   * Takes the columns out of a root, and shares the memory of its dictionaries without copying it.
   *
   * @param moved the rows; the root is empty afterwards and stays the caller's
   * @param dictionaries the dictionaries; they stay the caller's, who must not overwrite them
   * @return an owned batch, which the caller closes
   * @throws IllegalArgumentException if a dictionary is missing; nothing was moved
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
   * Builds a batch from arrays.
   *
   * @param allocator where the columns live; it must outlive the batch
   * @return a builder
   */
  public static Builder builder(BufferAllocator allocator) {
    return new Builder(Objects.requireNonNull(allocator, "allocator"));
  }

  /**
   * How many rows there are.
   *
   * @return 0 or more
   */
  public int rows() {
    return root().getRowCount();
  }

  /**
   * The columns, to be read until {@link #close}.
   *
   * @return the root of this batch; not to be closed
   */
  public VectorSchemaRoot root() {
    return open().root();
  }

  /**
   * The dictionaries of dictionary-encoded columns.
   *
   * @return a provider that knows each of them until {@link #close}
   */
  public DictionaryProvider dictionaries() {
    return open().dictionaries();
  }

  /**
   * A column. Of a dictionary-encoded one it is the codes; see {@link #dictionaries}.
   *
   * @param name its name
   * @return the vector, to be read until {@link #close}
   * @throws IllegalArgumentException if there is no such column, with the names that there are
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
   * A range of the rows, which shares their memory.
   *
   * @param from the first row
   * @param rows how many
   * @return a batch of its own, which the caller closes; owned or borrowed as this one is
   * @throws IndexOutOfBoundsException if the range leaves the batch
   */
  public FeatureBatch slice(int from, int rows) {
    Block whole = open();
    Objects.checkFromIndexSize(from, rows, whole.root().getRowCount());
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
   * Keeps the rows beyond this handle: a second handle on an owned batch, a copy of a borrowed one.
   *
   * @return an owned batch, which the caller closes
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

  /** See {@code io.mlops4j.feature.internal.BatchLending}, which calls it by its name. */
  FeatureBatch lend(BufferAllocator copies) {
    Objects.requireNonNull(copies, "copies"); // before the rows are held
    return new FeatureBatch(open().hold(), this.copies, copies);
  }

  /** See {@code io.mlops4j.feature.internal.BatchLending}, which calls it by its name. */
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

  private Block open() {
    if (closed.get()) {
      throw Block.closed();
    }
    return block;
  }

  /**
   * Ends this handle, and frees owned rows with the last one; a second call does nothing. May be
   * called by any thread.
   */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      block.release();
    }
  }

  /**
   * For people.
   *
   * @return rows and column names
   */
  @Override
  public String toString() {
    return closed.get() ? "closed batch" : rows() + " rows of " + names();
  }

  /**
   * Builds a batch from arrays, one a column, all of as many rows. Arrays are read in {@link
   * #build}. Not thread safe.
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

    private Builder add(
        String column, int rows, BiFunction<String, BufferAllocator, FieldVector> maker) {
      Objects.requireNonNull(column, "column");
      if (columns.putIfAbsent(column, new Column(rows, maker)) != null) {
        throw new IllegalArgumentException(
            "column: found \"" + column + "\" twice, expected each name once");
      }
      last = column;
      return this;
    }

    /**
     * Makes tensors of one shape out of the column that was added last: its values are their
     * elements, one tensor after the other, row-major. {@code floats("image", pixels).asTensors(3,
     * 224, 224)} has a row for every 150528 pixels.
     *
     * @param shape the sizes of the dimensions, outermost first; with a size of 0 there is one row
     * @return this builder
     * @throws IllegalArgumentException if the values are not those of whole tensors
     * @throws IllegalStateException if no column was added
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
     * Makes tensors of one rank, each of its own shape, out of the column that was added last: its
     * values are their elements, one tensor after the other, row-major.
     *
     * @param shapes the shape of each row, at least one
     * @return this builder
     * @throws IllegalArgumentException if the ranks differ, or the values are not those of these
     *     tensors
     * @throws IllegalStateException if no column was added
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

    /** Makes a column of its elements, which it takes over. */
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
      last = null; // a tensor is not made twice
      return this;
    }

    private Column column() {
      Column column = last == null ? null : columns.get(last);
      if (column == null) {
        throw new IllegalStateException(
            "found no column to make tensors of, expected one just before, as in"
                + " floats(...).asTensors(...)");
      }
      return column;
    }

    /**
     * States how many rows there are: for a batch without columns, or as a check.
     *
     * @param rows 0 or more
     * @return this builder
     * @throws IllegalArgumentException if it is negative
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
     * @param column its name
     * @param values one a row; NaN is a value
     * @return this builder
     * @throws IllegalArgumentException if the column is there already
     */
    public Builder floats(String column, float... values) {
      Objects.requireNonNull(column, "column");
      Objects.requireNonNull(values, "values");
      return add(
          column,
          values.length,
          (name, memory) -> {
            Float4Vector vector = new Float4Vector(name, memory);
            return fill(vector, values.length, i -> vector.set(i, values[i]));
          });
    }

    /**
     * Adds a float64 column.
     *
     * @param column its name
     * @param values one a row; NaN is a value
     * @return this builder
     * @throws IllegalArgumentException if the column is there already
     */
    public Builder doubles(String column, double... values) {
      Objects.requireNonNull(column, "column");
      Objects.requireNonNull(values, "values");
      return add(
          column,
          values.length,
          (name, memory) -> {
            Float8Vector vector = new Float8Vector(name, memory);
            return fill(vector, values.length, i -> vector.set(i, values[i]));
          });
    }

    /**
     * Adds a bfloat16 column.
     *
     * @param column its name
     * @param values one a row, rounded to the nearest; NaN is a value
     * @return this builder
     * @throws IllegalArgumentException if the column is there already
     * @see BFloat16Vector
     */
    public Builder bfloat16s(String column, float... values) {
      Objects.requireNonNull(column, "column");
      Objects.requireNonNull(values, "values");
      return add(
          column,
          values.length,
          (name, memory) -> {
            BFloat16Vector vector =
                (BFloat16Vector) BFloat16Type.of().field(name).createVector(memory);
            return fill(vector, values.length, i -> vector.set(i, values[i]));
          });
    }

    /**
     * Adds an int16 column.
     *
     * @param column its name
     * @param values one a row
     * @return this builder
     * @throws IllegalArgumentException if the column is there already
     */
    public Builder shorts(String column, short... values) {
      Objects.requireNonNull(column, "column");
      Objects.requireNonNull(values, "values");
      return add(
          column,
          values.length,
          (name, memory) -> {
            SmallIntVector vector = new SmallIntVector(name, memory);
            return fill(vector, values.length, i -> vector.set(i, values[i]));
          });
    }

    /**
     * Adds an int32 column.
     *
     * @param column its name
     * @param values one a row
     * @return this builder
     * @throws IllegalArgumentException if the column is there already
     */
    public Builder ints(String column, int... values) {
      Objects.requireNonNull(column, "column");
      Objects.requireNonNull(values, "values");
      return add(
          column,
          values.length,
          (name, memory) -> {
            IntVector vector = new IntVector(name, memory);
            return fill(vector, values.length, i -> vector.set(i, values[i]));
          });
    }

    /**
     * Adds an int64 column.
     *
     * @param column its name
     * @param values one a row
     * @return this builder
     * @throws IllegalArgumentException if the column is there already
     */
    public Builder longs(String column, long... values) {
      Objects.requireNonNull(column, "column");
      Objects.requireNonNull(values, "values");
      return add(
          column,
          values.length,
          (name, memory) -> {
            BigIntVector vector = new BigIntVector(name, memory);
            return fill(vector, values.length, i -> vector.set(i, values[i]));
          });
    }

    /**
     * Adds a boolean column.
     *
     * @param column its name
     * @param values one a row
     * @return this builder
     * @throws IllegalArgumentException if the column is there already
     */
    public Builder booleans(String column, boolean... values) {
      Objects.requireNonNull(column, "column");
      Objects.requireNonNull(values, "values");
      return add(
          column,
          values.length,
          (name, memory) -> {
            BitVector vector = new BitVector(name, memory);
            return fill(vector, values.length, i -> vector.set(i, values[i] ? 1 : 0));
          });
    }

    /**
     * Adds a text column.
     *
     * @param column its name
     * @param values one a row; null for a missing value. One with half of a surrogate pair, which
     *     has no UTF-8, is refused by {@link #build}
     * @return this builder
     * @throws IllegalArgumentException if the column is there already
     */
    public Builder strings(String column, @Nullable String... values) {
      Objects.requireNonNull(column, "column");
      Objects.requireNonNull(values, "values");
      return add(
          column,
          values.length,
          (name, memory) -> {
            VarCharVector vector = new VarCharVector(name, memory);
            return fill(vector, values.length, i -> setText(vector, i, values[i]));
          });
    }

    private static void setText(VarCharVector vector, int row, @Nullable String value) {
      if (value == null) {
        vector.setNull(row);
      } else {
        RecordBatches.setText(vector, row, value);
      }
    }

    private static FieldVector fill(FieldVector vector, int rows, IntConsumer set) {
      try {
        vector.setInitialCapacity(rows);
        vector.allocateNew();
        for (int i = 0; i < rows; i++) {
          set.accept(i);
        }
        vector.setValueCount(rows);
        return vector;
      } catch (RuntimeException e) {
        vector.close();
        throw e;
      }
    }

    /**
     * Allocates and fills the columns.
     *
     * @return an owned batch, which the caller closes
     * @throws IllegalArgumentException if the columns differ in length, or a text has half of a
     *     surrogate pair; nothing stays allocated
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
      for (Map.Entry<String, Column> column : columns.entrySet()) {
        int here = column.getValue().rows();
        if (rows >= 0 && here != rows) {
          throw new IllegalArgumentException(
              column.getKey()
                  + ": found "
                  + here
                  + (here == 1 ? " row, expected " : " rows, expected ")
                  + rows
                  + (rows == stated ? " as stated" : " as in the others"));
        }
        rows = here;
      }
      return Math.max(rows, 0);
    }
  }
}
