package io.mlops4j.runtime.deployment.alias;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.error.CircuitOpenException;
import io.mlops4j.error.DeadlineException;
import io.mlops4j.error.InferenceException;
import io.mlops4j.error.ModelInputException;
import io.mlops4j.error.OverloadedException;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.Digest;
import io.mlops4j.runtime.deployment.CircuitBreaker;
import io.mlops4j.runtime.deployment.ProtectionStatus.State;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** When calls reach a version that fails. */
class BreakerTest {
  private final InferenceException fault = new InferenceException("broken", null);
  private static final CircuitBreaker SETTINGS =
      CircuitBreaker.withDefaults()
          .withFailureRate(0.5)
          .withMinimumCalls(4)
          .withWindow(Duration.ofSeconds(10))
          .withPause(Duration.ofSeconds(30))
          .withTrialCalls(3);

  private final ManualTime time = new ManualTime();
  private final AtomicInteger changes = new AtomicInteger();
  private final Breaker breaker = breaker(SETTINGS);

  private Breaker breaker(CircuitBreaker settings) {
    return new Breaker(
        settings,
        () -> Duration.between(Instant.EPOCH, time.instant()).toNanos() + Long.MAX_VALUE - 5,
        time,
        "plus:1",
        changes::incrementAndGet);
  }

  private State state() {
    return breaker
        .status(ServedBy.of("plus", Digest.sha256(new byte[0]), null, null, "none"))
        .state();
  }

  private void answer(int calls) {
    for (int i = 0; i < calls; i++) {
      breaker.answered(breaker.enter());
    }
  }

  private void fail(int calls) {
    for (int i = 0; i < calls; i++) {
      breaker.failed(breaker.enter(), fault);
    }
  }

  private void advance(long seconds) {
    time.advance(Duration.ofSeconds(seconds));
  }

  @Test
  void opensAtTheMinimumOfCalls() {
    fail(3);
    assertThat(state()).isEqualTo(State.CLOSED);
    fail(1);
    assertThat(state()).isEqualTo(State.OPEN);
    assertThat(breaker.enter()).isEqualTo(Breaker.REJECTED);
    assertThat(changes).hasValue(1);
  }

  @Test
  void answersBeforeTheFirstFailureDoNotDelayIt() {
    answer(1_000_000);
    fail(4);
    assertThat(state()).isEqualTo(State.OPEN);
  }

  @Test
  void staysClosedBelowTheRate() {
    fail(1);
    for (int i = 0; i < 1000; i++) {
      answer(3);
      fail(1); // a quarter
    }
    assertThat(state()).isEqualTo(State.CLOSED);
  }

  @Test
  void opensAtTheRate() {
    fail(1);
    answer(3);
    fail(1); // 2 of 5
    assertThat(state()).isEqualTo(State.CLOSED);
    fail(1); // 3 of 6
    assertThat(state()).isEqualTo(State.OPEN);
  }

  @Test
  void forgetsFailuresBeforeTheWindow() {
    fail(3);
    advance(10);
    fail(3);
    assertThat(state()).isEqualTo(State.CLOSED);
    advance(9);
    fail(1);
    assertThat(state()).isEqualTo(State.OPEN);
  }

  @Test
  void theWindowSlides() {
    for (int i = 0; i < 20; i++) { // three failures in any ten seconds, with one answer each
      fail(1);
      advance(4);
    }
    assertThat(state()).isEqualTo(State.CLOSED);
  }

  @Test
  void someCallsTryItAfterThePause() {
    fail(4);
    advance(29);
    assertThat(breaker.enter()).isEqualTo(Breaker.REJECTED);
    assertThat(breaker.exception().nextTrial()).isEqualTo(Instant.EPOCH.plusSeconds(30));
    advance(1);
    assertThat(state()).isEqualTo(State.HALF_OPEN);
    int[] trials = {breaker.enter(), breaker.enter(), breaker.enter()};
    assertThat(trials).doesNotContain(Breaker.REJECTED);
    assertThat(breaker.enter()).isEqualTo(Breaker.REJECTED);
    breaker.answered(trials[0]);
    assertThat(state()).isEqualTo(State.HALF_OPEN);
    breaker.answered(trials[1]); // at most one of three can fail now
    assertThat(state()).isEqualTo(State.CLOSED);
    breaker.failed(trials[2], fault); // of an earlier period
    fail(3);
    assertThat(state()).isEqualTo(State.CLOSED);
    fail(1);
    assertThat(state()).isEqualTo(State.OPEN);
    assertThat(changes).hasValue(3);
  }

