package io.mlops4j.monitor.live.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class CallSamplingTest {
  private static final int CALLS = 1_000_000;

  private final CallSampling sampling = new CallSampling();

  @Test
  void everyCallIsTakenUntilAShareIsSet() {
    for (long call = 0; call < 1_000; call++) {
      assertThat(sampling.takes(call, 1)).isTrue();
    }
    assertThat(sampling.leftOut()).isZero();
    assertThat(sampling.share()).isEqualTo(1);
  }

  @Test
  void aCallIsTakenWithTheProbabilityOfTheShare() {
    for (double share : new double[] {0.5, 0.1, 0.003}) {
      sampling.share(share);
      assertThat(sampling.share()).isCloseTo(share, within(1e-15));
      int taken = 0;
      int takenOfEvenOnes = 0;
      int pairs = 0;
      boolean before = false;
      for (long call = 0; call < CALLS; call++) {
        boolean takes = sampling.takes(call, 1);
        taken += takes ? 1 : 0;
        takenOfEvenOnes += takes && call % 2 == 0 ? 1 : 0;
        pairs += takes && before ? 1 : 0;
        before = takes;
      }
      double deviation = Math.sqrt(CALLS * share * (1 - share)); // binomial
      assertThat((double) taken).isCloseTo(CALLS * share, within(4 * deviation));
      assertThat((double) takenOfEvenOnes).isCloseTo(CALLS * share / 2, within(4 * deviation));
      double both = CALLS * share * share; // neighbouring calls are independent
      assertThat((double) pairs).isCloseTo(both, within(6 * Math.sqrt(both) + 3));
    }
  }

  @Test
  void rowsOfCallsThatAreNotTakenAreCounted() {
    sampling.share(0.25);
    long sent = 0;
    long taken = 0;
    for (long call = 0; call < 10_000; call++) {
      int rows = (int) (call % 7) + 1;
      sent += rows;
      taken += sampling.takes(call, rows) ? rows : 0;
    }
    assertThat(sampling.leftOut()).isEqualTo(sent - taken).isPositive();
  }

  @Test
  void aSmallerShareTakesAPartOfTheSameCalls() {
    CallSampling smaller = new CallSampling();
    sampling.share(0.5);
    smaller.share(0.2);
    for (long call = 0; call < 10_000; call++) {
      if (smaller.takes(call, 1)) {
        assertThat(sampling.takes(call, 1)).isTrue();
      }
    }
  }
}
