package io.mlops4j.runtime.feature;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.runtime.internal.duckdb.DuckDb;
import java.util.Iterator;

/** Owns the database of a query, and names what was read in its failures. */
record QueryReader(DuckDb database, FeatureReader rows, String names, FileStamps stamps)
    implements FeatureReader {
  @Override
  public Iterator<FeatureBatch> iterator() {
    Iterator<FeatureBatch> batches = rows.iterator();
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        try {
          boolean more = batches.hasNext();
          if (!more) {
            stamps.check();
          }
          return more;
        } catch (DataException e) {
          throw named(names, e);
        }
      }

      @Override
      public FeatureBatch next() {
        try {
          return batches.next();
        } catch (DataException e) {
          throw named(names, e);
        }
      }
    };
  }

  static RuntimeException named(String names, RuntimeException e) {
    return e instanceof DataException
        ? new DataException(names + ": cannot be read: " + e.getMessage(), e)
        : e;
  }

  @Override
  public void close() {
    try (database) {
      rows.close();
    }
  }
}
