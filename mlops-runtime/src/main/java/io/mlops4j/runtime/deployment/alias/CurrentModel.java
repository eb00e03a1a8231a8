package io.mlops4j.runtime.deployment.alias;

import io.mlops4j.inference.RowModel;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The model that serves now, and the records that callers have bound to it. A call takes no lock:
 * it counts itself in on the model, and looks again when that one began to close, because it was
 * swapped just then. Thread safe; the follower's lock guards the bound records.
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

  /** The serving model, or null. */
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
   * Counts a call in on the serving model.
   *
   * @return to be released when the call has ended
   * @throws IllegalStateException if the deployment is closed
   */
  Served acquire() {
    for (Served now = get(); ; now = get()) {
      if (now.acquire()) {
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
   * @throws IncompatibleException if they do not fit
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
      throw new IncompatibleException(
          next.servedBy() + ": records that callers use do not fit: " + e.getMessage(), e);
    }
  }

  /** Holding the lock: lets the next model serve, and returns the one before, or null. */
  @Nullable Served replace(Served next) {
    keys.forEach(key -> bind(next, key)); // those that came meanwhile
    next.gate().open();
    Served before = current;
    current = next;
    return before;
  }
}
