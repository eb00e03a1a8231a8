package io.mlops4j.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.PredictionId;
import io.mlops4j.monitor.alarm.Alarm;
import io.mlops4j.monitor.drift.DriftPolicy;
import io.mlops4j.monitor.drift.WindowReport;
import io.mlops4j.monitor.live.watch.labels.LabelWatch;
import io.mlops4j.monitor.profile.Columns;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.rollout.Evidence;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Five kinds of models are watched for drift of features and outputs; none of them has a score. */
class ModelsWithoutScoreTest {
  private static final int ROWS = 1_000;

  private final BufferAllocator allocator = new RootAllocator();
  private final Random random = new Random(5);

  @AfterEach
  void nothingIsLent() {
    assertThat(allocator.getAllocatedMemory()).isZero();
    allocator.close();
  }

  /** The outputs of a model; the shift is 0 or 1. */
  private interface Model {
    FeatureBatch answer(int shift);
  }

  private double[] normal(double shift) {
    return IntStream.range(0, ROWS).mapToDouble(i -> random.nextGaussian() + shift).toArray();
  }

  private float[] floats(double shift) {
    float[] values = new float[ROWS];
    for (int i = 0; i < ROWS; i++) {
      values[i] = (float) (random.nextGaussian() + shift);
    }
    return values;
  }

  private long[] classes(int least) {
    return IntStream.range(0, ROWS).mapToLong(i -> least + random.nextInt(3)).toArray();
  }

