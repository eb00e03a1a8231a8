package io.mlops4j.runtime.serving;

import io.mlops4j.inference.Closing;
import io.mlops4j.inference.Model;
import io.mlops4j.internal.Spans;
import io.mlops4j.runtime.serving.call.Calls;
import io.mlops4j.runtime.serving.threads.Deadlines;
import io.mlops4j.runtime.serving.threads.RuntimeThreads;
import io.mlops4j.runtime.serving.threads.UninterruptibleWait;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * The end of a model whose calls are counted. Closing rejects new calls, then waits for the running
 * ones, ends them or refuses to close, as {@link Closing} says, and frees the model once. Thread
 * safe.
 */
abstract class ClosableModel implements Model {
  final CallContext context;
  final Calls counter;

  /** The calls that closing may end; null if it waits for them. */
  final @Nullable RunningCalls running;

  final Closing closing;
  private final String subject;
  private final String opened;
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile Deadlines.@Nullable Task patience;
  private volatile long patienceEnds;

  /**
   * @param subject what is closed, for messages, such as "the model delay"
   * @param opened the place in the code that made it
   */
  ClosableModel(
      CallContext context,
      Calls counter,
      @Nullable RunningCalls running,
      Closing closing,
      String subject,
      String opened) {
    this.context = context;
    this.counter = counter;
    this.running = running;
    this.closing = closing;
    this.subject = subject;
    this.opened = opened;
  }

  /** Returns the place in the code that made it. */
  final String opened() {
    return opened;
  }

  /** Returns the number of runs that continue although their call has ended. */
  int abandoned() {
    return 0;
  }

  /** Frees what the calls used; all of them have ended. */
  abstract void freeParts();

  /** Is called last, also if {@link #freeParts} failed. */
  abstract void forget();

  final boolean isClosing() {
    return counter.isClosing();
  }

  /** Throws if closing would be refused now. */
  public final void checkClosable() {
    if (context.inside().isIn(counter)) {
      throw new IllegalStateException(
          subject
              + " cannot be closed from inside one of its calls, because it would wait for itself;"
              + " close it in another thread, or after the call");
    }
    if (counter.running() > 0 && context.threads().isOwn()) {
      throw new IllegalStateException(
          subject
              + " cannot be closed by a worker while calls run, because it would wait for itself;"
              + " close it in another thread");
    }
    if (closing == Closing.refuses() && !counter.isClosing() && isBusy()) {
      throw busyException();
    }
  }

  private boolean isBusy() {
    return counter.running() > 0 || abandoned() > 0;
  }

  private IllegalStateException busyException() {
    int runs = abandoned();
    int calls = counter.running();
    boolean onlyRuns = runs > 0 && calls == 0;
    int count = onlyRuns ? runs : Math.max(calls, 1); // the last call may have ended meanwhile
    return new IllegalStateException(
        "%s: found %d %s%s, expected none; it stays open: close it later, or choose another Closing"
            .formatted(
                subject,
                count,
                onlyRuns ? "abandoned run" : "running call",
                count == 1 ? "" : "s"));
  }

  @Override
  public final void close() {
    checkClosable();
    if (closing != Closing.refuses()) {
      drain();
    } else if (abandoned() == 0 && counter.closeIfIdle()) {
      free();
    } else if (!counter.isClosing()) {
      throw busyException();
    } else {
      awaitClosed();
    }
  }

  /** Closes, and waits for running calls where {@link #close} would refuse. */
  public final void drain() {
    drainSince(System.nanoTime());
  }

  /**
   * Does the same, as a part of something that began to close at a time.
   *
   * @param began the time, by {@link System#nanoTime}
   */
  public final void drainSince(long began) {
    if (stopCalls(began)) {
      free();
    } else {
      awaitClosed();
    }
  }

  /** Rejects new calls and schedules the end of running ones; false if that was done before. */
  final boolean stopCalls() {
    return stopCalls(System.nanoTime());
  }

  private boolean stopCalls(long began) {
    if (!counter.close()) {
      return false;
    }
    RunningCalls calls = running;
    if (closing instanceof Closing.EndsCalls ends && calls != null) {
      String reason =
          "%s was closed, and the call went on for longer than %s after that"
              .formatted(subject, Spans.text(ends.patience()));
      Duration passed = Duration.ofNanos(System.nanoTime() - began);
      Duration left = ends.patience().minus(passed);
      left = left.isNegative() ? Duration.ZERO : left;
      patienceEnds = System.nanoTime() + RuntimeThreads.nanos(left);
      patience = calls.endAfter(left, context.threads().deadlines(), reason);
    }
    return true;
  }

  /**
   * Returns how long closing waits for running calls from now on.
   *
   * @return zero or more; null if it waits without a bound
   */
  final @Nullable Duration patienceLeft() {
    return closing instanceof Closing.EndsCalls
        ? Duration.ofNanos(Math.max(0, patienceEnds - System.nanoTime()))
        : null;
  }

  /** Waits for running calls, after {@link #stopCalls} returned true. */
  final void free() {
    try {
      counter.awaitDrained();
      Deadlines.Task waited = patience;
      if (waited != null) {
        waited.cancel();
      }
      freeParts();
    } finally {
      forget();
      closed.countDown();
    }
  }

  /** Waits until the closing thread is done. */
  final void awaitClosed() {
    UninterruptibleWait.uninterruptibly(closed);
  }
}
