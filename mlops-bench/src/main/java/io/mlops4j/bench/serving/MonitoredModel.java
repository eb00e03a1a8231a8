package io.mlops4j.bench.serving;

import io.mlops4j.bench.engines.Mlp32;
import io.mlops4j.bench.engines.Models;
import io.mlops4j.bench.engines.Runtimes;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.monitor.ModelMonitor;
import io.mlops4j.monitor.MonitorBuilder;
import io.mlops4j.monitor.MonitorCounts;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.runtime.ModelRuntime;
import org.jspecify.annotations.Nullable;

/** The MLP 32-64-32-1, with a monitor of the default policy or without. */
final class MonitoredModel implements AutoCloseable {
  /** Which rows are monitored. */
  enum Rows {
    /** No monitor is attached. */
    NONE,
    /** The default: a sample, if the load needs more than a twentieth of a processor. */
    WITHIN_BUDGET,
    /** No budget. */
    EVERY
  }

  static final FeatureSchema FEATURES = FeatureSchema.ofNames(Mlp32.names());

  /** The rows of the reference, which are the first ones of {@link Mlp32#rows}. */
  static final int REFERENCE = 20_000;

  private final ModelRuntime runtime = Runtimes.oneThread().open();
  private final @Nullable ModelMonitor monitor;
  private final Model model;
  private final boolean every;

  MonitoredModel(Rows rows) {
    every = rows == Rows.EVERY;
    MonitorBuilder builder = ModelMonitor.builder(reference(runtime));
    monitor = rows == Rows.NONE ? null : every ? builder.everyRow().start() : builder.start();
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

  /** The share of the calls that the monitor counts now, and its counts; for people. */
  String counted() {
    return monitor == null ? "" : 100 * monitor.countedShare() + " % of calls, " + monitor.counts();
  }

  /** Waits until the monitor has counted all rows; rows that it dropped are a failure. */
  void flush() {
    if (monitor != null) {
      monitor.flush();
      MonitorCounts counts = monitor.counts();
      if (counts.failures() > 0 || (every && counts.dropped() > 0)) {
        throw new IllegalStateException("the monitor dropped rows or failed: " + counts);
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
