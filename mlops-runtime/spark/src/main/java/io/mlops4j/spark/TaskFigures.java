package io.mlops4j.spark;

import io.mlops4j.monitor.profile.Profile;
import java.io.Serializable;
import java.util.Base64;

/**
 * What one task has done.
 *
 * @param profile of the rows of the task, as text; empty if there is no reference
 */
record TaskFigures(int stage, int partition, long rows, long calls, long nanos, String profile)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  static String text(Profile profile) {
    return Base64.getEncoder().encodeToString(profile.toBytes());
  }

  Profile profiled() {
    return Profile.fromBytes(Base64.getDecoder().decode(profile));
  }

  /** Adds what the same task did for another partition of its parent, as after a coalesce. */
  TaskFigures plus(TaskFigures other) {
    return new TaskFigures(
        stage,
        partition,
        rows + other.rows,
        calls + other.calls,
        nanos + other.nanos,
        profile.isEmpty() ? profile : text(profiled().merge(other.profiled())));
  }
}
