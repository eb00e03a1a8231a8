package io.mlops4j.monitor.live.watch.shadow;

import io.mlops4j.feature.FeatureBatch;
import java.util.List;
import org.apache.arrow.memory.util.hash.ArrowBufHasher;
import org.apache.arrow.memory.util.hash.MurmurHasher;
import org.apache.arrow.vector.FieldVector;
import org.jspecify.annotations.Nullable;

/**
 * Hashes of 64 bits by which identical rows are found: of the key, or of all columns. Of 100 000
 * waiting rows, another row has the hash of one with a probability below 1e-14.
 */
final class RowHashes {
  private static final ArrowBufHasher UPPER = new MurmurHasher(14);
  private static final ArrowBufHasher LOWER = new MurmurHasher(2001);

  private final List<FieldVector> columns;

  /**
   * @param key the only column to read; null for all columns
   * @throws IllegalArgumentException if there is no such column
   */
  RowHashes(FeatureBatch rows, @Nullable String key) {
    this.columns = key == null ? rows.root().getFieldVectors() : List.of(rows.column(key));
  }

  long of(int row) {
    int upper = 17;
    int lower = 31;
    for (FieldVector column : columns) {
      upper = 31 * upper + column.hashCode(row, UPPER);
      lower = 37 * lower + column.hashCode(row, LOWER);
    }
    return (long) upper << 32 | Integer.toUnsignedLong(lower);
  }
}