  private FeatureBatch withVectors(FeatureBatch batch, String name, int size, double shift) {
    Field child =
        Field.nullable("$data$", new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE));
    FieldType type = FieldType.nullable(new ArrowType.FixedSizeList(size));
    FixedSizeListVector vectors =
        (FixedSizeListVector) new Field(name, type, List.of(child)).createVector(allocator);
    float[][] rows = new float[ROWS][size];
    for (float[] row : rows) {
      for (int i = 0; i < size; i++) {
        row[i] = (float) (random.nextGaussian() + shift * (i + 1));
      }
    }
    Columns.fill(vectors, rows);
    try (batch) {
      return FeatureBatch.owning(Columns.with(batch, vectors).root());
    }
  }

  /** One window as the reference and one that has moved, without labels. */
  private void watched(Model model, String... drifted) {
    List<Alarm> alarms = new ArrayList<>();
    List<WindowReport> windows = new ArrayList<>();
    Profile.Builder reference = Profile.builder();
    try (FeatureBatch features = FeatureBatch.builder(allocator).doubles("x", normal(0)).build();
        FeatureBatch outputs = model.answer(0)) {
      reference.add(features, outputs);
    }
    try (ModelMonitor monitor =
        ModelMonitor.builder(reference.build())
            .everyRow()
            .window(Window.ofRows(ROWS))
            .without(Watched.QUALITY)
            .start()) {
      monitor.onAlarm(alarms::add);
      monitor.onWindow(windows::add);
      for (int shift : new int[] {0, 1}) {
        try (FeatureBatch features =
                FeatureBatch.builder(allocator).doubles("x", normal(shift)).build();
            FeatureBatch outputs = model.answer(shift)) {
          monitor.onInference(Events.answered(Events.version(1), features, outputs));
        }
      }
      monitor.flush();
      assertThat(monitor.counts())
          .isEqualTo(new MonitorCounts(2 * ROWS, 0, 0, 0, 0, 0, 0, 0, 0, LabelWatch.NONE, 0, 0));
      assertThat(monitor.notWatched()).isEmpty();
      assertThat(monitor.performance(Events.version(1))).isEmpty();
      assertThatIllegalStateException()
          .isThrownBy(() -> monitor.label(new PredictionId(7, 0, 0), 1))
          .withMessageContaining("labels(...)");
    }
    assertThat(windows).hasSize(2);
    assertThat(windows.get(0).drift().driftedFeatures()).isEmpty();
    assertThat(alarms).extracting(Alarm::kind).containsExactly(Alarm.Kind.DRIFT);
    assertThat(alarms.get(0).evidence()).extracting(Evidence::name).contains("x").contains(drifted);
  }

  @Test
  void aClassifierThatAnswersAWholeLabelAndAListOfProbabilities() {
    watched(
        shift ->
            withVectors(
                FeatureBatch.builder(allocator).longs("label", classes(shift)).build(),
                "probabilities",
                3,
                shift),
        "label",
        "probabilities.norm");
  }

  @Test
  void aRegressorWithAnInterval() {
    watched(
        shift ->
            FeatureBatch.builder(allocator)
                .doubles("price", normal(shift))
                .doubles("low", normal(shift - 1))
                .doubles("high", normal(shift + 1))
                .build(),
        "price",
        "low",
        "high");
  }

  @Test
  void aRankerWhoseOneScoreNobodyLabels() {
    watched(
        shift ->
            FeatureBatch.builder(allocator)
                .floats("relevance", floats(shift))
                .longs("rank", classes(shift))
                .build(),
        "relevance",
        "rank");
  }

  @Test
  void anEmbeddingModel() {
    watched(
        shift ->
            withVectors(
                FeatureBatch.builder(allocator).strings("language", texts("en")).build(),
                "embedding",
                8,
                shift),
        "embedding.norm",
        "embedding.projection");
  }

  private static String[] texts(String... values) {
    return IntStream.range(0, ROWS).mapToObj(i -> values[i % values.length]).toArray(String[]::new);
  }

  @Test
  void aModelOfFiveOutputs() {
    watched(
        shift ->
            FeatureBatch.builder(allocator)
                .floats("probability", floats(shift))
                .floats("uncertainty", floats(shift))
                .longs("segment", classes(shift))
                .strings("reason", shift == 0 ? texts("a", "b") : texts("a", "b", "b", "b"))
                .ints("version", new int[ROWS])
                .build(),
        "probability",
        "uncertainty",
        "segment",
        "reason");
  }

  private FeatureBatch outputs() {
    return FeatureBatch.builder(allocator)
        .floats("score", floats(0))
        .doubles("spread", normal(0))
        .build();
  }

  @Test
  void aPolicyForVectorsAllowsAWindowWithoutThem() {
    List<WindowReport> windows = new ArrayList<>();
    Profile.Builder reference = Profile.builder();
    try (FeatureBatch features = FeatureBatch.builder(allocator).doubles("x", normal(0)).build();
        FeatureBatch outputs = withVectors(outputs(), "embedding", 8, 0)) {
      reference.add(features, outputs);
    }
    try (ModelMonitor monitor =
        ModelMonitor.builder(reference.build())
            .everyRow()
            .window(Window.ofRows(ROWS))
            .policy(DriftPolicy.withDefaults().withKeyFeatures("embedding.norm"))
            .start()) {
      monitor.onWindow(windows::add);
      try (FeatureBatch features = FeatureBatch.builder(allocator).doubles("x", normal(0)).build();
          FeatureBatch outputs = outputs()) {
        monitor.onInference(Events.answered(Events.version(1), features, outputs));
      }
      monitor.flush();
      assertThat(monitor.counts().failures()).isZero();
    }
    assertThat(windows).hasSize(1);
    assertThat(windows.get(0).drift().onlyInReference()).containsExactly("embedding");
  }

  @Test
  void damagedOutputsAreLeftOutAndFeaturesAndLabelsGoOn() {
    List<Alarm> alarms = new ArrayList<>();
    Profile.Builder reference = Profile.builder();
    try (FeatureBatch features = FeatureBatch.builder(allocator).doubles("x", normal(0)).build();
        FeatureBatch outputs = outputs()) {
      reference.add(features, outputs);
    }
    try (ModelMonitor monitor =
        ModelMonitor.builder(reference.build())
            .everyRow()
            .window(Window.ofRows(ROWS))
            .labels(LabelJoin.byPredictionId())
            .performance(PerformancePolicy.binary("score"))
            .start()) {
      monitor.onAlarm(alarms::add);
      try (FeatureBatch features = FeatureBatch.builder(allocator).doubles("x", normal(1)).build();
          FeatureBatch outputs = outputs()) {
        outputs.root().getVector("spread").getValidityBuffer().capacity(1); // cut off
        monitor.onInference(Events.answered(Events.version(1), features, outputs));
        monitor.label(new PredictionId(7, 0, 3), 1);
        monitor.flush();
      }
      assertThat(monitor.counts().unfit()).isEqualTo(ROWS);
      assertThat(monitor.counts().labels().labelled()).isEqualTo(1);
    }
    assertThat(alarms)
        .extracting(Alarm::kind)
        .containsExactly(Alarm.Kind.CONFIGURATION, Alarm.Kind.DRIFT);
    assertThat(alarms.get(0).evidence()).extracting(Evidence::name).contains("spread");
    assertThat(alarms.get(1).evidence()).extracting(Evidence::name).containsExactly("x");
  }

  @Test
  void aScoreWithoutLabelsIsRefused() {
    Profile.Builder reference = Profile.builder();
    try (FeatureBatch features = FeatureBatch.builder(allocator).doubles("x", normal(0)).build()) {
      reference.add(features);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                ModelMonitor.builder(reference.build())
                    .everyRow()
                    .performance(PerformancePolicy.binary("probability"))
                    .start())
        .withMessageStartingWith("labels: found performance(...) without labels");
  }
}
