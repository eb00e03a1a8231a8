package io.mlops4j.runtime.feature.duckdb;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.runtime.memory.Native;
import java.util.Iterator;
import java.util.List;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;

/**
 * Rows of text files. DuckDB makes infinities of numbers such as 1e400. When the first infinity
 * appears, the files are searched for such numbers, so that files without infinities are read once.
 */
final class FiniteRows implements FeatureReader {
  private static final long DOUBLE = 0x7ff0000000000000L;
  private static final int FLOAT = 0x7f800000;

  private final FeatureReader rows;
  private final Runnable search;
  private boolean searched;

  /**
   * @param search throws if a number of the files is too large
   */
  FiniteRows(FeatureReader rows, Runnable search) {
    this.rows = rows;
    this.search = search;
  }

  @Override
  public Iterator<FeatureBatch> iterator() {
    Iterator<FeatureBatch> batches = rows.iterator();
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return batches.hasNext();
      }

      @Override
      public FeatureBatch next() {
        FeatureBatch batch = batches.next();
        if (!searched && hasInfinity(batch.root().getFieldVectors())) {
          searched = true;
          search.run();
        }
        return batch;
      }
    };
  }

  private static boolean hasInfinity(List<FieldVector> columns) {
    return columns.stream()
        .anyMatch(column -> isInfinite(column) || hasInfinity(column.getChildrenFromFields()));
  }

  private static boolean isInfinite(FieldVector column) {
    boolean wide = column instanceof Float8Vector;
    if (!wide && !(column instanceof Float4Vector)) {
      return false;
    }
    long address = column.getDataBuffer().memoryAddress();
    for (int i = 0; i < column.getValueCount(); i++) {
      boolean infinite =
          wide
              ? (Native.getLong(address + 8L * i) & Long.MAX_VALUE) == DOUBLE
              : (Native.getInt(address + 4L * i) & Integer.MAX_VALUE) == FLOAT;
      if (infinite && !column.isNull(i)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void close() {
    rows.close();
  }
}
