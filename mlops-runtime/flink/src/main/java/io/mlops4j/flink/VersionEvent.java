package io.mlops4j.flink;

import org.apache.flink.runtime.operators.coordination.OperatorEvent;

/** What the coordinator and the subtasks send each other. Flink serialises events with Java. */
sealed interface VersionEvent extends OperatorEvent {
  /** A subtask whose input has ended needs no event, and must not be failed for its sake. */
  @Override
  default boolean isLossTolerant() {
    return true;
  }

  /** To a subtask: load this version now, and report that it is loaded. */
  record Prepare(PinnedModel model) implements VersionEvent {
    private static final long serialVersionUID = 1L;
  }

  /** To a subtask: the rows behind the barrier of this checkpoint are for this version. */
  record Change(long checkpoint, PinnedModel model) implements VersionEvent {
    private static final long serialVersionUID = 1L;
  }

  /** From a subtask: it knows the change. A mail that has arrived may not have been read yet. */
  record Confirmed(Change change) implements VersionEvent {
    private static final long serialVersionUID = 1L;
  }

  /**
   * From a subtask: the version is loaded, or it could not be.
   *
   * @param problem empty if it is loaded
   */
  record Prepared(PinnedModel model, String problem) implements VersionEvent {
    private static final long serialVersionUID = 1L;
  }
}
