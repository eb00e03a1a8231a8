package io.mlops4j.monitor.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.ModelCard;
import io.mlops4j.monitor.ManualClock;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.Change;
import io.mlops4j.rollout.Evidence;
import io.mlops4j.rollout.Trial;
import io.mlops4j.rollout.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CallGateTest {
  private static final ServedBy BASELINE = Call.by(1);
  private static final ServedBy CANDIDATE = Call.by(2);
  private static final ModelCard CARD = ModelCard.builder("m").build();
  private static final long SEED = 15;

  private final ManualClock clock = new ManualClock();
  private final CallWatch calls = CallWatch.create(clock);
  private final CallGate gate = calls.gate();
  private final Trial trial =
      Trial.of(Call.version(2), CARD, clock.instant()).against(Call.version(1), CARD);
  private final Random random = new Random(SEED);

  private void answer(ServedBy by, int count, double medianMillis) {
    for (int i = 0; i < count; i++) {
      calls.onInference(Call.took(by, medianMillis * Math.exp(0.3 * random.nextGaussian())));
    }
  }

  private void fail(ServedBy by, int count) {
    for (int i = 0; i < count; i++) {
      calls.onInference(Call.failed(by));
    }
  }

  private void minutes(int count) {
    clock.advance(Duration.ofMinutes(count));
  }

  private static Evidence only(Verdict verdict) {
    assertThat(verdict.evidence()).hasSize(1);
    return verdict.evidence().get(0);
  }

  @Test
  void fewCallsAreInconclusiveAndManyPass() {
    CallGate errors = gate.maxErrorRate(0.01);
    assertThat(errors.judge(trial)).isInstanceOf(Verdict.Inconclusive.class);
    assertThat(only(errors.judge(trial)).text())
        .startsWith("no call of the candidate was counted; if it gets calls, make the source of");
    answer(CANDIDATE, 300, 1);
    assertThat(errors.judge(trial)).isInstanceOf(Verdict.Inconclusive.class);
    assertThat(only(errors.judge(trial)).text()).endsWith("more calls are needed for a verdict");
    answer(CANDIDATE, 500, 1);
    assertThat(errors.judge(trial)).isInstanceOf(Verdict.Pass.class);
    assertThat(only(errors.judge(trial)).measured()).isZero();
  }

  @Test
  void manyFailuresFail() {
    answer(CANDIDATE, 950, 1);
    fail(CANDIDATE, 50);
    Verdict verdict = gate.maxErrorRate(0.01).judge(trial);
    assertThat(verdict).isInstanceOf(Verdict.Fail.class);
    assertThat(only(verdict).name()).isEqualTo("error_rate");
    assertThat(only(verdict).measured()).isCloseTo(0.05, within(1e-12));
    assertThat(only(verdict).bound()).isEqualTo(0.01);
    assertThat(only(verdict).text())
        .startsWith("5.00 % of the candidate's calls failed, of 1,000 calls (")
        .endsWith("), bound 1.00 %");
  }

  @Test
  void failuresOfShadowsCount() {
    for (int i = 0; i < 100; i++) {
      calls.onInference(Call.failed(CANDIDATE).asShadow());
    }
    assertThat(gate.maxErrorRate(0.01).judge(trial)).isInstanceOf(Verdict.Fail.class);
  }

  @Test
  void answersInPlaceOfAnotherVersionAreNotCounted() {
    CallGate errors = gate.maxErrorRate(0.01);
    for (int i = 0; i < 5_000; i++) {
      calls.onInference(Call.took(CANDIDATE, 1).asFallback());
    }
    assertThat(errors.judge(trial)).isInstanceOf(Verdict.Inconclusive.class);
  }

  @Test
  void callsThatTheLoadRejectsAreNoFailuresOfAVersion() {
    answer(CANDIDATE, 2_000, 1);
    answer(BASELINE, 20_000, 1);
    for (int i = 0; i < 5_000; i++) {
      calls.onInference(Call.rejected(BASELINE));
    }
    assertThat(gate.maxErrorRate(0.01).judge(trial)).isInstanceOf(Verdict.Pass.class);
    Evidence increase = only(gate.maxErrorIncrease(0.01).judge(trial));
    assertThat(increase.measured()).as("the champion did not fail either").isZero();
  }

  @Test
  void aFailingServiceIsNotTheCandidatesFault() {
    answer(CANDIDATE, 4_000, 1);
    fail(CANDIDATE, 200);
    answer(BASELINE, 40_000, 1);
    fail(BASELINE, 2_000);
    assertThat(gate.maxErrorIncrease(0.02).judge(trial)).isInstanceOf(Verdict.Pass.class);
    fail(CANDIDATE, 400);
    assertThat(gate.maxErrorIncrease(0.02).judge(trial)).isInstanceOf(Verdict.Fail.class);
  }

  @Test
  void equalTimesPassAndLongerOnesFail() {
    answer(BASELINE, 20_000, 10);
    answer(CANDIDATE, 50, 10);
    assertThat(gate.maxLatencyIncrease(0.2).judge(trial)).isInstanceOf(Verdict.Inconclusive.class);
    answer(CANDIDATE, 4_000, 10);
    Verdict equal = gate.maxLatencyIncrease(0.2).judge(trial);
    assertThat(equal).as("seed " + SEED).isInstanceOf(Verdict.Pass.class);
    assertThat(only(equal).name()).isEqualTo("latency_p95_increase");
    assertThat(only(equal).measured()).isCloseTo(0, within(0.05));
  }

  @Test
  void longerTimesFail() {
    answer(BASELINE, 20_000, 10);
    answer(CANDIDATE, 4_000, 15);
    Verdict longer = gate.maxLatencyIncrease(0.2).judge(trial);
    assertThat(longer).as("seed " + SEED).isInstanceOf(Verdict.Fail.class);
    assertThat(only(longer).measured()).isCloseTo(0.5, within(0.05));
    assertThat(gate.maxLatencyIncrease(0.2, 0.5).judge(trial)).isInstanceOf(Verdict.Fail.class);
  }

  /**
   * Each verdict is looked for after every hundred calls; a fixed 95 % interval errs far oftener.
   */
  @Test
  void aVerdictIsSeldomWrongHoweverOftenOneLooks() {
    int rollouts = 60;
    int wrong = 0;
    for (int i = 0; i < rollouts; i++) {
      boolean worse = i % 2 == 0;
      CallWatch its = CallWatch.create(clock);
      CallGate judged = its.gate().maxLatencyIncrease(worse ? 0.15 : 0.05, 0.5);
      Verdict verdict = judged.judge(trial);
      for (int look = 0; look < 20 && verdict instanceof Verdict.Inconclusive; look++) {
        for (int call = 0; call < 400; call++) {
          double millis = 10 * Math.exp(0.3 * random.nextGaussian());
          boolean ours = call % 4 == 0;
          its.onInference(
              Call.took(ours ? CANDIDATE : BASELINE, ours && worse ? 1.2 * millis : millis));
        }
        verdict = judged.judge(trial);
      }
      wrong += (worse ? verdict instanceof Verdict.Pass : verdict instanceof Verdict.Fail) ? 1 : 0;
    }
    assertThat(wrong).as("of 60 rollouts, seed " + SEED).isLessThanOrEqualTo(3);
  }

  @Test
  void failuresHaveNoTimes() {
    answer(BASELINE, 20_000, 10);
    answer(CANDIDATE, 4_000, 15);
    fail(CANDIDATE, 20_000);
    assertThat(gate.maxLatencyIncrease(0.2).judge(trial)).isInstanceOf(Verdict.Fail.class);
  }

  /** In the slow minute the candidate has most of its calls, and the baseline few. */
  @Test
  void aBusyMinuteIsComparedWithItself() {
    answer(BASELINE, 20_000, 10);
    answer(CANDIDATE, 100, 10);
    minutes(1);
    answer(BASELINE, 4_000, 40);
    answer(CANDIDATE, 4_000, 40);
    Verdict verdict = gate.maxLatencyIncrease(0.2, 0.5).judge(trial);
    assertThat(verdict).as("seed " + SEED).isInstanceOf(Verdict.Pass.class);
    assertThat(only(verdict).text()).contains("of 4,100 and 24,000 calls in the same 2 minutes");
  }

  @Test
  void batchesAreComparedWithBatchesOfLikeSize() {
    answer(BASELINE, 10_000, 1);
    for (int i = 0; i < 2_000; i++) {
      calls.onInference(Call.took(BASELINE, 50 + 0.01 * i).ofRows(600));
      calls.onInference(Call.took(CANDIDATE, 50 + 0.01 * i).ofRows(1_000));
    }
    assertThat(gate.maxLatencyIncrease(0.2, 0.5).judge(trial)).isInstanceOf(Verdict.Pass.class);
  }

  @Test
  void minutesOfOnlyOneSideAreNotCompared() {
    answer(BASELINE, 20_000, 10);
    minutes(1);
    answer(CANDIDATE, 20_000, 10);
    Verdict verdict = gate.maxLatencyIncrease(0.2).maxErrorIncrease(0.5).judge(trial);
    assertThat(verdict).isInstanceOf(Verdict.Inconclusive.class);
    assertThat(verdict.evidence().get(0).text()).startsWith("no minute has calls of both");
  }

  @Test
  void callsOfShadowsAreNoTimesOfCallers() {
    answer(BASELINE, 20_000, 10);
    for (int i = 0; i < 5_000; i++) {
      calls.onInference(Call.took(CANDIDATE, 100).asShadow());
    }
    assertThat(gate.maxLatencyIncrease(0.2).judge(trial)).isInstanceOf(Verdict.Inconclusive.class);
  }

  @Test
  void callsBeforeTheTrialDoNotCount() {
    fail(CANDIDATE, 100);
    minutes(5);
    Trial later = Trial.of(Call.version(2), CARD, clock.instant()).against(Call.version(1), CARD);
    answer(CANDIDATE, 1_000, 1);
    assertThat(gate.maxErrorRate(0.01).judge(later)).isInstanceOf(Verdict.Pass.class);
    assertThat(gate.maxErrorRate(0.01).judge(trial)).isInstanceOf(Verdict.Fail.class);
  }

  @Test
  void callsBeforeTheTrialInItsFirstMinuteDoNotCount() {
    answer(BASELINE, 500, 1);
    clock.advance(Duration.ofSeconds(20));
    Trial step = Trial.of(Call.version(2), CARD, clock.instant()).against(Call.version(1), CARD);
    answer(BASELINE, 7, 1); // before the first call of the candidate
    answer(stepOf(CANDIDATE, 1), 110, 1);
    answer(BASELINE, 120, 1);
    assertThat(sides(step)).contains("of 110 and 120 calls in the same 1 minutes");

    clock.advance(Duration.ofSeconds(20));
    Trial next = Trial.of(Call.version(2), CARD, clock.instant()).against(Call.version(1), CARD);
    answer(stepOf(CANDIDATE, 2), 30, 1);
    answer(BASELINE, 40, 1);
    assertThat(sides(next)).contains("of 30 and 40 calls in the same 1 minutes");
    assertThat(sides(step)).contains("of 140 and 160 calls in the same 1 minutes");
    minutes(1);
    answer(stepOf(CANDIDATE, 2), 3, 1);
    answer(BASELINE, 4, 1);
    assertThat(sides(next)).contains("of 33 and 44 calls in the same 2 minutes");
  }

  /** A version that serves under another record of its alias, as at each step of a rollout. */
  private static ServedBy stepOf(ServedBy version, int number) {
    AliasRecord record =
        new AliasRecord(
            "m",
            "champion.rollout",
            number,
            null,
            version.version().orElseThrow(),
            Change.by("ana"),
            Instant.EPOCH,
            null);
    return ServedBy.of("m", version.digest(), version.version().orElseThrow(), record, "engine");
  }

  private String sides(Trial judged) {
    return only(gate.maxLatencyIncrease(0.2, 0.5).judge(judged)).text();
  }

  @Test
  void aFirstVersionHasNothingToBeWorseThan() {
    Trial first = Trial.of(Call.version(2), CARD, clock.instant());
    Verdict verdict = gate.maxErrorIncrease(0.01).maxLatencyIncrease(0.1).judge(first);
    assertThat(verdict).isInstanceOf(Verdict.Pass.class);
    assertThat(verdict.evidence().get(0).text()).isEqualTo("there is no baseline to compare with");
  }

  @Test
  void aGateWithoutConditionsIsInconclusive() {
    assertThat(gate.judge(trial)).isInstanceOf(Verdict.Inconclusive.class);
  }

  @Test
  void minutesAreBounded() {
    for (int minute = 0; minute < 2_000; minute++) {
      answer(CANDIDATE, 1, 1);
      minutes(1);
    }
    answer(CANDIDATE, 1, 1);
    Verdict verdict = gate.maxErrorRate(0.5).judge(trial);
    assertThat(only(verdict).text()).contains("of 1,442 calls"); // two minutes are still open
  }

  @Test
  void versionsOfAMinuteAreBounded() {
    for (int version = 1; version <= 100; version++) {
      calls.onInference(Call.took(Call.by(version), 1));
    }
    assertThat(calls.uncounted()).isEqualTo(36);
  }

  @Test
  void equalVersionsOfDifferentSwapsAreOne() {
    for (int swap = 0; swap < 100; swap++) {
      answer(Call.by(2), 10, 1);
    }
    assertThat(only(gate.maxErrorRate(0.01).judge(trial)).text()).contains("of 1,000 calls");
    assertThat(calls.uncounted()).isZero();
  }

  @Test
  void aClockThatGoesBackLosesNoCall() {
    answer(CANDIDATE, 10, 1);
    minutes(5);
    answer(CANDIDATE, 10, 1);
    minutes(-4);
    answer(CANDIDATE, 10, 1);
    assertThat(only(gate.maxErrorRate(0.01).judge(trial)).text()).contains("of 30 calls");
  }

  @Test
  void everyCallOfManyThreadsIsCountedWhenAMinuteEnds() throws InterruptedException {
    Thread[] threads = new Thread[8];
    for (int t = 0; t < threads.length; t++) {
      int minutes = t == 0 ? 1 : 0;
      threads[t] =
          new Thread(
              () -> {
                for (int i = 0; i < 5_000; i++) {
                  calls.onInference(Call.took(CANDIDATE, 1));
                  minutes(i == 2_500 ? minutes : 0);
                }
              });
      threads[t].start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(only(gate.maxErrorRate(0.01).judge(trial)).text()).contains("of 40,000 calls");
  }

  @Test
  void boundsOutOfRangeAreRefused() {
    assertThatThrownBy(() -> gate.maxErrorRate(1)).hasMessageStartingWith("share: found 1.0");
    assertThatThrownBy(() -> gate.maxErrorRate(Double.NaN))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> gate.maxErrorIncrease(0)).hasMessageStartingWith("difference: found");
    assertThatThrownBy(() -> gate.maxLatencyIncrease(0)).hasMessageStartingWith("share: found 0.0");
    assertThatThrownBy(() -> gate.maxLatencyIncrease(0.1, 1))
        .hasMessageStartingWith("quantile: found 1.0");
  }
}
