package io.mlops4j.samples.rollout;

import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Change;
import io.mlops4j.rollout.Gate;
import io.mlops4j.rollout.Verdict;
import io.mlops4j.runtime.deployment.Rollout;
import io.mlops4j.runtime.deployment.RolloutStatus;
import io.mlops4j.runtime.deployment.RolloutStatus.State;
import java.time.Instant;

/**
 * The steps of the rollouts. A service has nothing to do here: its deployment judges the candidate
 * by itself. The story judges once a day by its own clock, so that each run is equal.
 */
final class Steps {
  private static final Change SERVICE = Change.by("delay-service");

  private final Rollout rollout;
  private final Gate gate;
  private final StoryClock clock;
  private final Narrator narrator;
  private final Outcome outcome;

  Steps(Rollout rollout, Gate gate, StoryClock clock, Narrator narrator, Outcome outcome) {
    this.rollout = rollout;
    this.gate = gate;
    this.clock = clock;
    this.narrator = narrator;
    this.outcome = outcome;
  }

  /** As {@code mlops4j rollout start} does. */
  void start(ModelVersion candidate, Change change) {
    changed(rollout.start(candidate, Story.PLAN, change));
  }

  /** At the end of a day. */
  void judge() {
    rollout.status().filter(RolloutStatus::isOpen).ifPresent(this::judge);
  }

  private void judge(RolloutStatus status) {
    Instant now = clock.instant();
    if (status.state() == State.AWAITING_APPROVAL) {
      if (!now.isBefore(status.since().plus(Story.REVIEW))) {
        changed(rollout.approve(status, Change.by("maria").because("reviewed")));
      }
    } else if (!now.isBefore(status.since().plus(status.plan().every()))) {
      Verdict verdict = gate.judge(rollout.trial(status));
      RolloutStatus after = rollout.judged(status, verdict, SERVICE);
      if (after.equals(status)) {
        narrator.waits(clock.today(), verdict);
      } else {
        changed(after);
      }
    }
  }

  private void changed(RolloutStatus status) {
    outcome.events.add(new Outcome.Event(clock.today(), status));
    narrator.changed(clock.today(), status);
  }
}
