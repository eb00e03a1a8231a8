package io.mlops4j.runtime.serving.call;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** No call is in a model that was freed, and closing ends. */
public final class CallsStress {
  private CallsStress() {}

  /** Who closes frees the model when all have left. */
  abstract static class Model {
    final Calls calls = new Calls();
    boolean freed;

    void closeAndFree() {
      if (calls.close()) {
        calls.awaitDrained();
        freed = true;
      }
    }
  }

  /** A call and a close. */
  @JCStressTest
  @Outcome(id = "0", expect = ACCEPTABLE, desc = "the call was refused")
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "the call was waited for")
  @Outcome(expect = FORBIDDEN, desc = "the call found a freed model")
  @State
  public static class EnterAndClose extends Model {
    /** A call. */
    @Actor
    public void call(I_Result r) {
      if (calls.enter()) {
        r.r1 = freed ? 2 : 1;
        calls.leave();
      }
    }

    /** Closes. */
    @Actor
    public void close() {
      closeAndFree();
    }
  }

  /** Closing that refuses while a call runs. */
  @JCStressTest
  @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "the call runs, closing is refused")
  @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "it is closed, the call is refused")
  @Outcome(expect = FORBIDDEN, desc = "both or none")
  @State
  public static class EnterAndCloseIfIdle extends Model {
    /** A call that goes on. */
    @Actor
    public void call(II_Result r) {
      r.r1 = calls.enter() ? 1 : 0;
    }

    /** Closes unless a call runs. */
    @Actor
    public void close(II_Result r) {
      r.r2 = calls.closeIfIdle() ? 1 : 0;
    }
  }

  /** Two that close: one of them frees. */
  @JCStressTest
  @Outcome(
      id = {"1, 0", "0, 1"},
      expect = ACCEPTABLE,
      desc = "one of them")
  @Outcome(expect = FORBIDDEN, desc = "both or none")
  @State
  public static class CloseAndClose extends Model {
    /** Closes. */
    @Actor
    public void one(II_Result r) {
      r.r1 = calls.close() ? 1 : 0;
    }

    /** Closes as well. */
    @Actor
    public void two(II_Result r) {
      r.r2 = calls.close() ? 1 : 0;
    }
  }
}
