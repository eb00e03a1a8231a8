package io.mlops4j.runtime.serving;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A result to come, whose cancellation ends the call that makes it. */
final class AsyncCall<R> extends CompletableFuture<R> {
  private @Nullable Runnable onCancel;

  /** Sets the action that cancels the call, before the future is published. */
  AsyncCall<R> cancelledBy(Runnable end) {
    onCancel = end;
    return this;
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    boolean cancelled = super.cancel(mayInterruptIfRunning);
    if (cancelled && onCancel != null) {
      onCancel.run();
    }
    return cancelled;
  }
}
