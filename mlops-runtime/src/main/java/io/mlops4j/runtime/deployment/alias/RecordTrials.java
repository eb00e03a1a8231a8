package io.mlops4j.runtime.deployment.alias;

import io.mlops4j.error.ModelLoadException;
import io.mlops4j.internal.Spans;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.deployment.DeploymentStatus;
import io.mlops4j.runtime.deployment.DeploymentStatus.Verdict;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tries the versions of an alias's records, one at a time, each on a thread that may hang. A
 * version that failed for a passing reason is tried again later. A newer record, closing or the
 * time limit abandons a trial: its result no longer counts, and its model is closed when it ends.
 *
 * <p>The follower's lock guards the state.
 */
final class RecordTrials {
  private static final Logger LOG = LoggerFactory.getLogger(Deployment.class);
  private static final Duration FIRST_BACKOFF = Duration.ofSeconds(1);
  private static final Duration MOST_BACKOFF = Duration.ofSeconds(30);

  private final String ref;
  private final Object lock;
  private final Clock clock;
  private final DeploymentThreads threads;
  private final Timer timer;
  private final Duration limit;
  private final Consumer<VersionTrial> work;
  private final Runnable changed;
  private final Trials trials = new Trials();
  private @Nullable AliasRecord newest;
  private @Nullable VersionTrial trial;
  private boolean closed;
  private volatile Optional<DeploymentStatus.Refusal> refused = Optional.empty();
  private volatile Optional<DeploymentStatus.Waiting> waiting = Optional.empty();

  /**
   * @param lock the lock of the follower
   * @param limit the longest time of a trial
   * @param work loads and tests a version, and lets it serve if the trial {@link #counts}; throws
   *     why it cannot serve
   * @param changed run after every refusal, and when waiting begins
   */
  RecordTrials(
      String ref,
      Object lock,
      Clock clock,
      DeploymentThreads threads,
      Timer timer,
      Duration limit,
      Consumer<VersionTrial> work,
      Runnable changed) {
    this.ref = ref;
    this.lock = lock;
    this.clock = clock;
    this.threads = threads;
    this.timer = timer;
    this.limit = limit;
    this.work = work;
    this.changed = changed;
  }

  /** The record that was followed last, or null. The caller holds the lock. */
  @Nullable AliasRecord newest() {
    return newest;
  }

  /** The trial that runs and counts, or null. The caller holds the lock. */
  @Nullable VersionTrial running() {
    return trial;
  }

  /**
   * Begins the trial of a newer record's version.
   *
   * @return null if it must wait, or the record names no version. The caller holds the lock.
   */
  @Nullable VersionTrial follow(AliasRecord record) {
    newest = record;
    waiting = Optional.empty();
    abandon();
    return record.isRemoval() ? null : begin(record, 0);
  }

  /** Drops the last refusal, which no longer matters. The caller holds the lock. */
  void forgetRefusal() {
    refused = Optional.empty();
  }

  /**
   * Tries a version that waits, or whose trial hangs, at once.
   *
   * @param now whether a version that waits is tried again
   * @param dead whether the connection of a running trial may be dead
   * @return the trial that then runs, or null. The caller holds the lock.
   */
  @Nullable VersionTrial again(boolean now, boolean dead) {
    VersionTrial going = trial;
    if (going == null) {
      return now && waiting.isPresent() ? begin(waiting.get().record(), 0) : null;
    }
    going.mayHang |= dead;
    return going.mayHang ? unlessItHangs(going) : going;
  }

  /** Begins a trial again that seems to read on a connection that is dead. */
  private @Nullable VersionTrial unlessItHangs(VersionTrial going) {
    Duration patience = FIRST_BACKOFF.multipliedBy(1L << going.again);
    if (going.since.plus(patience).isAfter(clock.instant()) || !going.cutOff()) {
      return going;
    }
    LOG.info("{}: the trial of {} hangs and starts again", ref, going.record.to());
    going.cancelLimit.run();
    trial = null;
    VersionTrial next = begin(going.record, going.again + 1);
    if (next == null) {
      going.end.complete(null);
    } else {
      CompletableFuture<Void> unused = next.end.thenAccept(going.end::complete);
    }
    return next;
  }

  /** Returns the trial of the record's version; null if it must wait. */
  private @Nullable VersionTrial begin(AliasRecord record, int again) {
    String hindrance = trials.hindrance(version(record));
    if (hindrance != null) {
      await(record, hindrance);
      return null;
    }
    VersionTrial next = new VersionTrial(record, clock.instant(), again);
    trials.add(next);
    trial = next;
    next.cancelLimit = timer.after(limit, () -> overdue(next));
    try {
      threads.attempt(() -> run(next));
    } catch (RejectedExecutionException e) {
      trials.remove(next);
      OutOfMemoryError noThread = DeploymentThreads.noThread(e);
      if (noThread == null) { // the deployment was closed meanwhile
        abandon();
      } else {
        end(next);
        await(record, Failures.reason(noThread));
        next.end.complete(noThread);
      }
    }
    return next;
  }

  /** Only records that name a version are tried. */
  private static ModelVersion version(AliasRecord tried) {
    return Objects.requireNonNull(tried.to(), "to");
  }

