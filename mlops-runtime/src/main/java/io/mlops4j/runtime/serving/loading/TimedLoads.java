package io.mlops4j.runtime.serving.loading;

import io.mlops4j.error.ModelLoadException;
import io.mlops4j.inference.Model;
import io.mlops4j.internal.Spans;
import io.mlops4j.runtime.serving.threads.RuntimeThreads;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Loads models with a deadline. An engine that opens a model cannot be cancelled, so each load has
 * a thread of its own. A load that is abandoned continues there, and its model is closed as soon as
 * it is loaded. The number of abandoned loads is bounded, so that retries do not exhaust memory and
 * threads. Thread safe.
 */
public final class TimedLoads {
  private final int most;
  private final AtomicInteger numbers = new AtomicInteger();
  private final AtomicInteger abandoned = new AtomicInteger();

  /**
   * Begins without any load.
   *
   * @param most the number of abandoned loads at which further loads are rejected
   */
  public TimedLoads(int most) {
    this.most = most;
  }

  /**
   * Loads a model and waits at most until the deadline.
   *
   * @param deadline the longest wait
   * @param name the model's name, for messages
   * @param load loads the model
   * @param <M> the model's type
   * @return the loaded model
   * @throws ModelLoadException at the deadline, when interrupted, or if too many abandoned loads
   *     continue; its cause is a {@link TimeoutException}, {@link InterruptedException} or {@link
   *     RejectedExecutionException}, because none of them is a verdict on the model
   */
  public <M extends Model> M within(Duration deadline, String name, Supplier<M> load) {
    if (abandoned.get() >= most) {
      throw new ModelLoadException(
          "%s: loads that passed their deadline and still go on: found %d, expected fewer than %d; a load cannot be stopped once it has begun: load such models without a deadline, or untrusted()"
              .formatted(name, abandoned.get(), most),
          new RejectedExecutionException());
    }
    CompletableFuture<M> loaded = new CompletableFuture<>();
    Thread thread =
        new Thread(() -> load(load, loaded), "mlops4j-load-" + numbers.incrementAndGet());
    thread.setDaemon(true);
    thread.start();
    try {
      return loaded.get(RuntimeThreads.nanos(deadline), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return giveUp(loaded, name + ": loading took longer than " + Spans.text(deadline), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return giveUp(loaded, name + ": the thread was interrupted while it waited for the model", e);
    } catch (ExecutionException e) {
      throw failure(e.getCause());
    }
  }

  private <M extends Model> void load(Supplier<M> load, CompletableFuture<M> loaded) {
    M model;
    try {
      model = load.get();
    } catch (Throwable e) {
      if (!loaded.completeExceptionally(e)) {
        abandoned.decrementAndGet();
      }
      return;
    }
    if (!loaded.complete(model)) {
      try {
        model.close();
      } finally {
        abandoned.decrementAndGet();
      }
    }
  }

  private <M> M giveUp(CompletableFuture<M> loaded, String reason, Exception cause) {
    abandoned.incrementAndGet(); // before the loading thread can count itself off
    ModelLoadException late =
        new ModelLoadException(
            reason
                + "; the load goes on in a thread of its own, and its model is then closed: allow"
                + " more time, or load a model that you do not trust with untrusted()",
            cause);
    if (loaded.completeExceptionally(late)) {
      throw late;
    }
    abandoned.decrementAndGet(); // it ended at the last moment
    try {
      return loaded.join();
    } catch (CompletionException e) {
      throw failure(e.getCause());
    }
  }

  private static RuntimeException failure(@Nullable Throwable cause) {
    if (cause instanceof Error error) {
      throw error;
    }
    return cause instanceof RuntimeException exception
        ? exception
        : new ModelLoadException("loading failed: " + cause, cause);
  }

  /** {@return the number of abandoned loads that still continue; 0 or more} */
  public int abandoned() {
    return abandoned.get();
  }
}
