package io.mlops4j.runtime.deployment.alias;

import io.mlops4j.error.ModelLoadException;
import io.mlops4j.error.RegistryException;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.deployment.DeploymentStatus;
import io.mlops4j.runtime.deployment.DeploymentStatus.Verdict;
import io.mlops4j.runtime.deployment.ProtectionStatus;
import io.mlops4j.runtime.deployment.alias.Candidates.Candidate;
import io.mlops4j.runtime.deployment.alias.Trials.VersionTrial;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the version that one alias points to.
 *
 * <p>One lock guards the state, and is held for short steps only. The registry is read, and
 * versions are loaded and tested, on threads that may hang. A newer record, a rollback, closing or
 * the time limit abandons a trial. Its result no longer counts, and its model is closed when it
 * ends.
 */
final class AliasFollower {
  private static final Logger LOG = LoggerFactory.getLogger(Deployment.class);
  private static final Duration FIRST_BACKOFF = Duration.ofSeconds(1);
  private static final Duration MOST_BACKOFF = Duration.ofSeconds(30);

  private final ModelRegistry registry;
  private final String ref;
  private final Candidates candidates;
  private final Clock clock;
  private final DeploymentThreads threads;
  private final Timer timer;
  private final Duration trialLimit;
  private final RegistryCalls calls;
  private final @Nullable AliasFollower champion;
  private final @Nullable LastGood lastGood;
  private final Runnable changed;
  private final Trials trials = new Trials();

  /** The versions that no thread could close so far. */
  private final Queue<Served> undrained = new ConcurrentLinkedQueue<>();

  private final Object lock = new Object();
  private final AliasReader reader;
  private final CurrentModel current;
  private @Nullable AliasRecord newest;
  private @Nullable VersionTrial trial;
  private final boolean keepsPrevious;
  private volatile @Nullable Served previous;
  private volatile @Nullable String unfit;
  private boolean copyServes;
  private boolean closed;
  private volatile Optional<DeploymentStatus.Refusal> refused = Optional.empty();
  private volatile Optional<DeploymentStatus.Waiting> waiting = Optional.empty();

  /**
   * @param champion the version of the deployment's alias if this is a canary, which must fit it,
   *     or a challenger; both end when their alias is removed; else null
   * @param lastGood keeps copies of the versions that serve, or null
   * @param changed run after every swap and refusal, and when waiting or an outage begins or ends
   */
  AliasFollower(
      DeploymentBuilder built,
      String ref,
      Candidates candidates,
      DeploymentThreads threads,
      @Nullable AliasFollower champion,
      @Nullable LastGood lastGood,
      Runnable changed) {
    this.registry = built.registry();
    this.champion = champion;
    this.lastGood = lastGood;
    this.ref = ref;
    this.candidates = candidates;
    this.clock = built.clock;
    this.threads = threads;
    this.timer = built.timer == null ? threads : built.timer;
    this.trialLimit = built.trialTimeout;
    this.calls = new RegistryCalls(ref, threads, timer, built.registryTimeout);
    this.changed = changed;
    this.keepsPrevious = built.keepsPrevious && ref.equals(built.ref);
    this.reader = new AliasReader(registry, ref, calls, clock, built.nanos, lock, changed);
    this.current = new CurrentModel(ref, lock);
  }

  /**
   * Serves the version that the alias points to now, or the last good one if the registry cannot be
   * used. Throws the reason if neither can serve.
   */
  void start() {
    Throwable failure = startFromRegistry();
    if (failure != null && lastGood != null && Failures.verdict(failure).isEmpty()) {
      failure = startFromCopy(lastGood, failure);
    }
    if (failure instanceof Error error) {
      throw error;
    }
    if (failure != null) {
      throw failure instanceof RuntimeException exception
          ? exception
          : new ModelLoadException(ref + ": " + failure, failure);
    }
  }

  private @Nullable Throwable startFromRegistry() {
    try {
      VersionTrial first = RegistryCalls.value(look(true));
      return first == null ? reader.namesNothing() : first.end.join();
    } catch (RuntimeException e) {
      return e;
    }
  }

  /** Returns the reason why the registry cannot be used if there is no copy that can serve. */
  private @Nullable Throwable startFromCopy(LastGood copies, Throwable reason) {
    try {
      ModelRegistry copy = copies.registry().orElse(null);
      AliasRecord record = copy == null ? null : copy.head(ref).orElse(null);
      if (copy == null || record == null) {
        return reason;
      }
      VersionTrial mine = new VersionTrial(record, clock.instant(), 0);
      Served copied = Served.of(candidates.load(copy, mine, null), clock.instant(), threads);
      synchronized (lock) {
        if (closed || serves()) {
          copied.drain(); // the registry was faster
        } else {
          current.replace(copied);
          copyServes = true;
        }
      }
      LOG.warn("{}: serving {} from its copy", ref, copied.servedBy(), reason);
      return null;
    } catch (RuntimeException e) {
      reason.addSuppressed(e);
      return reason;
    }
  }

