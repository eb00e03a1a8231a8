package io.mlops4j.samples.monitoring;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.monitor.LabelJoin;
import io.mlops4j.monitor.ModelMonitor;
import io.mlops4j.monitor.OncePer;
import io.mlops4j.monitor.PerformancePolicy;
import io.mlops4j.monitor.Window;
import io.mlops4j.monitor.alarm.Alarm;
import io.mlops4j.monitor.log.PredictionLog;
import io.mlops4j.monitor.reference.Reference;
import io.mlops4j.monitor.report.HtmlReport;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.ModelRuntime;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.registry.FileModelRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Two months in the life of a model: what its monitor found, and what its prediction log answers
 * later.
 *
 * <p>Start reading at {@link #run}; every other file holds one part of it.
 */
final class Monitoring {
  private final Folders folders;
  private final Narrator narrator;
  private final StoryClock clock = new StoryClock();

  Monitoring(Folders folders, Narrator narrator) {
    this.folders = folders;
    this.narrator = narrator;
  }

  /** The optional argument is the folder for the output. */
  public static void main(String[] args) throws IOException {
    Path sample = Folders.findSample();
    Path output = args.length > 0 ? Path.of(args[0]) : sample.resolve("target/monitoring");
    new Monitoring(new Folders(sample, output), new Narrator(System.out)).run();
  }

  Outcome run() throws IOException {
    folders.clear();
    Outcome outcome = new Outcome();
    try (ModelRuntime runtime = ModelRuntime.open();
        ModelRegistry registry = FileModelRegistry.open(folders.registry())) {
      ModelVersion good = registry.publish(card("first"), folders.model(1));
      registry.assign(Story.CHAMPION, good, Change.by("ana").because("first model"));
      ModelVersion wrong = registry.publish(card("exported anew"), folders.model(3));
      Reference january = january(runtime, registry, good);
      narrator.begins(january);
      try (ModelMonitor monitor = monitor(january);
          PredictionLog log = log(runtime);
          Deployment late =
              runtime
                  .deployment(Story.CHAMPION)
                  .from(registry)
                  .actor("delay-service")
                  .every(Duration.ofDays(1)) // the story refreshes it, so that each run is equal
                  .listener(monitor)
                  .listener(log)
                  .start()) {
        monitor.onAlarm(alarm -> outcome.alarms.add(alarm));
        monitor.onAlarm( // drift alone is no reason: the version before would see the same rows
            Alarm.Kind.PERFORMANCE,
            alarm -> late.rollback(alarm.servedBy(), alarm.id()).ifPresent(outcome.rollbacks::add));
        Replay replay = new Replay(late, monitor, clock, narrator, outcome);
        replay.on(
            Story.WRONG_VERSION,
            () -> registry.assign(Story.CHAMPION, wrong, Change.by("ana").because("new export")));
        for (int month : List.of(2, 3)) {
          try (FeatureReader flights = runtime.read(folders.flights(month))) {
            replay.play(flights);
          }
        }
        replay.end();
        log.flush();
        outcome.ended(monitor, late, log.status());
        HtmlReport.of(monitor.history()).write(folders.page());
      }
      narrator.ended(outcome);
      MonthsLater.ask(runtime, registry, folders, outcome);
      narrator.answered(outcome);
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

  /** What is normal: features and answers of four weeks, in one pass. */
  private Reference january(ModelRuntime runtime, ModelRegistry registry, ModelVersion good) {
    try (Model model = runtime.load(registry, good.toString());
        FeatureReader flights = runtime.read(folders.flights(1));
        Reference.Builder learning =
            Reference.builder("departure")
                .columns(Story.FEATURES.toArray(String[]::new))
                .keys(Story.KEY)) {
      for (FeatureBatch day : flights) {
        if (!Replay.day(day).isAfter(Story.REFERENCE_TO)) {
          try (Prediction late = model.predict(day)) {
            learning.add(day, late.outputs());
          }
        }
      }
      return learning.build();
    }
  }

  private ModelMonitor monitor(Reference january) {
    return ModelMonitor.builder(january)
        .everyRow()
        .falseAlarms(OncePer.rows(1_000_000)) // over all columns, windows and parts together
        .labels(LabelJoin.byKey(Story.KEY).within(Duration.ofDays(2)))
        .performance(
            PerformancePolicy.binary(Story.SCORE)
                .window(Window.of(Duration.ofDays(7)))
                .minimum("roc_auc", 0.55)
                .business("warned_in_vain", (score, label) -> score > 0.5 && label == 0 ? 1 : 0))
        .clock(clock)
        .start();
  }

  /** The newest flights are on the disk 200 milliseconds after their prediction. */
  private PredictionLog log(ModelRuntime runtime) {
    return PredictionLog.builder(folders.predictions(), runtime.allocator())
        .keys(Story.KEY)
        .features(Story.FEATURES.toArray(String[]::new))
        .blockWhenFull(Duration.ofMinutes(1)) // the story is a thousand times faster than life
        .clock(clock)
        .start();
  }
}
