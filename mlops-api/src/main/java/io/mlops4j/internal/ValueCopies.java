package io.mlops4j.internal;

import org.apache.arrow.vector.ExtensionTypeVector;
import org.apache.arrow.vector.ValueVector;
import org.apache.arrow.vector.complex.FixedSizeListVector;

/**
 * Copies of single values.
 *
 * <p>Arrow's vectors of lists of size 0, such as tensors with a dimension of 0, have room for no
 * list. So before Arrow copies one, it enlarges the vector until it has taken gigabytes.
 *
 * <p>Internal: not part of the API. Stateless and thread safe; the vectors are not thread safe.
 */
public final class ValueCopies {
  private ValueCopies() {}

  /**
   * Tells whether the values of a column are lists or tensors of size 0.
   *
   * @param column the column
   * @return whether they are
   */
  public static boolean isOfEmptyLists(ValueVector column) {
    return stored(column) instanceof FixedSizeListVector lists && lists.getListSize() == 0;
  }

  /**
   * Copies a value, and enlarges the target if it must.
   *
   * @param source the column to copy from
   * @param from the row to copy
   * @param target a column of the same type
   * @param to the row to overwrite
   */
  public static void copy(ValueVector source, int from, ValueVector target, int to) {
    if (!isOfEmptyLists(target)) {
      target.copyFromSafe(from, to, source);
    } else if (source.isNull(from)) {
      ((FixedSizeListVector) stored(target)).setNull(to);
    } else {
      ((FixedSizeListVector) stored(target)).setNotNull(to);
    }
  }

  private static ValueVector stored(ValueVector column) {
    return column instanceof ExtensionTypeVector<?> typed ? typed.getUnderlyingVector() : column;
  }
}
