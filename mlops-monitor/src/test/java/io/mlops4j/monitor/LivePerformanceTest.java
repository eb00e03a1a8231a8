package io.mlops4j.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.PredictionId;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.alarm.NotWatched;
import io.mlops4j.monitor.golden.GoldenFile;
import io.mlops4j.monitor.performance.GroupFigures;
import io.mlops4j.monitor.performance.LabelCounts;
import io.mlops4j.monitor.performance.LabelCoverage;
import io.mlops4j.monitor.performance.Metric;
import io.mlops4j.monitor.performance.PerformanceEstimator;
import io.mlops4j.monitor.profile.Columns;
import io.mlops4j.monitor.profile.Profile;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Figures of whole monitors agree with scikit-learn; see live_performance.py. */
class LivePerformanceTest {
  private static final ServedBy V1 = Events.version(1);
  private static final JsonNode EXPECTED = GoldenFile.read("edge/live_performance.json");

  private final BufferAllocator allocator = new RootAllocator();
  private final ManualClock clock = new ManualClock(Instant.parse("2001-02-01T12:00:00Z"));

  @AfterEach
  void nothingIsLent() {
    assertThat(allocator.getAllocatedMemory()).isZero();
    allocator.close();
  }

  private Profile reference() {
    double[] x = new double[100];
    for (int i = 0; i < x.length; i++) {
      x[i] = i;
    }
    try (FeatureBatch batch = FeatureBatch.builder(allocator).doubles("x", x).build()) {
      return Profile.of(List.of(batch));
    }
  }

  private MonitorBuilder builder() {
    return ModelMonitor.builder(reference())
        .everyRow()
        .without(Watched.FEATURES, Watched.OUTPUTS)
        .clock(clock);
  }

  private MonitorBuilder byKey(PerformancePolicy policy) {
    return builder().labels(LabelJoin.byKey("key")).performance(policy);
  }

  private static void agree(Performance performance, JsonNode expected) {
    expected
        .fieldNames()
        .forEachRemaining(
            name ->
                assertThat(performance.figure(name).orElse(Double.NaN))
                    .as(name)
                    .isCloseTo(
                        expected.get(name).asDouble(),
                        within(1e-9 * Math.abs(expected.get(name).asDouble()))));
  }

  @Test
  void allLabelsOfTwoHundredThousandRowsJoinInAnyOrder() {
    JoinedRows joined = JoinedRows.make();
    List<JoinedRows.Label> events = joined.labels();
    int rows = JoinedRows.ROWS;
    JsonNode expected = JoinedRows.EXPECTED;
    assertThat(events).hasSize(expected.get("events").asInt());
    PerformancePolicy policy =
        PerformancePolicy.binary("score")
            .business("saved", (score, label) -> score < 0.5 ? 0 : label == 1 ? 10 : -1)
            .groups("group");
    try (ModelMonitor monitor =
        builder()
            .labels(LabelJoin.byKey("key").within(Duration.ofDays(10)))
            .performance(policy)
            .start()) {
      label(monitor, events.subList(0, 50_000)); // before their predictions
      for (int first = 0; first < rows; first += 2_000) {
        if (first % 40_000 == 0) {
          clock.advance(Duration.ofDays(1));
        }
        predict(monitor, joined.scores(), first, 2_000);
        monitor.flush();
      }
      label(monitor, events.subList(50_000, events.size()));
      monitor.flush();
      long labelled = expected.get("labelled").asLong();
      long unknown = expected.get("unknown").asLong();
      assertThat(monitor.counts().labels())
          .isEqualTo(
              new LabelCounts(
                  events.size(),
                  labelled,
                  rows - labelled,
                  0,
                  unknown,
                  expected.get("repeated").asLong(),
                  0,
                  0,
                  0,
                  0,
                  0));
      Performance performance = monitor.performance(V1).orElseThrow();
      assertThat(performance.coverage().predicted()).isEqualTo(rows);
      assertThat(performance.coverage().labelled()).isEqualTo(labelled);
      assertThat(performance.coverage().used()).isEqualTo(labelled);
      for (String figure :
          List.of("roc_auc", "average_precision", "log_loss", "brier", "accuracy", "f1", "saved")) {
        assertThat(performance.figure(figure).orElse(Double.NaN))
            .as(figure)
            .isCloseTo(expected.get(figure).asDouble(), within(1e-9));
      }
      GroupFigures groups = performance.groups("group", "roc_auc");
      for (int g = 0; g < 3; g++) {
        assertThat(groups.groups().get("g" + g).orElse(Double.NaN))
            .isCloseTo(expected.get("roc_auc_by_group").get(g).asDouble(), within(1e-9));
      }
      clock.advance(Duration.ofDays(11));
      monitor.label("late", 1);
      monitor.flush();
      assertThat(monitor.counts().labels().unknown()).isEqualTo(unknown);
      assertThat(monitor.counts().labels().unlabelled()).isEqualTo(rows - labelled);
      assertThat(monitor.counts().labels().waiting()).isZero();
    }
  }