  private void run(VersionTrial mine) {
    Throwable failure = null;
    try {
      work.accept(mine);
    } catch (Throwable e) {
      failure = e;
      failed(mine, e);
    } finally {
      trials.remove(mine);
      if (!mine.isCutOff()) { // otherwise it ends with the one that was begun again
        mine.end.complete(failure);
      }
    }
  }

  /** Ends a trial whose version serves. The caller holds the lock. */
  void passed(VersionTrial mine) {
    end(mine);
    refused = Optional.empty();
    waiting = Optional.empty();
  }

  private void failed(VersionTrial mine, Throwable failure) {
    Optional<Verdict> verdict = Failures.verdict(failure);
    String reason = Failures.reason(failure);
    boolean begins;
    synchronized (lock) {
      if (!counts(mine)) {
        return;
      }
      end(mine);
      begins = waiting.isEmpty();
      if (verdict.isEmpty()) {
        refused = Optional.empty();
        await(mine.record, reason);
      } else {
        waiting = Optional.empty();
        refused =
            Optional.of(
                new DeploymentStatus.Refusal(mine.record, verdict.get(), reason, clock.instant()));
      }
    }
    String version = version(mine.record).toString();
    if (verdict.isPresent()) {
      LOG.warn(
          "{}: {} was refused: {}; the serving version stays",
          ref,
          version,
          reason.replaceAll("\\R", " "));
      LOG.debug("{}: {} was refused by", ref, version, failure);
    } else if (begins) {
      LOG.warn("{}: {} cannot be tried now and will be retried", ref, version, failure);
    }
    if (verdict.isPresent() || begins) {
      changed.run();
    }
  }

  /**
   * Whether the result of a trial is of use. That of a late one is while nothing else was begun.
   * The caller holds the lock.
   */
  boolean counts(VersionTrial mine) {
    return !closed
        && (!mine.abandoned || (mine.late && trial == null && mine.record.equals(newest)));
  }

  private void end(VersionTrial mine) {
    mine.cancelLimit.run();
    trials.remove(mine);
    trial = null;
  }

  private void abandon() {
    VersionTrial overtaken = trial;
    if (overtaken != null) {
      overtaken.cancelLimit.run();
      giveUp(overtaken);
      overtaken.end.complete(null);
      LOG.info("{}: the trial of {} was overtaken", ref, overtaken.record.to());
    }
  }

  private void giveUp(VersionTrial overtaken) {
    trial = null;
    overtaken.abandon();
    try {
      threads.attempt(overtaken::endCalls);
    } catch (RejectedExecutionException e) {
      LOG.debug("{}: the calls of an abandoned trial end at their time limit", ref);
    }
  }

  private void overdue(VersionTrial late) {
    ModelLoadException failure;
    boolean begins;
    synchronized (lock) {
      if (closed || late.abandoned || trial != late) {
        return;
      }
      if (late.goesOnLoading()) {
        trial = null;
      } else {
        giveUp(late);
      }
      failure = tookLong(late);
      begins = waiting.isEmpty();
      refused = Optional.empty();
      await(late.record, Failures.reason(failure));
    }
    if (begins) {
      LOG.warn("{}: {}", ref, failure.getMessage());
      changed.run();
    }
    late.end.complete(failure);
  }

  private ModelLoadException tookLong(VersionTrial late) {
    String then =
        late.late
            ? "and its version serves when it is ready if the alias still points to it"
            : "and its model is then closed";
    return new ModelLoadException(
        "%s: loading and testing took longer than %s; the trial goes on in a thread of its own, %s; allow more time with trialTimeout"
            .formatted(late.record.to(), Spans.text(limit), then),
        new TimeoutException());
  }

  private void await(AliasRecord record, String reason) {
    DeploymentStatus.Waiting before = waiting.orElse(null);
    int attempts = before == null ? 1 : before.attempts() + 1;
    Duration backoff = MOST_BACKOFF;
    if (attempts <= 5) {
      backoff = FIRST_BACKOFF.multipliedBy(1L << (attempts - 1));
    }
    DeploymentStatus.Waiting mine =
        new DeploymentStatus.Waiting(
            record,
            reason,
            attempts,
            before == null ? clock.instant() : before.since(),
            clock.instant().plus(backoff));
    waiting = Optional.of(mine);
    timer.after(backoff, () -> tryAgain(mine));
  }

  private void tryAgain(DeploymentStatus.Waiting after) {
    synchronized (lock) {
      if (!closed && trial == null && waiting.equals(Optional.of(after))) {
        begin(after.record(), 0);
      }
    }
  }

  Optional<DeploymentStatus.Refusal> refused() {
    return refused;
  }

  Optional<DeploymentStatus.Waiting> waiting() {
    return waiting;
  }

  /** The running trials, the abandoned ones first. */
  List<DeploymentStatus.Trial> status() {
    return trials.status();
  }

  /** The caller holds the lock. */
  boolean isClosed() {
    return closed;
  }

  /** Abandons the trial that runs. The caller holds the lock. */
  void close() {
    closed = true;
    abandon();
  }
}
