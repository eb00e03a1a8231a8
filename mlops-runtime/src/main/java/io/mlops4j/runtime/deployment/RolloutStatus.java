package io.mlops4j.runtime.deployment;

import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Change;
import io.mlops4j.rollout.Evidence;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * The state of a rollout, as the registry holds it. Immutable and thread safe.
 *
 * @param ref the alias that the candidate may get, {@code name@alias}
 * @param candidate the version that is rolled out
 * @param baseline the version that the alias pointed to at the start
 * @param plan the steps
 * @param state whether it runs, waits for an approval, or how it ended
 * @param step the number of the step, from 1
 * @param since the time at which the step or the end was recorded
 * @param change who recorded it, and why
 * @param evidence what the last judgement was based on; empty before the first one
 */
public record RolloutStatus(
    String ref,
    ModelVersion candidate,
    ModelVersion baseline,
    RolloutPlan plan,
    State state,
    int step,
    Instant since,
    Change change,
    List<Evidence> evidence) {
  /** The state of a rollout: open, or how it ended. */
  public enum State {
    /** The candidate answers the share of the calls of its step. */
    RUNNING,
    /** All steps passed; the promotion waits for {@link Rollout#approve}. */
    AWAITING_APPROVAL,
    /**
     * The promotion is decided and cannot be aborted; the alias is about to point to the candidate.
     * If the process that decided has ended, the next one that looks at the rollout finishes it.
     */
    PROMOTING,
    /** The alias points to the candidate. */
    PROMOTED,
    /** A gate failed, or stayed inconclusive for too long. */
    ROLLED_BACK,
    /** A user ended it, or the alias was changed outside of the rollout. */
    ABORTED
  }

  /**
   * Checks that nothing is null, and copies the list.
   *
   * @param ref the alias
   * @param candidate the version that is rolled out
   * @param baseline the version that the alias pointed to at the start
   * @param plan the steps
   * @param state whether it runs
   * @param step the number of the step, from 1
   * @param since the time at which the step was recorded
   * @param change who recorded it, and why
   * @param evidence what the last judgement was based on
   */
  public RolloutStatus {
    Objects.requireNonNull(ref, "ref");
    Objects.requireNonNull(candidate, "candidate");
    Objects.requireNonNull(baseline, "baseline");
    Objects.requireNonNull(plan, "plan");
    Objects.requireNonNull(state, "state");
    Objects.requireNonNull(since, "since");
    Objects.requireNonNull(change, "change");
    evidence = List.copyOf(evidence);
  }

  /** Returns the status after a change of it. */
  RolloutStatus moved(State state, int step, Instant at, Change change, List<Evidence> evidence) {
    return new RolloutStatus(ref, candidate, baseline, plan, state, step, at, change, evidence);
  }

  /** {@return whether the rollout goes on: it runs, waits for an approval, or is about to end} */
  public boolean isOpen() {
    return switch (state) {
      case RUNNING, AWAITING_APPROVAL, PROMOTING -> true;
      case PROMOTED, ROLLED_BACK, ABORTED -> false;
    };
  }

  /** {@return the share of the calls that the candidate answers; 0 if the rollout has ended} */
  public double share() {
    return isOpen() ? plan.shares().get(step - 1) : 0;
  }

  /** {@return candidate, state and step, for people} */
  @Override
  public String toString() {
    return "%s on %s: %s, step %d of %d (%s), since %s by %s%s"
        .formatted(
            candidate,
            ref,
            state.name().toLowerCase(Locale.ROOT).replace('_', ' '),
            step,
            plan.shares().size(),
            RolloutPlan.percent(plan.shares().get(step - 1)),
            since,
            change.actor(),
            change.reason().isEmpty() ? "" : ": " + change.reason());
  }
}
