package io.mlops4j.runtime.serving.batching;

import io.mlops4j.error.DeadlineException;
import io.mlops4j.error.OverloadedException;
import io.mlops4j.inference.MicroBatching;
import io.mlops4j.inference.Priority;
import io.mlops4j.internal.Spans;
import io.mlops4j.runtime.serving.threads.Deadlines;
import io.mlops4j.runtime.serving.threads.RuntimeThreads;
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
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Groups waiting records or small batches of one model into one engine run. If there are no more
 * callers than processors, a caller that finds a free processor and no waiting call runs alone,
 * without delay. Other calls are queued, and the thread that gets a processor answers its group.
 * Thread safe.
 *
 * <p>A group that fails is queued again, and each of its calls is answered alone by its own thread.
 * So a failure reaches only the call that caused it, and a thread with a deadline is not delayed by
 * calls without one. The run of a group ends at the earliest deadline of its calls.
 *
 * @param <I> the input of a call
 * @param <O> the answer to a call
 */
public final class RowBatcher<I, O> {
  private static final long NEVER = Long.MAX_VALUE;

  private final MicroBatching limits;
  private final CallQueue queue;
  private final Asker<I, O> asker;
  private final Function<I, Object> shape;
  private final IntSupplier asking;
  private final Deadlines later;
  private final Executor lateCalls;
  private final LongSupplier work;
  private final @Nullable RunCosts costs;
  private final Refusals refusals;
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicInteger runs = new AtomicInteger();

  /**
   * Calls the model in the caller's thread.
   *
   * @param <I> the input of a call
   * @param <O> the answer to a call
   */
  public interface Asker<I, O> {
    /** The value of {@code since} for a call that did not wait. */
    long AT_ONCE = Long.MIN_VALUE;

    /**
     * Answers calls in their order.
     *
     * @param rows the inputs of the calls, at least one
     * @param within the longest time that the run may take, or null
     * @param since when the first of them began to wait, by {@link System#nanoTime}, or {@link
     *     #AT_ONCE}
     * @return an answer for each
     */
    List<O> ask(List<I> rows, @Nullable Duration within, long since);

    /**
     * Answers calls in the thread of another call, which is not one of them. If the run fails, each
     * call is answered again by its own thread, and only that answer counts.
     *
     * @param rows the inputs of the calls, at least one
     * @param within the longest time that the run may take, or null
     * @param since when the first call began to wait, by {@link System#nanoTime}
     * @return an answer for each call
     */
    default List<O> askForOthers(List<I> rows, @Nullable Duration within, long since) {
      return ask(rows, within, since);
    }

    /**
     * Returns the number of rows that a call has.
     *
     * @param asked the input of the call
     * @return 1 or more
     */
    default int rows(I asked) {
      return 1;
    }

    /**
     * Returns the importance of a call. More important calls are answered first.
     *
     * @param asked the input of the call
     * @return the priority
     */
    default Priority priority(I asked) {
      return Priority.NORMAL;
    }

    /**
     * Returns whether a call was cancelled, so that it is not answered again.
     *
     * @param asked the input of the call
     * @return true if no caller waits for the answer
     */
    default boolean isUnwanted(I asked) {
      return false;
    }

    /**
     * Is notified of a call whose deadline passed while it was in a run with others.
     *
     * @param asked the input of the call
     * @param late the exception that its caller gets
     */
    default void late(I asked, Throwable late) {}
  }

  /**
   * Batches the calls of one model and one kind of record.
   *
   * @param limits the user's settings; {@link MicroBatching#measured} decides whether batching is
   *     measured or always on
   * @param queue the runtime's processors
   * @param asker calls the model
   * @param shape equal for calls that one run can answer
   * @param asking returns the number of calls that the model has now, waiting ones included
   * @param work the processor time of the thread that answers calls, in nanoseconds
   * @param later times out asynchronous calls in the queue
   * @param lateCalls completes those calls, so that their dependents do not delay other deadlines
   * @param refusals is notified of each call that is rejected before the model is called
   */
  public RowBatcher(
      MicroBatching limits,
      CallQueue queue,
      Asker<I, O> asker,
      Function<I, Object> shape,
      IntSupplier asking,
      LongSupplier work,
      Deadlines later,
      Executor lateCalls,
      Refusals refusals) {
    this.limits = limits;
    this.queue = queue;
    this.asker = asker;
    this.shape = shape;
    this.asking = asking;
    this.later = later;
    this.lateCalls = lateCalls;
    this.work = work;
    this.costs = limits.measured() ? new RunCosts(System::nanoTime) : null;
    this.refusals = refusals;
  }

  /** Is notified of calls that are rejected before the model is called. */
  public interface Refusals {
    /**
     * Is notified of a call.
     *
     * @param rows the number of its rows
     * @param since when it began, by {@link System#nanoTime}
     * @param why the exception that its caller gets
     */
    void refused(int rows, long since, RuntimeException why);
  }

