package io.mlops4j.runtime.feature.reading;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import java.util.Iterator;
import java.util.function.UnaryOperator;

/**
 * A read that is running: names the files in failures, checks that they did not change, reports
 * progress, and owns what was opened.
 *
 * @param rows the batches
 * @param owner closed after the rows
 * @param failures returns what to throw for a failure
 * @param stamps the files as they were before the read
 * @param meter reports the progress
 */
public record DataReader(
    FeatureReader rows,
    Owner owner,
    UnaryOperator<RuntimeException> failures,
    FileStamps stamps,
    ReadMeter meter)
    implements FeatureReader {
  @Override
  public Iterator<FeatureBatch> iterator() {
    Iterator<FeatureBatch> batches = rows.iterator();
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        boolean more;
        try {
          more = batches.hasNext();
          if (!more) {
            stamps.check();
          }
        } catch (RuntimeException e) {
          throw failed(e);
        }
        if (!more) {
          meter.end();
        }
        return more;
      }

      @Override
      public FeatureBatch next() {
        FeatureBatch next;
        try {
          next = batches.next();
        } catch (RuntimeException e) {
          throw failed(e);
        }
        meter.read(next.rows());
        return next;
      }
    };
  }

  /** A file that was changed explains other failures. */
  private RuntimeException failed(RuntimeException failure) {
    if (!(failure instanceof DataException)) {
      return failure;
    }
    try {
      stamps.check();
    } catch (DataException changed) {
      changed.addSuppressed(failure);
      return failures.apply(changed);
    }
    return failures.apply(failure);
  }

  @Override
  public void close() {
    try (owner) {
      rows.close();
    }
  }

  /** What was opened for the rows. */
  public interface Owner extends AutoCloseable {
    @Override
    void close();
  }
}
