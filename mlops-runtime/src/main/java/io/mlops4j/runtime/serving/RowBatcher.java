package io.mlops4j.runtime.serving;

import io.mlops4j.error.DeadlineException;
import io.mlops4j.error.OverloadedException;
import io.mlops4j.inference.MicroBatching;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers records that pile up together: who finds a processor free and nobody waiting asks alone,
 * without delay; others are queued, and whoever gets a processor answers its group. Thread safe.
 *
 * <p>A group that fails is put back, and each of its records is asked alone by its own thread: so
 * the failure of one is its own, and a thread with a deadline is not kept by those without. A group
 * runs no longer than the deadline that comes first allows.
 */
final class RowBatcher<I, O> {
  private static final long NEVER = Long.MAX_VALUE;

  private final MicroBatching limits;
  private final CallQueue queue;
  private final Asker<I, O> asker;
  private final Function<I, Object> shape;
  private final IntSupplier asking;
  private final Deadlines later;
  private final Executor lateCalls;
  private final @Nullable BatchingTrial trial;
  private final Refusals refusals;
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicInteger runs = new AtomicInteger();

  /** Asks the model, in the caller's thread. */
  interface Asker<I, O> {
    /** Nobody waited. */
    long AT_ONCE = Long.MIN_VALUE;

    /**
     * Answers rows in their order.
     *
     * @param rows at least one
     * @param within how long it may take, or null
     * @param since when the first of them began to wait, by {@link System#nanoTime}, or {@link
     *     #AT_ONCE}
     */
    List<O> ask(List<I> rows, @Nullable Duration within, long since);

    /**
     * The same, in the thread of a caller who is not among them, however few they are: where it
     * fails, each is asked again by its own thread, and only that counts.
     */
    default List<O> askForOthers(List<I> rows, @Nullable Duration within, long since) {
      return ask(rows, within, since);
    }

    /** How many rows of the model one of them is. */
    default int rows(I asked) {
      return 1;
    }

    /** Whether nobody wants its answer any more, so that it is not asked again. */
    default boolean isUnwanted(I asked) {
      return false;
    }

    /** Told of one whose deadline passed while it was asked together with others. */
    default void late(I asked, Throwable late) {}
  }

  /**
   * For one model and one kind of record.
   *
   * @param limits what the user set
   * @param queue of the runtime
   * @param asker asks the model
   * @param shape equal for records that one run can take
   * @param asking how many ask the model now, those who wait included
   * @param later ends asynchronous calls that wait too long
   * @param lateCalls where those are told of it: whatever depends on them must not keep the
   *     deadlines of others
   * @param trial whether it pays to ask together, or null to do it always
   * @param refusals told of each record that is refused before the model is asked
   */
  RowBatcher(
      MicroBatching limits,
      CallQueue queue,
      Asker<I, O> asker,
      Function<I, Object> shape,
      IntSupplier asking,
      Deadlines later,
      Executor lateCalls,
      @Nullable BatchingTrial trial,
      Refusals refusals) {
    this.limits = limits;
    this.queue = queue;
    this.asker = asker;
    this.shape = shape;
    this.asking = asking;
    this.later = later;
    this.lateCalls = lateCalls;
    this.trial = trial;
    this.refusals = refusals;
  }

  /** Hears of calls that are refused before the model is asked. */
  interface Refusals {
    /**
     * A call is refused.
     *
     * @param rows how many rows of the model it is
     * @param since when it began, by {@link System#nanoTime}
     * @param why what its caller is told
     */
    void refused(int rows, long since, RuntimeException why);
  }

  /** Hears of the end of an asynchronous call, once. */
  interface Completion<O> {
    /**
     * The call has ended.
     *
     * @param answer null if it failed
     * @param error null if it did not
     * @param company whether others, who were asked with it, hear after it in the same thread
     */
    void ended(@Nullable O answer, @Nullable Throwable error, boolean company);
  }

  /** What can be answered together: asynchronous calls are left to workers. */
  private record Group(Object batcher, Object shape, boolean asynchronous) {}

  /** One record that waits. */
  private final class Call extends QueuedCall {
    private final I row;
    private final @Nullable Completion<O> completion;
    private final long since = System.nanoTime();
    private final long expires;
    private @Nullable O answer;
    private @Nullable Throwable error;
    private boolean hadCompany;
    private volatile Deadlines.@Nullable Task timer;
    private volatile boolean takenUp;
    private volatile boolean done; // written last: publishes the others

