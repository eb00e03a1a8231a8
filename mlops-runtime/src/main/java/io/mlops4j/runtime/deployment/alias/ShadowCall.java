package io.mlops4j.runtime.deployment.alias;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.internal.BatchLending;
import io.mlops4j.inference.Prediction;
import io.mlops4j.runtime.binding.output.Answer;
import io.mlops4j.runtime.binding.output.OutputCopy;
import io.mlops4j.runtime.binding.output.Outputs;
import java.util.List;
import java.util.Objects;
import org.apache.arrow.util.AutoCloseables;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a call and the champion's answer, for the challenger. Objects are used again: a call
 * with an owned batch creates none. For one thread at a time; {@link #turn} hands it over.
 */
final class ShadowCall {
  /** Larger answers are held instead of copied, so that the memory of a queue is bounded. */
  private static final long MOST_COPIED = 1 << 16;

  /** Whose turn it is, see {@link ShadowRing}. */
  volatile long turn;

  /** The number of the caller that fills it. */
  long number;

  private final OutputCopy copy;
  private @Nullable Tally tally;
  private int rows;
  private @Nullable AutoCloseable held;
  private @Nullable FeatureBatch retained;
  private boolean copied;
  private @Nullable FeatureBatch answer;
  private @Nullable RowKey key;
  private @Nullable Object asked;
  private @Nullable Object answered;

  ShadowCall(OutputCopy copy) {
    this.copy = copy;
  }

  /** Keeps the rows of a batch: a hold on owned ones, a copy of borrowed ones. */
  void set(@Nullable Tally tally, FeatureBatch batch, Prediction prediction) {
    this.tally = tally;
    this.rows = prediction.rows();
    held = BatchLending.hold(batch);
    if (held == null) {
      retained = batch.retain();
    }
    copied = copy.set(((Answer) prediction).outputsByRow(), MOST_COPIED);
    if (!copied) {
      answer = prediction.outputs().retain();
    }
  }

  /** Keeps a record and its answer. */
  void set(Tally tally, RowKey key, Record asked, Record answered) {
    this.tally = tally;
    this.rows = 1;
    this.key = key;
    this.asked = asked;
    this.answered = answered;
  }

  /** Keeps records and their answers. */
  void set(Tally tally, RowKey key, List<? extends Record> asked, List<? extends Record> answered) {
    this.tally = tally;
    this.rows = asked.size();
    this.key = key;
    this.asked = List.copyOf(asked);
    this.answered = answered;
  }

  /** The comparison that the call belongs to; null if nothing could be kept. */
  @Nullable Tally tally() {
    return tally;
  }

  int rows() {
    return rows;
  }

  /** The classes of records; null for a batch. */
  @Nullable RowKey key() {
    return key;
  }

  List<Record> asked() {
    return records(asked);
  }

  List<Record> answered() {
    return records(answered);
  }

  @SuppressWarnings("unchecked") // a list of records if it is no record
  private static List<Record> records(@Nullable Object kept) {
    return kept instanceof Record one ? List.of(one) : (List<Record>) Objects.requireNonNull(kept);
  }

  /** The rows, which this object closes. */
  FeatureBatch features() {
    FeatureBatch features = retained;
    if (features == null) {
      features = BatchLending.held(Objects.requireNonNull(held));
      held = null;
      retained = features;
    }
    return features;
  }

  /** The champion's answer; null if it is in {@link #answer}. */
  @Nullable Outputs outputs() {
    return copied ? copy.get() : null;
  }

  /** The champion's answer, which this object closes if it is not a copy. */
  FeatureBatch answer() {
    return Objects.requireNonNull(answer);
  }

  /** Forgets the call. */
  void clear() {
    AutoCloseable hold = held;
    FeatureBatch features = retained;
    FeatureBatch outputs = answer;
    tally = null;
    held = null;
    retained = null;
    answer = null;
    copied = false;
    key = null;
    asked = null;
    answered = null;
    AutoCloseables.closeNoChecked(hold);
    AutoCloseables.closeNoChecked(features);
    AutoCloseables.closeNoChecked(outputs);
  }

  /** Forgets the call, and frees the memory that is used again. */
  void free() {
    clear();
    copy.close();
  }
}
