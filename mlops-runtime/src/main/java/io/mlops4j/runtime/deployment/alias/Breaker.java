package io.mlops4j.runtime.deployment.alias;

import io.mlops4j.error.CircuitOpenException;
import io.mlops4j.error.InferenceException;
import io.mlops4j.error.OverloadedException;
import io.mlops4j.inference.ProtectionFigures;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.internal.Spans;
import io.mlops4j.runtime.deployment.CircuitBreaker;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.deployment.ProtectionStatus;
import io.mlops4j.runtime.deployment.ProtectionStatus.State;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The circuit breaker of one version. Thread safe.
 *
 * <p>A call that succeeds while the breaker is closed reads one word twice and adds to a striped
 * counter: no lock, no clock, no garbage. This is possible because the window begins at a failure.
 * Only a failure reads the clock and the sum of the counter, under the lock.
 *
 * <p>Each period has a number: even while closed, odd while open or on trial. A call carries the
 * number of the period that admitted it. Its outcome counts only in that period, so a call that
 * began before the breaker opened cannot close it, and one that hung cannot open it again.
 */
final class Breaker {
  /** The permit of a call that must not reach the version. */
  static final int REJECTED = -1;

  private static final Logger LOG = LoggerFactory.getLogger(Deployment.class);
  private static final int SLICES = 10;

  private final CircuitBreaker settings;
  private final LongSupplier nanos;
  private final Clock clock;
  private final String version;
  private final Runnable changed;
  private final LongAdder answered = new LongAdder();
  private final LongAdder rejected = new LongAdder();
  private volatile int period;

  // Guarded by this.
  private final Deque<Slice> slices = new ArrayDeque<>(SLICES);
  private long failed;
  private @Nullable String lastFailure;
  private String reason = "";
  private long opened;
  private long trialBegan;
  private int trialsGiven;
  private int trialsAnswered;
  private int trialsFailed;

  /** The failures of a part of the window, which begins with the first of them. */
  private static final class Slice {
    final long since;
    final long answeredBefore;
    long failures;

    Slice(long since, long answeredBefore) {
      this.since = since;
      this.answeredBefore = answeredBefore;
    }
  }

  /**
   * @param nanos a monotonic clock
   * @param clock the time of day, for messages
   * @param changed run after the breaker opened or closed, in the thread of a call
   */
  Breaker(
      CircuitBreaker settings, LongSupplier nanos, Clock clock, String version, Runnable changed) {
    this.settings = settings;
    this.nanos = nanos;
    this.clock = clock;
    this.version = version;
    this.changed = changed;
  }

  /** Whether an exception of a call says that the version is in trouble, and not its caller. */
  static boolean counts(Throwable failure) {
    return (failure instanceof InferenceException
            && !(failure instanceof OverloadedException)
            && !(failure instanceof CircuitOpenException))
        || failure instanceof Error;
  }

  /**
   * Admits a call.
   *
   * @return the permit, for which exactly one of {@link #answered}, {@link #failed} and {@link
   *     #ignored} is called; or {@link #REJECTED}
   */
  int enter() {
    int now = period;
    return (now & 1) == 0 ? now : enterTrial();
  }

  private int enterTrial() {
    boolean late = false;
    synchronized (this) {
      if ((period & 1) == 0) {
        return period;
      }
      long now = nanos.getAsLong();
      if (now - opened >= settings.pause().toNanos()) {
        if (trialsGiven < settings.trialCalls()) {
          trialBegan = trialsGiven == 0 ? now : trialBegan;
          trialsGiven++;
          return period;
        }
        late = now - trialBegan >= settings.pause().toNanos();
        if (late) {
          reason = "trial calls did not end within " + settings.pause();
          stayOpen(now);
        }
      }
    }
    rejected.increment();
    if (late) {
      changed.run();
    }
    return REJECTED;
  }

  /** The version has answered. */
  void answered(int permit) {
    if (permit == period) {
      answered.increment();
      if ((permit & 1) != 0) {
        trialAnswered(permit);
      }
    }
  }

