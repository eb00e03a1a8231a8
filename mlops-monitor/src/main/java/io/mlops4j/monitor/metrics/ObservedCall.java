package io.mlops4j.monitor.metrics;

import io.micrometer.observation.Observation;
import io.mlops4j.inference.ServedBy;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The observation of one call, from start to stop. */
final class ObservedCall {
  private final CallObserver calls;
  private final Observation observation;
  private final @Nullable InferenceContext context;

  ObservedCall(CallObserver calls, Observation observation, @Nullable InferenceContext context) {
    this.calls = calls;
    this.observation = observation;
    this.context = context;
  }

  void answeredBy(ServedBy by) {
    if (context != null) {
      context.answeredBy(by);
    }
  }

  /** Stops the observation when the call returns or throws. */
  <R> R during(Supplier<R> call) {
    try {
      return within(call);
    } catch (Throwable e) {
      fail(e);
      throw e;
    } finally {
      end();
    }
  }

  /**
   * Completed after the observation was stopped, so that a waiting thread finds a complete
   * observation.
   */
  private static final class Observed<R> extends CompletableFuture<R> {
    private final CompletableFuture<R> call;

    Observed(CompletableFuture<R> call) {
      this.call = call;
    }

    @Override
    public boolean cancel(boolean mayInterrupt) {
      return call.cancel(mayInterrupt);
    }
  }

  /** Stops the observation when the future completes, before the returned future does. */
  <R> CompletableFuture<R> until(Supplier<CompletableFuture<R>> call) {
    CompletableFuture<R> future;
    try {
      future = call.get();
    } catch (Throwable e) {
      fail(e);
      end();
      throw e;
    }
    CompletableFuture<R> observed = new Observed<>(future);
    var unused =
        future.whenComplete(
            (result, e) -> {
              if (e == null) {
                end();
                observed.complete(result);
              } else {
                fail(e instanceof CompletionException && e.getCause() != null ? e.getCause() : e);
                end();
                observed.completeExceptionally(e);
              }
            });
    return observed;
  }

  /**
   * Runs a part of the call, whose own observations become children of this one. A handler that
   * throws must not leave this thread in a scope whose call has ended.
   */
  <R> R within(Supplier<R> part) {
    if (context == null) {
      return part.get();
    }
    Observation.Scope before = calls.currentScope();
    Observation.Scope[] scope = {Observation.Scope.NOOP};
    if (!calls.succeeds(() -> scope[0] = observation.openScope())) {
      calls.currentScope(before);
    }
    try {
      return part.get();
    } finally {
      if (!calls.succeeds(() -> scope[0].close())) {
        calls.currentScope(before);
      }
    }
  }

  private void fail(Throwable e) {
    calls.succeeds(() -> observation.error(e));
  }

  private void end() {
    calls.succeeds(observation::stop);
  }
}
