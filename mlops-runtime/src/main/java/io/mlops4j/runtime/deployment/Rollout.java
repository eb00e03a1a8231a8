package io.mlops4j.runtime.deployment;

import io.mlops4j.error.RegistryException;
import io.mlops4j.model.ModelRef;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.rollout.Evidence;
import io.mlops4j.rollout.Trial;
import io.mlops4j.rollout.Verdict;
import io.mlops4j.runtime.deployment.RolloutStatus.State;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The rollout of a version to the deployments of an alias, step by step. Its state is in the
 * registry, in the records of the alias {@code name@alias.rollout}: it survives restarts, holds for
 * all processes, and every step is in the history with its {@link Evidence}. An alias has one
 * rollout at a time. Two processes cannot both take the same step: one of them gets a {@link
 * RegistryException}, and nothing is changed. Thread safe.
 *
 * <p>Deployments with {@link Deployment.Builder#rollouts} serve the candidate and judge it. The
 * methods of this class are for people and for tools.
 */
public final class Rollout {
  private final ModelRegistry registry;
  private final String ref;
  private final String alias;
  private final Clock clock;

  private Rollout(ModelRegistry registry, String ref, Clock clock) {
    this.registry = registry;
    this.ref = ref;
    this.alias = RolloutRecord.alias(ref);
    this.clock = clock;
  }

  /**
   * Returns the rollouts of an alias. Reads nothing.
   *
   * @param registry the registry, which the caller closes
   * @param ref {@code name@alias}
   * @return the rollouts of this alias
   * @throws IllegalArgumentException if the reference names no alias
   */
  public static Rollout of(ModelRegistry registry, String ref) {
    Objects.requireNonNull(registry, "registry");
    ModelRef parsed = ModelRef.parse(Objects.requireNonNull(ref, "ref"));
    if (parsed.alias().isEmpty()) {
      throw new IllegalArgumentException(
          "ref: found \"%s\", expected one with an alias, such as %s@champion"
              .formatted(ref, parsed.name()));
    }
    return new Rollout(registry, ref, Clock.systemUTC());
  }

  /**
   * Returns the rollouts of an alias by another clock.
   *
   * @param registry the registry, which the caller closes
   * @param ref {@code name@alias}
   * @param clock measures the plan's patience
   * @return the rollouts of this alias
   * @throws IllegalArgumentException if the reference names no alias
   */
  public static Rollout of(ModelRegistry registry, String ref, Clock clock) {
    return new Rollout(registry, of(registry, ref).ref, clock);
  }

  /** The newest record of a rollout, and its state. */
  private record Recorded(AliasRecord record, RolloutStatus status) {}

  /**
   * Starts a rollout at its first step.
   *
   * @param candidate a version of the same model, other than the one that the alias points to
   * @param plan the steps
   * @param change who starts it, and why
   * @return the first step
   * @throws RegistryException if the alias points to no version or to the candidate, if a rollout
   *     is open, or if the registry cannot be used; nothing is changed
   */
  public RolloutStatus start(ModelVersion candidate, RolloutPlan plan, Change change) {
    Objects.requireNonNull(candidate, "candidate");
    Objects.requireNonNull(plan, "plan");
    Objects.requireNonNull(change, "change");
    ModelVersion baseline = served().map(AliasRecord::to).orElse(null);
    if (baseline == null) {
      throw refused("found no version behind the alias", "one to compare with; assign it first");
    }
    if (baseline.equals(candidate)) {
      throw refused("found " + candidate + ", which serves already", "another version");
    }
    AliasRecord before = registry.head(alias).orElse(null); // the record that must still be newest
    refuseOpen(before);
    RolloutStatus first =
        new RolloutStatus(
            ref, candidate, baseline, plan, State.RUNNING, 1, clock.instant(), change, List.of());
    Change recorded = RolloutRecord.change(first);
    try {
      return statusAt(
          before == null
              ? registry.assignFirst(alias, candidate, recorded)
              : registry.assign(alias, candidate, recorded, before));
    } catch (RegistryException e) {
      try {
        refuseOpen(registry.head(alias).orElse(null)); // another process may have been faster
      } catch (RegistryException faster) {
        faster.addSuppressed(e);
        throw faster;
      }
      throw e;
    }
  }

  private void refuseOpen(@Nullable AliasRecord newest) {
    Optional.ofNullable(newest)
        .flatMap(this::read)
        .map(Recorded::status)
        .filter(RolloutStatus::isOpen)
        .ifPresent(
            open -> {
              throw refused("found an open rollout, " + open, "none; abort it first");
            });
  }

  /**
   * Returns the newest rollout, open or ended.
   *
   * @return empty if there never was one
   * @throws RegistryException if the registry cannot be used
   */
  public Optional<RolloutStatus> status() {
    return newest().map(Recorded::status);
  }

  /**
   * Returns what gates judge: the candidate against the baseline since the beginning of the step.
   *
   * @param status an open rollout of this alias
   * @return the trial
   * @throws RegistryException if the registry cannot be used
   */
  public Trial trial(RolloutStatus status) {
    return Trial.of(status.candidate(), registry.card(status.candidate()), status.since())
        .against(status.baseline(), registry.card(status.baseline()));
  }

  /**
   * Records a judgement of a step. A pass leads to the next step, to the approval or to the
   * promotion. A failure ends the rollout: the alias still points to the baseline. If the verdict
   * is inconclusive, nothing is recorded until the plan's patience ends; then the rollout is rolled
   * back. While the candidate waits for its approval, only a failure is recorded.
   *
   * <p>A step that is over, because another process was faster or somebody ended the rollout, is
   * not judged again: nothing is recorded. So each process may judge, and a step still counts once.
   *
   * @param judged the step that was judged, as {@link #status} returned it
   * @param verdict the verdict of the gates
   * @param change who judges; its reason precedes the verdict in the history
   * @return the state afterwards; that of another rollout if one was started meanwhile
   * @throws IllegalArgumentException if the judged rollout is not open, or is one of another alias
   * @throws RegistryException if there never was a rollout, if another process was faster by a
   *     moment, or if the registry cannot be used
   */
  public RolloutStatus judged(RolloutStatus judged, Verdict verdict, Change change) {
    Objects.requireNonNull(judged, "judged");
    Objects.requireNonNull(verdict, "verdict");
    Objects.requireNonNull(change, "change");
    if (!judged.isOpen() || !judged.ref().equals(ref)) {
      throw new IllegalArgumentException(
          "found " + judged + "; expected an open rollout of " + ref);
    }
    Recorded now = newest().orElseThrow(() -> refused("found no rollout", "one; start it first"));
    RolloutStatus status = now.status();
    if (!status.equals(judged)) {
      return status;
    }
    Optional<RolloutStatus> settled = settle(now, change);
    if (settled.isPresent()) {
      return settled.get();
    }
    Change because = change.because(said(change, verdict.toString()));
    if (verdict instanceof Verdict.Fail) {
      return end(now, State.ROLLED_BACK, because, verdict.evidence());
    }
    if (status.state() == State.AWAITING_APPROVAL) {
      return status;
    }
    if (verdict instanceof Verdict.Pass) {
      return passed(now, because, verdict.evidence());
    }
    boolean patient = clock.instant().isBefore(status.since().plus(status.plan().patience()));
    return patient ? status : end(now, State.ROLLED_BACK, because, verdict.evidence());
  }

  private RolloutStatus passed(Recorded now, Change change, List<Evidence> evidence) {
    RolloutStatus status = now.status();
    if (status.step() < status.plan().shares().size()) {
      return next(now, State.RUNNING, status.step() + 1, change, evidence);
    }
    return status.plan().approval()
        ? next(now, State.AWAITING_APPROVAL, status.step(), change, evidence)
        : promote(now, change, evidence);
  }

  /**
   * Promotes a candidate that passed all steps and waits for its approval, or whose promotion is
   * decided already. Approves exactly the state that was seen, with its evidence: if the rollout
   * has moved on, or has ended and another one has begun, nothing is approved.
   *
   * @param seen the state that is approved, as {@link #status} returned it
   * @param change who approves, and why
   * @return the state afterwards, which is promoted
   * @throws IllegalArgumentException if the state is one of another alias
   * @throws RegistryException if the state is not the newest one, or does not wait for an approval;
   *     if the alias points to another version than the baseline and the candidate; if another
   *     process was faster, or if the registry cannot be used; the alias points to the version that
   *     it pointed to before
   */
  public RolloutStatus approve(RolloutStatus seen, Change change) {
    Recorded now = open(seen, change);
    if (!now.status().equals(seen)) {
      throw stale(now.status(), seen);
    }
    Optional<RolloutStatus> settled = settle(now, change);
    if (settled.isPresent()) {
      return settled
          .filter(end -> end.state() == State.PROMOTED)
          .orElseThrow(() -> refused("found " + settled.get(), "a rollout that is open"));
    }
    if (now.status().state() != State.AWAITING_APPROVAL) {
      throw refused("found " + now.status(), "a rollout whose steps have all passed");
    }
    return promote(now, change.because(said(change, "approved")), now.status().evidence());
  }

  /**
   * Ends the rollout that was seen, at whichever step it is now. The alias still points to the
   * baseline. A later rollout goes on, even one of the same candidate: the state that was seen must
   * be in a record since the start of the open rollout.
   *
   * @param seen a state of the rollout, as {@link #status} returned it; an earlier step will do
   * @param change who ends it, and why
   * @return the state afterwards, which is aborted
   * @throws IllegalArgumentException if the state is one of another alias
   * @throws RegistryException if that rollout has ended, if its promotion is decided, or the alias
   *     points to the candidate already; if another process was faster, or if the registry cannot
   *     be used; nothing is aborted
   */
  public RolloutStatus abort(RolloutStatus seen, Change change) {
    Recorded now = open(seen, change);
    if (!now.status().equals(seen) && !isOfNewest(seen)) {
      throw stale(now.status(), seen);
    }
    RolloutStatus end =
        settle(now, change)
            .orElseGet(
                () ->
                    end(
                        now,
                        State.ABORTED,
                        change.because(said(change, "aborted")),
                        now.status().evidence()));
    if (end.state() == State.PROMOTED) {
      throw refused("found " + end, "an open rollout; assign " + end.baseline() + " to undo it");
    }
    return end;
  }

  /** Returns the newest state, which must be open. */
  private Recorded open(RolloutStatus seen, Change change) {
    Objects.requireNonNull(seen, "seen");
    Objects.requireNonNull(change, "change");
    if (!seen.ref().equals(ref)) {
      throw new IllegalArgumentException("found " + seen + "; expected a rollout of " + ref);
    }
    if (!seen.isOpen()) {
      throw refused("found " + seen, "a rollout that is open");
    }
    Recorded now = newest().orElseThrow(() -> refused("found no rollout", seen + ""));
    if (!now.status().isOpen()) {
      throw stale(now.status(), seen);
    }
    return now;
  }

  private RegistryException stale(RolloutStatus now, RolloutStatus seen) {
    return refused("found " + now, seen + "; look at the newest status, and decide again");
  }

  /** Whether a state is one of the rollout that began last. Before its start there is a removal. */
  private boolean isOfNewest(RolloutStatus seen) {
    List<AliasRecord> records = registry.history(alias);
    for (int i = records.size() - 1; i >= 0; i--) {
      AliasRecord record = records.get(i);
      if (read(record).filter(recorded -> recorded.status().equals(seen)).isPresent()) {
        return true;
      }
      if (record.from() == null) {
        return false;
      }
    }
    return false;
  }

  private static String said(Change change, String what) {
    return change.reason().isEmpty() ? what : change.reason() + ": " + what;
  }

  /**
   * Records the decision first: an abort that comes later is refused, and one that came before
   * makes this fail, so that no call meets a candidate whose rollout was ended.
   */
  private RolloutStatus promote(Recorded now, Change change, List<Evidence> evidence) {
    AliasRecord serving =
        served()
            .filter(record -> now.status().baseline().equals(record.to()))
            .orElseThrow(
                () ->
                    refused(
                        "found another version behind the alias", now.status().baseline() + ""));
    RolloutStatus decided = moved(now, State.PROMOTING, now.status().step(), change, evidence);
    AliasRecord record =
        registry.assign(
            alias, decided.candidate(), RolloutRecord.promotion(decided, serving), now.record());
    return finish(new Recorded(record, statusAt(record)), change);
  }

  /** Moves the alias, unless somebody changed it since the decision, and ends the rollout. */
  private RolloutStatus finish(Recorded decided, Change change) {
    RolloutStatus status = decided.status();
    Optional<AliasRecord> serving = registry.head(ref);
    if (serving.isPresent()
        && serving.get().number() == RolloutRecord.serving(ref, decided.record())) {
      serving = Optional.of(move(serving.get(), status));
    }
    try {
      return ended(decided, serving.map(AliasRecord::to).orElse(null), change);
    } catch (RegistryException e) { // another process was faster, or the registry is away
      return next(decided).map(this::statusAt).orElseThrow(() -> e);
    }
  }

  /** Returns the newest record of the alias, which may be one of another process. */
  private AliasRecord move(AliasRecord serving, RolloutStatus decided) {
    try {
      return registry.assign(ref, decided.candidate(), decided.change(), serving);
    } catch (RegistryException e) {
      return registry
          .head(ref)
          .filter(newest -> newest.number() != serving.number())
          .orElseThrow(() -> e);
    }
  }

  private Optional<AliasRecord> next(Recorded now) {
    return registry.history(alias).stream()
        .filter(record -> record.number() == now.record().number() + 1)
        .findFirst();
  }

  /**
   * Finishes a promotion whose process has ended, and ends the open rollout if the alias does not
   * point to its baseline any more, because somebody assigned or removed it.
   *
   * @param change who notices it
   * @return the state afterwards; empty if no rollout is open, or if it goes on
   * @throws RegistryException if another process was faster, or if the registry cannot be used
   */
  public Optional<RolloutStatus> reconcile(Change change) {
    Objects.requireNonNull(change, "change");
    return newest()
        .filter(recorded -> recorded.status().isOpen())
        .flatMap(recorded -> settle(recorded, change));
  }

  /**
   * Reads the state that a record of the alias {@code name@alias.rollout} holds.
   *
   * @param record the record
   * @return the state at that record
   * @throws RegistryException if no rollout wrote the record
   */
  public RolloutStatus statusAt(AliasRecord record) {
    return RolloutRecord.read(ref, Objects.requireNonNull(record, "record"));
  }

  /** {@return the alias that holds the state, {@code name@alias.rollout}} */
  public String alias() {
    return alias;
  }

  private Optional<RolloutStatus> settle(Recorded now, Change change) {
    if (now.status().state() == State.PROMOTING) {
      return Optional.of(finish(now, change));
    }
    ModelVersion serving = served().map(AliasRecord::to).orElse(null);
    return now.status().baseline().equals(serving)
        ? Optional.empty()
        : Optional.of(ended(now, serving, change));
  }

  /** Ends a rollout by what the alias points to now. */
  private RolloutStatus ended(Recorded now, @Nullable ModelVersion serving, Change change) {
    RolloutStatus status = now.status();
    boolean promoted = status.candidate().equals(serving);
    String why = ref + (serving == null ? " was removed" : " points to " + serving);
    return end(
        now,
        promoted ? State.PROMOTED : State.ABORTED,
        promoted && status.state() == State.PROMOTING
            ? status.change()
            : change.because(said(change, why)),
        status.evidence());
  }

  private RolloutStatus next(
      Recorded now, State state, int step, Change change, List<Evidence> evidence) {
    RolloutStatus next = moved(now, state, step, change, evidence);
    return statusAt(
        registry.assign(alias, next.candidate(), RolloutRecord.change(next), now.record()));
  }

  private RolloutStatus end(Recorded now, State state, Change change, List<Evidence> evidence) {
    RolloutStatus end = moved(now, state, now.status().step(), change, evidence);
    return statusAt(registry.unassign(alias, RolloutRecord.change(end), now.record()));
  }

  private RolloutStatus moved(
      Recorded now, State state, int step, Change change, List<Evidence> evidence) {
    return now.status().moved(state, step, clock.instant(), change, evidence);
  }

  private Optional<Recorded> newest() {
    return registry.head(alias).flatMap(this::read);
  }

  /** Returns the rollout of a record; empty if somebody removed the alias by hand. */
  private Optional<Recorded> read(AliasRecord record) {
    return record.isRemoval() && !RolloutRecord.isRollout(record)
        ? Optional.empty()
        : Optional.of(new Recorded(record, statusAt(record)));
  }

  private Optional<AliasRecord> served() {
    return registry.head(ref).filter(record -> !record.isRemoval());
  }

  private RegistryException refused(String found, String expected) {
    return new RegistryException(
        "rollout of " + ref + ": " + found + ", expected " + expected, null);
  }

  /** {@return the alias} */
  @Override
  public String toString() {
    return "rollout of " + ref;
  }
}
