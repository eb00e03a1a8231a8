package io.mlops4j.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.InferenceEvent.Route;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.alarm.NotWatched;
import io.mlops4j.monitor.drift.DriftPolicy;
import io.mlops4j.monitor.live.finding.Finding;
import io.mlops4j.monitor.live.finding.Judged;
import io.mlops4j.monitor.live.rows.CallSampling;
import io.mlops4j.monitor.live.rows.FalseAlarms;
import io.mlops4j.monitor.live.rows.Handed;
import io.mlops4j.monitor.live.rows.JoinRule;
import io.mlops4j.monitor.live.rows.LabelKey;
import io.mlops4j.monitor.live.rows.Span;
import io.mlops4j.monitor.live.watch.WatchSettings;
import io.mlops4j.monitor.live.watch.labels.LabelWatch;
import io.mlops4j.monitor.performance.LabelCoverage;
import io.mlops4j.monitor.performance.PerformanceEstimator;
import io.mlops4j.monitor.performance.PerformancePeriod;
import io.mlops4j.monitor.performance.task.Measured;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.quality.QualityReference;
import io.mlops4j.monitor.quality.QualitySuite;
import io.mlops4j.rollout.Evidence;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Versions judged by days, without threads. */
class PerformanceWatchTest {
  private static final long SEED = 42;
  private static final Instant NOON = Instant.parse("2001-02-01T12:00:00Z");
  private static final ServedBy V1 = Events.version(1);
  private static final ServedBy V2 = Events.version(2);

  private final BufferAllocator allocator = new RootAllocator();
  private final Random random = new Random(SEED);
  private final List<Finding> found = new ArrayList<>();
  private final List<Integer> foundOn = new ArrayList<>();
  private int judged;
  private int day;
  private int nextKey;
  private Route route = Route.PRIMARY;

  @AfterEach
  void nothingIsLent() {
    assertThat(allocator.getAllocatedMemory()).isZero();
    allocator.close();
  }

  private static LabelWatch watch(PerformancePolicy policy) {
    WatchSettings settings =
        new WatchSettings(
            Profile.builder().build(),
            null,
            new Span(1, null, 1),
            new FalseAlarms(10_000_000, null),
            DriftPolicy.withDefaults(),
            null,
            List.of(),
            false,
            QualitySuite.of(QualityReference.of(Profile.builder().build())),
            new JoinRule("key", Duration.ofDays(2).toMillis(), 1_000_000, 100_000),
            1);
    return new LabelWatch(settings, policy.rules(), new CallSampling(), content -> {}, delay -> {});
  }

  private Instant at() {
    return NOON.plus(Duration.ofDays(day));
  }

  private void predict(LabelWatch watch, ServedBy by, double[] scores, Instant at) {
    String[] keys = new String[scores.length];
    for (int i = 0; i < keys.length; i++) {
      keys[i] = "k" + (nextKey + i);
    }
    try (FeatureBatch features = FeatureBatch.builder(allocator).strings("key", keys).build();
        FeatureBatch outputs = FeatureBatch.builder(allocator).doubles("score", scores).build()) {
      watch.answered(new Handed.Answered(by, route, features, outputs, null, at));
    }
    nextKey += keys.length;
  }

  private void label(LabelWatch watch, int firstKey, double[] labels, Instant at) {
    List<Handed.Label> all = new ArrayList<>();
    for (int i = 0; i < labels.length; i++) {
      all.add(new Handed.Label(LabelKey.of("k" + (firstKey + i)), labels[i]));
    }
    watch.labelled(new Handed.Labels(all, at, 0));
    collect(watch, at);
  }

  private void collect(LabelWatch watch, Instant at) {
    for (Judged one : watch.judge(at)) {
      judged++;
      found.addAll(one.found());
      one.found().forEach(f -> foundOn.add(day));
    }
  }

