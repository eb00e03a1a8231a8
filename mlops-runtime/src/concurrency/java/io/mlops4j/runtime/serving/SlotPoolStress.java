package io.mlops4j.runtime.serving;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** A slot is one call's at a time, and none is lost. */
public final class SlotPoolStress {
  private SlotPoolStress() {}

  /** A slot that knows who has it. */
  static final class Watched extends StubSlot {
    final AtomicInteger users = new AtomicInteger();
    final AtomicInteger closed;

    Watched(AtomicInteger closed) {
      this.closed = closed;
    }

    @Override
    public void close() {
      closed.incrementAndGet();
    }
  }

  /** What all tests have. */
  abstract static class Pool {
    final AtomicInteger closed = new AtomicInteger();
    final SlotPool pool = new SlotPool(1, this::build);

    Slot build() {
      return new Slot(new Watched(closed), null);
    }

    static Watched watched(Slot slot) {
      return (Watched) slot.engine();
    }

    /** 1 if somebody else had the slot meanwhile. */
    int use() {
      Slot slot = pool.lease();
      int others = watched(slot).users.getAndIncrement();
      watched(slot).users.decrementAndGet();
      pool.give(slot);
      return others;
    }
  }

  /** Two calls want the one slot that is idle. */
  @JCStressTest
  @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "each had a slot of its own")
  @Outcome(expect = FORBIDDEN, desc = "one slot, two calls")
  @State
  public static class Exclusive extends Pool {
    /** One slot is idle. */
    public Exclusive() {
      pool.give(build());
    }

    /** A call. */
    @Actor
    public void one(II_Result r) {
      r.r1 = use();
    }

    /** Another. */
    @Actor
    public void two(II_Result r) {
      r.r2 = use();
    }
  }

  /** Two calls end, and there is room for one slot. */
  @JCStressTest
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "one is kept, one is closed")
  @Outcome(expect = FORBIDDEN, desc = "one is lost, or closed and kept")
  @State
  public static class Bounded extends Pool {
    private final Slot first = build();
    private final Slot second = build();

    /** A call ends. */
    @Actor
    public void one() {
      pool.give(first);
    }

    /** Another. */
    @Actor
    public void two() {
      pool.give(second);
    }

    /** How many were closed, and how many are kept. */
    @Arbiter
    public void count(II_Result r) {
      r.r1 = closed.get();
      Slot kept = pool.lease();
      r.r2 = kept == first || kept == second ? 1 : 0;
    }
  }

  /** What a call wrote into its slot, the next one sees. */
  @JCStressTest
  @Outcome(id = "-1", expect = ACCEPTABLE, desc = "another slot was built")
  @Outcome(id = "42", expect = ACCEPTABLE, desc = "the slot and all that was written to it")
  @Outcome(expect = FORBIDDEN, desc = "the slot without what was written to it")
  @State
  public static class Published extends Pool {
    private final Slot given = build();

    /** A call that ends. */
    @Actor
    public void one() {
      watched(given).value = 42;
      pool.give(given);
    }

    /** A call that begins. */
    @Actor
    public void two(I_Result r) {
      Slot slot = pool.lease();
      r.r1 = slot == given ? watched(slot).value : -1;
    }
  }
}
