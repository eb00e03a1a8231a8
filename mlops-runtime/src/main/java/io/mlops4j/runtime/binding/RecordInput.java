package io.mlops4j.runtime.binding;

import io.mlops4j.error.ModelInputException;
import io.mlops4j.runtime.binding.record.Components;
import io.mlops4j.runtime.binding.record.RowWriter;
import io.mlops4j.runtime.binding.record.WriterHandles;
import io.mlops4j.runtime.binding.type.Scalars;
import io.mlops4j.spi.EngineSlot;
import java.lang.invoke.MethodHandle;
import java.lang.reflect.Array;
import java.util.List;
import java.util.Objects;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * One input that is filled from records.
 *
 * @param plan the plan of the input
 * @param getters for each source {@code (Record) -> Object}; only for text and arrays
 * @param writer writes a row; null unless it consists of numbers
 * @param arrays whether the only component is an array
 */
record RecordInput(
    InputPlan plan, List<MethodHandle> getters, @Nullable RowWriter writer, boolean arrays) {
  /**
   * An input of numbers, each from a component of its own.
   *
   * @param cells for each source {@code (long, Record) -> void}
   */
  static RecordInput ofNumbers(InputPlan plan, List<MethodHandle> cells) {
    long[] offsets = LongStream.range(0, cells.size()).map(i -> i * plan.type().bytes()).toArray();
    return new RecordInput(plan, List.of(), WriterHandles.inOrder(cells, offsets), false);
  }

  /** Returns the checked shape. Arrays are only checked as far as the shape needs it. */
  long[] check(List<? extends Record> rows, long[] symbols) {
    boolean whole = isWhole();
    long[] value = arrays ? new long[] {width(rows)} : new long[0];
    int count = plan.sources().size();
    long[] dims = new long[plan.rank(count > 1 ? 1 : value.length, whole)];
    if (count > 1) {
      plan.flatDims(rows.size(), count, dims);
    } else {
      plan.dims(rows.size(), value, whole, dims);
    }
    plan.check(dims, whole, rows.size(), symbols);
    return dims;
  }

  /** Whether the value of the only row is the whole input. */
  boolean isWhole() {
    return plan.fill(arrays ? 1 : 0, false) == Fill.WHOLE;
  }

  /** Whether the outermost dimension counts rows and is not fixed, so that rows can be added. */
  boolean takesMany() {
    return !isWhole() && plan.countsRows();
  }

  /** Returns the length of the only array, or -1 if it is null. */
  int length(Record row) {
    Object array = get(0, row);
    return array == null ? -1 : Array.getLength(array);
  }

  private int width(List<? extends Record> rows) {
    int width = -1;
    for (int row = 0; row < rows.size(); row++) {
      Object array = get(0, rows.get(row));
      if (array != null) {
        int length = Array.getLength(array);
        if (!plan.fits(new long[] {length}, isWhole()) || (width >= 0 && width != length)) {
          throw wrongLength(length, row, width);
        }
        width = length;
      } else if (source(0).forNull() == null) {
        throw source(0).nullRefused("null");
      }
    }
    return width >= 0 ? width : Math.toIntExact(fixedWidth());
  }

  private ModelInputException wrongLength(int found, int row, int before) {
    return new ModelInputException(
        source(0).column(),
        found + " values in row " + row,
        plan.fits(new long[] {found}, isWhole())
            ? before
                + " as in the rows before; pad the arrays to one length, or call the model for each"
                + " row"
            : (plan.declared(isWhole()) == null
                    ? "as many as "
                    : fixedWidth() + " in each row for ")
                + plan.spec());
  }

  private long fixedWidth() {
    return plan.spec().shape().stream()
        .skip(isWhole() ? 0 : 1)
        .mapToLong(dim -> dim.size().orElse(1))
        .reduce(1, (a, b) -> a * b);
  }

  private ColumnSource source(int i) {
    return plan.sources().get(i);
  }

  private @Nullable Object get(int i, Record row) {
    return Components.get(getters.get(i), row);
  }

  void write(EngineSlot slot, List<? extends Record> rows, long[] dims) {
    slot.shape(plan.input(), dims);
    if (plan.isText()) {
      slot.strings(plan.input(), new ColumnTexts(texts(rows, dims)));
    } else if (arrays) {
      writeArrays(slot.address(plan.input()), rows, dims);
    } else {
      writeNumbers(slot.address(plan.input()), rows);
    }
  }

  /** Reads all texts before the engine is called, so that a rejected null is found first. */
  private String[] texts(List<? extends Record> rows, long[] dims) {
    int width = Math.toIntExact(Scalars.elements(dims) / rows.size());
    String[] texts = new String[rows.size() * width];
    int at = 0;
    for (Record row : rows) {
      Object array = arrays ? get(0, row) : null;
      requireLength(array, width);
      for (int i = 0; i < width; i++) {
        Object value = !arrays ? get(i, row) : array == null ? null : Array.get(array, i);
        texts[at++] = ComponentWriter.textOf(source(arrays ? 0 : i), value);
      }
    }
    return texts;
  }

  private void writeArrays(long address, List<? extends Record> rows, long[] dims) {
    int width = Math.toIntExact(Scalars.elements(dims) / rows.size());
    long at = address;
    for (int row = 0; row < rows.size(); row++) {
      Object array = get(0, rows.get(row));
      requireLength(array, width);
      try {
        ComponentWriter.array(source(0), array, width, at);
      } catch (ComponentWriter.Unfit e) {
        throw e.in(row);
      }
      at += (long) width * plan.type().bytes();
    }
  }

  /** Arrays can change after they were checked. */
  private void requireLength(@Nullable Object array, int width) {
    if (array != null && Array.getLength(array) != width) {
      throw new ModelInputException(
          source(0).column(),
          "an array that changed during the call",
          "the same array until the call ends");
    }
  }

  private void writeNumbers(long address, List<? extends Record> rows) {
    long bytes = (long) plan.sources().size() * plan.type().bytes();
    RowWriter all = Objects.requireNonNull(writer, "writer");
    int row = 0;
    try {
      for (; row < rows.size(); row++) {
        all.write(address + row * bytes, rows.get(row));
      }
    } catch (ComponentWriter.Unfit e) {
      throw e.in(row);
    } catch (Throwable e) {
      throw Components.unchecked(e);
    }
  }
}