  /**
   * Reads the alias and waits until its version serves, is refused or must wait.
   *
   * @throws RegistryException if the registry cannot be read
   */
  void refresh() {
    synchronized (lock) {
      checkOpen();
    }
    VersionTrial going = RegistryCalls.value(look(true));
    if (going != null) {
      going.end.join();
    }
  }

  /** Begins to read the alias unless that has just begun; never waits. */
  void tick() {
    if (lastGood != null) {
      lastGood.tick();
    }
    synchronized (lock) {
      if (closed || reader.isBusy()) {
        return;
      }
    }
    CompletableFuture<@Nullable VersionTrial> unused = look(false);
  }

  /**
   * Reads the alias, and returns the trial that then runs, or null.
   *
   * @param now whether a version that waits is tried again at once
   */
  private CompletableFuture<@Nullable VersionTrial> look(boolean now) {
    return reader.read(this::foundLate).thenApply(reading -> found(reading, now));
  }

  /**
   * Follows a record that was read after the time limit, unless a newer one is known. Otherwise a
   * registry that always answers late, such as one on a busy machine, would never be followed.
   */
  private void foundLate(AliasRecord head) {
    synchronized (lock) {
      if (!closed && (newest == null || newest.number() < head.number())) {
        reader.acceptLate();
        VersionTrial unused = follow(head);
      }
    }
  }

  private @Nullable VersionTrial found(AliasReader.Reading reading, boolean now) {
    boolean ended;
    VersionTrial going;
    synchronized (lock) {
      if (closed || reader.isOutdated(reading)) {
        return trial;
      }
      boolean older = isOlder(reading);
      ended = reader.accept(reading);
      AliasRecord head = reading.head();
      going = trial;
      if (head != null && !head.equals(newest) && !older) {
        going = follow(head);
      } else if (waiting.isPresent() && trial == null && (ended || now)) {
        going = begin(waiting.get().record());
      } else if (trial != null && (ended || reader.hasOvertaken(reading))) {
        going = unlessItHangs(trial);
      }
    }
    if (ended) {
      LOG.info("{}: the registry can be read again", ref);
      changed.run();
    }
    return going;
  }

  /**
   * Whether a reading that overlapped another one saw the alias before that did. A smaller number
   * alone may be that of a registry that was restored. The caller holds the lock.
   */
  private boolean isOlder(AliasReader.Reading reading) {
    AliasRecord head = reading.head();
    return head != null
        && newest != null
        && head.number() < newest.number()
        && reader.mayBeOlder(reading);
  }

  /** Returns the trial of the record's version, or null. The caller holds the lock. */
  private @Nullable VersionTrial follow(AliasRecord record) {
    newest = record;
    waiting = Optional.empty();
    abandon();
    if (!record.isRemoval()) {
      return begin(record);
    }
    if (champion != null) {
      refused = Optional.empty();
      drainLater(current.clear());
    } else {
      LOG.warn("{}: was removed by {}; serving stays", ref, record.change());
    }
    return null;
  }

  /** Closes a version after its running calls. */
  private void drainLater(@Nullable Served ended) {
    if (ended == null) {
      return;
    }
    try {
      threads.execute(ended::drain);
    } catch (OutOfMemoryError e) { // no thread can be started now
      undrained.add(ended);
      timer.after(FIRST_BACKOFF, () -> drainLater(undrained.poll()));
    }
  }

  /** Only records that name a version are tried. */
  private static ModelVersion version(AliasRecord tried) {
    return Objects.requireNonNull(tried.to(), "to");
  }

  /** The caller holds the lock. */
  private void abandon() {
    VersionTrial overtaken = trial;
    if (overtaken != null) {
      overtaken.cancelLimit.run();
      giveUp(overtaken);
      overtaken.end.complete(null);
      LOG.info("{}: the trial of {} was overtaken", ref, overtaken.record.to());
    }
  }

  /** The caller holds the lock. */
  private void giveUp(VersionTrial running) {
    trial = null;
    running.abandon();
    try {
      threads.attempt(running::endCalls);
    } catch (RejectedExecutionException e) {
      LOG.debug("{}: the calls of an abandoned trial end at their time limit", ref);
    }
  }

  /** Returns the trial of the record's version; null if it must wait. The caller holds the lock. */
  private @Nullable VersionTrial begin(AliasRecord record) {
    return begin(record, 0);
  }

