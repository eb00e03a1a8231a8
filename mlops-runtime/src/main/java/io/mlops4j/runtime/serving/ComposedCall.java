package io.mlops4j.runtime.serving;

import io.mlops4j.error.DeadlineException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.internal.Spans;
import io.mlops4j.runtime.serving.threads.RuntimeThreads;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** One call of an ensemble: how much time is left, and whether it may continue. Thread safe. */
public final class ComposedCall {
  private final CallOptions options;
  private final @Nullable Duration deadline;
  private final @Nullable Cancellation end;
  private final long began;
  private final SideBySide threads;

  /** The call of one member. */
  public interface Task {
    /**
     * Calls the member.
     *
     * @param number the number of the member, from 0
     * @param rows the rows, for this thread
     */
    void run(int number, FeatureBatch rows);
  }

  /**
   * Begins a call.
   *
   * @param options the options of the whole call
   * @param end lets others end the call; null if nobody can
   * @param threads runs members beside the caller
   */
  ComposedCall(CallOptions options, @Nullable Cancellation end, SideBySide threads) {
    this.threads = threads;
    this.options = options;
    this.deadline = ModelCalls.deadline(options);
    this.end = end;
    this.began = deadline == null ? 0 : System.nanoTime();
  }

  /**
   * Calls members in this thread and in idle threads of the runtime, and returns when all have
   * ended.
   *
   * @param members the number of members
   * @param batch the rows of the call
   * @param task calls a member
   * @throws RuntimeException the exception of the first member that failed, by number
   */
  public void sideBySide(int members, FeatureBatch batch, Task task) {
    threads.run(members, batch, end, task);
  }

  /**
   * Returns the options for the next member: those of the call, with the time that is left.
   *
   * @param composition the name of the whole, for messages
   * @param member the name of the member, for messages
   * @return the options
   * @throws DeadlineException if no time is left
   * @throws java.util.concurrent.CancellationException if the call was cancelled
   * @throws IllegalStateException if closing ends the calls
   */
  public CallOptions next(String composition, String member) {
    if (end != null) {
      end.check();
    }
    if (deadline == null) {
      return options;
    }
    long left = RuntimeThreads.nanos(deadline) - (System.nanoTime() - began);
    if (left <= 0) {
      throw new DeadlineException(
          "composition %s, member %s: found no time left before its call, expected an answer within %s"
              .formatted(composition, member, Spans.text(deadline)));
    }
    return options.withDeadline(Duration.ofNanos(left));
  }
}