    Call(I row, @Nullable Duration within, @Nullable Completion<O> completion) {
      super(
          new Group(RowBatcher.this, shape.apply(row), completion != null),
          completion == null ? Thread.currentThread() : null);
      this.row = row;
      this.completion = completion;
      this.expires = end(within);
    }

    private long end(@Nullable Duration within) {
      long end = within == null ? NEVER : since + RuntimeThreads.nanos(within);
      return end < since ? NEVER : end;
    }

    /** When it is to give up if nobody takes it up; only once is it bound to how long it waits. */
    long mustBeTakenBy() {
      return takenUp ? expires : Math.min(expires, end(limits.waitLimit().orElse(null)));
    }

    /** It has waited too long; does nothing if somebody took it up. */
    boolean giveUp() {
      if (takenUp && System.nanoTime() < expires) {
        watch(); // this is the timer of its first wait
        return false;
      }
      if (!queue.remove(this)) {
        return false;
      }
      RuntimeException why = mustBeTakenBy() == expires ? late() : crowded();
      if (completion == null) {
        refuse(why);
      } else {
        lateCalls.execute(() -> refuse(why));
      }
      return true;
    }

    private void refuse(RuntimeException why) {
      refusals.refused(rows(), since, why);
      complete(null, why);
    }

    /** An asynchronous call has no thread that would give up. */
    void watch() {
      long end = mustBeTakenBy();
      if (completion != null && end != NEVER) {
        Duration left = Duration.ofNanos(Math.max(0, end - System.nanoTime()));
        timer = later.after(left, this::giveUp);
      }
    }

    /** Nobody wants the answer; does nothing if somebody took it up. */
    void cancel() {
      if (queue.remove(this)) {
        complete(null, cancelled());
      }
    }

    @Override
    int most() {
      return Math.min(limits.rows(), Math.max(share(), rows()));
    }

    @Override
    int rows() {
      return asker.rows(row);
    }

    @Override
    @SuppressWarnings("unchecked") // a group has calls of one batcher
    Runnable answer(List<QueuedCall> together) {
      List<Call> calls = new ArrayList<>(together.size());
      together.forEach(call -> calls.add((Call) call));
      return RowBatcher.this.answer(calls, this);
    }

    void complete(@Nullable O answer, @Nullable Throwable error) {
      waiting.addAndGet(-rows());
      if (completion == null) {
        this.answer = answer;
        this.error = error;
        done = true;
        wake();
      } else {
        Deadlines.Task set = timer;
        if (set != null) {
          set.cancel();
        }
        completion.ended(answer, error, hadCompany);
      }
    }
  }

  /**
   * How many rows one of the processors is to take that ask this model or are free, so that they
   * get groups of like sizes: one with a single row, beside one with all others, would go on so.
   */
  private int share() {
    int rows = waiting.get();
    int alone = Math.max(0, asking.getAsInt() - rows);
    int processors = Math.min(queue.processors(), 1 + queue.free() + runs.get() + alone);
    return (rows + alone + processors - 1) / processors;
  }

  /** Answers one record; the caller waits. */
  O ask(I row, @Nullable Duration within) {
    if (trial == null) {
      return askOrWait(row, within);
    }
    try {
      return trial.together() ? askOrWait(row, within) : askAlone(row, within);
    } finally {
      trial.count(asking.getAsInt());
    }
  }

  private O askOrWait(I row, @Nullable Duration within) {
    if (!queue.tryEnter()) {
      return await(queued(row, within, null));
    }
    try {
      return askAlone(row, within);
    } finally {
      queue.leave();
    }
  }

  private O askAlone(I row, @Nullable Duration within) {
    return asker.ask(List.of(row), within, Asker.AT_ONCE).get(0);
  }

  /**
   * Answers one record in a thread of the runtime.
   *
   * @return what ends the call if nobody has taken it up
   * @throws OverloadedException if too many wait; the completion hears nothing
   */
  Runnable askAsync(I row, @Nullable Duration within, Completion<O> completion) {
    Call call = queued(row, within, completion);
    call.watch();
    return call::cancel;
  }

