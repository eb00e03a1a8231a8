package io.mlops4j.runtime.binding;

import io.mlops4j.error.ModelInputException;
import io.mlops4j.model.ElementType;
import io.mlops4j.runtime.binding.type.ArrowTypes;
import io.mlops4j.runtime.binding.type.Scalars;
import io.mlops4j.runtime.binding.type.Validity;
import io.mlops4j.runtime.memory.Native;
import io.mlops4j.spi.EngineSlot;
import java.util.Arrays;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;
import org.jspecify.annotations.Nullable;

/**
 * A column whose rows hold several values each, in the current call: lists or tensors of one shape.
 * It is reused by later calls.
 *
 * <p>Offsets and shapes may come from files that are not trusted, so each is checked before it is
 * used.
 */
final class ListColumn {
  private final InputPlan plan;
  private final ColumnSource source;
  private FieldVector values;
  private int rows;
  private int width;
  private long[] shape = {};
  private ElementType type = ElementType.FLOAT32;

  /** The address of int32 offsets; 0 for lists of a fixed size. */
  private long offsets;

  /**
   * Whether the values of the rows lie one after the other, beginning at {@link #start} of row 0.
   */
  private boolean dense;

  private long rowValidity;
  private long listValidity;
  private long valueValidity;

  @SuppressWarnings("NullAway.Init") // set between check and release
  ListColumn(InputPlan plan, ColumnSource source) {
    this.plan = plan;
    this.source = source;
  }

  void check(Cell cell, FieldVector column, int rows, boolean whole) {
    this.rows = rows;
    this.type = cell.type();
    rowValidity = InputColumns.nullsOf(source, column.getValidityBuffer(), rows, 1);
    listValidity = 0;
    valueValidity = 0;
    if (column instanceof FixedSizeListVector list) {
      shape = cell.shape();
      checkFixed(list);
    } else if (column instanceof ListVector list) {
      checkOffsets(list, whole, null);
    } else {
      StructVector tensors = (StructVector) column;
      ListVector data = (ListVector) tensors.getChild("data");
      FixedSizeListVector shapes = (FixedSizeListVector) tensors.getChild("shape");
      if (data.getValueCount() < rows || shapes.getValueCount() < rows) {
        throw new ModelInputException(
            source.column(), data.getValueCount() + " tensors", "" + rows);
      }
      listValidity = InputColumns.nullsOf(source, data.getValidityBuffer(), rows, 1);
      checkOffsets(data, whole, shapes);
    }
  }

  private void checkFixed(FixedSizeListVector list) {
    width = list.getListSize();
    offsets = 0;
    dense = true;
    values = ArrowTypes.storage(list.getDataVector());
    long needed = (long) rows * width;
    if (needed > InputPlan.LIMIT
        || values.getValueCount() < needed
        || width != Scalars.elements(shape)) {
      throw new ModelInputException(
          source.column(), values.getValueCount() + " values in its lists", rows + " x " + width);
    }
  }

  private void checkOffsets(ListVector list, boolean whole, @Nullable FixedSizeListVector shapes) {
    InputColumns.checkCapacity(source, list.getOffsetBuffer(), 4L * (rows + 1));
    offsets = list.getOffsetBuffer().memoryAddress();
    values = ArrowTypes.storage(list.getDataVector());
    dense = rowValidity == 0 && listValidity == 0;
    int first = firstRow();
    if (first < 0) {
      fromDeclared(whole);
      return;
    }
    width = length(first);
    shape = shapes == null ? new long[] {width} : shape(shapes, first);
    for (int row = first; row < rows; row++) {
      if (dense || !isNull(row)) {
        if (length(row) != width || (shapes != null && differs(shapes, row))) {
          throw unequal(row, first, shapes);
        }
      }
    }
    if (!plan.fits(shape, whole)) {
      throw new ModelInputException(
          source.column(),
          (shapes == null ? "lists of " + width : "tensors of " + Arrays.toString(shape)),
          "values of " + plan.spec());
    }
  }

  private int firstRow() {
    for (int row = 0; row < rows; row++) {
      if (!isNull(row)) {
        return row;
      }
    }
    return -1;
  }

  private void fromDeclared(boolean whole) {
    long[] declared = plan.declared(whole);
    if (declared == null) {
      throw new ModelInputException(
          source.column(),
          "only nulls",
          "at least one value, because the model leaves the shape open: " + plan.spec());
    }
    shape = declared;
    width = (int) Math.min(InputPlan.LIMIT, Scalars.elements(declared));
  }

  private int length(int row) {
    int start = Native.getInt(offsets + 4L * row);
    int end = Native.getInt(offsets + 4L * row + 4);
    if (start < 0 || end < start || end > values.getValueCount()) {
      throw new ModelInputException(
          source.column(),
          "a list from value " + start + " to " + end + " in row " + row,
          "a range inside its " + values.getValueCount() + " values; the data is damaged");
    }
    return end - start;
  }

  private long[] shape(FixedSizeListVector shapes, int row) {
    long[] found = new long[shapes.getListSize()];
    boolean sound = shapes.getDataVector() instanceof IntVector;
    for (int i = 0; sound && i < found.length; i++) {
      found[i] = size(shapes, row, i);
    }
    long count = 1;
    for (long size : found) {
      sound &= size >= 0 && (size == 0 || count <= InputPlan.LIMIT / size);
      count *= sound ? size : 0;
    }
    if (!sound || count != width) {
      throw new ModelInputException(
          source.column(),
          "a tensor of shape "
              + Arrays.toString(found)
              + " with "
              + width
              + " values in row "
              + row,
          "sizes of 0 or more whose product is the number of values; the data is damaged");
    }
    return found;
  }