  /**
   * Is notified once when an asynchronous call has ended.
   *
   * @param <O> the answer to the call
   */
  public interface Completion<O> {
    /**
     * Is notified of the end.
     *
     * @param answer null if the call failed
     * @param error null if the call succeeded
     * @param company whether other calls of the same run complete after it in the same thread
     */
    void ended(@Nullable O answer, @Nullable Throwable error, boolean company);
  }

  /** Equal for calls that take equally long. */
  private record Kind(Object shape, int rows) {}

  /** Equal for calls that one run can answer; workers run the asynchronous ones. */
  private record Group(Object batcher, Object shape, boolean asynchronous) {}

  /** A call that waits. */
  private final class Call extends QueuedCall {
    private final I row;
    private final RunCosts.@Nullable Cost cost;
    private final @Nullable Completion<O> completion;
    private final long since = System.nanoTime();
    private final long expires;
    private @Nullable O answer;
    private @Nullable Throwable error;
    private boolean hadCompany;
    private volatile Deadlines.@Nullable Task timer;
    private volatile boolean takenUp;
    private volatile boolean done; // written last: publishes the others

    Call(
        I row,
        Object shape,
        RunCosts.@Nullable Cost cost,
        @Nullable Duration within,
        @Nullable Completion<O> completion) {
      super(
          new Group(RowBatcher.this, shape, completion != null),
          asker.priority(row),
          completion == null ? Thread.currentThread() : null);
      this.row = row;
      this.cost = cost;
      this.completion = completion;
      this.expires = end(within);
    }

    private long end(@Nullable Duration within) {
      long end = within == null ? NEVER : since + RuntimeThreads.nanos(within);
      return end < since ? NEVER : end;
    }

    /**
     * Returns the time at which the call times out in the queue. The wait limit applies to its
     * first wait only.
     */
    long mustBeTakenBy() {
      return takenUp ? expires : Math.min(expires, end(limits.waitLimit().orElse(null)));
    }