  /**
   * A day of 1000 rows with exactly this AUC, labelled the morning after: 500 negatives at 0.5,
   * positives above or below.
   */
  private void day(LabelWatch watch, ServedBy by, double auc) {
    int first = nextKey;
    double[] scores = new double[1_000];
    double[] labels = new double[1_000];
    Arrays.fill(scores, 0.5);
    for (int i = 0; i < 500; i++) {
      scores[i] = i < Math.round(500 * auc) ? 0.9 : 0.1;
      labels[i] = 1;
    }
    predict(watch, by, scores, at());
    label(watch, first, labels, at().plus(Duration.ofHours(18)));
    day++;
  }

  @Test
  void daysThatDifferAsUsualRaiseNoAlarm() {
    LabelWatch watch = watch(PerformancePolicy.binary().minimum("roc_auc", 0.55));
    for (int i = 0; i < 150; i++) {
      day(watch, V1, 0.643 + 0.038 * random.nextGaussian()); // as the flights' days differ
    }
    assertThat(judged).isEqualTo(150);
    assertThat(found).isEmpty();
  }

  @Test
  void aLossIsFoundWithinAWeekByAMinimumAndByComparison() {
    for (PerformancePolicy policy :
        List.of(PerformancePolicy.binary().minimum("roc_auc", 0.6), PerformancePolicy.binary())) {
      LabelWatch watch = watch(policy);
      found.clear();
      foundOn.clear();
      day = 0;
      for (int i = 0; i < 60; i++) {
        day(watch, V1, (i < 40 ? 0.643 : 0.45) + 0.038 * random.nextGaussian());
      }
      assertThat(found).isNotEmpty();
      assertThat(foundOn.get(0)).isBetween(40, 46);
      assertThat(found.get(0).subject().version()).isEqualTo(V1);
      assertThat(found.get(0).evidence().text()).contains("periods differ by 0.0");
    }
  }

  @Test
  void rowsAndLabelsCountAfterTheClockWasAYearAhead() {
    LabelWatch watch = watch(PerformancePolicy.binary());
    day(watch, V1, 0.64);
    double[] scores = {0.9, 0.1, 0.6, 0.4};
    double[] labels = {1, 0, 0, 1};
    predict(watch, V1, scores, at());
    label(watch, 1_000, labels, at());
    predict(watch, V1, scores, at().plus(Duration.ofDays(365)));
    collect(watch, at().plus(Duration.ofDays(365)));
    predict(watch, V1, scores, at());
    label(watch, 1_008, labels, at());
    Measured.Rows rows = Objects.requireNonNull(watch.performance(V1)).rows();
    assertThat(rows.coverage().predicted()).isEqualTo(1_008);
    assertThat(rows.coverage().labelled()).isEqualTo(1_008);
    assertThat(rows.coverage().used()).isEqualTo(1_008);
    assertThat(rows.periods()).as("the day is not over").hasSize(1);
  }

  @Test
  void aPeriodBeginsAnewIfItsRowsWereDroppedWhileTheClockWasAhead() {
    LabelWatch watch = watch(PerformancePolicy.binary());
    double[] scores = {0.9, 0.1, 0.6, 0.4};
    double[] labels = {1, 0, 0, 1};
    predict(watch, V1, scores, at());
    label(watch, 0, labels, at());
    for (int i = 0; i < 20; i++) {
      predict(watch, V1, scores, at().plus(Duration.ofDays(365 + i)));
    }
    int first = nextKey;
    predict(watch, V1, scores, at());
    label(watch, first, labels, at());
    LabelCoverage coverage = Objects.requireNonNull(watch.performance(V1)).rows().coverage();
    assertThat(coverage.predicted()).isEqualTo(4);
    assertThat(coverage.labelled()).isEqualTo(4);
    assertThat(coverage.used()).isEqualTo(4);
  }

  @Test
  void anInvertedVersionIsFoundOnItsFirstDay() {
    LabelWatch watch = watch(PerformancePolicy.binary());
    for (int i = 0; i < 20; i++) {
      day(watch, V1, 0.64 + (i % 2 == 0 ? 0.03 : -0.03));
    }
    day(watch, V2, 0.36);
    assertThat(found).hasSize(1);
    Evidence evidence = found.get(0).evidence();
    assertThat(found.get(0).subject().version()).isEqualTo(V2);
    assertThat(evidence.name()).isEqualTo("roc_auc");
    assertThat(evidence.measured()).isEqualTo(0.36);
    assertThat(evidence.bound()).isCloseTo(0.59, within(1e-9));
    assertThat(evidence.text())
        .contains("earlier periods reached 0.64", "1 period; 1,000 of 1,000 rows");
  }

