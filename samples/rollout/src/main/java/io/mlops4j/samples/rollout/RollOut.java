package io.mlops4j.samples.rollout;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.monitor.LabelJoin;
import io.mlops4j.monitor.ModelMonitor;
import io.mlops4j.monitor.PerformancePolicy;
import io.mlops4j.monitor.Watched;
import io.mlops4j.monitor.Window;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.rollout.Gate;
import io.mlops4j.runtime.ModelRuntime;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.deployment.Rollout;
import io.mlops4j.runtime.registry.FileModelRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;

/**
 * Two challengers of a live model. A gate compares the failures and the late labels of each with
 * those of the champion: one challenger is rolled back, the other becomes the champion.
 *
 * <p>Start reading at {@link #run}; every other file holds one part of it.
 */
final class RollOut {
  private static final Change ANA = Change.by("ana");

  private final Folders folders;
  private final Narrator narrator;
  private final StoryClock clock = new StoryClock();

  RollOut(Folders folders, Narrator narrator) {
    this.folders = folders;
    this.narrator = narrator;
  }

  /** The optional argument is the folder for the output. */
  public static void main(String[] args) throws IOException {
    Path samples = Folders.findSamples();
    Path output = args.length > 0 ? Path.of(args[0]) : samples.resolve("rollout/target/rollout");
    new RollOut(Folders.of(samples, output), new Narrator(System.out)).run();
  }

  Outcome run() throws IOException {
    folders.clear();
    clock.set(LocalDate.of(2001, 2, 1).atStartOfDay().toInstant(ZoneOffset.UTC));
    RegistryOptions options = RegistryOptions.builder().clock(clock).build();
    Outcome outcome = new Outcome();
    try (ModelRuntime runtime = ModelRuntime.open();
        ModelRegistry registry = FileModelRegistry.open(folders.registry(), options)) {
      ModelVersion first = registry.publish(card("January"), folders.model(1));
      registry.assign(Story.CHAMPION, first, ANA.because("first model"));
      ModelVersion bad = registry.publish(card("exported anew"), folders.model(3));
      ModelVersion good = registry.publish(card("January and February"), folders.model(2));
      narrator.begins(first);
      try (ModelMonitor monitor = monitor(runtime, registry, first)) {
        Gate gate = monitor.gate().maxErrorRate(0.05).notLower("roc_auc", 0.08);
        try (Deployment late =
            runtime
                .deployment(Story.CHAMPION)
                .from(registry)
                .actor("delay-service")
                .every(Duration.ofDays(1)) // the story refreshes it, so that each run is equal
                .listener(monitor)
                .rollouts(gate)
                .start()) {
          Rollout rollout = Rollout.of(registry, Story.CHAMPION, clock);
          Steps steps = new Steps(rollout, gate, clock, narrator, outcome);
          Replay replay = new Replay(late, monitor, clock, steps, outcome);
          replay.on(Story.BAD_STARTS, () -> steps.start(bad, ANA.because("exported anew")));
          replay.on(Story.GOOD_STARTS, () -> steps.start(good, ANA.because("saw February, too")));
          for (int month : List.of(2, 3)) {
            try (FeatureReader flights = runtime.read(folders.flights(month))) {
              replay.play(flights);
            }
          }
          replay.end();
        }
      }
      narrator.ended(outcome, registry.history(Story.CHAMPION));
      TimelinePage.write(folders.page(), outcome, registry.history(Story.CHAMPION));
      narrator.drawn(folders.page());
    }
    return outcome;
  }

  private static ModelCard card(String description) {
    return ModelCard.builder(Story.MODEL)
        .description("will a flight arrive more than 15 minutes late? " + description)
        .features(FeatureSchema.ofNames(Story.FEATURES.toArray(String[]::new)).withKey(Story.KEY))
        .build();
  }

  /** Joins the labels of each version; the other parts of a monitor are in another sample. */
  private ModelMonitor monitor(ModelRuntime runtime, ModelRegistry registry, ModelVersion first) {
    Profile.Builder january = Profile.builder().columns(Story.FEATURES.toArray(String[]::new));
    try (Model model = runtime.load(registry, first.toString());
        FeatureReader flights = runtime.read(folders.flights(1))) {
      for (FeatureBatch day : flights) {
        try (Prediction late = model.predict(day)) {
          january.add(day, late.outputs());
        }
      }
    }
    return ModelMonitor.builder(january.build())
        .everyRow()
        .window(Window.of(Duration.ofDays(1)))
        .labels(LabelJoin.byKey(Story.KEY).within(Duration.ofDays(2)))
        .performance(PerformancePolicy.binary(Story.SCORE))
        .without(Watched.FEATURES, Watched.OUTPUTS, Watched.QUALITY)
        .clock(clock)
        .start();
  }
}
