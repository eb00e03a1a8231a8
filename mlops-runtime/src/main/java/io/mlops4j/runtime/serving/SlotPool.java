package io.mlops4j.runtime.serving;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Slots that are built once and used again. Thread safe, without a lock.
 *
 * <p>Each thread looks first where it gave its last slot back, so that threads do not move the
 * memory of slots between processors.
 *
 * <p>A call that finds no idle slot gets a new one. Slots beyond the bound are closed after their
 * call. A call never waits for a slot, because a run that hangs would delay it without end.
 */
final class SlotPool implements AutoCloseable {
  /** Places are this far apart, so that threads do not share cache lines. */
  private static final int APART = 16;

  private final int bound;
  private final AtomicReferenceArray<@Nullable Slot> idle;
  private final Supplier<Slot> build;

  SlotPool(int bound, Supplier<Slot> build) {
    this.bound = bound;
    this.idle = new AtomicReferenceArray<>(bound * APART);
    this.build = build;
  }

  Slot lease() {
    Slot found = idle();
    return found != null ? found : build.get();
  }

  /** Leases an idle slot; null if there is none. */
  @Nullable Slot idle() {
    int first = first();
    for (int n = 0; n < bound; n++) {
      int i = (first + n) % bound * APART;
      if (idle.getPlain(i) != null) {
        Slot found = idle.getAndSet(i, null);
        if (found != null) {
          return found;
        }
      }
    }
    return null;
  }

  /** The place of this thread's slot. */
  private int first() {
    return (int) (Thread.currentThread().getId() % bound);
  }

  void give(Slot slot) {
    int first = first();
    for (int n = 0; n < bound; n++) {
      int i = (first + n) % bound * APART;
      if (idle.getPlain(i) == null && idle.compareAndSet(i, null, slot)) {
        return;
      }
    }
    slot.engine().close();
  }

  /** Closes the slots; all were given back. */
  @Override
  public void close() {
    for (int i = 0; i < idle.length(); i += APART) {
      Slot found = idle.getAndSet(i, null);
      if (found != null) {
        found.engine().close();
      }
    }
  }
}