  /**
   * By hand: days at 0.7 ± 0.1 have s = 0.1 sqrt(6 / 5) = 0.1095, so a day at 0.6 has t = 0.1 / (s
   * sqrt(1/6 + 1)) = 0.85 with 5 degrees of freedom. The level is 1000 / 10^7 = 10^-4, whose point
   * is 9.68. Days at 0.7 ± 0.002 leave the sampling error: as every negative is at 0.5, DeLong's
   * variance is 0.6 * 0.4 / 499, its root 0.0219, so t = 0.1 / 0.0219 = 4.6; and for a day at 0.35
   * t = 0.35 / 0.0214 = 16.
   */
  @Test
  void daysThatDifferByThemselvesMakeALossUncertain() {
    for (double spread : new double[] {0.1, 0.002}) {
      LabelWatch watch = watch(PerformancePolicy.binary());
      found.clear();
      for (int i = 0; i < 6; i++) {
        day(watch, V1, 0.7 + (i % 2 == 0 ? spread : -spread));
      }
      day(watch, V2, 0.6);
      assertThat(found).isEmpty();
    }
    LabelWatch watch = watch(PerformancePolicy.binary());
    for (int i = 0; i < 6; i++) {
      day(watch, V1, 0.7 + (i % 2 == 0 ? 0.002 : -0.002));
    }
    day(watch, V2, 0.35);
    assertThat(found).hasSize(1);
  }

  @Test
  void thereIsNoAlarmBeforeFiveDays() {
    LabelWatch watch = watch(PerformancePolicy.binary().minimum("roc_auc", 0.9));
    for (int i = 0; i < 4; i++) {
      day(watch, V1, 0.3);
    }
    assertThat(found).isEmpty();
    day(watch, V1, 0.3);
    assertThat(found).hasSize(1);
    assertThat(found.get(0).evidence().text()).contains("roc_auc 0.3 is below 0.9");
  }

