package io.mlops4j.feature;

import java.util.Iterator;

/** Converts records to a batch when it is requested. */
final class RecordReader<R extends Record> extends OnePassReader {
  private final RecordBatches<R> records;
  private final Iterator<R> rows;
  private final int batchRows;

  private final Runnable source;

  /**
   * @param source called once, when the reader is closed
   */
  RecordReader(RecordBatches<R> records, Iterator<R> rows, int batchRows, Runnable source) {
    this.records = records;
    this.rows = rows;
    this.batchRows = batchRows;
    this.source = source;
  }

  @Override
  boolean hasMore() {
    return rows.hasNext();
  }

  @Override
  FeatureBatch read() {
    return records.batch(rows, batchRows);
  }

  @Override
  void release() {
    source.run();
  }
}