    /** Times out; false if a thread took it. */
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
        RuntimeThreads.executeOrRun(lateCalls, () -> refuse(why));
      }
      return true;
    }

    private void refuse(RuntimeException why) {
      refusals.refused(rows(), since, why);
      complete(null, why);
    }

    /** Sets the timer of an asynchronous call, which has no thread that could time out. */
    void watch() {
      long end = mustBeTakenBy();
      if (completion != null && end != NEVER) {
        Duration left = Duration.ofNanos(Math.max(0, end - System.nanoTime()));
        timer = later.after(left, this::giveUp);
      }
    }

    /** Cancels the call, unless a thread took it. */
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

    @Override
    void fail(Throwable why) {
      complete(null, why);
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
   * The fair share of the waiting rows for each processor that runs this model or is free. Without
   * it, one run would take a single row and another run all other rows, again and again.
   */
  private int share() {
    int rows = waiting.get();
    int alone = Math.max(0, asking.getAsInt() - rows);
    int processors = Math.min(queue.processors(), 1 + queue.free() + runs.get() + alone);
    return (rows + alone + processors - 1) / processors;
  }

  /**
   * Answers one call; the caller waits.
   *
   * @param row the input of the call
   * @param within its deadline, or null
   * @return the answer
   * @throws OverloadedException if too many rows wait, or the call waited too long
   * @throws DeadlineException if the deadline passed before the call was answered
   */
  public O ask(I row, @Nullable Duration within) {
    if (costs == null) {
      return askOrWait(row, shape.apply(row), null, within);
    }
    if (asking.getAsInt() <= queue.processors()) {
      return askAlone(row, within);
    }
    Object like = shape.apply(row);
    RunCosts.Cost cost = cost(costs, row, like);
    if (cost == null) {
      return askAlone(row, within);
    }
    boolean measuring = cost.isMeasuring();
    if (cost.isGrouping()) {
      return askOrWait(row, like, measuring ? cost : null, within);
    }
    return measuring ? askAlone(cost, row, within) : askAlone(row, within);
  }

  /** Null if no run answers the call with others, or if too many kinds of calls are measured. */
  private RunCosts.@Nullable Cost cost(RunCosts known, I row, Object like) {
    int rows = asker.rows(row);
    return like == row ? null : known.of(rows == 1 ? like : new Kind(like, rows));
  }

  private O askAlone(RunCosts.Cost cost, I row, @Nullable Duration within) {
    long began = System.nanoTime();
    long spent = work.getAsLong();
    O answer = askAlone(row, within);
    spent = work.getAsLong() - spent;
    cost.alone(spent, System.nanoTime() - began); // not for a call that failed early
    return answer;
  }

  @SuppressWarnings("ThreadPriorityCheck") // a hint, without which the answers are the same
  private O askOrWait(I row, Object like, RunCosts.@Nullable Cost cost, @Nullable Duration within) {
    if (isCrowded(row)) {
      Call call = queued(row, like, cost, within, null);
      Thread.yield();
      return await(call);
    }
    if (!queue.tryEnter()) {
      return await(queued(row, like, cost, within, null));
    }
    try {
      return askAlone(row, within);
    } finally {
      queue.leave();
    }
  }

  /**
   * Returns whether a call is queued even if a processor is free, because there are more callers
   * than processors. Its thread then yields once. Meanwhile the other callers of the run that just
   * ended queue their next calls. Without this, the first caller would run alone, and groups would
   * become smaller and smaller. A call is not queued in this way if it might fill the queue.
   */
  private boolean isCrowded(I row) {
    int calls = asking.getAsInt();
    long rows = asker.rows(row);
    return calls > queue.processors()
        && Math.max(calls * rows, waiting.get() + rows) <= limits.queueLimit();
  }

  private O askAlone(I row, @Nullable Duration within) {
    return asker.ask(List.of(row), within, Asker.AT_ONCE).get(0);
  }

  /**
   * Answers one call in a thread of the runtime.
   *
   * @param row the input of the call
   * @param within its deadline, or null
   * @param completion is notified of the end
   * @return cancels the call, unless a thread took it
   * @throws OverloadedException if too many rows wait; the completion is not notified
   */
  public Runnable askAsync(I row, @Nullable Duration within, Completion<O> completion) {
    Call call = queued(row, shape.apply(row), null, within, completion);
    return call::cancel;
  }

  private Call queued(
      I row,
      Object like,
      RunCosts.@Nullable Cost cost,
      @Nullable Duration within,
      @Nullable Completion<O> completion) {
    Call call = new Call(row, like, cost, within, completion);
    int rows = call.rows();
    int all = waiting.addAndGet(rows);
    if (all > limits.queueLimit() && all > rows) { // the first may always wait
      waiting.addAndGet(-rows);
      OverloadedException full =
          new OverloadedException(
              "found "
                  + (all - rows)
                  + " rows that wait for a processor and "
                  + rows
                  + " more, expected at most "
                  + limits.queueLimit()
                  + "; call with fewer rows at a time, or allow more with"
                  + " MicroBatching.withQueueLimit");
      refusals.refused(rows, call.since, full);
      throw full;
    }
    try {
      queue.add(call);
      call.watch();
    } catch (RuntimeException | Error e) { // no thread for an asynchronous call or its timer
      if (queue.remove(call)) {
        waiting.addAndGet(-rows);
        throw e;
      }
    }
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

  /** Waits until this thread is woken; times out if no thread took the call. */
  private void park(Call call) {
    long end = call.mustBeTakenBy();
    long left = end - System.nanoTime();
    if (end != NEVER && left > 0) {
      LockSupport.parkNanos(this, left);
    } else if (end == NEVER || !call.giveUp()) {
      LockSupport.park(this); // a thread took it and answers it within its deadline
    }
  }

  private static CancellationException cancelled() {
    return new CancellationException("the call was cancelled");
  }

  private static DeadlineException late() {
    return new DeadlineException(
        "the deadline passed before the call was answered, alone or with others; allow more time or"
            + " call with fewer rows at once");
  }

  private OverloadedException crowded() {
    return new OverloadedException(
        "a call waited for a processor longer than "
            + limits.waitLimit().map(Spans::text).orElse("allowed")
            + "; call with fewer rows at a time, or allow more with MicroBatching.withWaitLimit");
  }

  /** {@return the number of rows that wait, or waited and are being answered; 0 or more} */
  public int waiting() {
    return waiting.get();
  }

  /**
   * The run also ends at the deadline of the leader, even if the leader's own call is not among
   * these calls.
   */
  private Runnable answer(List<Call> calls, Call leader) {
    List<I> rows = new ArrayList<>(calls.size());
    long expires = leader.expires;
    long since = calls.get(0).since;
    for (Call call : calls) {
      rows.add(call.row);
      expires = Math.min(expires, call.expires);
    }
    List<O> answers;
    RunCosts.Cost cost = leader.cost;
    runs.incrementAndGet();
    try {
      long spent = cost == null ? 0 : work.getAsLong();
      answers =
          calls.contains(leader)
              ? asker.ask(rows, remaining(expires), since)
              : asker.askForOthers(rows, remaining(expires), since);
      if (cost != null) {
        cost.grouped(calls.size(), share(work.getAsLong() - spent, leader, calls));
      }
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

  /** The part of a time that the rows of a call account for. */
  private long share(long time, Call call, List<Call> calls) {
    return time * call.rows() / calls.stream().mapToInt(Call::rows).sum();
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