  /** A day of scores 0.1 and 0.3, of each of which a share happened. */
  private void constantDay(LabelWatch watch, double share) {
    int first = nextKey;
    double[] scores = new double[1_000];
    double[] labels = new double[1_000];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = i % 2 == 0 ? 0.1 : 0.3;
      labels[i] = i < 1_000 * share ? 1 : 0;
    }
    predict(watch, V1, scores, at());
    label(watch, first, labels, at().plus(Duration.ofHours(18)));
    day++;
  }

  /**
   * By hand: the ROC AUC is 0.5 on each day. The Brier score of a row is 0.65 on average if it
   * happened, and 0.05 if not: 0.17 where a fifth happened, 0.41 where three fifths did.
   */
  @Test
  void labelsThatNoLongerFitProbabilitiesAreFoundThoughTheOrderIsTheSame() {
    LabelWatch watch = watch(PerformancePolicy.binary());
    for (int i = 0; i < 12; i++) {
      constantDay(watch, i % 2 == 0 ? 0.19 : 0.21);
    }
    constantDay(watch, 0.3);
    assertThat(found).as("worse by 0.06").isEmpty();
    constantDay(watch, 0.6);
    assertThat(found).hasSize(1);
    Evidence evidence = found.get(0).evidence();
    assertThat(evidence.name()).isEqualTo("brier");
    assertThat(evidence.measured()).isCloseTo(0.41, within(1e-9));
    assertThat(evidence.bound()).isCloseTo((12 * 0.17 + 0.23) / 13 + 0.1, within(1e-9));
    assertThat(found.get(0).measure()).isEqualTo("above");
  }

  @Test
  void aSmallLossAgainstEarlierPeriodsPassesHoweverSignificantItIs() {
    LabelWatch watch = watch(PerformancePolicy.binary());
    for (int i = 0; i < 20; i++) {
      day(watch, V1, i % 2 == 0 ? 0.7 : 0.702);
    }
    for (int i = 0; i < 20; i++) {
      day(watch, V2, i % 2 == 0 ? 0.66 : 0.662);
    }
    assertThat(found).isEmpty();
  }

  @Test
  void businessFiguresAndMaximaAreJudgedLikeOthers() {
    PerformancePolicy policy =
        PerformancePolicy.regression("score")
            .business("cost", (prediction, label) -> 2 * Math.abs(prediction - label))
            .maximum("cost", 4)
            .minimum("r2", -1000);
    LabelWatch watch = watch(policy);
    for (int i = 0; i < 20; i++) {
      double[] predictions = new double[200];
      double[] labels = new double[200];
      for (int row = 0; row < 200; row++) {
        labels[row] = 10 * random.nextDouble();
        predictions[row] = labels[row] + (i < 12 ? 1 : 5) * random.nextDouble() - 0.01 * i;
      }
      int first = nextKey;
      predict(watch, V1, predictions, at());
      label(watch, first, labels, at().plus(Duration.ofHours(18)));
      day++;
    }
    assertThat(found).isNotEmpty();
    assertThat(found).allSatisfy(f -> assertThat(f.subject().name()).isEqualTo("cost"));
    assertThat(found.get(0).measure()).isEqualTo("above");
    assertThat(foundOn.get(0)).isBetween(12, 19); // the loss begins on day 12
  }

  @Test
  void aDayIsJudgedWhenItsLabelsAreCompleteWheneverTheyCome() {
    LabelWatch watch = watch(PerformancePolicy.binary());
    double[] scores = {0.1, 0.4, 0.35, 0.8};
    predict(watch, V1, scores, at());
    label(watch, 0, new double[] {0, 0}, at().plus(Duration.ofHours(13)));
    assertThat(judged).isZero(); // over, but two rows wait
    Performance performance = performance(watch);
    Instant midnight = Instant.parse("2001-02-01T00:00:00Z");
    assertThat(performance.coverage().completeUntil()).isEqualTo(midnight);
    assertThat(performance.coverage().share()).isEqualTo(0.5);
    assertThat(performance.coverage().waiting()).isEqualTo(2);
    assertThat(performance.limits()).hasSize(2);
    collect(watch, at().plus(Duration.ofDays(2)));
    assertThat(judged).isZero();
    collect(watch, at().plus(Duration.ofDays(2)).plusMillis(1)); // their time has ended
    assertThat(judged).isEqualTo(1);
    assertThat(performance(watch).periods())
        .extracting(PerformancePeriod::labelled)
        .containsExactly(2L);
    assertThat(performance(watch).coverage().completeUntil())
        .isEqualTo(at().plus(Duration.ofDays(2)).plusMillis(1));
  }

  private static Performance performance(LabelWatch watch) {
    return performance(watch, V1);
  }

  private static Performance performance(LabelWatch watch, ServedBy version) {
    return new Performance(Objects.requireNonNull(watch.performance(version)));
  }

  @Test
  void windowsCountWholeDaysOfPredictions() {
    LabelWatch days = watch(PerformancePolicy.binary().window(Window.of(Duration.ofDays(3))));
    LabelWatch labels = watch(PerformancePolicy.binary().window(Window.ofRows(2_001)));
    for (LabelWatch watch : List.of(days, labels)) {
      for (int i = 0; i < 10; i++) {
        day(watch, V1, 0.1 * i);
      }
      LabelCoverage coverage = performance(watch).coverage();
      assertThat(coverage.labelled()).isEqualTo(3_000);
      assertThat(coverage.from())
          .isEqualTo(at().minus(Duration.ofDays(3)).minus(Duration.ofHours(12)));
      assertThat(performance(watch).figure("roc_auc").orElse(-1)).isCloseTo(0.8, within(1e-12));
      assertThat(performance(watch).periods()).hasSize(10);
    }
  }

  @Test
  void aWindowMayBeForEverAndAPeriodAYear() {
    Duration ever = ChronoUnit.FOREVER.getDuration();
    LabelWatch watch = watch(PerformancePolicy.binary().window(Window.of(ever)));
    for (int i = 0; i < 10; i++) {
      day(watch, V1, 0.7);
    }
    assertThat(performance(watch).coverage().labelled()).isEqualTo(10_000);
    PerformancePolicy policy = PerformancePolicy.binary().period(Duration.ofDays(366));
    for (Duration wrong : List.of(ever, Duration.ofDays(367), Duration.ofMillis(999))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> policy.period(wrong))
          .withMessage("period: found " + wrong + ", expected a second to 366 days");
    }
  }

  @Test
  void rowsBeyondTheBoundAreDroppedOldestFirstAndADayIsSampled() {
    PerformancePolicy policy =
        PerformancePolicy.binary().window(Window.of(Duration.ofDays(30))).rows(2_500);
    LabelWatch watch = watch(policy);
    for (int i = 0; i < 6; i++) {
      day(watch, i % 2 == 0 ? V1 : V2, 0.7);
    }
    long used = performance(watch).coverage().used() + performance(watch, V2).coverage().used();
    assertThat(used).isBetween(2_000L, 2_500L);
    assertThat(performance(watch).coverage().labelled()).isEqualTo(3_000);
    assertThat(performance(watch).periods()).hasSize(3);
    assertThat(performance(watch).limits().toString()).contains("rows(...) of the policy");

    LabelWatch oneDay = watch(policy.rows(200));
    day(oneDay, V1, 0.7);
    assertThat(performance(oneDay).coverage().used()).isEqualTo(200);
    assertThat(performance(oneDay).coverage().labelled()).isEqualTo(1_000);
    // a sample of 200 rows: the standard error of its AUC is about 0.046
    assertThat(performance(oneDay).figure("roc_auc").orElse(-1)).isCloseTo(0.7, within(0.14));
  }

  @Test
  void aClockThatGoesBackStandsStillOrBeginsAgain() {
    LabelWatch watch = watch(PerformancePolicy.binary());
    day(watch, V1, 0.7);
    day(watch, V1, 0.7);
    Instant newest = at().minus(Duration.ofHours(6));
    predict(watch, V1, new double[] {0.5}, newest.minus(Duration.ofHours(30)));
    assertThat(watch.counts().waiting()).isEqualTo(1);
    assertThat(performance(watch).coverage().to()).isEqualTo(newest);
    Instant longAgo = Instant.parse("1999-05-05T12:00:00Z");
    predict(watch, V1, new double[] {0.5, 0.6}, longAgo);
    assertThat(watch.counts().waiting()).isEqualTo(2);
    assertThat(watch.counts().unlabelled()).isEqualTo(1);
    assertThat(performance(watch).coverage().predicted()).isEqualTo(2);
    assertThat(performance(watch).coverage().to()).isEqualTo(longAgo);
    int judgedBefore = judged;
    label(watch, nextKey - 2, new double[] {1, 0}, longAgo.plus(Duration.ofHours(18)));
    assertThat(judged).isEqualTo(judgedBefore + 1);
  }

  @Test
  void rowsOfOldDaysMakeRoomForNewOnes() {
    PerformancePolicy policy =
        PerformancePolicy.binary().window(Window.of(Duration.ofDays(1))).rows(5_500);
    LabelWatch watch = watch(policy);
    for (int i = 0; i < 12; i++) {
      day(watch, V1, 0.7);
    }
    Instant fiveDaysAgo = NOON.plus(Duration.ofDays(day - 5)); // labels may be two days late
    Measured<?> kept = Objects.requireNonNull(watch.since(V1::equals, fiveDaysAgo));
    assertThat(kept.rows().coverage().used()).isEqualTo(5_000);
  }

  @Test
  void labelsThatDoNotFindTheirRowsAreReportedAfterFiveDays() {
    LabelWatch watch = watch(PerformancePolicy.binary());
    for (; day < 10; day++) {
      predict(watch, V1, new double[] {0.2, 0.8}, at());
      label(watch, 1_000_000 + nextKey, new double[] {0, 1}, at().plus(Duration.ofHours(6)));
      int complete = day - 1; // a label may be two days late
      assertThat(watch.notWatched()).extracting(NotWatched::name).hasSize(complete < 5 ? 0 : 1);
    }
    assertThat(watch.notWatched().get(0).toString()).startsWith("labels: none found its row");
    for (int i = 0; i < 3; i++) {
      day(watch, V1, 0.7);
    }
    assertThat(watch.notWatched()).isEmpty();
  }

  @Test
  void aShadowThatServesLaterRaisesAlarms() {
    LabelWatch watch = watch(PerformancePolicy.binary().minimum("roc_auc", 0.7));
    for (Route next : List.of(Route.SHADOW, Route.PRIMARY)) {
      route = next;
      for (int i = 0; i < 8; i++) {
        day(watch, V1, 0.5 + 0.01 * (i % 2));
      }
      assertThat(found.isEmpty()).as("%s", next).isEqualTo(next == Route.SHADOW);
    }
  }

  @Test
  void labelsThatTakeLongerThanAllPeriodsAreReported() {
    LabelWatch watch = watch(PerformancePolicy.binary().period(Duration.ofMinutes(1)));
    int late = 500;
    for (int minute = 0; minute < late + 120; minute++) {
      Instant now = NOON.plus(Duration.ofMinutes(minute));
      predict(watch, V1, new double[] {0.5}, now);
      if (minute >= late) {
        label(watch, minute - late, new double[] {minute % 2}, now);
      }
      boolean many = minute - late + 1 >= 100;
      assertThat(watch.notWatched()).as("minute %d", minute).hasSize(many ? 1 : 0);
    }
    assertThat(watch.counts().labelled()).isEqualTo(120); // joined, but in no figure
    assertThat(performance(watch).coverage().labelled()).isZero();
    assertThat(watch.notWatched().get(0).toString())
        .startsWith("labels: 120 came when 400 later periods had begun");
  }

  @Test
  void aBoundOnAFigureThatIsNeverDefinedIsReported() {
    LabelWatch watch =
        watch(PerformancePolicy.binary().maximum("log_loss", 0.5).minimum("accuracy", 0.1));
    for (; day < 5; day++) {
      assertThat(watch.notWatched()).isEmpty();
      int first = nextKey;
      predict(watch, V1, new double[] {-3, 4}, at()); // scores that are no probabilities
      label(watch, first, new double[] {0, 1}, at().plus(Duration.ofHours(18)));
    }
    assertThat(watch.notWatched()).extracting(NotWatched::name).containsExactly("log_loss");
  }

  @Test
  void aBoundThatCouldNeverRaiseAnAlarmIsRefused() {
    PerformancePolicy policy = PerformancePolicy.regression("y").maximum("maximum_error", 60);
    assertThatIllegalArgumentException()
        .isThrownBy(policy::check)
        .withMessageContaining("maximum: found figure \"maximum_error\", which has no sampling");
  }

  @Test
  void anEstimateOfOtherDecisionsIsRefused() {
    PerformanceEstimator cbpe =
        PerformanceEstimator.binary().add(new double[] {0, 1}, new double[] {0.2, 0.8}).build();
    PerformancePolicy policy = PerformancePolicy.binary().estimate(cbpe);
    policy.check();
    assertThatIllegalArgumentException()
        .isThrownBy(policy.threshold(0.3)::check)
        .withMessageContaining("found an estimator with the threshold 0.5, expected 0.3");
  }

  @Test
  void memoryIsBoundedOverManyDaysAndVersions() {
    LabelWatch watch = watch(PerformancePolicy.binary().rows(5_000));
    for (int i = 0; i < 200; i++) {
      day(watch, Events.version(1 + i / 2), 0.7);
    }
    assertThat(watch.storeBytes()).isLessThan(1_000_000);
    long used = 0;
    for (int version = 1; version <= 100; version++) {
      Measured<?> one = watch.performance(Events.version(version));
      used += one == null ? 0 : one.rows().coverage().used();
    }
    assertThat(used).isLessThanOrEqualTo(5_000);
    assertThat(watch.performance(V1)).isNull(); // the newest 64 versions are known
  }
}
