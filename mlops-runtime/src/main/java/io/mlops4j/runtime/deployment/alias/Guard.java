package io.mlops4j.runtime.deployment.alias;

import io.mlops4j.error.CircuitOpenException;
import io.mlops4j.error.DeadlineException;
import io.mlops4j.error.OverloadedException;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.inference.ServedBy.Reason;
import io.mlops4j.runtime.binding.output.ConstantRow;
import io.mlops4j.runtime.deployment.ProtectionStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import java.util.function.IntSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Admits the calls of a deployment with a circuit breaker, a fallback or load shedding, and finds
 * the fallback of a call that has no answer. Thread safe.
 */
final class Guard {
  private final AliasFollower champion;
  private final @Nullable Canary canary;
  private final @Nullable Shedder shedder;
  private final boolean toPrevious;
  private final @Nullable Map<String, Object> defaults;
  private final LongAdder answeredByPrevious = new LongAdder();
  private final LongAdder answeredByDefault = new LongAdder();
  private final AtomicInteger running = new AtomicInteger(); // calls, each once with its fallbacks

  private Guard(DeploymentBuilder built, AliasFollower champion, @Nullable Canary canary) {
    this.champion = champion;
    this.canary = canary;
    this.shedder = built.shedding == null ? null : new Shedder(built.ref, built.shedding);
    this.toPrevious = built.fallsToPrevious;
    this.defaults = built.defaults;
  }

  /** Null if nothing is configured. */
  static @Nullable Guard of(
      DeploymentBuilder built, AliasFollower champion, @Nullable Canary canary) {
    return built.breaker == null
            && built.shedding == null
            && built.defaults == null
            && !built.fallsToPrevious
        ? null
        : new Guard(built, champion, canary);
  }

  /** Calls a version. */
  interface Work<A> {
    A on(Served served, CallOptions options);
  }

  /** Begins to call a version, which it releases when the run has ended unless it throws. */
  interface AsyncWork<A> {
    /**
     * Begins a call.
     *
     * @param answered to run when the version has answered, before the caller reads the answer; a
     *     future that completes with an answer is enough if no caller reads
     */
    CompletableFuture<A> on(Served served, CallOptions options, Runnable answered);
  }

  /** The rows of a call, and the versions that can take them. */
  record Rows(IntSupplier count, Predicate<Served> fits) {}

  /** A call of a version that was acquired. */
  record Admitted(Served served, int permit, CallOptions options, long began) {
    boolean isRejected() {
      return permit == Breaker.REJECTED;
    }

    void answered() {
      Breaker breaker = served.breaker();
      if (breaker != null) {
        breaker.answered(permit);
      }
    }

    /** Returns whether the failure counts. */
    boolean failed(Throwable failure) {
      boolean counts = Breaker.counts(failure);
      Breaker breaker = served.breaker();
      if (breaker != null && counts) {
        breaker.failed(permit, failure);
      } else if (breaker != null) {
        breaker.ignored(permit);
      }
      return counts;
    }

    CircuitOpenException exception() {
      Breaker breaker = served.breaker();
      if (breaker == null) {
        throw new IllegalStateException("rejected without a circuit breaker");
      }
      return breaker.exception();
    }
  }

  /** Whether a call may be answered by another version or a default prediction. */
  boolean hasFallback() {
    return toPrevious || defaults != null;
  }

  /**
   * Acquires the version that is to answer.
   *
   * @throws OverloadedException if too many calls are in flight
   * @throws IllegalStateException if the deployment is closed
   */
  Admitted admit(CallOptions options, Rows rows) {
    Served candidate = canary == null ? null : canary.acquire(options);
    if (candidate != null && !fits(candidate, rows)) {
      candidate.release();
      candidate = null;
    }
    if (candidate != null) {
      Admitted admitted = admit(candidate, options, rows);
      if (!admitted.isRejected()) {
        return admitted;
      }
      candidate.release(); // the champion answers instead
    }
    return admit(champion.current().acquire(), options, rows);
  }

