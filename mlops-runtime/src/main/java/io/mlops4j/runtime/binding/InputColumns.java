package io.mlops4j.runtime.binding;

import io.mlops4j.error.ModelInputException;
import io.mlops4j.model.ElementType;
import io.mlops4j.spi.EngineSlot;
import java.util.Arrays;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.jspecify.annotations.Nullable;

/** The columns of one input in the call that is being bound. */
final class InputColumns {
  private final InputPlan plan;
  private final Source[] sources;
  private final long[] dims;
  private final long[] addresses;
  private final ElementType[] types;
  private final long[] validity;
  private final @Nullable ColumnText[] texts;
  private int rows;

  /** Values in a row, from one column that holds lists, or from one value of each column. */
  private int width;

  private boolean list;
  private boolean nulls;

  /** The validity of whole lists, 0 when all are there. */
  private long listValidity;

  InputColumns(InputPlan plan) {
    int columns = plan.sources().size();
    this.plan = plan;
    this.sources = plan.sources().toArray(Source[]::new);
    this.dims = new long[plan.rank()];
    this.addresses = new long[columns];
    this.types = new ElementType[columns];
    this.validity = new long[columns];
    this.texts = new ColumnText[plan.isText() ? columns : 0];
  }

  /** Checks everything; touches nothing native but the columns themselves. */
  void check(
      VectorSchemaRoot root,
      Layout.Cell[] cells,
      int rows,
      DictionaryProvider dictionaries,
      long[] symbols) {
    this.rows = rows;
    list = cells[0].isList();
    width = list ? cells[0].listSize() : cells.length;
    nulls = false;
    listValidity = 0;
    plan.checkRows(rows);
    plan.dims(rows, width, dims);
    plan.checkSymbols(dims, symbols);
    for (int i = 0; i < cells.length; i++) {
      FieldVector column = root.getVector(cells[i].position());
      Source source = sources[i];
      checkColumn(source, column, cells[i]);
      if (list) {
        checkList(source, (FixedSizeListVector) column, cells[i], dictionaries);
      } else if (texts.length > 0) {
        texts[i] = ColumnText.of(source, cells[i], column, rows, dictionaries);
      } else {
        checkValues(i, source, (BaseFixedWidthVector) column, cells[i].type(), rows);
      }
    }
  }

  private void checkColumn(Source source, FieldVector column, Layout.Cell cell) {
    if (column.getMinorType() != cell.vector()) {
      throw new ModelInputException(
          source.column(),
          "a vector of " + column.getMinorType(),
          cell.vector() + " as the batch's schema says");
    }
    if (column.getValueCount() != rows) {
      throw new ModelInputException(
          source.column(), column.getValueCount() + " values", rows + ", the rows of its batch");
    }
  }

  private void checkList(
      Source source,
      FixedSizeListVector column,
      Layout.Cell cell,
      DictionaryProvider dictionaries) {
    int values = Math.multiplyExact(rows, width);
    if (column.getDataVector().getValueCount() < values) {
      throw new ModelInputException(
          source.column(),
          column.getDataVector().getValueCount() + " values in its lists",
          rows + " x " + width);
    }
    listValidity = nullsOf(source, column.getValidityBuffer(), rows);
    FieldVector inside = column.getDataVector();
    if (ArrowTypes.elementType(inside.getMinorType()) != cell.type()) {
      throw new ModelInputException(
          source.column(), "lists of " + inside.getMinorType(), "" + cell.type());
    }
    if (texts.length > 0) {
      texts[0] = ColumnText.of(source, cell, inside, values, dictionaries);
    } else {
      checkValues(0, source, (BaseFixedWidthVector) inside, cell.type(), values);
    }
  }

  private void checkValues(
      int i, Source source, BaseFixedWidthVector column, ElementType type, int values) {
    ArrowBuf data = column.getDataBuffer();
    long bytes = type == ElementType.BOOL ? Validity.bytes(values) : (long) values * type.bytes();
    checkCapacity(source, data, bytes);
    addresses[i] = data.memoryAddress();
    types[i] = type;
    validity[i] = nullsOf(source, column.getValidityBuffer(), values);
  }

  /** The address of a bitmap with nulls that the policy accepts; 0 when there is no null. */
  private long nullsOf(Source source, ArrowBuf bitmap, int values) {
    checkCapacity(source, bitmap, Validity.bytes(values));
    int count = Validity.nulls(bitmap.memoryAddress(), values);
    if (count == 0) {
      return 0;
    }
    if (source.forNull() == null) {
      throw source.nullRefused(
          SlotInputs.nulls(count, rowOf(Validity.firstNull(bitmap.memoryAddress()), values)));
    }
    nulls = true;
    return bitmap.memoryAddress();
  }

  /** A row holds as many of the values as any other. */
  private int rowOf(int value, int values) {
    return value / (values / rows);
  }

  private static void checkCapacity(Source source, ArrowBuf buffer, long bytes) {
    if (buffer.capacity() < bytes) {
      throw new ModelInputException(
          source.column(),
          "a buffer of " + buffer.capacity() + " bytes",
          "at least " + bytes + " for its rows; set the value count after the values");
    }
  }

  /** Gives the engine what {@link #check} has seen. */
  void write(EngineSlot slot) {
    slot.shape(plan.input(), dims);
    if (texts.length > 0) {
      slot.strings(plan.input(), Texts.column((long) rows * width, this::text));
    } else if (!borrowed(slot)) {
      long to = slot.address(plan.input());
      if (list) {
        Gather.rows(addresses, types, 1, to, plan.type(), rows * width);
      } else {
        Gather.rows(addresses, types, addresses.length, to, plan.type(), rows);
      }
      if (nulls) {
        replaceNulls(to);
      }
    }
  }

  private boolean borrowed(EngineSlot slot) {
    return addresses.length == 1
        && !nulls
        && types[0] == plan.type()
        && plan.type() != ElementType.BOOL
        && slot.borrow(plan.input(), addresses[0], (long) rows * width * plan.type().bytes());
  }

  private void replaceNulls(long to) {
    int bytes = plan.type().bytes();
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < width; i++) {
        int column = list ? 0 : i;
        int value = list ? row * width + i : row;
        boolean missing =
            (listValidity != 0 && Validity.isNull(listValidity, row))
                || (validity[column] != 0 && Validity.isNull(validity[column], value));
        NullValue forNull = sources[column].forNull();
        if (missing && forNull != null) {
          Gather.put(to + ((long) row * width + i) * bytes, bytes, forNull.bits());
        }
      }
    }
  }

  private String text(int i) {
    ColumnText text = list ? texts[0] : texts[i % width];
    if (text == null) {
      throw new IllegalStateException("text was asked for outside a call");
    }
    int row = i / width;
    return listValidity != 0 && Validity.isNull(listValidity, row)
        ? text.textForNull()
        : text.get(list ? i : row);
  }

  void release() {
    Arrays.fill(texts, null);
  }
}
