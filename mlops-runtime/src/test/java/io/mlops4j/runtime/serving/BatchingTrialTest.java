package io.mlops4j.runtime.serving;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What is settled for, with a clock that says how long calls take. */
class BatchingTrialTest {
  private static final int PROCESSORS = 2;
  private static final int MANY = 16;

  private final AtomicLong nanos = new AtomicLong();
  private final BatchingTrial trial = new BatchingTrial(PROCESSORS, nanos::get);
  private int calls;
  private int together;

  /** Calls that take so long, alone and together. */
  private void ask(int count, int asking, long aloneNanos, long togetherNanos) {
    calls = 0;
    together = 0;
    for (int i = 0; i < count; i++) {
      boolean now = trial.together();
      nanos.addAndGet(now ? togetherNanos : aloneNanos);
      trial.count(asking);
      calls++;
      together += now ? 1 : 0;
    }
  }

  private double share() {
    return (double) together / calls;
  }

  @Test
  void slowQueueIsLeft() {
    ask(100_000, MANY, 3_000, 9_000);
    ask(1_000_000, MANY, 3_000, 9_000);
    assertThat(share()).isLessThan(0.02);
  }

  @Test
  void fastQueueIsKept() {
    ask(100_000, MANY, 30_000, 11_000);
    ask(1_000_000, MANY, 30_000, 11_000);
    assertThat(share()).isGreaterThan(0.98);
  }

  @Test
  void changeIsNoticed() {
    ask(200_000, MANY, 3_000, 9_000);
    ask(2_000_000, MANY, 30_000, 11_000);
    ask(100_000, MANY, 30_000, 11_000);
    assertThat(share()).isGreaterThan(0.9);
  }

  @Test
  void sameSpeedChangesNothing() {
    ask(1_000_000, MANY, 10_000, 10_000);
    assertThat(share()).isGreaterThan(0.95);
  }

  @Test
  void nothingIsTriedWhileProcessorsAreFree() {
    ask(1_000_000, PROCESSORS, 3_000, 9_000);
    assertThat(share()).isEqualTo(1);
  }
}