  private Admitted admit(Served served, CallOptions options, Rows rows) {
    boolean admitted = false;
    try {
      shed(options, rows);
      admitted = true;
    } finally {
      if (!admitted) {
        served.release();
      }
    }
    long began = options.deadline().isPresent() ? System.nanoTime() : 0;
    return new Admitted(served, enter(served), options, began);
  }

  private static boolean fits(Served candidate, Rows rows) {
    try {
      return rows.fits().test(candidate);
    } catch (RuntimeException e) {
      return false;
    }
  }

  private static int enter(Served served) {
    Breaker breaker = served.breaker();
    return breaker == null ? 0 : breaker.enter();
  }

  private void shed(CallOptions options, Rows rows) {
    if (shedder == null) {
      return;
    }
    int calls = running.get();
    if (shedder.rejects(options.priority(), calls)) {
      OverloadedException full = shedder.exception(options.priority(), calls);
      champion.current().get().model().rejected(rows.count().getAsInt(), full);
      throw full;
    }
  }

  /** Calls the version that is to answer, or its fallback. */
  <A> A call(CallOptions options, Rows rows, Work<A> work, BiConsumer<Served, ? super A> answered) {
    running.incrementAndGet();
    try {
      return admitted(options, rows, work, answered);
    } finally {
      running.decrementAndGet();
    }
  }

  private <A> A admitted(
      CallOptions options, Rows rows, Work<A> work, BiConsumer<Served, ? super A> answered) {
    Admitted call = admit(options, rows);
    Throwable failure;
    try {
      if (call.isRejected()) {
        failure = call.exception();
      } else {
        A answer = work.on(call.served(), options);
        call.answered();
        answered.accept(call.served(), answer);
        return answer;
      }
    } catch (Throwable e) {
      if (!call.failed(e) || !hasFallback()) {
        throw e;
      }
      failure = e;
    } finally {
      call.served().release();
    }
    for (Fallback next : fallbacks(call, failure)) {
      Admitted instead = next.acquire();
      if (instead != null) {
        try {
          A answer = work.on(instead.served(), instead.options());
          next.answered(instead);
          return answer;
        } catch (Throwable e) {
          instead.failed(e);
          suppress(failure, e);
        } finally {
          instead.served().release();
        }
      }
    }
    throw unanswered(call, rows, failure);
  }

  /** Begins to call the version that is to answer, and later its fallback if that is needed. */
  <A> CompletableFuture<A> callAsync(
      CallOptions options, Rows rows, AsyncWork<A> work, Runnable after) {
    running.incrementAndGet();
    Runnable ended =
        () -> {
          running.decrementAndGet();
          after.run();
        };
    Admitted call;
    try {
      call = admit(options, rows);
    } catch (RuntimeException | Error e) {
      ended.run();
      return CompletableFuture.failedFuture(e);
    }
    GuardedFuture<A> future = new GuardedFuture<>(this, call, rows, work, ended);
    future.begin();
    return future;
  }

  /** The exception for a call that no version and no default answered. */
  RuntimeException unanswered(Admitted call, Rows rows, Throwable failure) {
    if (failure instanceof CircuitOpenException open) {
      call.served().model().rejected(rows.count().getAsInt(), open);
      return open;
    }
    if (failure instanceof Error error) {
      throw error;
    }
    return (RuntimeException) failure;
  }

  static void suppress(Throwable failure, Throwable further) {
    if (further != failure) {
      failure.addSuppressed(further);
    }
  }

  /** A way to answer in place of a version. */
  interface Fallback {
    /** Acquires it; null if it cannot answer. */
    @Nullable Admitted acquire();

    void answered(Admitted call);
  }

  /** The ways to answer in place of a version, the preferred one first. */
  List<Fallback> fallbacks(Admitted call, Throwable failure) {
    if (!hasFallback()) {
      return List.of();
    }
    Reason reason =
        failure instanceof CircuitOpenException
            ? Reason.CIRCUIT_OPEN
            : failure instanceof DeadlineException ? Reason.DEADLINE : Reason.FAILED;
    ServedBy.Fallback why =
        new ServedBy.Fallback(reason, call.served().servedBy().version().orElseThrow());
    List<Fallback> all = new ArrayList<>(2);
    if (toPrevious && reason != Reason.DEADLINE) {
      all.add(new ToVersion(call, why));
    }
    if (defaults != null) {
      all.add(new ToDefault(call, why, defaults));
    }
    return all;
  }

