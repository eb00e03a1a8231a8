package io.mlops4j.monitor;

import org.jspecify.annotations.Nullable;

/** The predictions of one version in one period, with their labels. Guarded by its track. */
final class PeriodTrack {
  /** Of so many rows, one may still wait when labels count as complete. */
  private static final int COMPLETE = 100;

  final long number;
  long predicted;
  long unanswered;
  long waiting;
  long labelled;

  /** Null once the rows were dropped. */
  @Nullable LabelledRows rows;

  /** A window of an estimator, or null. */
  @Nullable Object estimate;

  /** The figures of the period; null until its labels are complete. */
  Performance.@Nullable Period complete;

  PeriodTrack(long number, LabelledRows rows, @Nullable Object estimate) {
    this.number = number;
    this.rows = rows;
    this.estimate = estimate;
  }

  /** Whether nearly all labels are here or will not come. */
  boolean hasLabels() {
    return waiting * COMPLETE <= predicted;
  }
}