  private long size(FixedSizeListVector shapes, int row, int i) {
    ArrowBuf sizes = shapes.getDataVector().getDataBuffer();
    long at = 4L * ((long) row * shapes.getListSize() + i);
    InputColumns.checkCapacity(source, sizes, at + 4);
    return sizes.getInt(at);
  }

  private boolean differs(FixedSizeListVector shapes, int row) {
    for (int i = 0; i < shape.length; i++) {
      if (size(shapes, row, i) != shape[i]) {
        return true;
      }
    }
    return false;
  }

  private ModelInputException unequal(int row, int first, @Nullable FixedSizeListVector shapes) {
    String found = "a list of " + length(row);
    String expected = "" + width;
    if (shapes != null) {
      long[] sizes = new long[shape.length];
      Arrays.setAll(sizes, i -> size(shapes, row, i));
      found = "a tensor of " + Arrays.toString(sizes);
      expected = Arrays.toString(shape);
    }
    return new ModelInputException(
        source.column(),
        found + " in row " + row,
        expected
            + " as in row "
            + first
            + "; pad the rows to one size, or call the model for each row");
  }

  /** Checks the values, after the shape of the input was checked. */
  void checkLeaf(Cell cell) {
    if (values.getMinorType() != cell.leaf()) {
      throw new ModelInputException(
          source.column(), "lists of " + values.getMinorType(), "" + cell.leaf());
    }
    if (width == 0 || firstRow() < 0) {
      return;
    }
    ArrowBuf bitmap = values.getValidityBuffer();
    if (offsets == 0) {
      valueValidity = InputColumns.nullsOf(source, bitmap, rows * width, width);
    } else {
      int count = values.getValueCount();
      InputColumns.checkCapacity(source, bitmap, Validity.bytes(count));
      if (Validity.nulls(bitmap.memoryAddress(), bitmap.capacity(), count) > 0) {
        valueValidity = nullsInRows(bitmap.memoryAddress());
      }
    }
    if (!plan.isText()) {
      int count = values.getValueCount();
      long bytes = type == ElementType.BOOL ? Validity.bytes(count) : (long) count * type.bytes();
      InputColumns.checkCapacity(source, values.getDataBuffer(), bytes);
    }
  }

  /** Returns the bitmap if there are nulls inside the rows; nulls between rows do not matter. */
  private long nullsInRows(long bitmap) {
    int count = 0;
    int first = -1;
    for (int row = 0; row < rows; row++) {
      for (int i = 0; !isNull(row) && i < width; i++) {
        if (Validity.isNull(bitmap, start(row) + i)) {
          count++;
          first = first < 0 ? row : first;
        }
      }
    }
    if (count > 0 && source.forNull() == null) {
      throw source.nullRefused(SlotInputs.nulls(count, first));
    }
    return count > 0 ? bitmap : 0;
  }

  long[] shape() {
    return shape;
  }

  int width() {
    return width;
  }

  int rows() {
    return rows;
  }

  FieldVector values() {
    return values;
  }

  boolean hasNulls() {
    return rowValidity != 0 || listValidity != 0 || valueValidity != 0;
  }

  boolean isNull(int row) {
    return (rowValidity != 0 && Validity.isNull(rowValidity, row))
        || (listValidity != 0 && Validity.isNull(listValidity, row));
  }

  /** Returns the index of the first value of a row that is not null. */
  int start(int row) {
    return offsets == 0 ? row * width : Native.getInt(offsets + 4L * row);
  }

  private long from() {
    return ((BaseFixedWidthVector) values).getDataBuffer().memoryAddress();
  }

  boolean borrowed(EngineSlot slot) {
    if (width == 0 || !dense || hasNulls() || type != plan.type() || type == ElementType.BOOL) {
      return false;
    }
    int bytes = plan.type().bytes();
    long start = from() + (long) start(0) * bytes;
    return slot.borrow(plan.input(), start, (long) rows * width * bytes);
  }

  void writeTo(long to) {
    if (width == 0) {
      return;
    }
    long from = from();
    int bytes = plan.type().bytes();
    boolean fit = true;
    if (dense) {
      fit = Gather.span(from, type, start(0), to, plan.type(), rows * width);
    } else {
      for (int row = 0; row < rows; row++) {
        if (!isNull(row)) {
          long at = to + (long) row * width * bytes;
          fit &= Gather.span(from, type, start(row), at, plan.type(), width);
        }
      }
    }
    if (!fit) {
      rejectUnfit(from);
    }
    if (hasNulls()) {
      replaceNulls(to, bytes);
    }
  }

  /** Rejects the value that does not fit. A value at a null does not matter. */
  private void rejectUnfit(long from) {
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < width && !isNull(row); i++) {
        int at = start(row) + i;
        if (!(valueValidity != 0 && Validity.isNull(valueValidity, at))) {
          source.requireFit(from, type, at, row);
        }
      }
    }
  }

  private void replaceNulls(long to, int bytes) {
    NullValue forNull = source.forNull();
    for (int row = 0; forNull != null && row < rows; row++) {
      boolean missing = isNull(row);
      for (int i = 0; i < width; i++) {
        if (missing || (valueValidity != 0 && Validity.isNull(valueValidity, start(row) + i))) {
          Scalars.put(to + ((long) row * width + i) * bytes, bytes, forNull.bits());
        }
      }
    }
  }

  /** Returns the address of the values' bitmap; 0 without nulls. */
  long valueNulls() {
    return valueValidity;
  }

  @SuppressWarnings("NullAway") // until the next check
  void release() {
    values = null;
  }
}
