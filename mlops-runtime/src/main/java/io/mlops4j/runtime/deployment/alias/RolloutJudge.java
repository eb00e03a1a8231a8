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
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Judges the candidate of an open rollout at the end of each interval. Thread safe. */
final class RolloutJudge {
  private static final Logger LOG = LoggerFactory.getLogger(Deployment.class);

  private final Rollout rollout;
  private final Gate gate;
  private final Canary canary;
  private final AliasFollower champion;
  private final Change change;
  private final Clock clock;
  private final DeploymentThreads threads;
  private final AtomicBoolean judging = new AtomicBoolean();
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

  private void judgeOnce() {
    try {
      canary.rollout().filter(RolloutStatus::isOpen).ifPresent(this::judge);
    } catch (RegistryException e) {
      LOG.warn("{}: not judged now, and tried again: {}", rollout, e.getMessage());
    } catch (RuntimeException | Error e) {
      LOG.warn("{}: not judged now, and tried again", rollout, e);
    } finally {
      judging.set(false);
    }
  }

  /** Takes as long as the gates and the registry. */
  void judge(RolloutStatus status) {
    if (!champion.servedBy().flatMap(by -> by.version()).equals(Optional.of(status.baseline()))
        && rollout.reconcile(change).isPresent()) {
      return;
    }
    Optional<DeploymentStatus.Refusal> refused = canary.candidate().refused();
    if (refused.isPresent()) {
      DeploymentStatus.Refusal why = refused.get();
      record(
          new Verdict.Fail(List.of(new Evidence("loaded", Double.NaN, Double.NaN, why.reason()))));
    } else if (status.state() == State.RUNNING && canary.servesNewest() && isDue(status)) {
      judged = clock.instant();
      record(verdict(status));
    }
  }

  private boolean isDue(RolloutStatus status) {
    Instant since = judged.isAfter(status.since()) ? judged : status.since();
    return !clock.instant().isBefore(since.plus(status.plan().every()));
  }

  private Verdict verdict(RolloutStatus status) {
    try {
      return gate.judge(rollout.trial(status));
    } catch (RegistryException e) {
      throw e;
    } catch (RuntimeException | Error e) {
      LOG.warn("{}: a gate failed", rollout, e);
      return new Verdict.Inconclusive(
          List.of(new Evidence("gate", Double.NaN, Double.NaN, "the gate failed: " + e)));
    }
  }

  private void record(Verdict verdict) {
    RolloutStatus after = rollout.judged(verdict, change);
    LOG.info("{}", after);
    canary.candidate().tick();
    if (!after.isOpen()) {
      champion.tick();
    }
  }
}
