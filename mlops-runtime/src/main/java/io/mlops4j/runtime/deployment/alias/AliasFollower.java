package io.mlops4j.runtime.deployment.alias;

import io.mlops4j.error.ModelLoadException;
import io.mlops4j.error.RegistryException;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.deployment.DeploymentStatus;
import io.mlops4j.runtime.deployment.ProtectionStatus;
import io.mlops4j.runtime.deployment.alias.Candidates.Candidate;
import io.mlops4j.runtime.serving.threads.RuntimeThreads;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
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

  private final ModelRegistry registry;
  private final String ref;
  private final Candidates candidates;
  private final Clock clock;
  private final DeploymentThreads threads;
  private final RegistryCalls calls;
  private final @Nullable AliasFollower champion;
  private final @Nullable LastGood lastGood;
  private final Runnable changed;
  private final Object lock = new Object();
  private final AliasReader reader;
  private final ServingVersions versions;
  private final RecordTrials trials;

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
    Timer timer = built.timer == null ? threads : built.timer;
    this.calls = new RegistryCalls(ref, threads, timer, built.registryTimeout);
    this.changed = changed;
    this.reader = new AliasReader(registry, ref, calls, clock, built.nanos, lock, changed);
    this.versions =
        new ServingVersions(
            ref, lock, built.keepsPrevious && ref.equals(built.ref), threads, timer);
    this.trials =
        new RecordTrials(
            ref, lock, clock, threads, timer, built.trialTimeout, this::serve, changed);
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
        if (trials.isClosed() || serves()) {
          copied.drain(); // the registry was faster
        } else {
          versions.serveCopy(copied);
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
   * @param most the longest wait for a version, which serves later if it takes longer
   * @throws RegistryException if the registry cannot be read
   */
  void refresh(Duration most) {
    synchronized (lock) {
      checkOpen();
    }
    VersionTrial going = RegistryCalls.value(look(true));
    if (going != null
        && !going
            .end
            .thenApply(failure -> true)
            .completeOnTimeout(false, RuntimeThreads.nanos(most), TimeUnit.NANOSECONDS)
            .join()) {
      LOG.warn("{}: {} is still being loaded or tested", ref, going.record.to());
    }
  }

  /** Begins to read the alias unless that has just begun; never waits. */
  void tick() {
    if (lastGood != null) {
      lastGood.tick();
    }
    synchronized (lock) {
      if (trials.isClosed() || reader.isBusy()) {
        return;
      }
      reader.makeRoom();
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
      if (isNews(head)) {
        reader.acceptLate();
        VersionTrial unused = follow(head);
      }
    }
  }

  /** The caller holds the lock. */
  private boolean isNews(AliasRecord record) {
    AliasRecord newest = trials.newest();
    return !trials.isClosed() && (newest == null || newest.number() < record.number());
  }

  private @Nullable VersionTrial found(AliasReader.Reading reading, boolean now) {
    boolean ended;
    VersionTrial going;
    synchronized (lock) {
      if (trials.isClosed() || reader.isOutdated(reading)) {
        return trials.running();
      }
      boolean older = isOlder(reading);
      ended = reader.accept(reading);
      AliasRecord head = reading.head();
      going =
          head != null && !head.equals(trials.newest()) && !older
              ? follow(head)
              : trials.again(ended || now, ended || reader.hasOvertaken(reading));
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
    AliasRecord newest = trials.newest();
    return head != null
        && newest != null
        && head.number() < newest.number()
        && reader.mayBeOlder(reading);
  }

  /** Returns the trial of the record's version, or null. The caller holds the lock. */
  private @Nullable VersionTrial follow(AliasRecord record) {
    VersionTrial going = trials.follow(record);
    if (record.isRemoval() && champion != null) {
      trials.forgetRefusal();
      versions.clear();
    } else if (record.isRemoval()) {
      LOG.warn("{}: the alias was removed by {}; the serving version stays", ref, record.change());
    }
    return going;
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
    Served now = current().orNull();
    if (now != null && !versions.isCopy() && now.isOf(record.to())) {
      return candidates.renamed(now, record);
    }
    Served warm = versions.previous();
    Candidate again =
        warm != null && warm.isOf(record.to()) ? candidates.again(warm, mine, now) : null;
    return again != null
        ? again
        : candidates.load(mine, champion == null ? now : champion.current().orNull());
  }

  private boolean publish(VersionTrial mine, Served next) {
    current().prepare(next);
    synchronized (lock) {
      if (!trials.counts(mine)) {
        return false;
      }
      versions.replace(next);
      trials.passed(mine);
    }
    return true;
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
    Served now = current().orNull();
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
      if (isNews(made)) {
        reader.outdate();
        return follow(made);
      }
      return trials.running();
    }
  }

  /** The versions that are loaded. */
  ServingVersions versions() {
    return versions;
  }

  CurrentModel current() {
    return versions.current();
  }

  boolean serves() {
    return current().orNull() != null;
  }

  Optional<ServedBy> servedBy() {
    return Optional.ofNullable(current().orNull()).map(Served::servedBy);
  }

  DeploymentStatus status(ProtectionStatus protection) {
    synchronized (lock) {
      Served now = current().get();
      AliasRecord newest = trials.newest();
      return new DeploymentStatus(
          now.servedBy(),
          now.since(),
          newest == null ? now.servedBy().alias().orElseThrow() : newest,
          trials.refused(),
          trials.waiting(),
          reader.outage(),
          trials.status(),
          Optional.ofNullable(lastGood).map(copies -> copies.status(versions.isCopy())),
          protection);
    }
  }

  /** The newest record of the alias that was read. */
  Optional<AliasRecord> newest() {
    synchronized (lock) {
      return Optional.ofNullable(trials.newest());
    }
  }

  Optional<DeploymentStatus.Refusal> refused() {
    return trials.refused();
  }

  Optional<DeploymentStatus.Waiting> waiting() {
    return trials.waiting();
  }

  /** The caller holds the lock. */
  private void checkOpen() {
    if (trials.isClosed()) {
      throw current().closed();
    }
  }

  /** Waits for running calls, but not for a trial or the registry. */
  void close() {
    long began = System.nanoTime();
    synchronized (lock) {
      reader.close();
      trials.close();
    }
    versions.closeSince(began);
  }

  /** Called after {@link #close}, when all models were closed. */
  void closeCopy() {
    if (lastGood != null) {
      lastGood.close();
    }
  }
}
