package io.mlops4j.runtime.serving;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Slots that are built once and used again. Thread safe, without a lock.
 *
 * <p>There are as many slots as there were calls at the same time. Slots beyond the bound are
 * closed after their call. A call never waits for a slot, because it would hang behind a run that
 * hangs.
 */
final class SlotPool implements AutoCloseable {
  private final AtomicReferenceArray<@Nullable Slot> idle;
  private final Supplier<Slot> build;

  SlotPool(int bound, Supplier<Slot> build) {
    this.idle = new AtomicReferenceArray<>(bound);
    this.build = build;
  }

  Slot lease() {
    for (int i = 0; i < idle.length(); i++) {
      if (idle.getPlain(i) != null) {
        Slot found = idle.getAndSet(i, null);
        if (found != null) {
          return found;
        }
      }
    }
    return build.get();
  }

  void give(Slot slot) {
    for (int i = 0; i < idle.length(); i++) {
      if (idle.getPlain(i) == null && idle.compareAndSet(i, null, slot)) {
        return;
      }
    }
    slot.engine().close();
  }

  /** Closes the slots; all were given back. */
  @Override
  public void close() {
    for (int i = 0; i < idle.length(); i++) {
      Slot found = idle.getAndSet(i, null);
      if (found != null) {
        found.engine().close();
      }
    }
  }
}
