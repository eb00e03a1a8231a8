package io.mlops4j.runtime.deployment.alias;

import io.mlops4j.error.RegistryException;
import io.mlops4j.internal.Spans;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Calls of a registry, each on a thread of its own and with a time limit, because a database that
 * was stopped may never answer. Thread safe.
 */
final class RegistryCalls {
  /** Bounds the threads that wait for a registry that hangs. */
  private static final int MOST_ABANDONED = 16;

  private final String ref;
  private final DeploymentThreads threads;
  private final Timer timer;
  private final Duration limit;
  private final AtomicInteger abandoned = new AtomicInteger();

  RegistryCalls(String ref, DeploymentThreads threads, Timer timer, Duration limit) {
    this.ref = ref;
    this.threads = threads;
    this.timer = timer;
    this.limit = limit;
  }

  /**
   * Begins a call.
   *
   * @param what for the message, such as "read the alias"
   * @param work gets a test that is true while the caller waits
   * @return fails at the time limit with a {@link RegistryException}
   */
  <T> CompletableFuture<T> begin(String what, Function<BooleanSupplier, T> work) {
    return begin(what, work, late -> {});
  }

  /**
   * Begins a call whose answer is of use after the time limit, too.
   *
   * @param what for the message, such as "read the alias"
   * @param work gets a test that is true while the caller waits
   * @param late gets an answer that arrives after the time limit
   * @return fails at the time limit with a {@link RegistryException}
   */
  <T> CompletableFuture<T> begin(
      String what, Function<BooleanSupplier, T> work, Consumer<? super T> late) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    if (abandoned.get() >= MOST_ABANDONED) {
      answer.completeExceptionally(
          new RegistryException(
              "%s: cannot %s, because %d earlier calls of the registry still hang; check that the registry runs, and set the driver's socketTimeout"
                  .formatted(ref, what, abandoned.get()),
              new TimeoutException()));
      return answer;
    }
    try {
      threads.attempt(() -> run(answer, work, late));
    } catch (RejectedExecutionException e) {
      answer.completeExceptionally(
          DeploymentThreads.noThread(e) == null
              ? new IllegalStateException("the deployment of " + ref + " is closed", e)
              : new RegistryException(
                  "%s: cannot %s: no thread can be started; raise the limit of the process's threads, or its memory"
                      .formatted(ref, what),
                  e));
      return answer;
    }
    Runnable cancel = timer.after(limit, () -> giveUp(what, answer));
    return answer.whenComplete((result, error) -> cancel.run());
  }

  /** Waits for a call, and throws its exception. */
  static <T> T value(CompletableFuture<T> call) {
    try {
      return call.join();
    } catch (CompletionException e) {
      Throwable cause = cause(e);
      if (cause instanceof Error error) {
        throw error;
      }
      throw cause instanceof RuntimeException exception ? exception : e;
    }
  }

  static Throwable cause(Throwable failure) {
    Throwable cause = failure.getCause();
    return failure instanceof CompletionException && cause != null ? cause(cause) : failure;
  }

  private <T> void run(
      CompletableFuture<T> answer, Function<BooleanSupplier, T> work, Consumer<? super T> late) {
    T result;
    try {
      result = work.apply(() -> !answer.isDone());
    } catch (Throwable e) {
      if (!answer.completeExceptionally(e)) {
        abandoned.decrementAndGet();
      }
      return;
    }
    if (!answer.complete(result)) {
      abandoned.decrementAndGet();
      late.accept(result);
    }
  }

  private void giveUp(String what, CompletableFuture<?> answer) {
    abandoned.incrementAndGet(); // before the call's thread can count itself off
    if (!answer.completeExceptionally(
        new RegistryException(
            "%s: cannot %s: the registry did not answer within %s; the call may still take effect when the registry answers again: check that it runs, then look at the alias's history"
                .formatted(ref, what, Spans.text(limit)),
            new TimeoutException()))) {
      abandoned.decrementAndGet();
    }
  }
}
