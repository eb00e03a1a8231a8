package io.mlops4j.runtime.binding;

import io.mlops4j.error.ModelInputException;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.TensorSpec;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The plan of one input. It is filled from one column, whose rows may hold several values, or from
 * several columns that are gathered side by side.
 *
 * @param input the input's number
 * @param spec the input as the model declares it
 * @param sources the columns in gather order, at least one
 * @param symbols the number of each dimension's symbol in the model, or -1
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record InputPlan(int input, TensorSpec spec, List<ColumnSource> sources, int[] symbols) {
  /** The largest number of bytes or elements in one call, because Java's buffers have int sizes. */
  static final long LIMIT = Integer.MAX_VALUE;

  ElementType type() {
    return spec.type();
  }

  boolean isText() {
    return spec.type() == ElementType.STRING;
  }

  private int rank() {
    return spec.shape().size();
  }

  private OptionalLong size(int dimension) {
    return spec.shape().get(dimension).size();
  }

  private String column() {
    return sources.get(0).column();
  }

  /**
   * Returns how values of a rank fill the input, or null if they cannot.
   *
   * @param rank the number of dimensions of a value
   * @param tensor whether the value is a tensor; a single value or a list may fill more dimensions
   */
  @Nullable Fill fill(int rank, boolean tensor) {
    if (sources.size() > 1) {
      return rank == 0 ? Fill.STACKED : null;
    }
    if (spec.anyRank()) {
      return tensor ? Fill.EITHER : Fill.STACKED;
    }
    if (rank == rank()) {
      return Fill.WHOLE;
    }
    boolean flat = rank + 1 < rank() && !tensor && openDims() <= 1;
    return rank + 1 == rank() || flat ? Fill.STACKED : null;
  }

  /**
   * Returns whether a component of a record can hold the value of a row: one value, or an array.
   */
  boolean takes(boolean array) {
    Fill fill = fill(array ? 1 : 0, false);
    return fill != null && (array || sources.size() > 1 || fits(new long[0], fill == Fill.WHOLE));
  }

  /** Returns whether the outermost dimension can have any number of rows. */
  boolean countsRows() {
    return spec.anyRank() || (rank() > 0 && size(0).isEmpty());
  }

  private int openDims() {
    int open = 0;
    for (int i = 1; i < rank(); i++) {
      open += size(i).isEmpty() ? 1 : 0;
    }
    return open;
  }

  /** Returns the number of dimensions of the input if values of a rank fill it. */
  int rank(int valueRank, boolean whole) {
    return spec.anyRank() ? valueRank + (whole ? 0 : 1) : rank();
  }

  /** Returns whether a value of this shape has the declared shape. */
  boolean fits(long[] value, boolean whole) {
    if (spec.anyRank()) {
      return true;
    }
    int first = whole ? 0 : 1;
    if (value.length + first != rank()) {
      return fitsFlat(value.length == 0 ? 1 : value[0]);
    }
    for (int i = 0; i < value.length; i++) {
      if (size(first + i).orElse(value[i]) != value[i]) {
        return false;
      }
    }
    return true;
  }

  /** Returns whether a row with this number of values can have the declared shape. */
  boolean fitsFlat(long width) {
    if (spec.anyRank()) {
      return true;
    }
    long known = known();
    return openDims() == 0
        ? width == known
        : openDims() == 1 && known != 0 && width > 0 && width % known == 0;
  }

  /** Returns the product of the declared sizes of a row; -1 if it exceeds a long. */
  private long known() {
    long known = 1;
    for (int i = 1; i < rank(); i++) {
      long size = size(i).orElse(1);
      if (size != 0 && known > Long.MAX_VALUE / size) {
        return -1;
      }
      known *= size;
    }
    return known;
  }

  /** Computes the dimensions for values of a shape that {@link #fits}. */
  void dims(int rows, long[] value, boolean whole, long[] into) {
    int first = whole ? 0 : 1;
    if (!whole) {
      into[0] = rows;
    }
    if (value.length + first == into.length) {
      System.arraycopy(value, 0, into, first, value.length);
    } else {
      flatDims(rows, value.length == 0 ? 1 : value[0], into);
    }
  }

  /** Computes the dimensions for rows whose number of values {@link #fitsFlat}. */
  void flatDims(int rows, long width, long[] into) {
    into[0] = rows;
    if (spec.anyRank()) {
      into[1] = width;
      return;
    }
    long rest = width;
    int open = -1;
    for (int i = 1; i < into.length; i++) {
      if (size(i).isEmpty()) {
        open = i;
      } else {
        into[i] = size(i).getAsLong();
        rest /= Math.max(1, into[i]);
      }
    }
    if (open > 0) {
      into[open] = rest;
    }
  }

  /** Returns the declared shape of a row, or null if the model leaves it open. */
  long @Nullable [] declared(boolean whole) {
    int first = whole ? 0 : 1;
    if (spec.anyRank()) {
      return null;
    }
    long[] shape = new long[rank() - first];
    for (int i = 0; i < shape.length; i++) {
      if (size(first + i).isEmpty()) {
        return null;
      }
      shape[i] = size(first + i).getAsLong();
    }
    return shape;
  }

  /** Checks the sizes, the symbols and the number of rows of a call. */
  void check(long[] dims, boolean whole, int rows, long[] sizes) {
    if (!whole) {
      checkRows(rows);
    } else if (rows != 1) {
      throw new ModelInputException(
          column(), counted(rows), "one row, because a value is the whole of " + spec);
    }
    checkSymbols(dims, sizes);
    checkSize(dims);
  }

  private void checkRows(int rows) {
    if (!spec.anyRank()) {
      long fixed = size(0).orElse(rows);
      if (fixed != rows) {
        throw new ModelInputException(
            column(),
            counted(rows),
            counted(fixed)
                + ", the batch size that the model fixes for "
                + spec
                + "; pass that many, or export the model with an open first dimension");
      }
    }
  }

  private static String counted(long rows) {
    return rows == 1 ? "1 row" : rows + " rows";
  }

  /** A symbol has the same size wherever it occurs. */
  private void checkSymbols(long[] dims, long[] sizes) {
    for (int i = 0; i < symbols.length; i++) {
      int symbol = symbols[i];
      if (symbol >= 0) {
        if (sizes[symbol] >= 0 && sizes[symbol] != dims[i]) {
          throw new ModelInputException(
              column(),
              dims[i] + " as dimension " + spec.shape().get(i) + " of " + spec,
              sizes[symbol] + " as elsewhere in the call");
        }
        sizes[symbol] = dims[i];
      }
    }
  }

  private void checkSize(long[] dims) {
    long bytes = Math.max(1, type().bytes());
    for (long size : dims) {
      if (size < 0 || (size > 0 && bytes > LIMIT / size)) {
        for (long other : dims) {
          if (other == 0 && size >= 0) {
            return; // no elements, however large the other dimensions are
          }
        }
        throw new ModelInputException(
            column(),
            "the shape " + Arrays.toString(dims) + " of " + type(),
            "less than 2 GiB and 2^31 elements in one call; split the batch");
      }
      bytes *= size;
    }
  }

  /** Returns what each row must hold, for messages. */
  String row(@Nullable ColumnSource source) {
    String element = source == null ? "" + type() : source.expected();
    if (sources.size() > 1) {
      return element;
    }
    if (spec.anyRank()) {
      return element + ", a list or a tensor of it for " + spec;
    }
    if (rank() == 0) {
      return element + " in a batch of one row, the whole of " + spec;
    }
    if (rank() == 1) {
      return element;
    }
    String tensor = "arrow.fixed_shape_tensor" + sizes() + " of it for " + spec;
    if (openDims() > 1) {
      return element + " in " + tensor + ", because one size does not determine the others";
    }
    String list = "a list of " + (openDims() == 0 ? known() + " " : "") + element;
    return (fitsFlat(1) ? element + " or " : "")
        + list
        + (rank() > 2 ? " or " + tensor : " for " + spec)
        + (size(0).orElse(1) > 1
            ? ", in a batch of "
                + size(0).getAsLong()
                + " rows, or all of it as one tensor in one row"
            : "");
  }

  /** Returns how to make rows of several values, for messages; empty if one value is enough. */
  String advice() {
    if (sources.size() > 1 || spec.anyRank() || rank() < 2 || fitsFlat(1)) {
      return "";
    }
    String columns =
        rank() > 2
            ? "" // columns are gathered side by side only
            : "; if each value has a column of its own, set their order with"
                + " LoadOptions.builder().features(FeatureSchema.ofNames(...)) or in the model's card";
    return columns
        + "; make tensors of the values with FeatureBatch.Builder.asTensors"
        + (openDims() == 0 ? sizes().replace('[', '(').replace(']', ')') : "");
  }

  private String sizes() {
    return spec.shape().subList(1, rank()).toString();
  }
}
