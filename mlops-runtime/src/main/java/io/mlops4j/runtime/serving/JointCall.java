package io.mlops4j.runtime.serving;

import io.mlops4j.inference.Priority;
import io.mlops4j.runtime.binding.JoinableBatch;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The batch of one call, which may share a run with others. The thread of its caller creates it,
 * and the thread that answers it takes it over. Any thread may {@link #cancel}.
 */
final class JointCall {
  final BatchRequest request;
  final boolean asynchronous;
  final Priority priority;
  final long since;

  /** When its run began, by {@link System#nanoTime}. */
  long began;

  private @Nullable JoinableBatch joinable;
  private volatile @Nullable JointRun run;
  private volatile boolean unwanted;

  /**
   * A call that waits for its answer.
   *
   * @param since when it began, by {@link System#nanoTime}
   */
  JointCall(BatchRequest request, boolean asynchronous, Priority priority, long since) {
    this.request = request;
    this.asynchronous = asynchronous;
    this.priority = priority;
    this.since = since;
  }

  /** Equal for calls that one run can answer. Called before another thread can answer the call. */
  Object shape() {
    JoinableBatch looked = request.joinable();
    joinable = looked;
    return looked == null ? this : looked.shape();
  }

  /** The batch of a call in a run with others, which have an equal shape. */
  JoinableBatch joinable() {
    return Objects.requireNonNull(joinable, "joinable");
  }

  /** Cancels the call; ends the run when all its calls are cancelled. */
  void cancel() {
    unwanted = true;
    JointRun now = run;
    if (now != null) {
      now.endIfUnwanted();
    }
  }

  boolean isUnwanted() {
    return unwanted;
  }

  /** Connects calls with the run that answers them, so that they can end it. */
  static void begin(List<JointCall> calls, Cancellation cancellation) {
    JointRun run = new JointRun(calls, cancellation);
    calls.forEach(call -> call.run = run);
    run.endIfUnwanted(); // for calls that were cancelled before
  }

  /** A run that answers some calls. */
  private record JointRun(List<JointCall> calls, Cancellation cancellation) {
    void endIfUnwanted() {
      if (calls.stream().allMatch(JointCall::isUnwanted)) {
        cancellation.cancel();
      }
    }
  }
}
