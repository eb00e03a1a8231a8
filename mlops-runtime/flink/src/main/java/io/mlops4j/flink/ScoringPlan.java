package io.mlops4j.flink;

import io.mlops4j.runtime.registry.RegistryAddress;
import java.io.Serializable;
import java.time.Duration;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;

/**
 * What each subtask does. Immutable; Flink sends it to the task managers.
 *
 * @param first the version that answers before the first checkpoint of a job without state
 * @param features makes the input record of a row
 * @param rows the number of rows that fill a batch
 * @param longest how long a row waits for others
 * @param rejected where rows go that the model cannot answer; null if they fail the job
 * @param drift null if rows are not profiled
 */
record ScoringPlan<T, I extends Record, O extends Record>(
    RegistryAddress registry,
    PinnedModel first,
    MapFunction<T, I> features,
    Class<I> inputs,
    Class<O> outputs,
    int rows,
    Duration longest,
    @Nullable OutputTag<Rejected<T>> rejected,
    @Nullable DriftPlan drift)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /**
   * How rows are profiled.
   *
   * @param reference in whose bins the rows are counted, as bytes
   * @param window the length of a window, in milliseconds of event time
   * @param tag where the profiles of this subtask go: the version and the bytes
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record DriftPlan(byte[] reference, long window, OutputTag<Tuple2<String, byte[]>> tag)
      implements Serializable {
    private static final long serialVersionUID = 1L;
  }
}
