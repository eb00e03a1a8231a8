package io.mlops4j.samples.flink;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.flink.FlinkModel;
import io.mlops4j.flink.Scored;
import io.mlops4j.flink.ScoredStream;
import io.mlops4j.flink.WindowDrift;
import io.mlops4j.model.ModelCard;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.ModelRuntime;
import io.mlops4j.runtime.registry.FileModelRegistry;
import io.mlops4j.runtime.registry.RegistryAddress;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.CloseableIterator;

/**
 * Scores a month of flights in a Flink job. The alias moves while the job runs, and a task fails.
 * Every flight has one answer, and the model that is named in it gives the same one here.
 */
final class Replay {
  private static final int EACH_CHECKPOINT = 1000;
  private static final long MOVED_AFTER = 5000;
  private static final long FAILED_AT = 17_500;

  private final Path quickstart;
  private final Path output;
  private final PrintStream out;

  Replay(Path samples, Path output, PrintStream out) {
    this.quickstart = samples.resolve("quickstart");
    this.output = output;
    this.out = out;
  }

  /** The optional argument is the folder for the registry, which must not exist. */
  public static void main(String[] args) throws Exception {
    Path above = Path.of("..");
    Path samples = Files.isDirectory(above.resolve("quickstart")) ? above : Path.of("samples");
    Path output = args.length > 0 ? Path.of(args[0]) : Files.createTempDirectory("mlops4j-flink");
    new Replay(samples, output, System.out).run();
  }

  /** What happened. */
  record Outcome(
      List<Flight> flights,
      List<Scored<Flight, Flight.Delay>> answers,
      List<WindowDrift> weeks,
      int failures) {}

  Outcome run() throws Exception {
    Path may = quickstart.resolve("data/flights-2001-05.arrow");
    List<Flight> flights = Month.read(may);
    Path registry = output.resolve("registry");
    publish(registry);

    FailsOnce.FAILURES.set(0);
    StreamExecutionEnvironment flink = flink();
    DataStream<Flight> stream =
        flink
            .fromSource(
                new DataGeneratorSource<>(
                    new Month(may.toString()),
                    flights.size(),
                    RateLimiterStrategy.perCheckpoint(EACH_CHECKPOINT),
                    TypeInformation.of(Flight.class)),
                WatermarkStrategy.<Flight>forMonotonousTimestamps()
                    .withTimestampAssigner((flight, none) -> flight.departure()),
                "flights of May")
            .setParallelism(1)
            .rebalance();
    FlinkModel<Flight.Features, Flight.Delay> model =
        FlinkModel.builder(
                RegistryAddress.folder(registry.toString()),
                "flight-delay@champion",
                Flight.Features.class,
                Flight.Delay.class)
            .checkEvery(Duration.ofMillis(50))
            .drift(january(), Duration.ofDays(7))
            .load();
    ScoredStream<Flight, Flight.Delay> scored = model.score(stream, Flight::features);
    CloseableIterator<WindowDrift> weeks = scored.drift().collectAsync();
    CloseableIterator<Scored<Flight, Flight.Delay>> answers =
        scored.answers().map(new FailsOnce(FAILED_AT), scored.answers().getType()).collectAsync();
    flink.executeAsync("flights of May");
    out.printf("%,d flights of May, the alias points to %s%n", flights.size(), model.version());
    return tell(flights, registry, answers, weeks);
  }

  private Outcome tell(
      List<Flight> flights,
      Path registry,
      CloseableIterator<Scored<Flight, Flight.Delay>> answers,
      CloseableIterator<WindowDrift> weeks)
      throws Exception {
    List<Scored<Flight, Flight.Delay>> all = new ArrayList<>();
    try (answers;
        weeks) {
      while (answers.hasNext()) { // what a complete checkpoint covers, so each flight once
        all.add(answers.next());
        if (all.size() == MOVED_AFTER) {
          assign(registry, 2);
          out.printf("%,d answers: the alias moves to flight-delay:2%n", all.size());
        }
      }
      List<WindowDrift> ended = new ArrayList<>();
      weeks.forEachRemaining(ended::add);
      for (String version : List.of("flight-delay:1", "flight-delay:2")) {
        out.printf(
            "%s answered %,d flights%n",
            version, all.stream().filter(each -> each.version().equals(version)).count());
      }
      out.printf(
          "%d task failed; %,d answers for %,d flights%n",
          FailsOnce.FAILURES.get(), all.size(), flights.size());
      ended.forEach(week -> out.println("  " + week));
      return new Outcome(flights, all, ended, FailsOnce.FAILURES.get());
    }
  }

  private static StreamExecutionEnvironment flink() {
    Configuration settings = new Configuration();
    settings.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
    settings.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ZERO);
    StreamExecutionEnvironment flink =
        StreamExecutionEnvironment.createLocalEnvironment(2, settings);
    flink.enableCheckpointing(50);
    return flink;
  }

  /** The features of January, as the model was trained on them. */
  private Profile january() {
    Profile.Builder profile =
        Profile.builder().columns("distance", "hour", "weekday", "origin", "destination");
    try (ModelRuntime runtime = ModelRuntime.open();
        FeatureReader days = runtime.read(quickstart.resolve("data/flights-2001-01.arrow"))) {
      for (FeatureBatch day : days) {
        profile.add(day);
      }
    }
    return profile.build();
  }

  private void publish(Path folder) {
    try (ModelRegistry registry = FileModelRegistry.open(folder)) {
      for (int version = 1; version <= 2; version++) {
        registry.publish(
            ModelCard.builder("flight-delay").build(),
            quickstart.resolve("models/flight-delay-%d.onnx".formatted(version)));
      }
    }
    assign(folder, 1);
  }

  private static void assign(Path folder, int version) {
    try (ModelRegistry registry = FileModelRegistry.open(folder)) {
      registry.assign(
          "flight-delay@champion", registry.resolve("flight-delay:" + version), Change.by("maria"));
    }
  }
}
