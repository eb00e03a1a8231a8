package io.mlops4j.runtime.serving;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Slots that are built once and used again. Thread safe, without a lock.
 *
 * <p>A call that finds no idle slot gets a new one. Slots beyond the bound are closed after their
 * call. A call never waits for a slot, because a run that hangs would delay it without end.
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
