package io.mlops4j.monitor.profile.internal;

import java.util.Collection;
import java.util.List;
import org.apache.arrow.vector.FieldVector;
import org.jspecify.annotations.Nullable;

/**
 * Finds columns of batches by name. It looks at the place of the batch before first, because a
 * search by name allocates. Not thread safe.
 */
public final class ColumnFinder {
  private final String[] names;
  private final int[] places;

  public ColumnFinder(Collection<String> names) {
    this.names = names.toArray(String[]::new);
    this.places = new int[this.names.length];
  }

  /** The number of names. */
  public int size() {
    return names.length;
  }

  /**
   * Returns a column; null if the batch lacks it.
   *
   * @param columns of the batch
   * @param number of the name
   */
  public @Nullable FieldVector find(List<FieldVector> columns, int number) {
    int place = places[number];
    if (place >= columns.size() || !has(columns, place, number)) {
      place = 0;
      while (place < columns.size() && !has(columns, place, number)) {
        place++;
      }
      if (place == columns.size()) {
        return null;
      }
      places[number] = place;
    }
    return columns.get(place);
  }

  private boolean has(List<FieldVector> columns, int place, int number) {
    return columns.get(place).getName().equals(names[number]);
  }
}
