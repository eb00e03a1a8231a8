package io.mlops4j.runtime.deployment.alias;

import io.mlops4j.error.RegistryException;
import io.mlops4j.registry.Change;
import io.mlops4j.rollout.Evidence;
import io.mlops4j.rollout.Gate;
import io.mlops4j.rollout.Verdict;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.deployment.DeploymentStatus;
import io.mlops4j.runtime.deployment.Rollout;
import io.mlops4j.runtime.deployment.RolloutStatus;
import io.mlops4j.runtime.deployment.RolloutStatus.State;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Judges the candidate of an open rollout at the end of each interval. Thread safe. */
final class RolloutJudge {
  private static final Logger LOG = LoggerFactory.getLogger(Deployment.class);

  private static final String STILL_TRIED = "it is still being loaded or tested";

  private final Rollout rollout;
  private final Gate gate;
  private final Canary canary;
  private final AliasFollower champion;
  private final Change change;
  private final Clock clock;
  private final DeploymentThreads threads;
  private final AtomicBoolean judging = new AtomicBoolean();
  private final JudgeRetries retries = new JudgeRetries();
  private Instant judged = Instant.MIN;

  RolloutJudge(
      Rollout rollout,
      Gate gate,
      Canary canary,
      AliasFollower champion,
      DeploymentBuilder built,
      DeploymentThreads threads) {
    this.rollout = rollout;
    this.gate = gate;
    this.canary = canary;
    this.champion = champion;
    this.change = built.change;
    this.clock = built.clock;
    this.threads = threads;
  }

  /** Judges if it is time to; never waits. */
  void tick() {
    if (!judging.compareAndSet(false, true)) {
      return;
    }
    try {
      threads.attempt(this::judgeOnce);
    } catch (RejectedExecutionException closed) {
      judging.set(false);
    }
  }

  /** Judges on this thread if it is time to; never throws. */
  void judgeOnce() {
    try {
      Optional<RolloutStatus> open = canary.rollout().filter(RolloutStatus::isOpen);
      if (!retries.pauses(clock.instant()) || open.filter(this::hasEndedInThePause).isPresent()) {
        open.ifPresent(this::judge);
        retries.succeeded();
      }
    } catch (RuntimeException | Error e) {
      failed(e);
    } finally {
      judging.set(false);
    }
  }

  /** In an outage every attempt fails for the same reason, so most are not logged as warnings. */
  private void failed(Throwable cause) {
    boolean warns = retries.failed(clock.instant());
    String text = "{}: not judged now, and tried again: {} ({} failures so far)";
    Object[] values = {rollout, Failures.reason(cause), retries.failures(), cause};
    int shown = cause instanceof RegistryException ? 3 : 4; // its message says all
    if (warns) {
      LOG.warn(text, Arrays.copyOf(values, shown));
    } else {
      LOG.debug(text, values);
    }
  }

  /** Takes as long as the gates and the registry. */
  void judge(RolloutStatus status) {
    boolean overtaken =
        !champion.servedBy().flatMap(by -> by.version()).equals(Optional.of(status.baseline()));
    if (overtaken || status.state() == State.PROMOTING) {
      Optional<RolloutStatus> end = rollout.reconcile(change);
      end.ifPresent(this::follow);
      if (end.isPresent()) {
        return;
      }
    }
    Optional<DeploymentStatus.Refusal> refused = canary.refused();
    if (refused.isPresent()) {
      DeploymentStatus.Refusal why = refused.get();
      record(
          status,
          new Verdict.Fail(List.of(new Evidence("loaded", Double.NaN, Double.NaN, why.reason()))));
    } else if (canary.candidate().versions().isBroken() && canary.servesNewest()) {
      record(
          status,
          new Verdict.Fail(
              List.of(
                  new Evidence(
                      "circuit_breaker",
                      Double.NaN,
                      Double.NaN,
                      "the candidate's circuit breaker is open"))));
    } else if (status.state() != State.PROMOTING && (isDue(status) || isOver(status))) {
      Instant began = clock.instant();
      Optional<Verdict> verdict =
          canary.servesNewest()
              ? Optional.of(verdict(status))
              : canary
                  .candidate()
                  .waiting()
                  .map(DeploymentStatus.Waiting::reason)
                  .or(() -> isOver(status) ? Optional.of(STILL_TRIED) : Optional.empty())
                  .map(RolloutJudge::notLoaded);
      if (verdict.isPresent()) {
        record(status, verdict.get());
        judged = began; // a judgement that failed is retried after a short pause
      }
    }
  }

  /** Recorded, so that the plan's patience limits it. */
  private static Verdict notLoaded(String reason) {
    return new Verdict.Inconclusive(
        List.of(
            new Evidence(
                "loaded", Double.NaN, Double.NaN, "the candidate does not serve yet: " + reason)));
  }

  private boolean isDue(RolloutStatus status) {
    Instant since = judged.isAfter(status.since()) ? judged : status.since();
    return !clock.instant().isBefore(since.plus(status.plan().every()));
  }

  /** Whether the plan's patience has passed, which is judged at once. */
  private boolean isOver(RolloutStatus status) {
    return status.state() == State.RUNNING && !clock.instant().isBefore(patienceEnds(status));
  }

  private static Instant patienceEnds(RolloutStatus status) {
    return status.since().plus(status.plan().patience());
  }

  private boolean hasEndedInThePause(RolloutStatus status) {
    return isOver(status) && retries.failedBefore(patienceEnds(status));
  }

  private Verdict verdict(RolloutStatus status) {
    try {
      return gate.judge(rollout.trial(status));
    } catch (RegistryException e) {
      throw e;
    } catch (RuntimeException | Error e) { // recorded, because the plan's patience limits it, too
      record(
          status,
          new Verdict.Inconclusive(
              List.of(new Evidence("gate", Double.NaN, Double.NaN, "the gate failed: " + e))));
      throw e;
    }
  }

  private void record(RolloutStatus judged, Verdict verdict) {
    RolloutStatus after = rollout.judged(judged, verdict, change);
    follow(after);
  }

  private void follow(RolloutStatus after) {
    LOG.info("{}", after);
    canary.candidate().tick();
    if (!after.isOpen()) {
      champion.tick();
    }
  }
}
