package io.mlops4j.runtime.deployment.alias;

import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.deployment.DeploymentStatus;
import io.mlops4j.runtime.registry.folder.LastGoodFolder;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies each version that serves to a folder, on a thread that may hang, and retries a copy that
 * failed. Thread safe.
 */
final class LastGood {
  private static final Logger LOG = LoggerFactory.getLogger(Deployment.class);
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  private final LastGoodFolder folder;
  private final String ref;
  private final Clock clock;
  private final DeploymentThreads threads;
  private final Runnable changed;
  private @Nullable ModelRegistry opened;
  private @Nullable AliasRecord wanted;
  private @Nullable AliasRecord copied;
  private Instant next = Instant.MIN;
  private int failures;
  private boolean copying;
  private Optional<ModelVersion> kept = Optional.empty();
  private Optional<String> problem = Optional.empty();

  /**
   * @param changed run when a problem begins or ends
   */
  LastGood(
      Path folder,
      ModelRegistry registry,
      String ref,
      Clock clock,
      DeploymentThreads threads,
      Runnable changed) {
    this.folder = LastGoodFolder.open(folder, ref, registry);
    this.ref = ref;
    this.clock = clock;
    this.threads = threads;
    this.changed = changed;
  }

  /**
   * Opens the registry with the last good version. It stays open until {@link #close}, because the
   * loaded version has a lease in it.
   *
   * @return empty if no version was copied
   */
  synchronized Optional<ModelRegistry> registry() {
    Optional<ModelRegistry> newest = folder.newest();
    opened = newest.orElse(null);
    return newest;
  }

  /** Called once, after all models were closed. */
  synchronized void close() {
    if (opened != null) {
      opened.close();
    }
  }

  /** Copies the version of a record soon. A version that waits to be copied is replaced. */
  void keep(AliasRecord record) {
    synchronized (this) {
      wanted = record;
      next = Instant.MIN;
      failures = 0;
    }
    tick();
  }

  /** Looks after the copy, or begins one if one is due; never waits. */
  void tick() {
    Runnable work;
    synchronized (this) {
      if (copying || clock.instant().isBefore(next) || (wanted == null && copied == null)) {
        return;
      }
      copying = true;
      work = wanted == null ? this::look : this::copy;
    }
    try {
      threads.attempt(work);
    } catch (RejectedExecutionException e) { // closed, or no thread can be started now
      LOG.debug("{}: its version is not copied now", ref, e);
      synchronized (this) {
        copying = false;
      }
    }
  }

  /** Copies the version again if somebody deleted the copy. */
  private void look() {
    boolean gone = !folder.isThere();
    synchronized (this) {
      copying = false;
      if (gone && wanted == null) {
        wanted = copied;
      }
      if (wanted == null) {
        return;
      }
    }
    if (gone) {
      LOG.warn("{}: the copy for a restart was deleted; the version is copied again", ref);
    }
    tick();
  }

  private void copy() {
    AliasRecord record;
    synchronized (this) {
      record = wanted;
    }
    Throwable failure = null;
    if (record != null && record.to() != null) {
      try {
        folder.keep(record);
      } catch (RuntimeException | Error e) {
        failure = e;
      }
      ended(record, failure);
    }
  }

  private void ended(AliasRecord record, @Nullable Throwable failure) {
    boolean news;
    synchronized (this) {
      copying = false;
      news = problem.isPresent() != (failure != null);
      if (failure == null) {
        kept = Optional.ofNullable(record.to());
        copied = record;
        problem = Optional.empty();
        failures = 0;
        wanted = record.equals(wanted) ? null : wanted;
      } else {
        problem = Optional.of(Failures.reason(failure));
        if (record.equals(
            wanted)) { // a newer version does not wait for the failure of an older one
          next = clock.instant().plus(pause());
          failures++;
        }
      }
    }
    if (failure != null && news) {
      LOG.warn(
          "{}: {} cannot be copied for a restart; the copy is retried", ref, record.to(), failure);
    }
    if (news) {
      changed.run();
    }
    tick();
  }

  /** Short at first: until there is a copy, a restart needs the registry. */
  private Duration pause() {
    return failures < 5 ? FIRST_PAUSE.multipliedBy(1L << failures) : LONGEST_PAUSE;
  }

  synchronized DeploymentStatus.LastGood status(boolean serving) {
    return new DeploymentStatus.LastGood(kept, serving, problem);
  }
}