  private Call queued(I row, @Nullable Duration within, @Nullable Completion<O> completion) {
    Call call = new Call(row, within, completion);
    int rows = call.rows();
    int all = waiting.addAndGet(rows);
    if (all > limits.queueLimit() && all > rows) { // who finds nobody may always wait
      waiting.addAndGet(-rows);
      OverloadedException full =
          new OverloadedException(
              "found "
                  + (all - rows)
                  + " rows that wait for a processor and "
                  + rows
                  + " more, expected at most "
                  + limits.queueLimit()
                  + "; ask fewer at a time, or allow more with MicroBatching.atMostQueued");
      refusals.refused(rows, call.since, full);
      throw full;
    }
    queue.add(call);
    return call;
  }

  /** Answers the call's group whenever a processor is free, until the call is answered. */
  private O await(Call call) {
    boolean interrupted = false;
    while (!call.done) {
      List<QueuedCall> taken = queue.take(call);
      if (!taken.isEmpty()) {
        queue.answer(call, taken);
      } else if (!call.done) {
        park(call);
        interrupted |= Thread.interrupted();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return result(call);
  }

  /** Until somebody wakes this thread; gives up if it waits too long and nobody took the call. */
  private void park(Call call) {
    long end = call.mustBeTakenBy();
    long left = end - System.nanoTime();
    if (end != NEVER && left > 0) {
      LockSupport.parkNanos(this, left);
    } else if (end == NEVER || !call.giveUp()) {
      LockSupport.park(this); // somebody answers it, within its deadline
    }
  }

  private static CancellationException cancelled() {
    return new CancellationException("the call was cancelled");
  }

  private static DeadlineException late() {
    return new DeadlineException(
        "the deadline passed before the call was answered, alone or with others; allow more time or ask fewer"
            + " at once");
  }

  private OverloadedException crowded() {
    return new OverloadedException(
        "a call waited for a processor longer than "
            + limits.waitLimit().map(Duration::toString).orElse("allowed")
            + "; ask fewer at a time, or allow more with MicroBatching.atMostWaiting");
  }

  /** How many rows wait or are being answered after they waited. */
  int waiting() {
    return waiting.get();
  }

  /** Within the deadline of whoever answers too, who may not be among them. */
  private Runnable answer(List<Call> calls, Call leader) {
    List<I> rows = new ArrayList<>(calls.size());
    long expires = leader.expires;
    long since = calls.get(0).since;
    for (Call call : calls) {
      rows.add(call.row);
      expires = Math.min(expires, call.expires);
    }
    List<O> answers;
    runs.incrementAndGet();
    try {
      answers =
          calls.contains(leader)
              ? asker.ask(rows, remaining(expires), since)
              : asker.askForOthers(rows, remaining(expires), since);
    } catch (Throwable e) {
      return () -> failed(calls, leader, e);
    } finally {
      runs.decrementAndGet();
    }
    return () -> {
      for (int i = 0; i < answers.size(); i++) {
        calls.get(i).hadCompany = answers.size() > 1;
        calls.get(i).complete(answers.get(i), null);
      }
    };
  }

  private static @Nullable Duration remaining(long expires) {
    return expires == NEVER ? null : Duration.ofNanos(Math.max(1, expires - System.nanoTime()));
  }

  private void failed(List<Call> calls, Call leader, Throwable error) {
    if (calls.size() == 1 && calls.contains(leader)) {
      leader.complete(null, error);
    } else {
      List<Call> again = new ArrayList<>();
      for (Call call : calls) {
        call.hadCompany = true;
        if (asker.isUnwanted(call.row)) {
          call.complete(null, cancelled());
        } else if (System.nanoTime() < call.expires) {
          call.hadCompany = false;
          call.takenUp = true;
          again.add(call);
        } else {
          DeadlineException late = late();
          asker.late(call.row, late);
          call.complete(null, late);
        }
      }
      queue.addSeparately(List.copyOf(again));
      again.forEach(Call::watch);
    }
  }

  private O result(Call call) {
    if (call.error instanceof Error error) {
      throw error;
    }
    if (call.error instanceof RuntimeException exception) {
      throw exception;
    }
    return Objects.requireNonNull(call.answer, "answer");
  }
}
