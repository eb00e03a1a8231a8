package io.mlops4j.runtime.deployment.alias;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A bounded queue whose items are used again, for any number of callers and takers. Nobody waits.
 * Thread safe, without a lock.
 *
 * <p>The algorithm is Vyukov's bounded MPMC queue. Each item has a turn: {@code n} if the caller
 * number {@code n} may fill it, {@code n + 1} if it can be taken. A full queue is noticed by
 * reading one turn, before anything is copied. An item is free again only after it was handled, so
 * the queue also bounds what is being handled.
 */
final class ShadowRing {
  /** A power of two. */
  static final int SIZE = 64;

  /** Cursors lie on cache lines of their own, because callers write one and takers the other. */
  private static final int LINE = 16;

  private static final int TAIL = LINE;
  private static final int HEAD = 2 * LINE;

  private final AtomicLongArray cursors = new AtomicLongArray(3 * LINE);
  private final ShadowCall[] calls = new ShadowCall[SIZE];

  ShadowRing(Supplier<ShadowCall> calls) {
    for (int i = 0; i < SIZE; i++) {
      ShadowCall call = calls.get();
      call.turn = i;
      this.calls[i] = call;
    }
  }

  private ShadowCall at(long number) {
    return calls[(int) number & (SIZE - 1)];
  }

  /** Returns an item to fill, which {@link #publish} then adds; null if the queue is full. */
  @Nullable ShadowCall claim() {
    long tail = cursors.get(TAIL);
    while (true) {
      ShadowCall call = at(tail);
      long ahead = call.turn - tail;
      if (ahead < 0) {
        return null;
      }
      if (ahead == 0 && cursors.compareAndSet(TAIL, tail, tail + 1)) {
        call.number = tail;
        return call;
      }
      tail = cursors.get(TAIL);
    }
  }

  void publish(ShadowCall call) {
    call.turn = call.number + 1;
  }

  /** Takes the oldest item, which {@link #recycle} frees; null if there is none. */
  @Nullable ShadowCall poll() {
    long head = cursors.get(HEAD);
    while (true) {
      ShadowCall call = at(head);
      long ahead = call.turn - (head + 1);
      if (ahead < 0) {
        return null;
      }
      if (ahead == 0 && cursors.compareAndSet(HEAD, head, head + 1)) {
        return call;
      }
      head = cursors.get(HEAD);
    }
  }

  void recycle(ShadowCall call) {
    call.turn = call.number + SIZE;
  }

  boolean isEmpty() {
    return at(cursors.get(HEAD)).turn <= cursors.get(HEAD);
  }

  boolean isHalfFull() {
    return cursors.get(TAIL) - cursors.get(HEAD) >= SIZE / 2;
  }

  /** Forgets all items and frees their memory, after the last caller and taker. */
  void free() {
    for (ShadowCall call : calls) {
      call.free();
    }
  }
}
