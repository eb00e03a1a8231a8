package io.mlops4j.samples.service;

import io.mlops4j.error.DataException;
import io.mlops4j.error.ModelInputException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.model.Feature;
import io.mlops4j.monitor.LabelJoin;
import io.mlops4j.monitor.ModelMonitor;
import io.mlops4j.monitor.MonitorBuilder;
import io.mlops4j.monitor.PerformancePolicy;
import io.mlops4j.monitor.Window;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.ModelRuntime;
import io.mlops4j.runtime.deployment.Deployment;
import java.nio.file.Path;
import java.time.Duration;

/** Starts the monitor: features and answers of the reference rows are what is normal. */
final class Watch {
  private Watch() {}

  static ModelMonitor start(
      ModelRuntime runtime, ModelRegistry registry, Settings settings, Path reference) {
    MonitorBuilder monitor =
        ModelMonitor.builder(profile(runtime, registry, settings, reference))
            .window(Window.ofRows(settings.windowRows()))
            .labels(LabelJoin.byPredictionId().within(Duration.ofDays(2)))
            .performance(PerformancePolicy.binary("probability"));
    settings.data().ifPresent(data -> monitor.stateIn(data.resolve("monitor")));
    return monitor.start();
  }

  /** The version is that of the deployment: the copy, if the registry is away. */
  private static Profile profile(
      ModelRuntime runtime, ModelRegistry registry, Settings settings, Path reference) {
    Deployment.Builder version =
        runtime.deployment(settings.model()).from(registry).actor(settings.actor());
    settings.data().ifPresent(data -> version.lastGoodIn(data.resolve("models")));
    try (Deployment model = version.start()) {
      return profile(runtime, model, reference);
    }
  }

  private static Profile profile(ModelRuntime runtime, Model model, Path reference) {
    try (FeatureReader rows = runtime.read(reference)) {
      String[] columns =
          model.features().features().stream().map(Feature::column).toArray(String[]::new);
      Profile.Builder profile = Profile.builder().columns(columns);
      for (FeatureBatch batch : rows) {
        try (Prediction answers = model.predict(batch)) {
          profile.add(batch, answers.outputs());
        }
      }
      return profile.build();
    } catch (DataException | ModelInputException e) {
      throw StartException.cannotUse("MLOPS_REFERENCE", e);
    }
  }
}
