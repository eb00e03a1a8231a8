package io.mlops4j.runtime.serving.call;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The future of an asynchronous call. Cancelling it cancels the call. */
public final class AsyncCall<R> extends CompletableFuture<R> {
  private @Nullable Runnable onCancel;

  /**
   * Sets the action that cancels the call, before the future is published.
   *
   * @param end cancels the call
   * @return this
   */
  public AsyncCall<R> cancelledBy(Runnable end) {
    onCancel = end;
    return this;
  }

  /**
   * Completes with the error, or with the result if there is none.
   *
   * @param result of the call
   * @param error of the call, or null
   */
  public void end(@Nullable R result, @Nullable Throwable error) {
    if (error == null) {
      complete(result);
    } else {
      completeExceptionally(error);
    }
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
