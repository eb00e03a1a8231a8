package io.mlops4j.monitor.quality;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.profile.internal.BufferCheck;
import io.mlops4j.monitor.profile.internal.ColumnFinder;
import io.mlops4j.monitor.profile.internal.ColumnKind;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.vector.FieldVector;
import org.jspecify.annotations.Nullable;

/** Finds columns of batches, and reads their cells. */
final class BatchCells {
  private final ColumnFinder finder;

  BatchCells(List<String> names) {
    this.finder = new ColumnFinder(names);
  }

  /** Returns the vector of a column; null if the batch lacks it. */
  @Nullable FieldVector vector(FeatureBatch batch, int number) {
    return finder.find(batch.root(), number);
  }

  /**
   * Returns the cells of a column.
   *
   * @param expected null for any kind
   * @return empty for another kind, or if the buffers of the column are damaged
   */
  static Optional<Cells> cells(
      FieldVector column, FeatureBatch batch, @Nullable ColumnKind expected) {
    try {
      ColumnKind kind = ColumnKind.of(column, batch.dictionaries());
      if (kind == ColumnKind.OTHER || (expected != null && expected != kind)) {
        return Optional.empty();
      }
      BufferCheck.check(column, batch.rows(), batch.dictionaries());
      return Optional.of(Cells.of(column, kind, batch.dictionaries()));
    } catch (DataException e) {
      return Optional.empty(); // no dictionary, or too few bytes
    }
  }

  /** Returns the cells of all columns; null if the batch lacks one or cannot read it. */
  Cells @Nullable [] all(FeatureBatch batch) {
    Cells[] all = new Cells[finder.size()];
    for (int i = 0; i < all.length; i++) {
      FieldVector column = vector(batch, i);
      Cells cells = column == null ? null : cells(column, batch, null).orElse(null);
      if (cells == null) {
        return null;
      }
      all[i] = cells;
    }
    return all;
  }
}
