package io.mlops4j.rollout;

import java.util.Objects;

/**
 * Judges whether a candidate may go on: to the next step of a rollout, or from training into a
 * registry.
 *
 * <p>A gate measures and judges; it changes nothing. It is judged again and again while a rollout
 * waits, so it must state verdicts that stay valid if they are read repeatedly. It must be thread
 * safe. If it throws, there is no verdict: treat that like {@link Verdict.Inconclusive}.
 */
@FunctionalInterface
public interface Gate {
  /**
   * Judges a candidate on everything that is known now.
   *
   * @param trial the candidate, what it is compared with, and since when
   * @return the verdict, with its evidence
   */
  Verdict judge(Trial trial);

  /**
   * Returns a gate that judges by both gates. It passes if both pass, fails if one of them fails,
   * and else is inconclusive. Both are always judged, so the evidence is complete.
   *
   * @param other the other gate
   * @return a new gate
   */
  default Gate and(Gate other) {
    Objects.requireNonNull(other, "other");
    return trial -> judge(trial).and(other.judge(trial));
  }
}
