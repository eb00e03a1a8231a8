package org.example.flights;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.monitor.ModelMonitor;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.ModelRuntime;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.registry.FileModelRegistry;
import java.lang.invoke.MethodHandles;
import java.nio.file.Path;
import java.util.Collections;

/** Loads, predicts a record and a batch, publishes, deploys and monitors. */
public final class Main {
  record Flight(float distance, int hour, int weekday, String origin, String destination) {}

  record Late(float probability) {}

  private Main() {}

  public static void main(String[] args) {
    Path model = Path.of(args[0]);
    FeatureSchema columns =
        FeatureSchema.ofNames("distance", "hour", "weekday", "origin", "destination");
    try (ModelRuntime runtime = ModelRuntime.open();
        FeatureBatch batch =
            FeatureBatch.builder(runtime.allocator())
                .floats("distance", 106f, 606f)
                .ints("hour", 0, 8)
                .ints("weekday", 1, 6)
                .strings("origin", "JFK", "ATL")
                .strings("destination", "BDL", "ORD")
                .build();
        ModelMonitor monitor = ModelMonitor.builder(reference(batch)).start();
        Model loaded =
            runtime.load(model, LoadOptions.builder().features(columns).listener(monitor).build());
        Prediction late = loaded.predict(batch)) {
      Flight flight = new Flight(106f, 0, 1, "JFK", "BDL");
      Late one = loaded.rows(MethodHandles.lookup(), Flight.class, Late.class).predict(flight);
      System.out.println("record " + one.probability());
      System.out.println("batch " + late.floats("probability")[0]);
      deploy(runtime, model, columns, Path.of(args[1]), batch);
    }
  }

  private static Profile reference(FeatureBatch batch) {
    return Profile.of(Collections.nCopies(50, batch));
  }

  private static void deploy(
      ModelRuntime runtime, Path model, FeatureSchema columns, Path folder, FeatureBatch batch) {
    try (ModelRegistry registry = FileModelRegistry.open(folder)) {
      ModelVersion version =
          registry.publish(ModelCard.builder("late").features(columns).build(), model);
      registry.assign("late@champion", version, Change.by("ana"));
      try (Deployment deployed =
              runtime.deployment("late@champion").from(registry).actor("test").start();
          Prediction late = deployed.predict(batch)) {
        System.out.println("deployed " + late.floats("probability")[0]);
      }
    }
  }
}
