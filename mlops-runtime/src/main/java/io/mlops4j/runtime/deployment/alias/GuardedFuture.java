package io.mlops4j.runtime.deployment.alias;

import io.mlops4j.runtime.deployment.alias.Guard.Admitted;
import io.mlops4j.runtime.deployment.alias.Guard.AsyncWork;
import io.mlops4j.runtime.deployment.alias.Guard.Fallback;
import io.mlops4j.runtime.deployment.alias.Guard.Rows;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An asynchronous call that is answered by a fallback if its version has no answer. Cancelling it
 * cancels the call that runs.
 */
final class GuardedFuture<A> extends CompletableFuture<A> {
  private final Guard guard;
  private final Admitted call;
  private final Rows rows;
  private final AsyncWork<A> work;
  private final Runnable after;
  private volatile @Nullable CompletableFuture<A> running;

  /**
   * @param after runs once, before the future completes
   */
  GuardedFuture(Guard guard, Admitted call, Rows rows, AsyncWork<A> work, Runnable after) {
    this.guard = guard;
    this.call = call;
    this.rows = rows;
    this.work = work;
    this.after = after;
  }

  void begin() {
    if (call.isRejected()) {
      Throwable open = call.exception();
      call.served().release();
      fallBack(guard.fallbacks(call, open).iterator(), open);
      return;
    }
    run(
        call,
        call::answered,
        failure -> {
          if (guard.hasFallback() && Breaker.counts(failure)) {
            fallBack(guard.fallbacks(call, failure).iterator(), failure);
          } else {
            end(null, failure);
          }
        });
  }

  private void fallBack(Iterator<Fallback> fallbacks, Throwable failure) {
    while (fallbacks.hasNext() && !isDone()) {
      Fallback next = fallbacks.next();
      Admitted instead = next.acquire();
      if (instead != null) {
        run(
            instead,
            () -> next.answered(instead),
            further -> {
              Guard.suppress(failure, further);
              fallBack(fallbacks, failure);
            });
        return;
      }
    }
    Throwable error = failure;
    try {
      error = guard.unanswered(call, rows, failure);
    } catch (Error e) {
      error = e;
    }
    end(null, error);
  }

  /**
   * Calls a version that was acquired.
   *
   * @param answered run once, when it has answered
   * @param failed gets the failure of the version, and not that of the caller who reads the answer
   */
  private void run(Admitted target, Runnable answered, Consumer<Throwable> failed) {
    AtomicBoolean decided = new AtomicBoolean();
    Runnable once =
        () -> {
          if (decided.compareAndSet(false, true)) {
            answered.run();
          }
        };
    CompletableFuture<A> run;
    try {
      run = work.on(target.served(), target.options(), once);
    } catch (RuntimeException | Error e) {
      target.served().release();
      run = CompletableFuture.failedFuture(e);
    }
    running = run;
    if (isCancelled()) {
      run.cancel(true);
    }
    CompletableFuture<A> unused =
        run.whenComplete(
            (answer, thrown) -> {
              Throwable failure = cause(thrown);
              if (failure == null) {
                once.run();
                end(answer, null);
              } else if (decided.compareAndSet(false, true)) {
                target.failed(failure);
                failed.accept(failure);
              } else {
                end(null, failure); // the caller failed to read the answer
              }
            });
  }

  private static @Nullable Throwable cause(@Nullable Throwable thrown) {
    return thrown instanceof CompletionException && thrown.getCause() != null
        ? thrown.getCause()
        : thrown;
  }

  private void end(@Nullable A answer, @Nullable Throwable failure) {
    after.run();
    if (failure == null) {
      complete(answer);
    } else {
      completeExceptionally(failure);
    }
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    boolean cancelled = super.cancel(mayInterruptIfRunning);
    CompletableFuture<A> run = running;
    if (cancelled && run != null) {
      run.cancel(true);
    }
    return cancelled;
  }
}
