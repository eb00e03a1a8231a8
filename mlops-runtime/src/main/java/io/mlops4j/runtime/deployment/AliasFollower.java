package io.mlops4j.runtime.deployment;

import io.mlops4j.error.RegistryException;
import io.mlops4j.inference.RowModel;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.deployment.Candidates.Candidate;
import java.time.Clock;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves what one alias names.
 *
 * <p>Two locks: the first makes checks and rollbacks one at a time, and is held while a model
 * loads; the second is held only while records are bound and the new model is published, so that
 * binding records never waits for a load. Calls take neither. They count themselves in on the
 * published model, and look again when that one began to close: it was swapped just then.
 */
final class AliasFollower {
  private static final Logger LOG = LoggerFactory.getLogger(Deployment.class);

  private final ModelRegistry registry;
  private final String ref;
  private final Candidates candidates;
  private final Clock clock;
  private final Executor drains;
  private final Runnable changed;
  private final ReentrantLock following = new ReentrantLock();
  private final Object publishing = new Object();
  private final Set<RowKey> keys = new LinkedHashSet<>();
  private @Nullable AliasRecord seen;
  private boolean closed;
  private volatile @Nullable Served current;
  private volatile Optional<DeploymentStatus.Refusal> refused = Optional.empty();

  /**
   * @param drains where models that were swapped out wait for their last call
   * @param changed run after every swap and refusal
   */
  AliasFollower(
      ModelRegistry registry,
      String ref,
      Candidates candidates,
      Clock clock,
      Executor drains,
      Runnable changed) {
    this.registry = registry;
    this.ref = ref;
    this.candidates = candidates;
    this.clock = clock;
    this.drains = drains;
    this.changed = changed;
  }

  /** Serves what the alias names now, or throws why it cannot. */
  void start() {
    AliasRecord head =
        registry
            .head(ref)
            .orElseThrow(
                () ->
                    new RegistryException(
                        ref + ": found no record, expected a version; assign one first", null));
    serve(head);
    seen = head;
  }

  /** Follows a new record, if there is one; a version that fails is refused. */
  void check() {
    following.lock();
    try {
      look();
    } finally {
      following.unlock();
    }
  }

  /**
   * Does the same at leisure: not while another thread checks or goes back. Whoever it tells of the
   * change may close this, and closing waits for the thread that would wait here.
   */
  void checkUnlessBusy() {
    if (following.tryLock()) {
      try {
        look();
      } finally {
        following.unlock();
      }
    }
  }

  private void look() {
    checkOpen();
    Optional<AliasRecord> head = registry.head(ref);
    if (head.isPresent() && !head.get().equals(seen)) {
      follow(head.get());
    }
  }

  private void follow(AliasRecord record) {
    try {
      serve(record);
      refused = Optional.empty();
    } catch (RuntimeException | Error e) {
      // Whatever is wrong with the new version, the one before goes on serving.
      LOG.warn("{}: {} is refused, see the cause; serving stays", ref, record.to(), e);
      String reason = e.getMessage() == null ? e.toString() : e.getMessage();
      refused = Optional.of(new DeploymentStatus.Refusal(record, reason, clock.instant()));
    }
    seen = record;
    changed.run();
  }

  private void serve(AliasRecord record) {
    Candidate candidate = candidate(record);
    try {
      publish(new Served(candidate, clock.instant()));
    } catch (RuntimeException | Error e) {
      candidate.model().close();
      throw e;
    }
  }

  private Candidate candidate(AliasRecord record) {
    Served now = current;
    if (now != null && now.servedBy().version().equals(Optional.of(record.to()))) {
      return new Candidate(now.model().withAlias(record), now.gate());
    }
    return candidates.load(record);
  }

  private void publish(Served next) {
    Served before;
    synchronized (publishing) {
      keys.forEach(next::rows);
      next.gate().open();
      before = current;
      current = next;
    }
    LOG.info("{}: serving {}", ref, next.servedBy());
    if (before != null) {
      drains.execute(before.model()::drain);
    }
  }

  /** Goes back if a record still is the newest and serves. */
  Optional<AliasRecord> rollback(ServedBy from, Change change) {
    following.lock();
    try {
      checkOpen();
      AliasRecord record = from.alias().orElse(null);
      Served now = current;
      if (record == null || now == null || !from.equals(now.servedBy())) {
        return Optional.empty();
      }
      Optional<AliasRecord> made =
          RollbackTarget.of(registry.history(ref), record)
              .flatMap(target -> assign(target, change, record));
      made.ifPresent(this::follow);
      return made;
    } finally {
      following.unlock();
    }
  }

  private Optional<AliasRecord> assign(ModelVersion to, Change change, AliasRecord expected) {
    try {
      return Optional.of(registry.assign(ref, to, change, expected));
    } catch (RegistryException e) {
      if (registry.head(ref).equals(Optional.of(expected))) {
        throw e;
      }
      return Optional.empty(); // somebody else moved the alias first
    }
  }

  /** Binds records, now and to everything that will be published. */
  RowModel<?, ?> bind(RowKey key) {
    synchronized (publishing) {
      Served now = acquire();
      try {
        RowModel<?, ?> rows = now.rows(key);
        keys.add(key);
        return rows;
      } finally {
        now.release();
      }
    }
  }

  /** What serves, for its facts. */
  Served serving() {
    Served now = current;
    if (now == null) {
      throw new IllegalStateException("nothing serves yet");
    }
    return now;
  }

  boolean serves() {
    return current != null;
  }

  Optional<ServedBy> servedBy() {
    return Optional.ofNullable(current).map(Served::servedBy);
  }

  Optional<DeploymentStatus.Refusal> refused() {
    return refused;
  }

  /**
   * Counts a call in on what serves.
   *
   * @return to be released when the call has ended
   * @throws IllegalStateException if this is closed
   */
  Served acquire() {
    for (Served now = serving(); ; now = serving()) {
      if (now.acquire()) {
        return now;
      }
      if (now == current) {
        throw closed();
      }
    }
  }

  private void checkOpen() {
    if (closed) {
      throw closed();
    }
  }

  private IllegalStateException closed() {
    return new IllegalStateException("the deployment of " + ref + " is closed");
  }

  /** Throws if closing would be refused now. */
  void checkClosable() {
    Served now = current;
    if (now != null) {
      now.model().checkClosable();
    }
  }

  /** Waits for running calls. */
  void close() {
    following.lock();
    try {
      closed = true;
      Served now = current;
      if (now != null) {
        now.model().drain();
      }
    } finally {
      following.unlock();
    }
  }
}
