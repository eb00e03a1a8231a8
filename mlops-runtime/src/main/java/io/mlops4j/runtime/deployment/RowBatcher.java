package io.mlops4j.runtime.deployment;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Answers records that pile up in one call.
 *
 * <p>There are as many permits as processors. Who finds one free and nobody waiting asks alone,
 * without delay. Otherwise a record is queued, and whoever gets a permit answers what is queued, up
 * to the bound. Nobody is forgotten: a permit is given back before the head of the queue is woken,
 * and a record is queued before its thread looks for a permit, so either the thread finds the
 * permit or the waker finds the record.
 */
final class RowBatcher<I, O> {
  private final int most;
  private final Function<I, O> one;
  private final Function<List<I>, List<O>> many;
  private final Semaphore permits;
  private final Queue<Request<I, O>> waiting = new ConcurrentLinkedQueue<>();

  RowBatcher(int most, Function<I, O> one, Function<List<I>, List<O>> many) {
    this(most, one, many, Runtime.getRuntime().availableProcessors());
  }

  RowBatcher(int most, Function<I, O> one, Function<List<I>, List<O>> many, int permits) {
    this.most = most;
    this.one = one;
    this.many = many;
    this.permits = new Semaphore(permits);
  }

  private static final class Request<I, O> {
    private final I row;
    private final Thread thread = Thread.currentThread();
    private @Nullable O answer;
    private @Nullable Throwable error;
    private volatile boolean done; // written last: publishes the others

    Request(I row) {
      this.row = row;
    }

    void complete(@Nullable O answer, @Nullable Throwable error) {
      this.answer = answer;
      this.error = error;
      done = true;
      LockSupport.unpark(thread);
    }
  }

  O predict(I row) {
    if (waiting.isEmpty() && permits.tryAcquire()) {
      try {
        return one.apply(row);
      } finally {
        giveBack();
      }
    }
    Request<I, O> request = new Request<>(row);
    waiting.add(request);
    await(request);
    return result(request);
  }

  /** How many wait now. */
  int waiting() {
    return waiting.size();
  }

  private void await(Request<I, O> request) {
    boolean interrupted = false;
    while (!request.done) {
      if (permits.tryAcquire()) {
        try {
          answerWaiting();
        } finally {
          giveBack();
        }
      } else {
        LockSupport.park(this);
        interrupted |= Thread.interrupted();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void giveBack() {
    permits.release();
    Request<I, O> head = waiting.peek();
    if (head != null) {
      LockSupport.unpark(head.thread);
    }
  }

  private void answerWaiting() {
    List<Request<I, O>> taken = new ArrayList<>();
    while (taken.size() < most) {
      Request<I, O> next = waiting.poll();
      if (next == null) {
        break;
      }
      taken.add(next);
    }
    if (taken.size() > 1 && answeredTogether(taken)) {
      return;
    }
    taken.forEach(this::answerAlone);
  }

  /** False when the call failed: one bad row must not fail its neighbours. */
  private boolean answeredTogether(List<Request<I, O>> requests) {
    List<O> answers;
    try {
      answers = many.apply(requests.stream().map(request -> request.row).toList());
    } catch (RuntimeException | Error e) {
      return false;
    }
    for (int i = 0; i < requests.size(); i++) {
      requests.get(i).complete(answers.get(i), null);
    }
    return true;
  }

  private void answerAlone(Request<I, O> request) {
    try {
      request.complete(one.apply(request.row), null);
    } catch (RuntimeException | Error e) {
      request.complete(null, e);
    }
  }

  private O result(Request<I, O> request) {
    if (request.error instanceof Error error) {
      throw error;
    }
    if (request.error instanceof RuntimeException exception) {
      throw exception;
    }
    return Objects.requireNonNull(request.answer, "answer");
  }
}