  /** The options with the rest of the deadline; null if no time is left. */
  private static @Nullable CallOptions rest(Admitted call) {
    Duration deadline = call.options().deadline().orElse(null);
    if (deadline == null) {
      return call.options();
    }
    Duration left = deadline.minusNanos(System.nanoTime() - call.began());
    return left.isNegative() || left.isZero() ? null : call.options().withDeadline(left);
  }

  private final class ToVersion implements Fallback {
    private final Admitted call;
    private final ServedBy.Fallback why;

    ToVersion(Admitted call, ServedBy.Fallback why) {
      this.call = call;
      this.why = why;
    }

    /** The champion for another version, such as a candidate or one that was swapped out. */
    private @Nullable Served version() {
      Served now = champion.current().orNull();
      return now == null || now.isOf(why.instead()) ? champion.versions().fittingPrevious() : now;
    }

    /** Retries if the version was swapped out just now. */
    @SuppressWarnings("ReferenceEquality") // it is the same object unless it was swapped
    private @Nullable Served acquireVersion() {
      Served before = null;
      for (Served now = version(); now != null && now != before; now = version()) {
        if (now.model().acquire()) {
          return now;
        }
        before = now;
      }
      return null;
    }

    @Override
    public @Nullable Admitted acquire() {
      CallOptions rest = rest(call);
      Served version = rest == null ? null : acquireVersion();
      if (rest == null || version == null) {
        return null;
      }
      Served standIn;
      try {
        standIn = version.standIns().acquire(version, why);
      } finally {
        version.release();
      }
      if (standIn == null) {
        return null;
      }
      int permit = enter(standIn);
      if (permit == Breaker.REJECTED) {
        standIn.release();
        return null;
      }
      return new Admitted(standIn, permit, rest, call.began());
    }

    @Override
    public void answered(Admitted standIn) {
      standIn.answered();
      answeredByPrevious.increment();
      call.served().instead().byPrevious.increment();
    }
  }

  private final class ToDefault implements Fallback {
    private final Admitted call;
    private final ServedBy.Fallback why;
    private final Map<String, Object> values;

    ToDefault(Admitted call, ServedBy.Fallback why, Map<String, Object> values) {
      this.call = call;
      this.why = why;
      this.values = values;
    }

    /** The default belongs to the champion, since the version may be closed by now. */
    @Override
    public @Nullable Admitted acquire() {
      Served now;
      try {
        now = champion.current().acquire();
      } catch (IllegalStateException closed) {
        return null;
      }
      try {
        Served standIn =
            now.standIns()
                .acquireDefault(now, why, () -> ConstantRow.of(now.model().signature(), values));
        return standIn == null ? null : new Admitted(standIn, 0, call.options(), call.began());
      } finally {
        now.release();
      }
    }

    @Override
    public void answered(Admitted standIn) {
      answeredByDefault.increment();
      call.served().instead().byDefault.increment();
    }
  }

  /** The state of the deployment's protection, with or without a guard. */
  static ProtectionStatus status(
      @Nullable Guard guard, AliasFollower champion, @Nullable Canary canary) {
    List<ProtectionStatus.Breaker> breakers = new ArrayList<>();
    champion.versions().breakerStatus().ifPresent(breakers::add);
    if (canary != null) {
      canary.candidate().versions().breakerStatus().ifPresent(breakers::add);
    }
    return new ProtectionStatus(
        breakers,
        champion.versions().previousStatus(),
        champion.versions().running()
            + (canary == null ? 0 : canary.candidate().versions().running()),
        guard == null || guard.shedder == null ? Map.of() : guard.shedder.rejected(),
        guard == null ? 0 : guard.answeredByPrevious.sum(),
        guard == null ? 0 : guard.answeredByDefault.sum());
  }
}
