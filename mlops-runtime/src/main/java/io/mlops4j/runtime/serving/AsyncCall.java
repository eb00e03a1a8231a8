package io.mlops4j.runtime.serving;

import java.util.concurrent.CompletableFuture;

/** A result to come, whose cancellation ends the call that makes it. */
final class AsyncCall<R> extends CompletableFuture<R> {
  private final Cancellation cancellation;

  AsyncCall(Cancellation cancellation) {
    this.cancellation = cancellation;
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    boolean cancelled = super.cancel(mayInterruptIfRunning);
    if (cancelled) {
      cancellation.cancel();
    }
    return cancelled;
  }
}
