package io.mlops4j.bench.together;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.observation.ObservationRegistry;
import io.mlops4j.bench.together.WordModel.Out;
import io.mlops4j.bench.together.WordModel.Row;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.ReadOptions;
import io.mlops4j.feature.RecordBatches;
import io.mlops4j.feature.WriteOptions;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.MicroBatching;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.inference.PredictionId;
import io.mlops4j.inference.RowModel;
import io.mlops4j.model.Device;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.monitor.LabelJoin;
import io.mlops4j.monitor.ModelMonitor;
import io.mlops4j.monitor.MonitorBuilder;
import io.mlops4j.monitor.PerformancePolicy;
import io.mlops4j.monitor.Window;
import io.mlops4j.monitor.alarm.Alarm;
import io.mlops4j.monitor.drift.DriftPolicy;
import io.mlops4j.monitor.drift.DriftReport;
import io.mlops4j.monitor.explain.PredictionShift;
import io.mlops4j.monitor.explain.PredictionShift.Estimate;
import io.mlops4j.monitor.metrics.InferenceObservations;
import io.mlops4j.monitor.performance.PerformanceEstimator;
import io.mlops4j.monitor.profile.ExportRules;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.profile.SlicedProfile;
import io.mlops4j.monitor.profile.Slices;
import io.mlops4j.monitor.quality.ColumnRules;
import io.mlops4j.monitor.quality.QualityPolicy;
import io.mlops4j.monitor.quality.QualityReference;
import io.mlops4j.monitor.quality.QualityReport;
import io.mlops4j.monitor.quality.QualitySuite;
import io.mlops4j.monitor.quality.QualityWindow;
import io.mlops4j.monitor.report.HtmlReport;
import io.mlops4j.monitor.report.JsonReport;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.PublishOptions;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.registry.VerifyOptions;
import io.mlops4j.registry.VersionRange;
import io.mlops4j.runtime.ModelRuntime;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.registry.FileModelRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A null argument is named by a NullPointerException, wherever users begin. */
@Timeout(60) // a call that entered and never left keeps close() waiting
class NullArgumentsTest {
  private static final Change CHANGE = Change.by("ana").because("test");
  private static final CallOptions OPTIONS = CallOptions.withDefaults();

  @TempDir Path folder;

  private final NullArguments nulls = new NullArguments().with(OPTIONS).with(CHANGE);

  private void assertNamed(int atLeast) {
    assertThat(String.join("\n", nulls.wrong())).isEmpty();
    assertThat(nulls.calls()).isGreaterThanOrEqualTo(atLeast);
  }

  @Test
  void ofModelsAndTheirRows() {
    LoadOptions batching = LoadOptions.builder().microBatching(MicroBatching.upTo(8)).build();
    try (WordModel words = new WordModel(folder);
        Model model = words.load(LoadOptions.defaults());
        Model batched = words.load(batching.toBuilder().independentRows().build());
        FeatureBatch batch = words.batch(1);
        Prediction answer = model.predict(batch)) {
      Model observed = InferenceObservations.observe(model, ObservationRegistry.create());
      nulls.with(batch);
      for (Model each : List.of(model, batched, observed)) {
        RowModel<Row, Out> rows = each.rows(Row.class, Out.class);
        nulls.call(Model.class, each).call(RowModel.class, rows);
      }
      nulls.call(Prediction.class, answer);
    }
    assertNamed(60);
  }

  @Test
  void ofRegistriesRuntimesAndDeployments() {
    try (WordModel words = new WordModel(folder);
        ModelRuntime runtime = ModelRuntime.open();
        ModelRegistry registry = FileModelRegistry.open(folder.resolve("registry"));
        FeatureBatch batch = words.batch(1)) {
      ModelCard card = ModelCard.builder("words").build();
      ModelVersion version = registry.publish(card, words.file());
      nulls.with(batch).with(words.file()).with(card).with(version).with(registry);
      nulls
          .with(registry.assign("words@champion", version, CHANGE))
          .with(LoadOptions.defaults())
          .with(ReadOptions.defaults())
          .with(WriteOptions.defaults());
      nulls
          .with(RegistryOptions.defaults())
          .with(PublishOptions.defaults())
          .with(VersionRange.newest(1));
      nulls.with(VerifyOptions.defaults()).with(registry.head()).with(Instant.EPOCH);
      nulls.call(ModelRegistry.class, registry);
      nulls.call(ModelRuntime.class, runtime);
      nulls.call(ModelRuntime.Builder.class, ModelRuntime.builder());
      nulls.call(Deployment.Builder.class, runtime.deployment("words@champion"));
      try (Deployment deployment =
          runtime.deployment("words@champion").from(registry).every(Duration.ofDays(1)).start()) {
        nulls.with(deployment.servedBy());
        nulls.call(Deployment.class, deployment);
        nulls.call(RowModel.class, deployment.rows(Row.class, Out.class));
      }
      assertThat(registry.versions("words")).containsExactly(version);
      assertThat(registry.history("words@champion")).hasSize(1);
    }
    assertNamed(100);
  }