  /**
   * Begins a trial again that seems to read on a connection that is dead, and returns the trial
   * that then runs. The caller holds the lock.
   */
  private @Nullable VersionTrial unlessItHangs(VersionTrial running) {
    Duration patience = FIRST_BACKOFF.multipliedBy(1L << running.again);
    if (running.since.plus(patience).isAfter(clock.instant()) || !running.cutOff()) {
      return running;
    }
    LOG.info("{}: the trial of {} is begun again", ref, running.record.to());
    running.cancelLimit.run();
    trial = null;
    VersionTrial next = begin(running.record, running.again + 1);
    if (next == null) {
      running.end.complete(null);
    } else {
      CompletableFuture<Void> unused = next.end.thenAccept(running.end::complete);
    }
    return next;
  }

  private @Nullable VersionTrial begin(AliasRecord record, int again) {
    String hindrance = trials.hindrance(version(record));
    if (hindrance != null) {
      await(record, hindrance);
      return null;
    }
    VersionTrial next = new VersionTrial(record, clock.instant(), again);
    trials.add(next);
    trial = next;
    next.cancelLimit = timer.after(trialLimit, () -> overdue(next));
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

  private void run(VersionTrial mine) {
    Throwable failure = null;
    try {
      serve(mine);
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

  private void serve(VersionTrial mine) {
    Candidate candidate = candidate(mine);
    boolean first = !serves();
    boolean published = false;
    try {
      published = publish(mine, Served.of(candidate, clock.instant(), threads));
    } finally {
      if (!published) {
        candidate.model().close();
      }
    }
    if (published) {
      LOG.info("{}: serving {}", ref, candidate.model().servedBy());
      if (lastGood != null) {
        lastGood.keep(mine.record);
      }
    }
    if (published && !first) {
      changed.run();
    }
  }

  private Candidate candidate(VersionTrial mine) {
    AliasRecord record = mine.record;
    Served now = current.orNull();
    if (now != null && !copyServes() && now.isOf(record.to())) {
      return candidates.renamed(now, record);
    }
    Served warm = previous;
    Candidate again =
        warm != null && warm.isOf(record.to()) ? candidates.again(warm, mine, now) : null;
    return again != null
        ? again
        : candidates.load(mine, champion == null ? now : champion.current().orNull());
  }

  /** Whether the serving model was loaded from its copy, and is not leased in the registry. */
  private boolean copyServes() {
    synchronized (lock) {
      return copyServes;
    }
  }

  /** After the version was replaced, nothing here throws: the caller would close the new one. */
  private boolean publish(VersionTrial mine, Served next) {
    current.prepare(next);
    synchronized (lock) {
      if (!counts(mine)) {
        return false;
      }
      Served before = current.replace(next);
      end(mine);
      refused = Optional.empty();
      waiting = Optional.empty();
      if (before != null) {
        drainLater(replaced(before, next));
      }
      copyServes = false;
    }
    return true;
  }

  /**
   * Keeps the replaced version loaded, unless it was loaded from a copy and is therefore not
   * leased. The caller holds the lock.
   *
   * @return the version to close, or null
   */
  private @Nullable Served replaced(Served before, Served next) {
    boolean again = before.isOf(next.servedBy().version().orElse(null));
    if (again || copyServes || !keepsPrevious) {
      return before;
    }
    Served older = previous;
    unfit = unfit(next, before);
    before.model().standBy();
    previous = before;
    return older;
  }

  /** Why the previous version cannot answer calls of the serving one; null if it can. */
  private static @Nullable String unfit(Served serving, Served previous) {
    try {
      Compatibility.require(serving.model(), previous.model());
      return null;
    } catch (RejectedVersionException e) {
      return Failures.reason(e);
    }
  }

  /**
   * The version that served before and is kept loaded, if it can answer calls of the serving
   * version; else null.
   */
  @Nullable Served fittingPrevious() {
    return unfit == null ? previous : null;
  }

  /** The calls in flight. */
  int running() {
    Served now = current.orNull();
    Served before = previous;
    return (now == null ? 0 : now.running()) + (before == null ? 0 : before.running());
  }

  /** Whether the circuit breaker of the serving version is open. */
  boolean isBroken() {
    Served now = current.orNull();
    Breaker breaker = now == null ? null : now.breaker();
    return breaker != null && breaker.isOpen();
  }

  Optional<ProtectionStatus.Breaker> breakerStatus() {
    return Optional.ofNullable(current.orNull())
        .flatMap(
            now ->
                Optional.ofNullable(now.breaker()).map(breaker -> breaker.status(now.servedBy())));
  }

  Optional<ProtectionStatus.Previous> previousStatus() {
    synchronized (lock) {
      return Optional.ofNullable(previous)
          .map(
              version ->
                  new ProtectionStatus.Previous(
                      version.servedBy(),
                      version.model().nativeBytes(),
                      Optional.ofNullable(unfit)));
    }
  }

  private void failed(VersionTrial mine, Throwable failure) {
    Optional<Verdict> verdict = Failures.verdict(failure);
    boolean begins;
    synchronized (lock) {
      if (!counts(mine)) {
        return;
      }
      end(mine);
      String reason = Failures.reason(failure);
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
          "{}: {} is refused, see the cause; the serving version stays", ref, version, failure);
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
  private boolean counts(VersionTrial mine) {
    return !closed
        && (!mine.abandoned || (mine.late && trial == null && mine.record.equals(newest)));
  }

  /** The caller holds the lock. */
  private void end(VersionTrial mine) {
    mine.cancelLimit.run();
    trials.remove(mine);
    trial = null;
  }

  /** The caller holds the lock. */
  private void await(AliasRecord record, String reason) {
    DeploymentStatus.Waiting before = waiting.orElse(null);
    int attempts = before == null ? 1 : before.attempts() + 1;
    Duration backoff = MOST_BACKOFF;
    if (attempts <= 5) {
      backoff = FIRST_BACKOFF.multipliedBy(1L << (attempts - 1));
    }
    waiting =
        Optional.of(
            new DeploymentStatus.Waiting(
                record,
                reason,
                attempts,
                before == null ? clock.instant() : before.since(),
                clock.instant().plus(backoff)));
    DeploymentStatus.Waiting mine = waiting.get();
    timer.after(backoff, () -> tryAgain(mine));
  }

  private void tryAgain(DeploymentStatus.Waiting after) {
    synchronized (lock) {
      if (!closed && trial == null && waiting.equals(Optional.of(after))) {
        begin(after.record());
      }
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
        "%s: loading and testing took longer than %s; it goes on in a thread of its own, %s; allow more time with trialTimeout"
            .formatted(late.record.to(), trialLimit, then),
        new TimeoutException());
  }

  /**
   * Moves the alias back if a version still serves under the newest record.
   *
   * @throws RegistryException if the registry cannot be used, the alias was removed, or every
   *     version that served before was deleted
   */
  Optional<AliasRecord> rollback(ServedBy from, Change change) {
    synchronized (lock) {
      checkOpen();
    }
    AliasRecord record = from.alias().orElse(null);
    Served now = current.orNull();
    if (record == null || now == null || !from.equals(now.servedBy())) {
      return Optional.empty();
    }
    Optional<AliasRecord> made =
        RegistryCalls.value(
            calls.begin(
                "go back from " + record.to(),
                waitedFor -> new Rollback(registry, ref, record, change).run(waitedFor)));
    VersionTrial going = made.isEmpty() ? null : adopt(made.get());
    if (going != null) {
      going.end.join();
    }
    return made;
  }

  /** Follows the record of a rollback, unless a reading of the alias found it first. */
  private @Nullable VersionTrial adopt(AliasRecord made) {
    synchronized (lock) {
      if (!closed && (newest == null || newest.number() < made.number())) {
        reader.outdate();
        return follow(made);
      }
      return trial;
    }
  }

  CurrentModel current() {
    return current;
  }

  boolean serves() {
    return current.orNull() != null;
  }

  Optional<ServedBy> servedBy() {
    return Optional.ofNullable(current.orNull()).map(Served::servedBy);
  }

  DeploymentStatus status(ProtectionStatus protection) {
    synchronized (lock) {
      Served now = current.get();
      return new DeploymentStatus(
          now.servedBy(),
          now.since(),
          newest == null ? now.servedBy().alias().orElseThrow() : newest,
          refused,
          waiting,
          reader.outage(),
          trials.status(),
          Optional.ofNullable(lastGood).map(copies -> copies.status(copyServes)),
          protection);
    }
  }

  /** The newest record of the alias that was read. */
  Optional<AliasRecord> newest() {
    synchronized (lock) {
      return Optional.ofNullable(newest);
    }
  }

  Optional<DeploymentStatus.Refusal> refused() {
    return refused;
  }

  Optional<DeploymentStatus.Waiting> waiting() {
    return waiting;
  }

  /** The caller holds the lock. */
  private void checkOpen() {
    if (closed) {
      throw current.closed();
    }
  }

  /** Throws if closing would be refused now. */
  void checkClosable() {
    Served now = current.orNull();
    Served before = previous;
    if (now != null) {
      now.checkClosable();
    }
    if (before != null) {
      before.checkClosable();
    }
  }

  /** Waits for running calls, but not for a trial or the registry. */
  void close() {
    long began = System.nanoTime();
    synchronized (lock) {
      closed = true;
      reader.close();
      abandon();
    }
    for (Served left = undrained.poll(); left != null; left = undrained.poll()) {
      left.drainSince(began);
    }
    Served now = current.orNull();
    if (now != null) {
      now.drainSince(began);
    }
    Served before = previous;
    if (before != null) {
      before.drainSince(began);
    }
  }

  /** Called after {@link #close}, when all models were closed. */
  void closeCopy() {
    if (lastGood != null) {
      lastGood.close();
    }
  }
}
