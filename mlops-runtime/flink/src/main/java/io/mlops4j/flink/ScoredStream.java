package io.mlops4j.flink;

import io.mlops4j.error.DataException;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;

/**
 * The streams that leave the scoring operator. Not thread safe, like the job that it is a part of.
 *
 * @param <T> the type of the stream that was scored
 * @param <O> the record of the outputs
 */
public final class ScoredStream<T, O extends Record> {
  private final SingleOutputStreamOperator<Scored<T, O>> scored;
  private final @Nullable OutputTag<Rejected<T>> rejected;
  private final @Nullable DataStream<WindowDrift> drift;
  private final String uid;

  ScoredStream(
      SingleOutputStreamOperator<Scored<T, O>> scored,
      @Nullable OutputTag<Rejected<T>> rejected,
      @Nullable DataStream<WindowDrift> drift,
      String uid) {
    this.scored = scored;
    this.rejected = rejected;
    this.drift = drift;
    this.uid = uid;
  }

  /**
   * Returns the rows with their answers. Within a subtask they have the order, and each has the
   * event time, of the stream that was scored. Set its {@code uid} and parallelism like those of
   * any operator.
   *
   * @return the operator
   */
  public SingleOutputStreamOperator<Scored<T, O>> answers() {
    return scored;
  }

  /**
   * Returns the rows that the model could not answer.
   *
   * @return the rows, with the reason of each
   * @throws DataException if the model was built without {@link FlinkModel.Builder#sideOutput}
   */
  public DataStream<Rejected<T>> rejected() {
    if (rejected == null) {
      throw new DataException(
          "rejected: found no side output, expected sideOutput() when the model was built", null);
    }
    return scored.getSideOutput(rejected);
  }

  /**
   * Returns the comparison of each window of event time with the reference, one for each version
   * that answered in the window. It appears when the watermark passes the end of the window.
   *
   * @return the windows
   * @throws DataException if the model was built without {@link FlinkModel.Builder#drift}
   */
  public DataStream<WindowDrift> drift() {
    if (drift == null) {
      throw new DataException(
          "drift: found no reference, expected drift(reference, window) when the model was built",
          null);
    }
    return drift;
  }

  /**
   * Joins the answers to a stream of labels, for the performance of each window and version.
   *
   * @param labels the labels, in any order; they need event times and watermarks
   * @param key reads from an answer the key that its label has, such as the id of the event; a null
   *     or empty key is counted and left out
   * @param labelKey reads the key from a label
   * @param <L> the type of the labels
   * @return the options of the join
   */
  public <L> LabelledStream<T, O, L> labels(
      DataStream<L> labels,
      KeySelector<Scored<T, O>, @Nullable String> key,
      KeySelector<L, @Nullable String> labelKey) {
    return LabelledStream.of(scored, key, labels, labelKey, uid + "-labels");
  }
}
