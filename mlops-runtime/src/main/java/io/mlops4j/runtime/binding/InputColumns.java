package io.mlops4j.runtime.binding;

import io.mlops4j.error.ModelInputException;
import io.mlops4j.model.ElementType;
import io.mlops4j.runtime.binding.type.ArrowTypes;
import io.mlops4j.runtime.binding.type.Scalars;
import io.mlops4j.runtime.binding.type.Validity;
import io.mlops4j.spi.EngineSlot;
import java.util.Arrays;
import java.util.Objects;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.jspecify.annotations.Nullable;

/** The columns of one input in the current call. */
final class InputColumns {
  private final InputPlan plan;
  private final ColumnSource[] sources;
  private final long[] addresses;
  private final ElementType[] types;
  private final int[] bits;
  private final long[] validity;

  /**
   * The class of each column's vector that was checked against {@link #known}, so that it is not
   * checked again.
   */
  private final @Nullable Class<?>[] classes;

  private Cell @Nullable [] known;
  private final @Nullable InputTexts texts;
  private long[] dims = {};
  private int rows;
  private int width;
  private boolean nulls;

  /** Set if the only column holds several values in each row. */
  private @Nullable ListColumn list;

  private @Nullable ListColumn spareList;

  InputColumns(InputPlan plan) {
    int columns = plan.sources().size();
    this.plan = plan;
    this.sources = plan.sources().toArray(ColumnSource[]::new);
    this.addresses = new long[columns];
    this.types = new ElementType[columns];
    this.bits = new int[columns];
    this.validity = new long[columns];
    this.classes = new Class<?>[columns];
    this.texts = plan.isText() ? new InputTexts(columns) : null;
  }

  /**
   * Checks the columns, and writes nothing to the slot.
   *
   * @return whether the only row is the whole input
   */
  boolean check(
      VectorSchemaRoot root,
      Cell[] cells,
      int rows,
      DictionaryProvider dictionaries,
      long[] symbols) {
    this.rows = rows;
    this.nulls = false;
    this.list = null;
    if (known != cells) {
      known = cells;
      Arrays.fill(classes, null);
    }
    boolean whole = cells[0].fill().isWhole(rows);
    return cells[0].isSingle()
        ? checkSingles(root, cells, whole, dictionaries, symbols)
        : checkList(root, cells[0], whole, symbols);
  }

  private boolean checkSingles(
      VectorSchemaRoot root,
      Cell[] cells,
      boolean whole,
      DictionaryProvider dictionaries,
      long[] symbols) {
    width = cells.length;
    // Several columns form rows, whatever the rank of each value is.
    int rank = plan.rank(cells.length > 1 ? 1 : 0, whole);
    resizeDims(rank);
    if (!whole) {
      dims[0] = rows;
      if (rank > 1) {
        plan.flatDims(rows, width, dims);
      }
    }
    plan.check(dims, whole, rows, symbols);
    if (texts == null) {
      checkNumbers(root, cells);
      return whole;
    }
    texts.begin(rows * width);
    for (int i = 0; i < cells.length; i++) {
      FieldVector column = root.getVector(cells[i].position());
      checkColumn(sources[i], column, cells[i]);
      texts.read(i, sources[i], cells[i], column, rows, width, dictionaries);
    }
    return whole;
  }

  /**
   * Checks columns of numbers. The fields are copied, because the capacity of an Arrow buffer is
   * volatile: after each reading of it they would be read again.
   */
  private void checkNumbers(VectorSchemaRoot root, Cell[] cells) {
    final int rows = this.rows;
    final long[] addresses = this.addresses;
    final long[] validity = this.validity;
    final int[] bits = this.bits;
    final @Nullable Class<?>[] classes = this.classes;
    for (int i = 0; i < cells.length; i++) {
      FieldVector column = root.getVector(cells[i].position());
      if (column.getClass() != classes[i]) {
        checkFirst(i, column, cells[i]);
        continue;
      }
      BaseFixedWidthVector values = (BaseFixedWidthVector) column;
      ArrowBuf data = values.getDataBuffer();
      if (values.getValueCount() == rows
          && data.capacity() >= ((long) rows * bits[i] + 7) >>> 3
          && Validity.isFull(values.getValidityBuffer(), rows)) {
        addresses[i] = data.memoryAddress();
        validity[i] = 0;
      } else {
        checkValues(i, values);
      }
    }
  }

  /**
   * Checks a column and remembers its class, which saves this check for later vectors of the same
   * class. With 32 columns the saving was measurable.
   */
  private void checkFirst(int i, FieldVector column, Cell cell) {
    checkType(sources[i], column, cell);
    types[i] = cell.type();
    bits[i] = cell.type() == ElementType.BOOL ? 1 : 8 * cell.type().bytes();
    FieldVector storage = ArrowTypes.storage(column);
    checkValues(i, (BaseFixedWidthVector) storage);
    if (storage == column) {
      classes[i] = column.getClass();
    }
  }

