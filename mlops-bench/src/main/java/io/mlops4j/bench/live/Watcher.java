package io.mlops4j.bench.live;

import io.mlops4j.feature.FeatureBatch;
import java.util.List;

/** Watches a stream. One thread; closed by the replay. */
interface Watcher extends AutoCloseable {
  /** The name in the lines. */
  String name();

  /**
   * Takes rows that were answered.
   *
   * @param rows the rows with their answers
   * @param features the same as columns
   * @param answers the answers as a column
   * @param second the time
   */
  void answered(Rows rows, FeatureBatch features, FeatureBatch answers, long second);

  /** Takes labels that have become known. */
  default void labelled(Labels labels, long second) {}

  /** All notices so far, in their order, after everything that was taken is processed. */
  List<Notice> notices();

  @Override
  default void close() {}
}
