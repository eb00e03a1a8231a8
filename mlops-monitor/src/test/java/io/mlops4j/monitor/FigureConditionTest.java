package io.mlops4j.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.ModelCard;
import io.mlops4j.monitor.performance.PerformanceEstimator;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.rollout.Evidence;
import io.mlops4j.rollout.Gate;
import io.mlops4j.rollout.Trial;
import io.mlops4j.rollout.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Conditions on the performance of a candidate; its labels are known at once. */
class FigureConditionTest {
  private static final ServedBy BASELINE = Events.version(1);
  private static final ServedBy CANDIDATE = Events.version(2);
  private static final ModelCard CARD = ModelCard.builder("m").build();
  private static final int ROWS = 4_000;

  private final BufferAllocator allocator = new RootAllocator();
  private final Random random = new Random(15);
  private final ManualClock clock = new ManualClock(Instant.parse("2001-02-01T12:00:00Z"));
  private final ModelMonitor monitor =
      start(
          PerformancePolicy.binary("p")
              .business("saved", (p, label) -> label == 1 ? p : -p)
              .groups("region")
              .estimate(estimator()));
  private final Trial trial =
      Trial.of(CANDIDATE.version().orElseThrow(), CARD, clock.instant())
          .against(BASELINE.version().orElseThrow(), CARD);
  private int next;

  private ModelMonitor start(PerformancePolicy policy) {
    Profile reference;
    try (FeatureBatch rows =
        FeatureBatch.builder(allocator).doubles("x", new double[100]).build()) {
      reference = Profile.of(List.of(rows));
    }
    return ModelMonitor.builder(reference)
        .everyRow()
        .without(Watched.FEATURES, Watched.OUTPUTS, Watched.QUALITY)
        .labels(LabelJoin.byKey("key"))
        .performance(policy)
        .clock(clock)
        .start();
  }

  private PerformanceEstimator estimator() {
    double[] labels = new double[2_000];
    double[] scores = new double[labels.length];
    for (int i = 0; i < labels.length; i++) {
      scores[i] = random.nextDouble();
      labels[i] = random.nextDouble() < scores[i] ? 1 : 0;
    }
    return PerformanceEstimator.binary().add(labels, scores).build();
  }

  @AfterEach
  void nothingIsLent() {
    monitor.close();
    assertThat(allocator.getAllocatedMemory()).isZero();
    allocator.close();
  }

  /** Answers rows of which a share is decided right, of two regions with shares of their own. */
  private void answer(ServedBy by, int rows, double rightNorth, double rightSouth) {
    answer(monitor, by, rows, rightNorth, rightSouth);
  }

  private void answer(
      ModelMonitor to, ServedBy by, int rows, double rightNorth, double rightSouth) {
    double[] x = new double[rows];
    double[] p = new double[rows];
    String[] keys = new String[rows];
    String[] regions = new String[rows];
    double[] labels = new double[rows];
    for (int i = 0; i < rows; i++) {
      boolean north = i % 2 == 0;
      boolean event = i % 4 < 2;
      // an exact share of each region, spread over both classes
      boolean right = (i / 4 % 100) < 100 * (north ? rightNorth : rightSouth);
      p[i] = right == event ? 0.7 : 0.3;
      labels[i] = event ? 1 : 0;
      keys[i] = "k" + next++;
      regions[i] = north ? "north" : "south";
    }
    try (FeatureBatch features =
            FeatureBatch.builder(allocator)
                .doubles("x", x)
                .strings("key", keys)
                .strings("region", regions)
                .build();
        FeatureBatch outputs = FeatureBatch.builder(allocator).doubles("p", p).build()) {
      to.onInference(Events.answered(by, features, outputs));
    }
    to.flush();
    for (int i = 0; i < rows; i++) {
      to.label(keys[i], labels[i]);
    }
    to.flush();
  }

  private void answer(ServedBy by, int rows, double right) {
    answer(by, rows, right, right);
  }

  private static Evidence only(Verdict verdict) {
    assertThat(verdict.evidence()).hasSize(1);
    return verdict.evidence().get(0);
  }

  @Test
  void aCandidateAsGoodAsItsBaselinePasses() {
    answer(BASELINE, ROWS, 0.9);
    answer(CANDIDATE, ROWS, 0.9);
    Verdict verdict = monitor.gate().notLower("accuracy", 0.05).judge(trial);
    assertThat(verdict).isInstanceOf(Verdict.Pass.class);
    assertThat(only(verdict).name()).isEqualTo("accuracy");
    assertThat(only(verdict).measured()).isCloseTo(0.9, within(1e-12));
    assertThat(only(verdict).bound()).isCloseTo(0.85, within(1e-12));
    assertThat(only(verdict).text())
        .startsWith("accuracy of the candidate is 0.9 and of the baseline 0.9: a difference of 0 (")
        .contains("4,000 of 4,000 rows labelled");
  }

