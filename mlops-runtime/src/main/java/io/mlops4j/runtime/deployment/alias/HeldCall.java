package io.mlops4j.runtime.deployment.alias;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A future that releases a resource before it completes. */
final class HeldCall<R> extends CompletableFuture<R> {
  private final CompletableFuture<R> call;

  private HeldCall(CompletableFuture<R> call) {
    this.call = call;
  }

  static <R> CompletableFuture<R> of(CompletableFuture<R> call, Runnable letGo) {
    HeldCall<R> held = new HeldCall<>(call);
    CompletableFuture<R> unused =
        call.whenComplete(
            (result, error) -> {
              letGo.run();
              held.end(result, error);
            });
    return held;
  }

  private void end(R result, @Nullable Throwable error) {
    if (error == null) {
      complete(result);
    } else {
      completeExceptionally(error);
    }
  }

  /** Reaches the call itself, which may be ended in the engine. */
  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    return call.cancel(mayInterruptIfRunning) && super.cancel(mayInterruptIfRunning);
  }
}
