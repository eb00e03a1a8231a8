package io.mlops4j.monitor.alarm.incidents;

import io.mlops4j.rollout.Evidence;
import java.util.Set;

/**
 * A problem that a watch found in one judgement.
 *
 * @param measure the way in which the subject differs; a new one in an open episode is announced
 * @param relative the effect in units of its bound: 1 at the bound; twice the effect that was last
 *     announced is announced again
 * @param small whether it opens an episode only if another judgement finds it again
 * @param slices the names of the slices in which it was found; {@link Judged#ALL_ROWS} without
 *     slices
 */
public record Finding(
    Subject subject,
    String measure,
    double relative,
    Evidence evidence,
    boolean small,
    Set<String> slices) {

  public Finding {
    slices = Set.copyOf(slices);
  }

  /** Creates a finding in all rows that opens an episode at once. */
  public Finding(Subject subject, String measure, double relative, Evidence evidence) {
    this(subject, measure, relative, evidence, false, Judged.ALL_ROWS);
  }
}
