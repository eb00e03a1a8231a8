package io.mlops4j.runtime.serving;

import io.mlops4j.runtime.binding.JoinableBatch;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One caller's batch, which may share a run with others. Its caller's thread makes it, and the
 * thread that answers it takes it over. Any thread may {@link #cancel}.
 */
final class JointCall {
  private final BatchRequest request;
  private final boolean asynchronous;
  private final long since;
  private @Nullable JoinableBatch joinable;
  private long began;
  private volatile @Nullable Run run;
  private volatile boolean unwanted;

  /**
   * A call that waits for its answer.
   *
   * @param since when it began, by {@link System#nanoTime}
   */
  JointCall(BatchRequest request, boolean asynchronous, long since) {
    this.request = request;
    this.asynchronous = asynchronous;
    this.since = since;
  }

  BatchRequest request() {
    return request;
  }

  boolean isAsynchronous() {
    return asynchronous;
  }

  long since() {
    return since;
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

  /** Its answer began, by {@link System#nanoTime}. */
  void begin(long now) {
    began = now;
  }

  long began() {
    return began;
  }

  /** Cancels the call; ends the run when all its calls are cancelled. */
  void cancel() {
    unwanted = true;
    Run now = run;
    if (now != null) {
      now.endIfUnwanted();
    }
  }

  boolean isUnwanted() {
    return unwanted;
  }

  /** A run begins, which can be ended. */
  static void begin(List<JointCall> calls, Cancellation cancellation) {
    Run run = new Run(calls, cancellation);
    calls.forEach(call -> call.run = run);
    run.endIfUnwanted(); // who cancelled before could not know
  }

  /** What answers some calls. */
  private record Run(List<JointCall> calls, Cancellation cancellation) {
    void endIfUnwanted() {
      if (calls.stream().allMatch(JointCall::isUnwanted)) {
        cancellation.cancel();
      }
    }
  }
}
