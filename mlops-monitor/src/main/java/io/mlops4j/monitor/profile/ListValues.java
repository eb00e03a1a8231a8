package io.mlops4j.monitor.profile;

import io.mlops4j.monitor.profile.SkippedColumn.Reason;
import io.mlops4j.monitor.profile.internal.Chunk;
import io.mlops4j.monitor.profile.internal.ColumnKind;
import io.mlops4j.monitor.profile.internal.VectorCells;
import java.util.Objects;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.jspecify.annotations.Nullable;

/**
 * Collects vectors of a reference whose type does not say their length. They are vectors if all
 * lists that are not empty have one length, in any order of the rows.
 */
final class ListValues implements ColumnCounter {
  private final String name;
  private final Role role;
  private @Nullable VectorCounter vectors;
  private long missing; // before the first vector
  private long empty;
  private int shortest = Integer.MAX_VALUE;
  private int longest;

  ListValues(String name, Role role) {
    this.name = name;
    this.role = role;
  }

  @Override
  public ColumnKind kind() {
    return ColumnKind.VECTORS;
  }

  @Override
  public void add(FieldVector column, DictionaryProvider dictionaries, Chunk chunk) {
    VectorCells cells = Objects.requireNonNull(VectorCells.of(column));
    long nulls = 0;
    for (int row = 0; row < cells.rows(); row++) {
      if (cells.isNull(row)) {
        nulls++;
      } else if (cells.length(row) > 0) {
        shortest = Math.min(shortest, cells.length(row));
        longest = Math.max(longest, cells.length(row));
      }
    }
    if (shortest < longest) {
      vectors = null; // the column is skipped
    } else if (longest == 0) {
      missing += nulls;
      empty += cells.rows() - nulls;
    } else {
      counter().add(column, dictionaries, chunk);
    }
  }

  private VectorCounter counter() {
    VectorCounter counting = vectors;
    if (counting == null) {
      counting = VectorCounter.choosing(name, role, longest);
      counting.addOthers(missing, empty);
      vectors = counting;
    }
    return counting;
  }

  @Override
  public ColumnProfile build() {
    VectorCounter counted = vectors;
    if (counted != null) {
      return counted.build();
    }
    String found =
        longest == 0
            ? "lists of floats, all of them null or empty"
            : "lists of %d to %d floats".formatted(shortest, longest);
    return new SkippedColumn(
        name,
        role,
        Reason.UNSUPPORTED_TYPE,
        found + ", not profiled: only lists of one length are, as vectors");
  }

  @Override
  public ListValues cleared() {
    return new ListValues(name, role);
  }
}
