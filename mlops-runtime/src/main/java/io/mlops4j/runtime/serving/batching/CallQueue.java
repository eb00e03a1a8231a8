package io.mlops4j.runtime.serving.batching;

import io.mlops4j.runtime.serving.threads.RuntimeThreads;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The processors of a runtime and the calls that wait for one, of all models with micro-batching.
 * Thread safe.
 *
 * <p>No call is lost. The head of the queue is woken by each thread that returns a processor, that
 * times out, or that takes a group while another processor is free. A call is queued before its
 * thread looks for a processor. So either that thread finds the processor, or the thread that
 * returns the processor finds the call. A thread answers only calls of the group of its own call,
 * so that no model delays the callers of another.
 *
 * <p>Calls wait by priority, and calls of one priority in their order. A caller leaves a free
 * processor to a more important call of another group, unless a worker answers that call: callers
 * never wait for workers, which may be waiting for callers.
 */
public final class CallQueue {
  private final int processors;
  private final Executor workers;
  private final WaitingCalls waiting = new WaitingCalls();
  private int free;

  /**
   * Creates a queue whose processors are all free.
   *
   * @param processors the most runs at the same time
   * @param workers run asynchronous calls
   */
  public CallQueue(int processors, Executor workers) {
    this.processors = processors;
    this.free = processors;
    this.workers = workers;
  }

  /**
   * Takes a processor if one is free and no call waits.
   *
   * @return true if {@link #leave} must follow
   */
  public synchronized boolean tryEnter() {
    if (free == 0 || !waiting.isEmpty()) {
      return false;
    }
    free--;
    return true;
  }

  /** Returns a processor. */
  public void leave() {
    QueuedCall head;
    synchronized (this) {
      free++;
      head = waiting.peek();
    }
    wakeOrFailAll(head);
  }

  /** Wakes a call, or the next one whose thread can start; fails the calls before it. */
  private void wakeOrFailAll(@Nullable QueuedCall first) {
    QueuedCall head = first;
    while (head != null) {
      head = wakeOrFail(head);
    }
  }

  /**
   * Wakes a call; fails it if no thread can start for it, because the thread that wakes it has its
   * own calls to complete.
   *
   * @return the call to wake instead, or null
   */
  private @Nullable QueuedCall wakeOrFail(QueuedCall head) {
    try {
      wake(head);
      return null;
    } catch (RuntimeException | Error e) {
      boolean waits;
      QueuedCall next;
      synchronized (this) {
        waits = head.isWaiting();
        waiting.remove(head);
        head.queued = false;
        next = next();
      }
      if (waits) {
        head.fail(e);
      }
      return next;
    }
  }

  /** Queues a call. A worker answers an asynchronous call as soon as a processor is free. */
  void add(QueuedCall call) {
    QueuedCall head;
    synchronized (this) {
      waiting.add(call);
      call.queued = true;
      head = call.isAsynchronous() ? next() : null;
    }
    wake(head);
  }

  /** Queues calls again, before all others of their priority, each in a group of its own. */
  void addSeparately(List<QueuedCall> calls) {
    if (calls.isEmpty()) {
      return;
    }
    QueuedCall head;
    synchronized (this) {
      for (int i = calls.size() - 1; i >= 0; i--) {
        QueuedCall call = calls.get(i);
        call.group = call; // from now on it is answered alone
        call.queued = true;
        waiting.addFirst(call);
      }
      head = next();
    }
    wakeOrFailAll(head);
    calls.forEach(QueuedCall::wake); // because a deadline may have passed meanwhile
  }

  /**
   * Takes a processor, and calls of the same group as this call. If calls were taken, {@link
   * #leave} must follow. Takes nothing if no processor is free, if another thread took the call, or
   * if a more important call must go first.
   */
  List<QueuedCall> take(QueuedCall call) {
    List<QueuedCall> taken = new ArrayList<>();
    QueuedCall head = null;
    synchronized (this) {
      if (free > 0 && call.isWaiting() && !mustYield(call)) {
        free--;
        take(call, taken);
        head = next();
      }
    }
    try {
      wake(head);
    } catch (RuntimeException | Error e) {
      // No thread for it now: this thread wakes it again when it leaves. Its end must not delay the
      // calls that were taken, nor run while a processor is kept.
    }
    return taken;
  }

  /**
   * Whether the head goes first. Its thread is awake, and wakes the next head when it takes a
   * processor or gives up.
   */
  private boolean mustYield(QueuedCall call) {
    QueuedCall head = waiting.peek();
    return head != null
        && head.priority.compareTo(call.priority) > 0
        && !head.isAsynchronous()
        && !head.group.equals(call.group);
  }

  private void take(QueuedCall call, List<QueuedCall> taken) {
    int left = call.most();
    Iterator<QueuedCall> each = waiting.iterator();
    while (each.hasNext() && left > 0) {
      QueuedCall other = each.next();
      if (other.group.equals(call.group)) {
        left -= other.rows();
        if (left < 0 && !taken.isEmpty()) {
          break; // no later call overtakes it
        }
        each.remove();
        other.queued = false;
        taken.add(other);
      }
    }
  }

  /** Removes a call; false if another thread took it. */
  boolean remove(QueuedCall call) {
    QueuedCall head;
    synchronized (this) {
      if (!call.isWaiting()) {
        return false;
      }
      boolean first = waiting.peek() == call;
      waiting.remove(call);
      call.queued = false;
      head = first ? next() : null; // else the first was woken before
    }
    wakeOrFailAll(head);
    return true;
  }

  /** The call to wake if a processor is free. */
  private @Nullable QueuedCall next() {
    return free > 0 ? waiting.peek() : null;
  }

  private void wake(@Nullable QueuedCall head) {
    if (head == null) {
      return;
    }
    if (head.isAsynchronous()) {
      workers.execute(RuntimeThreads.prioritized(head.priority, () -> lead(head)));
    } else {
      head.wake();
    }
  }

  /** Answers the group of an asynchronous call, unless another thread took the call. */
  private void lead(QueuedCall call) {
    List<QueuedCall> taken = take(call);
    if (!taken.isEmpty()) {
      answer(call, taken);
    }
  }

  /** Answers calls that were taken, and returns the processor. */
  void answer(QueuedCall call, List<QueuedCall> taken) {
    Runnable complete;
    try {
      complete = call.answer(taken);
    } finally {
      leave();
    }
    complete.run();
  }

  /** {@return the number of processors, free or not; 1 or more} */
  public int processors() {
    return processors;
  }

  synchronized int free() {
    return free;
  }

  /** {@return how many calls wait; 0 or more} */
  public synchronized int waiting() {
    return waiting.size();
  }
}
