package io.mlops4j.runtime.binding;

import io.mlops4j.error.ModelInputException;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.TensorSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How one input is filled: from one column, which may hold a list in each row, or from several that
 * are gathered side by side.
 *
 * @param input the input's number
 * @param spec what the model declares
 * @param sources the columns in gather order, at least one
 * @param symbols for each dimension the number of its symbol in the model, or -1
 */
record InputPlan(int input, TensorSpec spec, List<Source> sources, List<Integer> symbols) {
  ElementType type() {
    return spec.type();
  }

  boolean isText() {
    return spec.type() == ElementType.STRING;
  }

  int rank() {
    return spec.shape().size();
  }

  /** Whether a column may hold a list in each row. */
  boolean takesLists() {
    return sources.size() == 1 && rank() > 1;
  }

  /** Whether one value a row can be enough. */
  boolean takesScalars() {
    return sources.size() > 1 || rank() == 1 || fits(1);
  }

  /** Whether a row of this many values has the declared shape. */
  boolean fits(long width) {
    long known = 1;
    boolean open = false;
    for (int i = 1; i < rank(); i++) {
      open |= spec.shape().get(i).size().isEmpty();
      known *= spec.shape().get(i).size().orElse(1);
    }
    return open ? known != 0 && width > 0 && width % known == 0 : width == known;
  }

  /** The dimensions for rows of this width, which {@link #fits}. */
  void dims(int rows, long width, long[] into) {
    into[0] = rows;
    long rest = width;
    int open = -1;
    for (int i = 1; i < into.length; i++) {
      if (spec.shape().get(i).size().isEmpty()) {
        open = i;
      } else {
        into[i] = spec.shape().get(i).size().getAsLong();
        rest /= Math.max(1, into[i]);
      }
    }
    if (open > 0) {
      into[open] = rest;
    }
  }

  /** A symbol stands for one size, wherever it is. */
  void checkSymbols(long[] dims, long[] sizes) {
    for (int i = 0; i < dims.length; i++) {
      int symbol = symbols.get(i);
      if (symbol >= 0) {
        if (sizes[symbol] >= 0 && sizes[symbol] != dims[i]) {
          throw new ModelInputException(
              sources.get(0).column(),
              dims[i] + " as dimension " + spec.shape().get(i) + " of " + spec,
              sizes[symbol] + " as elsewhere in the call");
        }
        sizes[symbol] = dims[i];
      }
    }
  }

  void checkRows(int rows) {
    long fixed = spec.shape().get(0).size().orElse(rows);
    if (fixed != rows) {
      throw new ModelInputException(
          sources.get(0).column(),
          rows + " rows",
          fixed + " rows, the batch size that the model fixes for " + spec);
    }
  }

  /** For messages: what each row must hold. */
  String row(@Nullable Source source) {
    String element = source == null ? "" + type() : source.expected();
    if (takesScalars() && !takesLists()) {
      return element;
    }
    String list = "a fixed-size list of " + element + " for " + spec;
    if (takesScalars()) {
      return element + " or " + list;
    }
    return list
        + "; where each value has a column of its own, state their order with"
        + " LoadOptions.features(FeatureSchema.ofNames(...)) or in the model's card";
  }
}