  @Test
  void ofRowsAndOptions() {
    try (BufferAllocator allocator = new RootAllocator();
        FeatureBatch batch = FeatureBatch.builder(allocator).strings("word", "a").build()) {
      nulls.with(allocator).with(batch).with(batch.root()).with(batch.dictionaries());
      nulls.with(Device.of("cpu"));
      nulls.call(FeatureBatch.class, batch);
      nulls.call(FeatureBatch.Builder.class, FeatureBatch.builder(allocator));
      nulls.call(RecordBatches.class, RecordBatches.of(Row.class, allocator));
      nulls.call(LoadOptions.Builder.class, LoadOptions.builder());
      nulls.with(ElementType.INT64).with(FeatureSchema.ofNames("a"));
      nulls.with(new ModelSignature(List.of(), List.of())).with(WriteOptions.Compression.NONE);
      nulls.call(ReadOptions.Builder.class, ReadOptions.builder());
      nulls.call(WriteOptions.Builder.class, WriteOptions.builder());
      nulls.call(CallOptions.class, OPTIONS);
    }
    assertNamed(40);
  }

  @Test
  void ofMonitorsProfilesAndReports() {
    double[] values = IntStream.range(0, 100).asDoubleStream().toArray();
    try (BufferAllocator allocator = new RootAllocator();
        FeatureBatch batch =
            FeatureBatch.builder(allocator)
                .doubles("x", values)
                .booleans("b", new boolean[100])
                .build()) {
      Profile profile = Profile.of(List.of(batch));
      SlicedProfile sliced = SlicedProfile.of(profile, Slices.by("b"), List.of(batch));
      DriftReport report = DriftReport.compare(profile, profile);
      nulls.with(batch).with(profile).with(sliced).with(DriftPolicy.withDefaults());
      nulls.with(ExportRules.withDefaults()).with(folder).with(Alarm.Kind.CONFIGURATION);
      QualityReference good = QualityReference.of(profile);
      nulls.with(good).with(QualityPolicy.withDefaults()).with(ColumnRules.withDefaults());
      nulls.with(QualitySuite.of(good).window());
      nulls.with(Clock.systemUTC()).with(Instant.EPOCH).with(Duration.ofHours(1));
      nulls.with(new PredictionId(0, 0, 0)).with(new byte[] {1});
      nulls.with(Window.ofRows(1)).with(List.of("a", "b"));
      nulls.with(
          PerformanceEstimator.binary().add(new double[] {0, 1}, new double[] {0.2, 0.9}).build());
      nulls.call(PerformancePolicy.class, PerformancePolicy.binary());
      nulls.call(LabelJoin.class, LabelJoin.byPredictionId());
      nulls.call(Profile.class, profile);
      nulls.call(QualityReference.class, good);
      nulls.call(QualityReference.Builder.class, QualityReference.builder(Profile.builder()));
      nulls.call(QualitySuite.class, QualitySuite.of(good));
      nulls.call(QualityWindow.class, QualitySuite.of(good).window());
      nulls.call(QualityPolicy.class, QualityPolicy.withDefaults());
      nulls.call(ColumnRules.class, ColumnRules.withDefaults());
      nulls.call(Profile.Builder.class, Profile.builder());
      nulls.call(Profile.Builder.class, profile.counting());
      nulls.with(report);
      Estimate none = new Estimate(0, 0, 1);
      nulls.with(new PredictionShift(0, 0, none, Map.of(), none, 40, 40, 1));
      nulls.call(DriftReport.class, report);
      nulls.with(new QualityReport(0, 0, List.of()));
      nulls.call(HtmlReport.class, HtmlReport.of(report));
      nulls.call(JsonReport.class, JsonReport.of(report));
      nulls.with(new QualityReport(0, 0, List.of()));
      nulls.call(MonitorBuilder.class, ModelMonitor.builder(profile));
      try (ModelMonitor monitor = ModelMonitor.builder(profile).start()) {
        nulls.call(ModelMonitor.class, monitor);
        assertThat(monitor.counts().failures()).isZero();
      }
    }
    assertNamed(40);
  }
}