  /** Each query has its only relevant item first, so no error was seen. */
  private Verdict ofRankedQueries(int queries) {
    int items = 50;
    String[] keys = new String[queries * items];
    String[] query = new String[keys.length];
    double[] scores = new double[keys.length];
    for (int i = 0; i < keys.length; i++) {
      keys[i] = "k" + i;
      query[i] = "q" + i / items;
      scores[i] = -i % items;
    }
    try (ModelMonitor ranked = start(PerformancePolicy.ranking("p", "query"))) {
      try (FeatureBatch features =
              FeatureBatch.builder(allocator)
                  .doubles("x", new double[keys.length])
                  .strings("key", keys)
                  .strings("query", query)
                  .build();
          FeatureBatch outputs = FeatureBatch.builder(allocator).doubles("p", scores).build()) {
        ranked.onInference(Events.answered(CANDIDATE, features, outputs));
      }
      for (int i = 0; i < keys.length; i++) {
        ranked.label(keys[i], i % items == 0 ? 1 : 0);
      }
      ranked.flush();
      return ranked.gate().minimum("mrr", 0.9).judge(trial);
    }
  }

  @Test
  void theItemsOfFewQueriesAreNoManyObservations() {
    Verdict few = ofRankedQueries(3);
    assertThat(few).isInstanceOf(Verdict.Inconclusive.class);
    assertThat(only(few).text())
        .isEqualTo(
            "the candidate has 3 labelled queries with a relevant item, at least 100 are needed");
    assertThat(ofRankedQueries(200)).isInstanceOf(Verdict.Pass.class);
  }

  @Test
  void aFigureWithoutASamplingErrorSaysThatItCannotBeJudged() {
    try (ModelMonitor numbers = start(PerformancePolicy.regression("p"))) {
      answer(numbers, CANDIDATE, ROWS, 0.9, 0.9);
      Verdict verdict = numbers.gate().maximum("maximum_error", 2).judge(trial);
      assertThat(verdict).isInstanceOf(Verdict.Inconclusive.class);
      assertThat(only(verdict).text())
          .isEqualTo(
              "maximum_error of the candidate has no standard error, so no verdict is possible");
    }
  }

  @Test
  void aWorseCandidateFailsAndASmallDifferenceNeedsMoreRows() {
    answer(BASELINE, ROWS, 0.9);
    answer(CANDIDATE, ROWS, 0.8);
    assertThat(monitor.gate().notLower("accuracy", 0.05).judge(trial))
        .isInstanceOf(Verdict.Fail.class);
    assertThat(monitor.gate().notLower("roc_auc", 0.05).judge(trial))
        .isInstanceOf(Verdict.Fail.class);
    Verdict open = monitor.gate().notLower("accuracy", 0.1).judge(trial);
    assertThat(open).isInstanceOf(Verdict.Inconclusive.class);
    assertThat(only(open).text()).endsWith("more rows are needed for a verdict");
  }

  @Test
  void figuresOfWhichLessIsBetterMustNotRise() {
    answer(BASELINE, ROWS, 0.9);
    answer(CANDIDATE, ROWS, 0.7);
    assertThat(monitor.gate().notHigher("log_loss", 0.02).judge(trial))
        .isInstanceOf(Verdict.Fail.class);
    assertThat(monitor.gate().notHigher("log_loss", 0.5).judge(trial))
        .isInstanceOf(Verdict.Pass.class);
  }

  @Test
  void businessFiguresAreGatedLikeOthers() {
    answer(BASELINE, ROWS, 0.9);
    answer(CANDIDATE, ROWS, 0.5);
    // half of the rows are events: (p of events - p of others) / 2
    Verdict verdict = monitor.gate().minimum("saved", 0.1).judge(trial);
    assertThat(verdict).isInstanceOf(Verdict.Fail.class);
    assertThat(only(verdict).measured()).isCloseTo(0, within(1e-9));
    assertThat(monitor.gate().notLower("saved", 0.05).judge(trial))
        .isInstanceOf(Verdict.Fail.class);
  }

