package io.mlops4j.feature;

import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** Makes each batch when it is asked for; the one before ends then. */
final class RecordReader<R extends Record> implements FeatureReader {
  private final RecordBatches<R> records;
  private final Iterator<R> rows;
  private final int batchRows;
  private @Nullable FeatureBatch current;
  private boolean started;
  private boolean closed;

  RecordReader(RecordBatches<R> records, Iterator<R> rows, int batchRows) {
    this.records = records;
    this.rows = rows;
    this.batchRows = batchRows;
  }

  @Override
  public Iterator<FeatureBatch> iterator() {
    checkOpen();
    if (started) {
      throw new IllegalStateException("the reader was read already: it has one pass, open another");
    }
    started = true;
    return new Batches();
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the reader is closed");
    }
  }

  @Override
  public void close() {
    closed = true;
    endCurrent();
  }

  private void endCurrent() {
    FeatureBatch ended = current;
    current = null;
    if (ended != null) {
      ended.close();
    }
  }

  private final class Batches implements Iterator<FeatureBatch> {
    @Override
    public boolean hasNext() {
      checkOpen();
      endCurrent();
      return rows.hasNext();
    }

    @Override
    public FeatureBatch next() {
      if (!hasNext()) {
        throw new NoSuchElementException("the reader has no further batch");
      }
      FeatureBatch next = records.batch(rows, batchRows);
      current = next;
      return next;
    }
  }
}
