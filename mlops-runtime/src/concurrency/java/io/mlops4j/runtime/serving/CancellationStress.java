package io.mlops4j.runtime.serving;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** Who ends a call reaches this call, and never the slot's next one. */
public final class CancellationStress {
  private CancellationStress() {}

  /** A slot that knows whether its call has ended. */
  static final class Used extends StubSlot {
    boolean ended;
    int late;

    @Override
    public void cancel() {
      if (ended) {
        late = 1;
      }
    }
  }

  /** A call ends by itself while another thread ends it. */
  @JCStressTest
  @Outcome(id = "0", expect = ACCEPTABLE, desc = "in time, or not at all")
  @Outcome(expect = FORBIDDEN, desc = "the slot was told when the call had ended")
  @State
  public static class EndAndCancel {
    private final Used slot = new Used();
    private final Cancellation call = new Cancellation(null);

    /** The call. */
    @Actor
    public void run() {
      try {
        call.begin(slot);
      } catch (RuntimeException cancelled) {
        // as the other thread wishes
      } finally {
        call.end();
        slot.ended = true;
      }
    }

    /** Nobody wants the answer. */
    @Actor
    public void cancel() {
      call.cancel();
    }

    /** Whether the slot was told too late. */
    @Arbiter
    public void late(I_Result r) {
      r.r1 = slot.late;
    }
  }

  /** A call begins while its model is closed and waits no longer. */
  @JCStressTest
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "it is ended")
  @Outcome(expect = FORBIDDEN, desc = "it goes on for ever")
  @State
  public static class AddAndEndAll {
    private final RunningCalls running = new RunningCalls();
    private final Cancellation call = new Cancellation(null);

    /** A call. */
    @Actor
    public void begin() {
      running.add(call);
    }

    /** The end of patience. */
    @Actor
    public void end() {
      running.end("closed");
    }

    /** Whether the call was told. */
    @Arbiter
    public void stopped(I_Result r) {
      r.r1 = call.isStopped() ? 1 : 0;
    }
  }
}
