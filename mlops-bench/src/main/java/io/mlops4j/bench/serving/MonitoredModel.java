package io.mlops4j.bench.serving;

import io.mlops4j.bench.engines.Mlp32;
import io.mlops4j.bench.engines.Models;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.monitor.ModelMonitor;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.runtime.ModelRuntime;
import org.jspecify.annotations.Nullable;

/** The MLP 32-64-32-1, with a monitor of the default policy or without. */
final class MonitoredModel implements AutoCloseable {
  static final FeatureSchema FEATURES = FeatureSchema.ofNames(Mlp32.names());
  private static final int REFERENCE = 20_000;

  private final ModelRuntime runtime = ModelRuntime.builder().threads(1).open();
  private final @Nullable ModelMonitor monitor;
  private final Model model;

  MonitoredModel(boolean monitored) {
    monitor = monitored ? ModelMonitor.builder(reference(runtime)).start() : null;
    LoadOptions.Builder options = LoadOptions.builder().features(FEATURES);
    model =
        runtime.load(
            Models.file("mlp32"),
            monitor == null ? options.build() : options.listener(monitor).build());
  }

  /** Rows and answers like those that come later. */
  static Profile reference(ModelRuntime runtime) {
    try (Model model =
            runtime.load(Models.file("mlp32"), LoadOptions.builder().features(FEATURES).build());
        FeatureBatch rows = Mlp32.columns(REFERENCE, runtime.allocator());
        Prediction answers = model.predict(rows)) {
      return Profile.builder().add(rows, answers.outputs()).build();
    }
  }

  ModelRuntime runtime() {
    return runtime;
  }

  Model model() {
    return model;
  }

  /** Waits until the monitor has counted all rows; rows that it dropped are a failure. */
  void flush() {
    if (monitor != null) {
      monitor.flush();
      if (monitor.counts().dropped() > 0 || monitor.counts().failures() > 0) {
        throw new IllegalStateException("the monitor dropped rows or failed: " + monitor.counts());
      }
    }
  }

  @Override
  public void close() {
    model.close();
    if (monitor != null) {
      monitor.close();
    }
    runtime.close();
  }
}
