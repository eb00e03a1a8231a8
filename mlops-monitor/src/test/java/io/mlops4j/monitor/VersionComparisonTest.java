package io.mlops4j.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.InferenceEvent.Route;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.ModelCard;
import io.mlops4j.monitor.live.rows.Handed;
import io.mlops4j.monitor.live.watch.shadow.ShadowWatch;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.rollout.Gate;
import io.mlops4j.rollout.OutputDifference;
import io.mlops4j.rollout.Trial;
import io.mlops4j.rollout.Verdict;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The answers of two versions to identical rows. Expected figures are computed by hand. */
class VersionComparisonTest {
  private static final ServedBy CHAMPION = Events.version(1);
  private static final ServedBy CHALLENGER = Events.version(2);
  private static final int ROWS = 1_000;
  private static final ModelCard CARD = ModelCard.builder("m").build();

  private final BufferAllocator allocator = new RootAllocator();
  private final Random random = new Random(14);

  @AfterEach
  void nothingIsLent() {
    assertThat(allocator.getAllocatedMemory()).isZero();
    allocator.close();
  }

  private FeatureBatch numbers(String name, double... values) {
    return FeatureBatch.builder(allocator).doubles(name, values).build();
  }

  private OutputDifference compared(FeatureBatch.Builder baseline, FeatureBatch.Builder candidate) {
    try (FeatureBatch a = baseline.build();
        FeatureBatch b = candidate.build()) {
      return AnswerComparison.withTolerance(0.01).add(a, b).outputs().get(0);
    }
  }

  private FeatureBatch.Builder rows() {
    return FeatureBatch.builder(allocator);
  }

  @Test
  void numbersAreComparedByToleranceCorrelationAndDistribution() {
    OutputDifference same =
        compared(rows().doubles("y", 1, 2, 3, 4), rows().doubles("y", 1, 3, 2, 4.04));
    assertThat(same.rows()).isEqualTo(4);
    assertThat(same.different()).isEqualTo(2); // 0.04 is within a hundredth of 4.04
    assertThat(same.differentShare()).isEqualTo(0.5);
    assertThat(same.meanDifference()).isCloseTo(0.01, within(1e-12));
    assertThat(same.largestDifference()).isEqualTo(1);
    assertThat(compared(rows().doubles("y", 1, 2, 3, 4), rows().doubles("y", 1, 3, 2, 4)))
        .satisfies(
            shuffled -> {
              assertThat(shuffled.correlation()).isCloseTo(0.8, within(1e-12));
              assertThat(shuffled.distance()).isZero(); // the same numbers, in another order
            });
    assertThat(
            compared(rows().doubles("y", 1, 2, 3, 4), rows().doubles("y", 3, 4, 5, 6)).distance())
        .isEqualTo(0.5);
    assertThat(compared(rows().longs("y", 1, 2), rows().longs("y", 2, 1)).correlation())
        .isCloseTo(-1, within(1e-12));
  }

  @Test
  void answersThatAreMissingOnOneSideDiffer() {
    OutputDifference missing =
        compared(
            rows().doubles("y", 1, Double.NaN, Double.NaN, 4),
            rows().doubles("y", 1, 2, Double.NaN, 4));
    assertThat(missing.different()).isEqualTo(1);
    assertThat(missing.missing()).isEqualTo(1);
    OutputDifference none = compared(rows().doubles("y", Double.NaN), rows().doubles("y", 1));
    assertThat(none.meanDifference()).isNaN();
    assertThat(none.correlation()).isNaN();
    assertThat(none.distance()).isNaN();
  }

  @Test
  void textsAreComparedByEqualityAndTotalVariation() {
    OutputDifference texts =
        compared(rows().strings("y", "a", "a", "b", "b"), rows().strings("y", "a", "b", "b", "c"));
    assertThat(texts.different()).isEqualTo(2);
    assertThat(texts.distance()).isEqualTo(0.25);
    assertThat(texts.correlation()).isNaN();
    assertThat(texts.largestDifference()).isNaN();
    assertThat(texts)
        .hasToString(
            "y: 2 of 4 rows differ (0 missing on one side), correlation NaN, distance 0.2500");
  }