  private boolean checkList(VectorSchemaRoot root, Cell cell, boolean whole, long[] symbols) {
    FieldVector column = root.getVector(cell.position());
    checkColumn(sources[0], column, cell);
    if (spareList == null) {
      spareList = new ListColumn(plan, sources[0]);
    }
    ListColumn values = spareList;
    values.check(cell, ArrowTypes.storage(column), rows, whole);
    resizeDims(plan.rank(values.shape().length, whole));
    plan.dims(rows, values.shape(), whole, dims);
    plan.check(dims, whole, rows, symbols);
    width = values.width();
    values.checkLeaf(cell);
    if (texts != null) {
      texts.begin(rows * width);
      texts.read(values, sources[0]);
    }
    nulls = values.hasNulls();
    list = values;
    return whole;
  }

  private void resizeDims(int rank) {
    if (dims.length != rank) {
      dims = new long[rank];
    }
  }

  private void checkColumn(ColumnSource source, FieldVector column, Cell cell) {
    checkType(source, column, cell);
    checkCount(source, column.getValueCount());
  }

  private static void checkType(ColumnSource source, FieldVector column, Cell cell) {
    FieldVector storage = ArrowTypes.storage(column);
    if (storage.getMinorType() != cell.storage()) {
      throw new ModelInputException(
          source.column(),
          "a vector of " + storage.getMinorType(),
          cell.storage() + " as the batch's schema says");
    }
  }

  private void checkCount(ColumnSource source, int count) {
    if (count != rows) {
      throw new ModelInputException(
          source.column(), count + " values", rows + ", the number of rows of its batch");
    }
  }

  private void checkValues(int i, BaseFixedWidthVector values) {
    ColumnSource source = sources[i];
    checkCount(source, values.getValueCount());
    ArrowBuf data = values.getDataBuffer();
    checkCapacity(source, data, ((long) rows * bits[i] + 7) >>> 3);
    addresses[i] = data.memoryAddress();
    long missing = nullsOf(source, values.getValidityBuffer(), rows, 1);
    validity[i] = missing;
    nulls |= missing != 0;
  }

  /**
   * Returns the address of a bitmap with nulls that the policy accepts; 0 without nulls.
   *
   * @param perRow the number of values in a row
   */
  static long nullsOf(ColumnSource source, ArrowBuf bitmap, int values, int perRow) {
    checkCapacity(source, bitmap, Validity.bytes(values));
    int count = Validity.nulls(bitmap.memoryAddress(), bitmap.capacity(), values);
    if (count == 0) {
      return 0;
    }
    if (source.forNull() == null) {
      int first = Validity.firstNull(bitmap.memoryAddress());
      throw source.nullRefused(SlotInputs.nulls(count, first / perRow));
    }
    return bitmap.memoryAddress();
  }

  static void checkCapacity(ColumnSource source, ArrowBuf buffer, long bytes) {
    if (buffer.capacity() < bytes) {
      throw new ModelInputException(
          source.column(),
          "a buffer of " + buffer.capacity() + " bytes",
          "at least " + bytes + " for its rows; set the value count after the values");
    }
  }

  void write(EngineSlot slot) {
    slot.shape(plan.input(), dims);
    if (texts != null) {
      slot.strings(plan.input(), texts);
    } else if (list != null ? !list.borrowed(slot) : !borrowed(slot)) {
      writeTo(slot.address(plan.input()));
    }
  }

  void writeTo(long to) {
    if (list != null) {
      list.writeTo(to);
      return;
    }
    if (!Gather.rows(addresses, types, addresses.length, to, plan.type(), rows)) {
      rejectUnfit();
    }
    if (nulls) {
      replaceNulls(to);
    }
  }

  /** Rejects the value that does not fit. A value at a null does not matter. */
  private void rejectUnfit() {
    for (int i = 0; i < addresses.length; i++) {
      for (int row = 0; row < rows; row++) {
        if (!(validity[i] != 0 && Validity.isNull(validity[i], row))) {
          sources[i].requireFit(addresses[i], types[i], row, row);
        }
      }
    }
  }

  int copyTexts(String[] into, int at) {
    InputTexts found = Objects.requireNonNull(texts, "texts");
    int count = rows * width;
    for (int i = 0; i < count; i++) {
      into[at + i] = found.get(i);
    }
    found.release(); // the next batch may have fewer
    return count;
  }

  /** Returns the dimensions of the input for the checked rows; not to be changed. */
  long[] dims() {
    return dims;
  }

  int width() {
    return width;
  }

  long bytes() {
    return (long) rows * width * plan.type().bytes();
  }

  private boolean borrowed(EngineSlot slot) {
    return addresses.length == 1
        && !nulls
        && types[0] == plan.type()
        && plan.type() != ElementType.BOOL
        && slot.borrow(plan.input(), addresses[0], (long) rows * plan.type().bytes());
  }

  private void replaceNulls(long to) {
    int bytes = plan.type().bytes();
    for (int i = 0; i < width; i++) {
      NullValue forNull = sources[i].forNull();
      for (int row = 0; forNull != null && validity[i] != 0 && row < rows; row++) {
        if (Validity.isNull(validity[i], row)) {
          Scalars.put(to + ((long) row * width + i) * bytes, bytes, forNull.bits());
        }
      }
    }
  }

  void release() {
    if (texts != null) {
      texts.release();
    }
    if (list != null) {
      list.release();
    }
  }
}
