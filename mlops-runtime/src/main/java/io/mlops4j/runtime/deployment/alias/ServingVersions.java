package io.mlops4j.runtime.deployment.alias;

import io.mlops4j.runtime.deployment.ProtectionStatus;
import io.mlops4j.runtime.deployment.alias.acceptance.Compatibility;
import io.mlops4j.runtime.deployment.alias.acceptance.RejectedVersionException;
import java.time.Duration;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * The version that serves, the one before it if that is kept loaded, and those that are being
 * closed. The follower's lock guards swaps.
 */
final class ServingVersions {
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final CurrentModel current;
  private final Object lock;
  private final boolean keepsPrevious;
  private final DeploymentThreads threads;
  private final Timer timer;

  /** The versions that no thread could close so far. */
  private final Queue<Served> undrained = new ConcurrentLinkedQueue<>();

  private volatile @Nullable Served previous;
  private volatile @Nullable String unfit;
  private boolean copyServes;

  /**
   * @param lock the lock of the follower
   */
  ServingVersions(
      String ref, Object lock, boolean keepsPrevious, DeploymentThreads threads, Timer timer) {
    this.current = new CurrentModel(ref, lock);
    this.lock = lock;
    this.keepsPrevious = keepsPrevious;
    this.threads = threads;
    this.timer = timer;
  }

  CurrentModel current() {
    return current;
  }

  /** The version that served before if it is kept loaded, or null. */
  @Nullable Served previous() {
    return previous;
  }

  /** Whether the serving model was loaded from its copy, and is not leased in the registry. */
  boolean isCopy() {
    synchronized (lock) {
      return copyServes;
    }
  }

  /** Lets a version serve that was loaded from its copy. The caller holds the lock. */
  void serveCopy(Served copied) {
    current.replace(copied);
    copyServes = true;
  }

  /**
   * Lets the next version serve. After the version was replaced, nothing here throws: the caller
   * would close the new one. The caller holds the lock.
   */
  void replace(Served next) {
    Served before = current.replace(next);
    if (before != null) {
      drainLater(replaced(before, next));
    }
    copyServes = false;
  }

  /**
   * Keeps the replaced version loaded, unless it was loaded from a copy and is therefore not
   * leased.
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

  /** Ends serving. The caller holds the lock. */
  void clear() {
    drainLater(current.clear());
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
      timer.after(PAUSE, () -> drainLater(undrained.poll()));
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

  /** Closes all versions, as a part of something that began to close at that time. */
  void closeSince(long began) {
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
}