  private void trialAnswered(int permit) {
    synchronized (this) {
      if (permit != period
          || ++trialsAnswered <= settings.trialCalls() - trialFailuresToStayOpen()) {
        return;
      }
      slices.clear();
      endPeriod(1);
    }
    LOG.info("{}: its circuit breaker closed after a trial", version);
    changed.run();
  }

  private int trialFailuresToStayOpen() {
    return Math.max(1, (int) Math.ceil(settings.failureRate() * settings.trialCalls()));
  }

  /** The call ended without saying anything about the version. */
  void ignored(int permit) {
    if ((permit & 1) != 0) {
      synchronized (this) {
        if (permit == period) {
          trialsGiven--;
        }
      }
    }
  }

  /** The version has failed. */
  void failed(int permit, Throwable failure) {
    String why;
    synchronized (this) {
      if (permit != period) {
        return;
      }
      failed++;
      lastFailure = Failures.reason(failure);
      long now = nanos.getAsLong();
      if ((permit & 1) == 0 ? !opens(now) : !failsTrial(now)) {
        return;
      }
      why = reason;
    }
    LOG.warn(
        "{}: its circuit breaker is open for {}, because {}",
        version,
        Spans.text(settings.pause()),
        why);
    changed.run();
  }

  private boolean failsTrial(long now) {
    if (++trialsFailed < trialFailuresToStayOpen()) {
      return false;
    }
    reason = "%d of %d trial calls failed".formatted(trialsFailed, trialsFailed + trialsAnswered);
    stayOpen(now);
    return true;
  }

  private boolean opens(long now) {
    long window = settings.window().toNanos();
    while (!slices.isEmpty() && now - slices.getFirst().since >= window) {
      slices.removeFirst();
    }
    long sum = answered.sum();
    if (slices.isEmpty() || now - slices.getLast().since >= window / SLICES) {
      slices.addLast(new Slice(now, sum));
    }
    slices.getLast().failures++;
    long failures = slices.stream().mapToLong(slice -> slice.failures).sum();
    long calls = failures + sum - slices.getFirst().answeredBefore;
    if (calls < settings.minimumCalls() || failures < settings.failureRate() * calls) {
      return false;
    }
    reason =
        "%d of %d calls within %s failed".formatted(failures, calls, Spans.text(settings.window()));
    endPeriod(1);
    beginPause(now);
    return true;
  }

  private void stayOpen(long now) {
    endPeriod(2);
    beginPause(now);
  }

  /** The caller holds the lock, and no other thread writes. */
  private void endPeriod(int by) {
    int now = period;
    period = now + by;
  }

  private void beginPause(long now) {
    opened = now;
    trialsGiven = 0;
    trialsAnswered = 0;
    trialsFailed = 0;
  }

  /** Whether calls do not reach the version now, or only as a trial. */
  boolean isOpen() {
    return (period & 1) != 0;
  }

  /** The exception for a call that was rejected. */
  synchronized CircuitOpenException exception() {
    Instant trial = nextTrial();
    return new CircuitOpenException(
        "%s: its circuit breaker is open: %s, the last with: %s; the next trial is at %s; roll back, wait, or start the deployment with a fallback"
            .formatted(version, reason, lastFailure, trial),
        trial);
  }

  private Instant nextTrial() {
    return clock.instant().plusNanos(opened - nanos.getAsLong() + settings.pause().toNanos());
  }

  synchronized ProtectionStatus.Breaker status(ServedBy servedBy) {
    State state = state();
    return new ProtectionStatus.Breaker(
        servedBy,
        state,
        answered.sum(),
        failed,
        rejected.sum(),
        Optional.ofNullable(lastFailure),
        state == State.CLOSED ? Optional.empty() : Optional.of(nextTrial()));
  }

  private State state() {
    boolean paused = nanos.getAsLong() - opened < settings.pause().toNanos();
    return isOpen() ? paused ? State.OPEN : State.HALF_OPEN : State.CLOSED;
  }

  /** The figures without fallbacks. */
  synchronized ProtectionFigures figures() {
    return new ProtectionFigures(
        ProtectionFigures.Breaker.valueOf(state().name()), failed, rejected.sum(), 0, 0);
  }
}
