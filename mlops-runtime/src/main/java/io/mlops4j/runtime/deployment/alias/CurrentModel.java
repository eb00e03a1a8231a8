package io.mlops4j.runtime.deployment.alias;

import io.mlops4j.error.ModelInputException;
import io.mlops4j.inference.RowModel;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.runtime.deployment.DeploymentStatus.Verdict;
import io.mlops4j.runtime.deployment.alias.acceptance.RejectedVersionException;
import io.mlops4j.runtime.serving.HeldRows;
import io.mlops4j.runtime.serving.ServingModel;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The model that serves now, and the records that callers have bound to it. A call takes no lock:
 * it acquires the model, and retries with the next model if the first one was just swapped out.
 * Thread safe; the follower's lock guards the bound records.
 */
final class CurrentModel {
  private final String ref;
  private final Object lock;
  private final Set<RowKey> keys = new LinkedHashSet<>();
  private volatile @Nullable Served current;

  CurrentModel(String ref, Object lock) {
    this.ref = ref;
    this.lock = lock;
  }

  @Nullable Served orNull() {
    return current;
  }

  /** The serving model. */
  Served get() {
    Served now = current;
    if (now == null) {
      throw new IllegalStateException("nothing serves yet");
    }
    return now;
  }

  /**
   * Counts a call of the serving model.
   *
   * @return the model, which the caller releases when the call has ended
   * @throws IllegalStateException if the deployment is closed
   */
  @SuppressWarnings("ReferenceEquality") // it is the same object unless it was swapped
  Served acquire() {
    for (Served now = get(); ; now = get()) {
      if (now.model().acquire()) {
        return now;
      }
      if (now == current) {
        throw closed();
      }
    }
  }

  IllegalStateException closed() {
    return new IllegalStateException("the deployment of " + ref + " is closed");
  }

  /** Binds records, now and to each later model. */
  RowModel<?, ?> bind(RowKey key) {
    synchronized (lock) {
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

  /**
   * Binds the records of callers to the next model.
   *
   * @throws RejectedVersionException if they do not fit
   */
  void prepare(Served next) {
    List<RowKey> known;
    synchronized (lock) {
      known = List.copyOf(keys);
    }
    known.forEach(key -> bind(next, key));
  }

  private static void bind(Served next, RowKey key) {
    try {
      next.rows(key);
    } catch (RuntimeException e) {
      throw unfit(next.servedBy(), e);
    }
  }

  /**
   * Binds the records of callers to a version that is tested.
   *
   * @throws RejectedVersionException if they do not fit
   */
  static HeldRows<?, ?> bind(RowKey key, ServingModel tested) {
    try {
      return key.bind(tested);
    } catch (ModelInputException e) {
      throw unfit(tested.servedBy(), e);
    }
  }

  private static RejectedVersionException unfit(ServedBy version, RuntimeException why) {
    return new RejectedVersionException(
        Verdict.INTERFACE,
        version + ": records that callers use do not fit: " + why.getMessage(),
        why);
  }

  /**
   * Lets the next model serve, and returns the previous one, or null. The caller holds the lock.
   */
  @Nullable Served replace(Served next) {
    keys.forEach(key -> bind(next, key)); // also those that were added meanwhile
    next.gate().set(true);
    Served before = current;
    current = next;
    return before;
  }

  /** Binds records to each later model, without a model that serves now. */
  void bindLater(RowKey key) {
    synchronized (lock) {
      keys.add(key);
    }
  }

  /** Ends serving, and returns the model, or null. The caller holds the lock. */
  @Nullable Served clear() {
    Served before = current;
    current = null;
    return before;
  }
}
