package io.mlops4j.runtime.serving.batching;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What is settled for calls that take so long, with a clock that says how long they take. */
class RunCostsTest {
  private final AtomicLong nanos = new AtomicLong();
  private final RunCosts costs = new RunCosts(nanos::get);
  private int calls;
  private int together;
  private int measured;

  /** How many calls a group has. */
  private int group = 4;

  /** How much longer than its processor time a call takes. */
  private double crowd = 8;

  /** Whether each eighth run seems to take no time, because a thread of the engine did it. */
  private boolean helped;

  private void ask(int count, Object kind, long alone, long inGroup) {
    calls = 0;
    together = 0;
    measured = 0;
    RunCosts.Cost cost = Objects.requireNonNull(costs.of(kind));
    while (calls < count) {
      boolean measuring = cost.isMeasuring();
      boolean grouping = cost.isGrouping();
      int many = grouping ? group : 1;
      long work = grouping && group > 1 ? inGroup : alone;
      nanos.addAndGet(work * many);
      if (measuring && grouping) {
        cost.grouped(many, helped && calls % 32 == 0 ? 1 : work);
      } else if (measuring) {
        cost.alone(helped && calls % 8 == 0 ? 1 : work, (long) (work * crowd));
      }
      calls += many;
      together += grouping ? many : 0;
      measured += measuring ? many : 0;
    }
  }

  private double share(int part) {
    return (double) part / calls;
  }

  @Test
  void groupsThatCostLessAreFound() {
    ask(10_000, "wide", 60_000, 15_000);
    assertThat(share(together)).isGreaterThan(0.95);
  }

  @Test
  void groupsThatCostAsMuchAreNot() {
    ask(10_000, "long", 6_000_000, 4_700_000);
    assertThat(share(together)).isLessThan(0.05);
  }

  @Test
  void runsThatTheEngineDidDoNotCount() {
    helped = true;
    ask(10_000, "wide", 60_000, 15_000);
    assertThat(share(together)).isGreaterThan(0.95);
    ask(10_000, "long", 6_000_000, 5_700_000);
    assertThat(share(together)).isLessThan(0.05);
  }

  /** A measurement may group calls for which that is bad, so it must end, and become rare. */
  @Test
  void measuringBecomesRare() {
    ask(100_000, "any", 60_000, 15_000);
    assertThat(share(measured)).isLessThan(0.02);
    ask(100_000, "any", 60_000, 15_000);
    assertThat(share(measured)).isLessThan(0.002);
  }

  @Test
  void eachKindIsMeasuredOnItsOwn() {
    for (int i = 0; i < 100; i++) {
      ask(100, "short", 1_000_000, 500_000);
      ask(100, "long", 20_000_000, 20_000_000);
    }
    assertThat(share(together)).as("long").isLessThan(0.1);
    ask(1_000, "short", 1_000_000, 500_000);
    assertThat(share(together)).as("short").isGreaterThan(0.9);
  }

  @Test
  void callsThatAreAnsweredSoonAreNeverGrouped() {
    crowd = 1;
    ask(100_000, "tiny", 3_000, 1_000);
    assertThat(together).isZero();
  }

  @Test
  void aGroupMustSaveMoreThanTheQueueCosts() {
    crowd = 1;
    ask(10_000, "small", 45_000, 16_000);
    assertThat(share(together)).isLessThan(0.05);
    ask(10_000, "larger", 90_000, 32_000);
    assertThat(share(together)).isGreaterThan(0.95);
  }

  /** As the calls of a device: the processor has little to do, and the caller waits. */
  @Test
  void callsThatWaitAreNotCheap() {
    crowd = 100;
    ask(10_000, "device", 3_000, 1_000);
    assertThat(share(together)).isGreaterThan(0.9);
  }

  /** While no caller has the same, nothing can be gained. */
  @Test
  void groupsOfOneEndTheMeasurement() {
    group = 1;
    ask(10_000, "other", 60_000, 15_000);
    assertThat(share(together)).isLessThan(0.05);
  }

  @Test
  void whatWasTakenForDearBeforeItWasCompiledIsFoundCheap() {
    ask(200, "cold", 400_000, 100_000);
    assertThat(together).isPositive();
    crowd = 1;
    ask(100_000, "cold", 3_000, 1_000);
    ask(100_000, "cold", 3_000, 1_000);
    assertThat(together).isZero();
  }

  /** One processor time in four is twice as long, as beside other processes. */
  @Test
  void noiseDoesNotCount() {
    SplittableRandom random = new SplittableRandom(20081128);
    RunCosts.Cost cost = Objects.requireNonNull(costs.of("noisy"));
    int grouped = 0;
    for (int i = 0; i < 100_000; i++) {
      boolean measuring = cost.isMeasuring();
      long work = random.nextInt(4) == 0 ? 120_000 : 60_000;
      nanos.addAndGet(work);
      if (cost.isGrouping()) {
        grouped++;
        cost.grouped(measuring ? 2 : 1, work);
      } else {
        cost.alone(work, work);
      }
    }
    assertThat(grouped).isLessThan(5_000);
  }

  @Test
  void furtherKindsAreNotMeasured() {
    for (int i = 0; i < 256; i++) {
      assertThat(costs.of(i)).isNotNull();
    }
    assertThat(costs.of(256)).isNull();
    assertThat(costs.of(255)).isNotNull();
  }
}
