package io.mlops4j.samples.quickstart;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.monitor.ModelMonitor;
import io.mlops4j.monitor.reference.Reference;
import io.mlops4j.registry.AliasRecord;
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
 * Half a year of real flights: from record to rollback.
 *
 * <p>A model that warns of late flights is published, deployed and watched, replaced by a better
 * version, then by a broken one, and rolled back. Start reading at {@link #run}; every other file
 * holds one part of it.
 */
final class Quickstart {
  private final Folders folders;
  private final Narrator narrator;

  Quickstart(Folders folders, Screen screen) {
    this.folders = folders;
    this.narrator = new Narrator(screen);
  }

  /** The optional argument is the folder for registry and report. */
  public static void main(String[] args) throws IOException {
    Path sample = Folders.findSample();
    Path output = args.length > 0 ? Path.of(args[0]) : sample.resolve("target/quickstart");
    new Quickstart(new Folders(sample, output), Screen.ofProcess()).run();
  }

  Outcome run() throws IOException {
    narrator.begins();
    try (ModelRuntime runtime = ModelRuntime.open();
        ModelRegistry registry = FileModelRegistry.open(folders.registry())) {
      int earlier = registry.history(Story.CHAMPION).size();
      Versions versions = new Versions(registry, folders);
      Versions.Published first = versions.first();
      registry.assign(Story.CHAMPION, first.version(), Change.by("ana").because("first model"));

      Reference january = january(runtime);
      StoryClock clock = new StoryClock();
      try (ModelMonitor monitor = Watch.monitor(january, clock);
          Deployment late =
              runtime
                  .deployment(Story.CHAMPION) // follows the alias: load, self-test, swap, drain
                  .from(registry)
                  .actor("delay-service") // recorded with the rollback
                  .every(Duration.ofMillis(200))
                  .listener(monitor)
                  .start()) {
        narrator.deployed(first, late, january, earlier);
        Watch watch = Watch.over(monitor, late);
        Replay replay =
            new Replay(
                new Replay.Stage(
                    registry, versions, late, monitor, watch, clock, january.profile()),
                narrator);
        List<Month.Summary> months = replay.play(runtime, folders);
        Outcome outcome =
            new Outcome(
                versions.published(),
                months,
                replay.plantedWeek(),
                watch.noticed(),
                changesSince(earlier, registry));
        report(outcome);
        return outcome;
      }
    }
  }

  /** What is normal: the time of the flights tells the monitor's reference how days differ. */
  private Reference january(ModelRuntime runtime) {
    try (FeatureReader flights = runtime.read(folders.flights(1));
        Reference.Builder january =
            Reference.builder("departure")
                .columns(Story.FEATURES.toArray(String[]::new))
                .keys(Story.KEY)) {
      for (FeatureBatch day : flights) {
        if (!Columns.day(day).isAfter(Story.REFERENCE_TO)) {
          january.add(day);
        }
      }
      return january.build();
    }
  }

  private static List<AliasRecord> changesSince(int earlier, ModelRegistry registry) {
    List<AliasRecord> history = registry.history(Story.CHAMPION);
    return history.subList(earlier, history.size());
  }

  private void report(Outcome outcome) throws IOException {
    StoryPage.write(folders, outcome, narrator.told());
    narrator.ends(outcome, folders);
  }
}
