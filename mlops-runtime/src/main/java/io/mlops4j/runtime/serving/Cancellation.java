package io.mlops4j.runtime.serving;

import io.mlops4j.error.DeadlineException;
import io.mlops4j.spi.EngineSlot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Lets another thread end a call. The slot is cancelled only while this call has it. A thread that
 * ends a call too late does nothing, and never reaches the next call of the slot.
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

  /** Of a call that is not to wait for its run, but leave it to {@code lateRuns}, if not null. */
  Cancellation(@Nullable Duration deadline, @Nullable AbandonedRuns lateRuns) {
    this.deadline = deadline;
    this.lateRuns = lateRuns;
  }

  /**
   * Makes the cancellation of one of several runs of the call, each in a thread of its own. Ending
   * the call ends them all.
   */
  synchronized Cancellation part() {
    Cancellation part = new Cancellation(deadline, lateRuns);
    part.late = late;
    part.unwanted = unwanted;
    part.closed = closed;
    parts.add(part);
    return part;
  }

  /** The deadline has passed. */
  void expire() {
    late = true;
    stop();
    parts().forEach(Cancellation::expire);
  }

  /** Nobody wants the answer any more. */
  void cancel() {
    unwanted = true;
    stop();
    parts().forEach(Cancellation::cancel);
  }

  /** The model is closed and waits no longer. */
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

  /** Does something when the call is ended from outside, now if that was before; perhaps twice. */
  void whenStopped(Runnable action) {
    whenStopped = action;
    if (isStopped()) {
      action.run();
    }
  }

  /** The call has a slot; throws if it was ended before. */
  void begin(EngineSlot running) {
    slot = running;
    state.set(RUNNING);
    check();
  }

  /** The call is about to return its slot; from now on no other thread reaches the slot. */
  void end() {
    while (!state.compareAndSet(RUNNING, ENDED) && state.get() != CANCELLED) {
      Thread.onSpinWait();
    }
    slot = null;
  }

  boolean isStopped() {
    return late || unwanted || closed != null;
  }

  /** Throws if the call was ended, whatever the engine made of it. */
  void check() {
    if (unwanted) {
      throw new CancellationException("the call was cancelled");
    }
    if (late) {
      throw new DeadlineException(
          "the call took longer than "
              + deadline
              + "; allow more time or ask with fewer rows at once");
    }
    String reason = closed;
    if (reason != null) {
      throw new IllegalStateException(reason);
    }
  }
}
