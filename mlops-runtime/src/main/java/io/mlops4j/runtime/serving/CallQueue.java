package io.mlops4j.runtime.serving;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Who may use a processor, and who waits for one: the calls of all models of a runtime that ask
 * together what piles up. Thread safe.
 *
 * <p>Nobody is forgotten: whoever leaves a processor, takes less than there is room for, or gives
 * up, wakes the head of the queue; and a call is queued before its thread looks for a processor, so
 * either the thread finds the processor or the waker finds the call. A thread answers only what can
 * be answered together with its own call, so that no model keeps the callers of another.
 */
final class CallQueue {
  private final int processors;
  private final Executor workers;
  private final Deque<QueuedCall> waiting = new ArrayDeque<>();
  private int free;

  CallQueue(int processors, Executor workers) {
    this.processors = processors;
    this.free = processors;
    this.workers = workers;
  }

  /** Takes a processor if one is free and nobody waits; {@link #leave} must follow. */
  synchronized boolean tryEnter() {
    if (free == 0 || !waiting.isEmpty()) {
      return false;
    }
    free--;
    return true;
  }

  /** Gives a processor back. */
  void leave() {
    QueuedCall head;
    synchronized (this) {
      free++;
      head = waiting.peek();
    }
    wake(head);
  }

  /** Queues a call that nobody has to wait for; a worker answers it if a processor is free. */
  void add(QueuedCall call) {
    QueuedCall head;
    synchronized (this) {
      waiting.add(call);
      call.setWaiting(true);
      head = call.isAsynchronous() ? next() : null;
    }
    wake(head);
  }

  /** Queues calls again, before all others, each to be answered alone. */
  void addSeparately(List<QueuedCall> calls) {
    QueuedCall head;
    synchronized (this) {
      for (int i = calls.size() - 1; i >= 0; i--) {
        QueuedCall call = calls.get(i);
        call.separate();
        call.setWaiting(true);
        waiting.addFirst(call);
      }
      head = next();
    }
    wake(head);
    calls.forEach(QueuedCall::wake); // a deadline may have passed meanwhile
  }

  /**
   * Takes a processor and what is to be answered with it, this call's group; {@link #leave} must
   * follow unless nothing was taken, because no processor is free or the group was taken before.
   */
  List<QueuedCall> take(QueuedCall call) {
    List<QueuedCall> taken = new ArrayList<>();
    QueuedCall head = null;
    synchronized (this) {
      if (free > 0 && call.isWaiting()) {
        free--;
        take(call, taken);
        head = next();
      }
    }
    wake(head);
    return taken;
  }

  private void take(QueuedCall call, List<QueuedCall> taken) {
    int left = call.most();
    Iterator<QueuedCall> each = waiting.iterator();
    while (each.hasNext() && left > 0) {
      QueuedCall other = each.next();
      if (other.group().equals(call.group())) {
        left -= other.rows();
        if (left < 0 && !taken.isEmpty()) {
          break; // and nobody overtakes it
        }
        each.remove();
        other.setWaiting(false);
        taken.add(other);
      }
    }
  }

  /** False if somebody is answering the call, or has. */
  boolean remove(QueuedCall call) {
    QueuedCall head;
    synchronized (this) {
      if (!call.isWaiting()) {
        return false;
      }
      waiting.remove(call);
      call.setWaiting(false);
      head = next();
    }
    wake(head);
    return true;
  }

  /** Who is to be woken because a processor is free. */
  private @Nullable QueuedCall next() {
    return free > 0 ? waiting.peek() : null;
  }

  private void wake(@Nullable QueuedCall head) {
    if (head == null) {
      return;
    }
    if (head.isAsynchronous()) {
      workers.execute(() -> lead(head));
    } else {
      head.wake();
    }
  }

  /** Answers the group of an asynchronous call, if that was not done meanwhile. */
  private void lead(QueuedCall call) {
    List<QueuedCall> taken = take(call);
    if (!taken.isEmpty()) {
      answer(call, taken);
    }
  }

  /** Answers what the call has taken, and gives the processor back. */
  void answer(QueuedCall call, List<QueuedCall> taken) {
    Runnable tell;
    try {
      tell = call.answer(taken);
    } finally {
      leave();
    }
    tell.run();
  }

  /** How many there are, free or not. */
  int processors() {
    return processors;
  }

  /** How many of them are free now. */
  synchronized int free() {
    return free;
  }

  /** How many wait. */
  synchronized int waiting() {
    return waiting.size();
  }
}