  @Test
  void memoryIsBoundedForManyRowsAndCategories() {
    AnswerComparison comparison = AnswerComparison.withDefaults();
    for (int batch = 0; batch < 20; batch++) {
      double[] baseline = random.doubles(ROWS).toArray();
      double[] candidate = Arrays.stream(baseline).map(y -> y + 0.25).toArray();
      String[] names = new String[ROWS];
      for (int row = 0; row < ROWS; row++) {
        names[row] = "c" + (batch * ROWS + row);
      }
      try (FeatureBatch a = rows().doubles("y", baseline).strings("z", names).build();
          FeatureBatch b = rows().doubles("y", candidate).strings("z", names).build()) {
        comparison.add(a, b);
      }
    }
    assertThat(comparison.rows()).isEqualTo(20 * ROWS);
    OutputDifference y = comparison.outputs().get(0);
    assertThat(y.distance()).isCloseTo(0.25, within(0.03)); // of uniform numbers, by a sample
    assertThat(y.correlation()).isCloseTo(1, within(1e-9));
    assertThat(y.meanDifference()).isCloseTo(0.25, within(1e-12));
    assertThat(comparison.outputs().get(1).distance()).isZero();
  }

  @Test
  void wrongArgumentsAreRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> AnswerComparison.withTolerance(-1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AnswerComparison.withTolerance(Double.NaN));
    try (FeatureBatch two = numbers("y", 1, 2);
        FeatureBatch one = numbers("y", 1)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> AnswerComparison.withDefaults().add(two, one))
          .withMessageContaining("found 1 rows, expected 2");
    }
  }

  private MonitorBuilder monitor() {
    try (FeatureBatch features = numbers("x", random.doubles(ROWS).toArray())) {
      return ModelMonitor.builder(Profile.of(List.of(features))).everyRow();
    }
  }

  private void answer(
      ModelMonitor monitor, ServedBy by, Route route, FeatureBatch features, double bias) {
    double[] answers = new double[features.rows()];
    for (int row = 0; row < answers.length; row++) {
      answers[row] = ((Number) features.column("x").getObject(row)).doubleValue() + bias;
    }
    try (FeatureBatch outputs = numbers("y", answers)) {
      monitor.onInference(new Events.Event(by, route, 0, features, outputs, null));
    }
  }

  private FeatureBatch distinct() {
    return numbers("x", random.doubles(ROWS).toArray());
  }

  @Test
  void aShadowIsComparedOnIdenticalRows() {
    try (ModelMonitor monitor = monitor().start();
        FeatureBatch first = distinct();
        FeatureBatch second = distinct();
        FeatureBatch third = distinct()) {
      answer(monitor, CHAMPION, Route.PRIMARY, first, 0);
      answer(monitor, CHALLENGER, Route.SHADOW, first, 0.5); // before the comparison began
      answer(monitor, CHAMPION, Route.PRIMARY, second, 0);
      answer(monitor, CHAMPION, Route.PRIMARY, third, 0);
      answer(monitor, CHALLENGER, Route.SHADOW, third, 0.5); // in another order
      answer(monitor, CHALLENGER, Route.SHADOW, second, 0.5);
      monitor.flush();
      assertThat(monitor.comparisons())
          .singleElement()
          .satisfies(
              pair -> {
                assertThat(pair.baseline()).isEqualTo(CHAMPION);
                assertThat(pair.candidate()).isEqualTo(CHALLENGER);
                assertThat(pair.rows()).isEqualTo(2 * ROWS);
                assertThat(pair.unpairedBaseline()).isZero();
                assertThat(pair.unpairedCandidate()).isEqualTo(ROWS);
                OutputDifference y = pair.outputs().get(0);
                assertThat(y.different()).isEqualTo(2 * ROWS);
                assertThat(y.meanDifference()).isCloseTo(0.5, within(1e-12));
                assertThat(y.correlation()).isCloseTo(1, within(1e-12));
              });
      assertThat(monitor.counts().shadows()).isEqualTo(3 * ROWS);
    }
  }

  /** The versions read other columns, so only the key tells that rows are identical. */
  @Test
  void aGateBoundsTheRowsThatDiffer() {
    Trial trial =
        Trial.of(CHALLENGER.version().orElseThrow(), CARD, Instant.EPOCH)
            .against(CHAMPION.version().orElseThrow(), CARD);
    try (ModelMonitor monitor = monitor().answerTolerance(0.1).start();
        FeatureBatch before = distinct();
        FeatureBatch near = distinct();
        FeatureBatch far = distinct()) {
      Gate gate = monitor.gate().maxDisagreement("y", 0.05);
      answer(monitor, CHALLENGER, Route.SHADOW, before, 0); // begins the comparison
      monitor.flush();
      Verdict none = gate.judge(trial);
      assertThat(none).isInstanceOf(Verdict.Inconclusive.class);
      assertThat(none.evidence().get(0).text()).contains("no row", "shadow");

      answer(monitor, CHAMPION, Route.PRIMARY, near, 0);
      answer(monitor, CHALLENGER, Route.SHADOW, near, 0.09);
      monitor.flush();
      Verdict within = gate.judge(trial);
      assertThat(within).isInstanceOf(Verdict.Pass.class);
      assertThat(within.evidence().get(0).name()).isEqualTo("disagreement_y");
      assertThat(within.evidence().get(0).measured()).isZero();
      assertThat(monitor.gate().maxDisagreement("z", 0.05).judge(trial))
          .isInstanceOf(Verdict.Inconclusive.class);

      answer(monitor, CHAMPION, Route.PRIMARY, far, 0);
      answer(monitor, CHALLENGER, Route.SHADOW, far, 0.2);
      monitor.flush();
      Verdict beyond = gate.judge(trial);
      assertThat(beyond).isInstanceOf(Verdict.Fail.class);
      assertThat(beyond.evidence().get(0).measured()).isEqualTo(0.5);
      assertThat(gate.judge(Trial.of(CHALLENGER.version().orElseThrow(), CARD, Instant.EPOCH)))
          .isInstanceOf(Verdict.Pass.class);
      assertThatIllegalArgumentException().isThrownBy(() -> monitor.gate().maxDisagreement("y", 0));
    }
    assertThatIllegalArgumentException().isThrownBy(() -> monitor().answerTolerance(-1));
  }

  @Test
  void rowsAreFoundByTheKeyOfTheLabels() {
    String[] keys = new String[ROWS];
    for (int row = 0; row < ROWS; row++) {
      keys[row] = "k" + row;
    }
    double[] x = random.doubles(ROWS).toArray();
    try (ModelMonitor monitor = monitor().labels(LabelJoin.byKey("key")).start();
        FeatureBatch before = rows().doubles("x", x).strings("key", keys).build();
        FeatureBatch after =
            rows().strings("key", keys).doubles("x", x).doubles("more", x).build()) {
      answer(monitor, CHALLENGER, Route.SHADOW, after, 0);
      answer(monitor, CHAMPION, Route.PRIMARY, before, 0);
      answer(monitor, CHALLENGER, Route.SHADOW, after, 0);
      monitor.flush();
      assertThat(monitor.comparisons().get(0).rows()).isEqualTo(ROWS);
      assertThat(monitor.comparisons().get(0).outputs().get(0).different()).isZero();
    }
  }

  @Test
  void answersThatWaitAreBoundedAndThoseGivenUpAreCounted() {
    ShadowWatch watch = new ShadowWatch(null, 1e-4);
    int batches = 5 * ShadowWatch.MOST_CELLS / 30_000; // a row has 4 values and those of its output
    try (FeatureBatch outputs = numbers("y", new double[5_000])) {
      try (FeatureBatch shadowed = distinct();
          FeatureBatch answers = numbers("y", new double[ROWS])) {
        watch.answered(handedOver(CHALLENGER, Route.SHADOW, shadowed, answers));
      }
      long answered = 0;
      for (int batch = 0; batch < batches; batch++) {
        try (FeatureBatch rows = numbers("x", random.doubles(5_000).toArray())) {
          watch.answered(handedOver(CHAMPION, Route.PRIMARY, rows, outputs));
          answered += 5_000;
          if (batch % 20 == 0) { // the newest rows still wait
            watch.answered(handedOver(CHALLENGER, Route.SHADOW, rows, outputs));
          }
        }
      }
      ShadowWatch.Compared pair = watch.comparisons().get(0);
      assertThat(pair.rows() % 5_000).isZero();
      assertThat(pair.unpairedCandidate()).isEqualTo(ROWS);
      assertThat(pair.unpairedBaseline()).isBetween(1L, answered);
    }
  }

  private static Handed.Answered handedOver(
      ServedBy by, Route route, FeatureBatch features, FeatureBatch outputs) {
    return new Handed.Answered(by, route, features, outputs, null, new ManualClock().instant());
  }

  @Test
  void answersAreKeptOnlyWhileThereIsAShadow() {
    ShadowWatch watch = new ShadowWatch(null, 1e-4);
    try (FeatureBatch rows = distinct();
        FeatureBatch outputs = numbers("y", new double[ROWS])) {
      watch.answered(handedOver(CHALLENGER, Route.SHADOW, rows, outputs));
      for (int i = 0; i <= ShadowWatch.QUIET_ROWS / ROWS; i++) {
        watch.answered(handedOver(CHAMPION, Route.PRIMARY, rows, outputs));
      }
      watch.answered(handedOver(CHALLENGER, Route.SHADOW, rows, outputs)); // its rows were given up
      assertThat(watch.comparisons()).isEmpty();
    }
  }
}
