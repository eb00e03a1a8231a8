package io.mlops4j.runtime.serving.batching;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
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

  /** The time of a run alone, as the caller measures it. */
  private long run = 50_000;

  /** Calls that take so long, alone and together. */
  private void ask(int count, int asking, long aloneNanos, long togetherNanos) {
    calls = 0;
    together = 0;
    for (int i = 0; i < count; i++) {
      boolean now = trial.together();
      if (!now && trial.samples()) {
        trial.tookAlone(run);
      }
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
  void fastQueueIsFound() {
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
    ask(2_000_000, MANY, 11_000, 30_000);
    ask(100_000, MANY, 11_000, 30_000);
    assertThat(share()).isLessThan(0.1);
  }

  @Test
  void queueThatIsNotFasterIsNotChosen() {
    ask(1_000_000, MANY, 10_000, 10_000);
    assertThat(share()).isLessThan(0.05);
    ask(1_000_000, MANY, 10_000, 9_800);
    assertThat(share()).isLessThan(0.05);
  }

  @Test
  void queueIsLeftAsSoonAsItIsNotFaster() {
    ask(1_000_000, MANY, 10_000, 9_000);
    assertThat(share()).isGreaterThan(0.9);
    ask(5_000_000, MANY, 10_000, 10_100);
    ask(1_000_000, MANY, 10_000, 10_100);
    assertThat(share()).isLessThan(0.1);
  }

  /** A queue costs about as much as such a call, so its measurement would be noise. */
  @Test
  void cheapCallsAreNeverBatched() {
    run = 3_000;
    ask(1_000_000, MANY, 30_000, 11_000);
    assertThat(together).isZero();
    run = 30_000;
    ask(1_000_000, MANY, 30_000, 11_000);
    assertThat(share()).isGreaterThan(0.9);
    run = 3_000; // found by the next trial, which also runs calls alone
    ask(5_000_000, MANY, 30_000, 11_000);
    ask(1_000_000, MANY, 30_000, 11_000);
    assertThat(together).isZero();
  }

  /** Calls come on their own, as many whatever is done: only how many wait for an answer tells. */
  @Test
  void fastQueueIsFoundThoughItAnswersAsMany() {
    for (int i = 0; i < 1_000_000; i++) {
      nanos.addAndGet(5_000);
      trial.count(trial.together() ? 3 : 9);
    }
    ask(100_000, MANY, 5_000, 5_000);
    assertThat(share()).isGreaterThan(0.9);
  }

  @Test
  void noiseOfOneStretchDecidesNothing() {
    long seed = 20261126;
    SplittableRandom random = new SplittableRandom(seed);
    double noise = 1;
    long together = 0;
    for (int i = 0; i < 2_000_000; i++) {
      if (i % 1000 == 0) {
        noise = Math.exp(0.25 * random.nextGaussian());
      }
      boolean now = trial.together();
      nanos.addAndGet((long) (noise * (now ? 9_000 : 5_000)));
      trial.count(MANY);
      together += now ? 1 : 0;
    }
    assertThat(together).as("seed " + seed).isLessThan(200_000);
  }

  @Test
  void nothingIsTriedWhileProcessorsAreFree() {
    ask(1_000_000, PROCESSORS, 30_000, 9_000);
    assertThat(together).isZero();
  }

  /** As when a processor is to be waited for that a slow model of the same runtime has. */
  @Test
  void whatIsVeryMuchSlowerIsTriedWithFewCalls() {
    ask(100_000, MANY, 10_000, 50_000_000);
    ask(1_000_000, MANY, 10_000, 50_000_000);
    assertThat(together).isBetween(1, 400);
  }
}
