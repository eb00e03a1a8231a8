package io.mlops4j.monitor.profile.internal;

import java.util.Collection;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/**
 * Finds columns of batches by name. It looks at the place of the batch before first, and asks the
 * root for one column at a time: a search by name and a list of all columns allocate. Not thread
 * safe.
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
   * @param root of the batch
   * @param number of the name
   */
  public @Nullable FieldVector find(VectorSchemaRoot root, int number) {
    int columns = root.getSchema().getFields().size();
    int place = places[number];
    if (place >= columns || !has(root, place, number)) {
      place = 0;
      while (place < columns && !has(root, place, number)) {
        place++;
      }
      if (place == columns) {
        return null;
      }
      places[number] = place;
    }
    return root.getVector(place);
  }

  private boolean has(VectorSchemaRoot root, int place, int number) {
    return root.getVector(place).getName().equals(names[number]);
  }
}