  @Test
  void staysOpenIfTheTrialFails() {
    fail(4);
    advance(30);
    answer(1);
    fail(2);
    assertThat(state()).isEqualTo(State.OPEN);
    assertThat(breaker.exception())
        .hasMessageContaining("2 of 3 trial calls failed")
        .hasMessageContaining("the last with: broken");
    assertThat(breaker.exception().nextTrial()).isEqualTo(Instant.EPOCH.plusSeconds(60));
    advance(30);
    answer(2);
    assertThat(state()).isEqualTo(State.CLOSED);
  }

  @Test
  void trialsThatHangKeepItOpenForAnotherPauseOnly() {
    fail(4);
    advance(30);
    int[] hanging = {breaker.enter(), breaker.enter(), breaker.enter()};
    advance(30);
    assertThat(breaker.enter()).isEqualTo(Breaker.REJECTED);
    assertThat(state()).isEqualTo(State.OPEN);
    for (int permit : hanging) { // too late
      breaker.answered(permit);
    }
    assertThat(state()).isEqualTo(State.OPEN);
    advance(30);
    answer(2);
    assertThat(state()).isEqualTo(State.CLOSED);
  }

  @Test
  void aTrialWithoutOutcomeIsRepeated() {
    fail(4);
    advance(30);
    for (int i = 0; i < 100; i++) {
      breaker.ignored(breaker.enter());
    }
    answer(2);
    assertThat(state()).isEqualTo(State.CLOSED);
  }

  @Test
  void callsThatBeganBeforeItOpenedDecideNothing() {
    int early = breaker.enter();
    int other = breaker.enter();
    fail(4);
    breaker.answered(early);
    breaker.failed(other, fault);
    assertThat(state()).isEqualTo(State.OPEN);
    assertThat(breaker.enter()).isEqualTo(Breaker.REJECTED);
  }

  @Test
  void onlyTheVersionsFaultsCount() {
    assertThat(Breaker.counts(fault)).isTrue();
    assertThat(Breaker.counts(new DeadlineException("late"))).isTrue();
    assertThat(Breaker.counts(new OutOfMemoryError())).isTrue();
    assertThat(Breaker.counts(new OverloadedException("full"))).isFalse();
    assertThat(Breaker.counts(new CircuitOpenException("open", Instant.EPOCH))).isFalse();
    assertThat(Breaker.counts(new ModelInputException("x", "text", "a number"))).isFalse();
    assertThat(Breaker.counts(new IllegalStateException("closed"))).isFalse();
  }

  /** Each period lets exactly the trial calls through, and changes exactly once. */
  @Test
  void manyThreadsAtTheEdges() throws Exception {
    AtomicLong trials = new AtomicLong();
    for (int round = 0; round < 200; round++) {
      boolean good = round % 2 == 0;
      fail(4); // a closed breaker opens; an open one rejects
      advance(30);
      trials.set(0);
      int before = changes.get();
      InParallel.Work<Integer> caller =
          () -> {
            int admitted = 0;
            for (int i = 0; i < 20 && breaker.isOpen(); i++) {
              int permit = breaker.enter();
              if (permit == Breaker.REJECTED) {
                continue;
              }
              if ((permit & 1) != 0) {
                trials.incrementAndGet();
                admitted++;
              }
              if (good) {
                breaker.answered(permit);
              } else {
                breaker.failed(permit, fault);
              }
            }
            return admitted;
          };
      List<Integer> admitted = new ArrayList<>(InParallel.call(caller, caller, caller, caller));
      int sum = admitted.stream().mapToInt(Integer::intValue).sum();
      assertThat(sum).isBetween(2, 3).isEqualTo((int) trials.get());
      assertThat(changes.get() - before).isEqualTo(1);
      assertThat(breaker.isOpen()).isEqualTo(!good);
    }
  }

  /** No answer is lost, and the sums agree with what the threads did. */
  @Test
  void manyThreadsCount() throws Exception {
    Breaker never = breaker(SETTINGS.withMinimumCalls(Integer.MAX_VALUE));
    InParallel.Work<Integer> caller =
        () -> {
          for (int i = 0; i < 10_000; i++) {
            if (i % 10 == 0) {
              never.failed(never.enter(), fault);
            } else {
              never.answered(never.enter());
            }
          }
          return 0;
        };
    InParallel.call(caller, caller, caller, caller);
    var status = never.status(ServedBy.of("plus", Digest.sha256(new byte[0]), null, null, "none"));
    assertThat(status.answered()).isEqualTo(36_000);
    assertThat(status.failed()).isEqualTo(4_000);
    assertThat(status.rejected()).isZero();
  }
}
