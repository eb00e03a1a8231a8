package io.mlops4j.runtime.serving;

import io.mlops4j.error.DeadlineException;
import io.mlops4j.internal.Spans;
import io.mlops4j.spi.EngineSlot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Lets another thread end a call. The slot is cancelled only while this call uses it. So a thread
 * that is too late never cancels the next call of the slot.
 */
final class Cancellation {
  private static final int WAITING = 0;
  private static final int RUNNING = 1;
  private static final int CANCELLING = 2;
  private static final int CANCELLED = 3;
  private static final int ENDED = 4;

  private final AtomicInteger state = new AtomicInteger(WAITING);
  private final @Nullable Duration deadline;
  private final @Nullable AbandonedRuns lateRuns;
  private final List<Cancellation> parts = new ArrayList<>(0);
  private volatile @Nullable EngineSlot slot;
  private volatile boolean late;
  private volatile boolean unwanted;
  private volatile @Nullable String closed;

  private volatile @Nullable Runnable whenStopped;

  Cancellation(@Nullable Duration deadline) {
    this(deadline, null);
  }

  /** A call that leaves its run to {@code lateRuns} when it is ended; null if it waits. */
  Cancellation(@Nullable Duration deadline, @Nullable AbandonedRuns lateRuns) {
    this.deadline = deadline;
    this.lateRuns = lateRuns;
  }

  /**
   * Returns the cancellation of one of several runs of the call, each in a thread of its own.
   * Ending the call ends them all.
   */
  synchronized Cancellation part() {
    Cancellation part = new Cancellation(deadline, lateRuns);
    part.late = late;
    part.unwanted = unwanted;
    part.closed = closed;
    parts.add(part);
    return part;
  }

  /** Ends another call with this one, until {@link #leave}; at once if this one was ended. */
  void join(Cancellation inner) {
    synchronized (this) {
      parts.add(inner);
    }
    if (unwanted) {
      inner.cancel();
    }
    String reason = closed;
    if (reason != null) {
      inner.close(reason);
    }
  }

  synchronized void leave(Cancellation inner) {
    parts.remove(inner);
  }

  /** Ends the call because its deadline has passed. */
  void expire() {
    late = true;
    stop();
    parts().forEach(Cancellation::expire);
  }

  /** Ends the call because its caller cancelled it. */
  void cancel() {
    unwanted = true;
    stop();
    parts().forEach(Cancellation::cancel);
  }

  /** Ends the call because its model was closed. */
  void close(String reason) {
    closed = reason;
    stop();
    parts().forEach(part -> part.close(reason));
  }

  private synchronized List<Cancellation> parts() {
    return List.copyOf(parts);
  }

  private void stop() {
    try {
      cancelSlot();
    } finally {
      Runnable action = whenStopped;
      if (action != null) {
        action.run();
      }
    }
  }

  private void cancelSlot() {
    EngineSlot running = slot;
    if (running != null && state.compareAndSet(RUNNING, CANCELLING)) {
      try {
        running.cancel();
      } finally {
        state.set(CANCELLED);
      }
    }
  }

  /** Null if the call waits for its run. */
  @Nullable AbandonedRuns lateRuns() {
    return lateRuns;
  }

  /** Sets an action that runs when the call is ended, at once if it was before. May run twice. */
  void whenStopped(Runnable action) {
    whenStopped = action;
    if (isStopped()) {
      action.run();
    }
  }

  /** Begins to use a slot; throws if the call was ended before. */
  void begin(EngineSlot running) {
    slot = running;
    state.set(RUNNING);
    check();
  }

  /** Ends the use of the slot. From then on no other thread cancels it. */
  void end() {
    while (!state.compareAndSet(RUNNING, ENDED) && state.get() != CANCELLED) {
      Thread.onSpinWait();
    }
    slot = null;
  }

  boolean isStopped() {
    return late || unwanted || closed != null;
  }

  /** Throws if the call was ended, whatever the engine returned. */
  void check() {
    if (unwanted) {
      throw new CancellationException("the call was cancelled");
    }
    if (late) {
      throw new DeadlineException(
          "the call took longer than "
              + Spans.text(Objects.requireNonNull(deadline))
              + "; allow more time or call with fewer rows at once");
    }
    String reason = closed;
    if (reason != null) {
      throw new IllegalStateException(reason);
    }
  }
}
