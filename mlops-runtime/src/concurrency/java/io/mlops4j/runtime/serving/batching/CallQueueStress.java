package io.mlops4j.runtime.serving.batching;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.mlops4j.inference.Priority;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** Nobody who waits for a processor is forgotten, or answered twice. */
public final class CallQueueStress {
  private CallQueueStress() {}

  /** Answered by whoever wakes it, for the worker is the waker's own thread. */
  static final class Counted extends QueuedCall {
    final AtomicInteger answers = new AtomicInteger();

    Counted(Object group) {
      this(group, Priority.NORMAL);
    }

    Counted(Object group, Priority priority) {
      super(group, priority, null);
    }

    @Override
    int most() {
      return 8;
    }

    @Override
    int rows() {
      return 1;
    }

    @Override
    Runnable answer(List<QueuedCall> together) {
      return () -> together.forEach(call -> ((Counted) call).answers.incrementAndGet());
    }
  }

  /** One processor. */
  abstract static class Queue {
    final CallQueue queue = new CallQueue(1, Runnable::run);
  }

  /** A call is queued while the only processor is given back. */
  @JCStressTest
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "it is answered")
  @Outcome(expect = FORBIDDEN, desc = "it is forgotten, or answered twice")
  @State
  public static class AddAndLeave extends Queue {
    private final Counted call = new Counted("group");

    /** The processor is busy. */
    public AddAndLeave() {
      queue.tryEnter();
    }

    /** Its call ends. */
    @Actor
    public void leave() {
      queue.leave();
    }

    /** Another waits. */
    @Actor
    public void add() {
      queue.add(call);
    }

    /** How often it was answered. */
    @Arbiter
    public void count(I_Result r) {
      r.r1 = call.answers.get();
    }
  }

  /** Two calls that cannot be answered together are queued at once; one is more important. */
  @JCStressTest
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "both are answered")
  @Outcome(expect = FORBIDDEN, desc = "one is forgotten, or answered twice")
  @State
  public static class AddAndAdd extends Queue {
    private final Counted one = new Counted("group", Priority.LOW);
    private final Counted two = new Counted("other", Priority.HIGH);

    /** A call. */
    @Actor
    public void one() {
      queue.add(one);
    }

    /** Another. */
    @Actor
    public void two() {
      queue.add(two);
    }

    /** How often they were answered. */
    @Arbiter
    public void count(II_Result r) {
      r.r1 = one.answers.get();
      r.r2 = two.answers.get();
    }
  }

  /** A call gives up while another takes it. */
  @JCStressTest
  @Outcome(
      id = {"1, 0", "0, 1"},
      expect = ACCEPTABLE,
      desc = "it is taken, or it has given up")
  @Outcome(expect = FORBIDDEN, desc = "both or none")
  @State
  public static class TakeAndRemove {
    private final CallQueue queue = new CallQueue(2, task -> {});
    private final Counted call = new Counted("group");

    /** It waits. */
    public TakeAndRemove() {
      queue.add(call);
    }

    /** Somebody takes it. */
    @Actor
    public void take(II_Result r) {
      r.r1 = queue.take(call).size();
    }

    /** It gives up. */
    @Actor
    public void remove(II_Result r) {
      r.r2 = queue.remove(call) ? 1 : 0;
    }
  }

  /** A call gives up the moment the processor is free: who stands behind it is answered. */
  @JCStressTest
  @Outcome(
      id = {"1, 0, 1", "0, 1, 1"},
      expect = ACCEPTABLE,
      desc = "the one behind is answered")
  @Outcome(expect = FORBIDDEN, desc = "the one behind is forgotten")
  @State
  public static class RemoveAndLeave extends Queue {
    private final Counted head = new Counted("group");
    private final Counted behind = new Counted("other");

    /** The processor is busy, and two wait. */
    public RemoveAndLeave() {
      queue.tryEnter();
      queue.add(head);
      queue.add(behind);
    }

    /** The head gives up. */
    @Actor
    public void remove(III_Result r) {
      r.r2 = queue.remove(head) ? 1 : 0;
    }

    /** The call on the processor ends. */
    @Actor
    public void leave() {
      queue.leave();
    }

    /** How often they were answered. */
    @Arbiter
    public void count(III_Result r) {
      r.r1 = head.answers.get();
      r.r3 = behind.answers.get();
    }
  }
}