  @Test
  void statedBoundsNeedNoBaseline() {
    answer(CANDIDATE, ROWS, 0.9);
    Trial first = Trial.of(CANDIDATE.version().orElseThrow(), CARD, trial.since());
    assertThat(monitor.gate().minimum("accuracy", 0.85).judge(first))
        .isInstanceOf(Verdict.Pass.class);
    assertThat(monitor.gate().minimum("accuracy", 0.95).judge(first))
        .isInstanceOf(Verdict.Fail.class);
    assertThat(monitor.gate().maximum("brier", 0.3).judge(first)).isInstanceOf(Verdict.Pass.class);
    assertThat(monitor.gate().maximum("brier", 0.05).judge(first)).isInstanceOf(Verdict.Fail.class);
    assertThat(only(monitor.gate().notLower("accuracy", 0.01).judge(first)).text())
        .isEqualTo("there is no baseline to compare with");
  }

  @Test
  void fewLabelsAreInconclusive() {
    Gate gate = monitor.gate().notLower("accuracy", 0.02);
    assertThat(only(gate.judge(trial)).text()).startsWith("the candidate has no predictions since");
    answer(CANDIDATE, 80, 1);
    assertThat(only(gate.judge(trial)).text())
        .isEqualTo("the candidate has 80 labelled rows, at least 100 are needed");
    answer(CANDIDATE, 100, 1);
    assertThat(only(gate.judge(trial)).text()).startsWith("the baseline has no predictions since");
    answer(BASELINE, 200, 1);
    Verdict perfect = gate.judge(trial);
    assertThat(perfect).as("a perfect score of few rows").isInstanceOf(Verdict.Inconclusive.class);
  }

  @Test
  void predictionsBeforeTheDayOfTheTrialDoNotCount() {
    answer(CANDIDATE, ROWS, 0.5);
    clock.advance(Duration.ofDays(2));
    answer(CANDIDATE, ROWS, 0.9);
    Trial later = Trial.of(CANDIDATE.version().orElseThrow(), CARD, clock.instant());
    assertThat(monitor.gate().minimum("accuracy", 0.85).judge(later))
        .isInstanceOf(Verdict.Pass.class);
    assertThat(only(monitor.gate().minimum("accuracy", 0.85).judge(trial)).measured())
        .isCloseTo(0.7, within(1e-12));
  }

  @Test
  void estimatesNeedNoLabels() {
    answer(CANDIDATE, ROWS, 0.9);
    Verdict verdict = monitor.gate().minimum("estimated_accuracy", 0.5).judge(trial);
    assertThat(verdict).isInstanceOf(Verdict.Pass.class);
    assertThat(only(verdict).measured()).isCloseTo(0.7, within(0.05)); // the scores say 0.7 or 0.3
    assertThat(only(monitor.gate().minimum("estimated_brier", 0.5).judge(trial)).text())
        .contains("expected estimated_ and one of ");
  }

  @Test
  void groupsMustNotDiffer() {
    answer(CANDIDATE, ROWS, 0.9, 0.7);
    Verdict unfair = monitor.gate().maxGap("region", "accuracy", 0.1).judge(trial);
    assertThat(unfair).isInstanceOf(Verdict.Fail.class);
    assertThat(only(unfair).measured()).isCloseTo(0.2, within(1e-12));
    assertThat(only(unfair).text()).contains("accuracy differs by 0.2 between south and north");
    assertThat(monitor.gate().maxGap("region", "accuracy", 0.3).judge(trial))
        .isInstanceOf(Verdict.Pass.class);
    assertThat(monitor.gate().maxGap("region", "accuracy", 0.2).judge(trial))
        .isInstanceOf(Verdict.Inconclusive.class);
  }

  @Test
  void oneGroupIsInconclusive() {
    answer(CANDIDATE, 100, 0.9);
    assertThat(only(monitor.gate().maxGap("region", "accuracy", 0.1).judge(trial)).text())
        .isEqualTo("fewer than two groups of region have 100 labelled rows");
  }

  @Test
  void namesAndBoundsThatDoNotExistAreRefused() {
    MonitorGate gate = monitor.gate();
    assertThatThrownBy(() -> gate.minimum("rocauc", 0.5))
        .hasMessageStartingWith("figure: found \"rocauc\", expected one of [roc_auc,");
    assertThatThrownBy(() -> gate.minimum("roc_auc", Double.NaN))
        .hasMessageStartingWith("value: found NaN");
    assertThatThrownBy(() -> gate.notLower("roc_auc", 0))
        .hasMessageStartingWith("tolerance: found 0.0");
    assertThatThrownBy(() -> gate.maxGap("age", "accuracy", 0.1))
        .hasMessageStartingWith("column: found \"age\", expected one of [region]");
    assertThatThrownBy(() -> gate.maxGap("region", "estimated_accuracy", 0.1))
        .hasMessageStartingWith("figure: found \"estimated_accuracy\"");
  }
}