  private void predict(ModelMonitor monitor, double[] scores, int first, int count) {
    String[] keys = new String[count];
    String[] groups = new String[count];
    double[] its = new double[count];
    for (int i = 0; i < count; i++) {
      keys[i] = "row " + (first + i);
      groups[i] = "g" + (first + i) % 3;
      its[i] = scores[first + i];
    }
    try (FeatureBatch features =
            FeatureBatch.builder(allocator).strings("key", keys).strings("group", groups).build();
        FeatureBatch outputs = FeatureBatch.builder(allocator).doubles("score", its).build()) {
      monitor.onInference(Events.answered(V1, features, outputs));
    }
  }

  private void label(ModelMonitor monitor, List<JoinedRows.Label> events) {
    for (int from = 0; from < events.size(); from += 10_000) {
      List<JoinedRows.Label> some = events.subList(from, Math.min(events.size(), from + 10_000));
      String[] keys = some.stream().map(JoinedRows.Label::key).toArray(String[]::new);
      int[] labels = some.stream().mapToInt(JoinedRows.Label::label).toArray();
      try (FeatureBatch batch =
          FeatureBatch.builder(allocator).strings("key", keys).ints("late", labels).build()) {
        monitor.labels(batch);
      }
    }
  }

  private FeatureBatch withLists(String name, double[][] rows) {
    Field child =
        Field.nullable("$data$", new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE));
    FieldType type = FieldType.nullable(new ArrowType.FixedSizeList(rows[0].length));
    FixedSizeListVector lists =
        (FixedSizeListVector) new Field(name, type, List.of(child)).createVector(allocator);
    Float8Vector numbers = (Float8Vector) lists.getDataVector();
    lists.setInitialCapacity(rows.length);
    lists.allocateNew();
    for (int row = 0; row < rows.length; row++) {
      lists.setNotNull(row);
      for (int i = 0; i < rows[row].length; i++) {
        numbers.setSafe(row * rows[row].length + i, rows[row][i]);
      }
    }
    lists.setValueCount(rows.length);
    try (FeatureBatch other =
        FeatureBatch.builder(allocator).doubles("other", new double[rows.length]).build()) {
      return FeatureBatch.owning(Columns.with(other, lists).root());
    }
  }

  private static String[] keys(int rows) {
    String[] keys = new String[rows];
    for (int i = 0; i < rows; i++) {
      keys[i] = "k" + i;
    }
    return keys;
  }

  private void answer(ModelMonitor monitor, FeatureBatch features, FeatureBatch outputs) {
    try (features;
        outputs) {
      monitor.onInference(Events.answered(V1, features, outputs));
    }
    monitor.flush();
  }

  @Test
  void severalClassesWithNamesAndListsOfProbabilities() {
    JoinedRows.Lcg lcg = new JoinedRows.Lcg(3);
    List<String> names = List.of("low", "middle", "high");
    double[][] p = new double[3_000][3];
    String[] labels = new String[p.length];
    for (int row = 0; row < p.length; row++) {
      for (int c = 0; c < 3; c++) {
        p[row][c] = lcg.next() + 0.05;
      }
      double sum = p[row][0] + p[row][1] + p[row][2];
      for (int c = 0; c < 3; c++) {
        p[row][c] /= sum;
      }
      double u = lcg.next();
      labels[row] = names.get(u < p[row][0] ? 0 : u < p[row][0] + p[row][1] ? 1 : 2);
    }
    int[] numbers = Arrays.stream(labels).mapToInt(names::indexOf).toArray();
    PerformanceEstimator cbpe = PerformanceEstimator.multiClass(3).add(numbers, p).build();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PerformancePolicy.multiClass("p", List.of("low", "high")).estimate(cbpe))
        .withMessageContaining("found a PerformanceEstimator of 3 classes");
    try (ModelMonitor monitor =
        byKey(PerformancePolicy.multiClass("p", names).estimate(cbpe)).start()) {
      answer(
          monitor,
          FeatureBatch.builder(allocator).strings("key", keys(p.length)).build(),
          withLists("p", p));
      try (FeatureBatch batch =
          FeatureBatch.builder(allocator)
              .strings("key", keys(p.length))
              .strings("grade", labels)
              .build()) {
        monitor.labels(batch);
      }
      assertThatIllegalArgumentException()
          .isThrownBy(() -> monitor.label("k1", "lowest"))
          .withMessage("label: found \"lowest\", expected one of [low, middle, high]");
      assertThatIllegalArgumentException().isThrownBy(() -> monitor.label("k1", 2));
      monitor.flush();
      Performance performance = monitor.performance(V1).orElseThrow();
      agree(performance, EXPECTED.get("multi_class"));
      PerformanceEstimator.Window alone = cbpe.window();
      alone.add(p);
      assertThat(performance.estimated()).contains(alone.estimate());
      assertThat(performance.multiClass().rows()).isEqualTo(3_000);
      assertThatIllegalArgumentException()
          .isThrownBy(performance::binary)
          .withMessage("found MultiClassPerformance, expected a policy of BinaryPerformance");
    }
  }

  @Test
  void aChosenClassCountsAsProbabilityOne() {
    try (ModelMonitor monitor =
        builder()
            .labels(LabelJoin.byPredictionId())
            .performance(PerformancePolicy.multiClass("digit", List.of("3", "5", "7")))
            .start()) {
      answer(
          monitor,
          FeatureBatch.builder(allocator).doubles("x", new double[4]).build(),
          FeatureBatch.builder(allocator).longs("digit", 3, 5, 7, 7).build());
      for (int row = 0; row < 4; row++) {
        monitor.label(new PredictionId(7, 0, row), row == 0 ? 3 : 7);
      }
      monitor.flush();
      // by hand: 3 of 4 are right; recall of 3, 5, 7 is 1, undefined, 2/3
      assertThat(monitor.performance(V1).orElseThrow().figure("accuracy").orElse(-1))
          .isEqualTo(0.75);
    }
  }

  @Test
  void numbers() {
    JoinedRows.Lcg lcg = new JoinedRows.Lcg(4);
    double[] y = new double[3_000];
    double[] p = new double[y.length];
    for (int row = 0; row < y.length; row++) {
      y[row] = 100 * lcg.next() + 1;
      p[row] = y[row] + 20 * (lcg.next() - 0.4);
    }
    double[][] features = new double[y.length][1];
    for (int row = 0; row < y.length; row++) {
      features[row][0] = row;
    }
    PerformanceEstimator dle = PerformanceEstimator.regression().add(y, features, p).build();
    try (ModelMonitor monitor =
        byKey(PerformancePolicy.regression("minutes").estimate(dle, "x")).start()) {
      double[] x = new double[y.length];
      for (int row = 0; row < y.length; row++) {
        x[row] = row;
      }
      answer(
          monitor,
          FeatureBatch.builder(allocator).strings("key", keys(y.length)).doubles("x", x).build(),
          FeatureBatch.builder(allocator).doubles("minutes", p).doubles("low", p).build());
      for (int row = 0; row < y.length; row++) {
        monitor.label("k" + row, y[row]);
      }
      assertThatIllegalArgumentException()
          .isThrownBy(() -> monitor.label("k0", Double.POSITIVE_INFINITY))
          .withMessage("label: found Infinity, expected a finite number");
      assertThatIllegalArgumentException().isThrownBy(() -> monitor.label("k0", "late"));
      monitor.flush();
      Performance performance = monitor.performance(V1).orElseThrow();
      agree(performance, EXPECTED.get("regression"));
      PerformanceEstimator.Window alone = dle.window();
      alone.add(features, p);
      assertThat(performance.estimated()).contains(alone.estimate());
    }
  }

  @Test
  void rankings() {
    JoinedRows.Lcg lcg = new JoinedRows.Lcg(5);
    int rows = 3_000;
    double[] relevance = new double[rows];
    double[] scores = new double[rows];
    String[] queries = new String[rows];
    for (int query = 0; query < rows / 10; query++) {
      for (int item = 0; item < 10; item++) {
        relevance[query * 10 + item] = (int) (lcg.next() * 4);
      }
      for (int item = 0; item < 10; item++) {
        int row = query * 10 + item;
        scores[row] = relevance[row] + 6 * lcg.next();
        queries[row] = "query " + query;
      }
    }
    try (ModelMonitor monitor = byKey(PerformancePolicy.ranking("score", "query")).start()) {
      answer(
          monitor,
          FeatureBatch.builder(allocator)
              .strings("key", keys(rows))
              .strings("query", queries)
              .build(),
          FeatureBatch.builder(allocator).doubles("score", scores).build());
      for (int row = 0; row < rows; row++) {
        monitor.label("k" + row, relevance[row]);
      }
      assertThatIllegalArgumentException().isThrownBy(() -> monitor.label("k0", -1));
      monitor.flush();
      agree(monitor.performance(V1).orElseThrow(), EXPECTED.get("ranking"));
    }
  }

  @Test
  void anEstimateStandsBesideTheRealisedFigureAndNeedsNoLabels() {
    double[] scores = new double[2_000];
    double[] labels = new double[scores.length];
    JoinedRows.Lcg lcg = new JoinedRows.Lcg(6);
    for (int i = 0; i < scores.length; i++) {
      scores[i] = lcg.next();
      labels[i] = lcg.next() < scores[i] ? 1 : 0;
    }
    PerformanceEstimator cbpe = PerformanceEstimator.binary().add(labels, scores).build();
    PerformancePolicy policy = PerformancePolicy.binary("score").estimate(cbpe);
    try (ModelMonitor monitor = builder().without().performance(policy).start()) {
      clock.advance(Duration.ofDays(1));
      predict(monitor, scores, 0, 1_000);
      clock.advance(Duration.ofDays(1));
      predict(monitor, scores, 1_000, 1_000);
      monitor.flush();
      Performance performance = monitor.performance(V1).orElseThrow();
      PerformanceEstimator.Window alone = cbpe.window();
      alone.add(scores);
      assertThat(performance.estimated()).contains(alone.estimate());
      assertThat(performance.figure("roc_auc")).isInstanceOf(Metric.Undefined.class);
      assertThat(performance.coverage().share()).isZero();
      assertThat(performance.limits().toString()).contains("0 of 2,000 rows (0.0 %) have a label");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder().performance(policy.minimum("roc_auc", 0.5)).start())
        .withMessageStartingWith("labels: found performance(...) without labels");
  }

  @Test
  void aListOfTwoProbabilitiesAndNamesOfClassesAreBinaryToo() {
    PerformancePolicy policy =
        PerformancePolicy.binary("p").classes("on time", "late").threshold(0.4);
    try (ModelMonitor monitor = byKey(policy).start()) {
      answer(
          monitor,
          FeatureBatch.builder(allocator).strings("key", keys(4)).build(),
          withLists("p", new double[][] {{0.9, 0.1}, {0.6, 0.4}, {0.65, 0.35}, {0.2, 0.8}}));
      monitor.label("k0", "on time");
      monitor.label("k1", "on time");
      monitor.label("k2", "late");
      monitor.label("k3", "late");
      assertThatIllegalArgumentException().isThrownBy(() -> monitor.label("k3", 1));
      monitor.flush();
      Performance performance = monitor.performance(V1).orElseThrow();
      // scikit-learn's own example: roc_auc_score([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]) is 0.75
      assertThat(performance.figure("roc_auc").orElse(-1)).isEqualTo(0.75);
      assertThat(performance.binary().confusion(0.4).falsePositives()).isEqualTo(1);
    }
  }

  @Test
  void missingAnswersAndKeysAreCountedAndInNoFigure() {
    try (ModelMonitor monitor = byKey(PerformancePolicy.binary()).start()) {
      answer(
          monitor,
          FeatureBatch.builder(allocator).strings("key", "a", "b", "c", null, "e").build(),
          FeatureBatch.builder(allocator).doubles("score", 0.1, Double.NaN, 0.9, 0.5, 0.6).build());
      monitor.label("a", 0);
      monitor.label("b", 1);
      monitor.label("c", 1);
      monitor.flush();
      LabelCounts counts = monitor.counts().labels();
      assertThat(counts.unanswered()).isEqualTo(1);
      assertThat(counts.withoutKey()).isEqualTo(1);
      assertThat(counts.labelled()).isEqualTo(3);
      Performance performance = monitor.performance(V1).orElseThrow();
      assertThat(performance.binary().missing()).isEqualTo(1);
      assertThat(performance.binary().rows()).isEqualTo(2);
      assertThat(performance.coverage().unanswered()).isEqualTo(1);
      assertThat(performance.limits())
          .anySatisfy(limit -> assertThat(limit).startsWith("1 rows have no answer"));
    }
  }

  @Test
  void aBatchThatCannotBeReadCountsAsPredictedAndUnanswered() {
    try (ModelMonitor monitor = byKey(PerformancePolicy.binary("score")).start()) {
      answer(
          monitor,
          FeatureBatch.builder(allocator).strings("key", "a", "b").build(),
          FeatureBatch.builder(allocator).doubles("scroe", 0.1, 0.2).build());
      assertThat(monitor.notWatched()).extracting(NotWatched::name).contains("labels");
      LabelCoverage coverage = monitor.performance(V1).orElseThrow().coverage();
      assertThat(coverage.predicted()).isEqualTo(2);
      assertThat(coverage.unanswered()).isEqualTo(2);
    }
  }

  static Stream<Throwable> planted() {
    return Stream.of(new IllegalStateException("planted"), new AssertionError("planted"));
  }

  @ParameterizedTest
  @MethodSource("planted")
  void aBusinessFigureThatThrowsIsUndefined(Throwable planted) {
    PerformancePolicy policy =
        PerformancePolicy.binary()
            .business(
                "broken",
                (score, label) -> {
                  if (planted instanceof Error error) {
                    throw error;
                  }
                  throw (RuntimeException) planted;
                });
    try (ModelMonitor monitor = byKey(policy).start()) {
      answer(
          monitor,
          FeatureBatch.builder(allocator).strings("key", "a").build(),
          FeatureBatch.builder(allocator).doubles("score", 0.1).build());
      monitor.label("a", 1);
      monitor.flush();
      assertThat(monitor.performance(V1).orElseThrow().figure("broken"))
          .isInstanceOfSatisfying(
              Metric.Undefined.class, u -> assertThat(u.reason()).contains("planted"));
      assertThat(monitor.figures()).contains("roc_auc").endsWith("broken");
    }
  }

  @Test
  void boundsOfUnknownFiguresAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> byKey(PerformancePolicy.binary().minimum("roc_acu", 0.5)).start())
        .withMessageContaining("did you mean \"roc_auc\"?");
  }
}
