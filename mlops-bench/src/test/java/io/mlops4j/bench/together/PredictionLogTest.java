package io.mlops4j.bench.together;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.inference.InferenceEvent.Phase;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.MicroBatching;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.inference.PredictionId;
import io.mlops4j.inference.RowModel;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.monitor.log.LoggedPrediction;
import io.mlops4j.monitor.log.LoggedPredictions;
import io.mlops4j.monitor.log.PredictionLog;
import io.mlops4j.monitor.log.Replay;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.ModelRuntime;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.registry.FileModelRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A log of real models: what they answered can be looked up and computed again. */
@Timeout(300)
class PredictionLogTest {
  private static final Path SAMPLE = Path.of("../samples/quickstart");

  @TempDir Path folder;

  private record Seen(PredictionId id, ServedBy servedBy, float score) {}

  private static Path model(int number) {
    return SAMPLE.resolve("models/flight-delay-" + number + ".onnx");
  }

  private static Path flights() {
    return SAMPLE.resolve("data/flights-2001-02-01.arrow");
  }

  private Path logs() {
    return folder.resolve("log");
  }

  @Test
  void afterTwentyAliasChangesAndARestartOldPredictionsAreFoundAndReplayed() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<Seen> seen = new ArrayList<>();
    Path root = folder.resolve("registry");
    try (ModelRuntime runtime = ModelRuntime.open();
        ModelRegistry registry = FileModelRegistry.open(root)) {
      List<ModelVersion> versions =
          IntStream.rangeClosed(1, 3)
              .mapToObj(i -> runtime.publish(registry, card("model " + i), model(i)))
              .toList();
      registry.assign("flight-delay@champion", versions.get(0), Change.by("ana"));
      try (PredictionLog log =
              PredictionLog.builder(logs(), runtime.allocator()).keys("flight_id").start();
          Deployment served =
              runtime
                  .deployment("flight-delay@champion")
                  .from(registry)
                  .actor("test")
                  .every(Duration.ofDays(1))
                  .listener(log)
                  .start()) {
        for (int change = 1; change <= 20; change++) {
          predict(runtime, served, seen);
          registry.assign(
              "flight-delay@champion",
              versions.get(change % 3),
              Change.by("ana").because("change " + change));
          served.refresh();
        }
        log.flush();
        assertThat(log.status().acknowledged()).isEqualTo(seen.size());
        assertThat(log.status().failed()).isZero();
      }
    }
    assertThat(seen.stream().map(Seen::servedBy).distinct()).hasSize(20);
    try (ModelRuntime runtime = ModelRuntime.builder().strict().open();
        ModelRegistry registry = FileModelRegistry.open(root)) {
      LoggedPredictions logged = PredictionLog.open(logs(), runtime.allocator());
      Map<ModelVersion, Model> models = new HashMap<>();
      for (int i = 0; i < 100; i++) {
        Seen one = seen.get(random.nextInt(seen.size()));
        LoggedPrediction found = logged.find(one.id()).orElseThrow();
        assertThat(found.servedBy()).as("seed %d", seed).isEqualTo(one.servedBy());
        assertThat(found.servedBy().alias()).isPresent();
        assertThat(found.outputs().values()).containsExactly(one.score());
        assertThat(found.phases().get(Phase.RUN)).isPositive();
        Replay replay =
            logged
                .only(one.id())
                .replay(
                    version ->
                        models.computeIfAbsent(
                            version.version().orElseThrow(),
                            name -> runtime.load(registry, name.toString())));
        assertThat(replay.findings()).as("seed %d", seed).isEmpty();
        assertThat(replay.equal()).isEqualTo(1);
      }
      Replay all = logged.replay(version -> models.get(version.version().orElseThrow()));
      assertThat(all.findings()).isEmpty();
      assertThat(all.equal()).isEqualTo(seen.size());
      models.values().forEach(Model::close);
    }
  }

  private static ModelCard card(String description) {
    return ModelCard.builder("flight-delay").description(description).build();
  }

  private static void predict(ModelRuntime runtime, Model model, List<Seen> seen) {
    try (FeatureReader reader = runtime.read(flights())) {
      for (FeatureBatch batch : reader) {
        try (FeatureBatch part = batch.slice(0, Math.min(50, batch.rows()));
            Prediction answer = model.predict(part)) {
          String output = model.signature().outputs().get(0).name();
          float[] scores = answer.floats(output);
          for (int row = 0; row < answer.rows(); row++) {
            seen.add(new Seen(answer.id(row), answer.servedBy(), scores[row]));
          }
        }
        return;
      }
    }
  }

  @Test
  void singleRecordsListsAndMicroBatchesAreLoggedAndReplayed() {
    LoadOptions.Builder options = LoadOptions.builder().microBatching(MicroBatching.upTo(8));
    try (WordModel words = new WordModel(folder);
        BufferAllocator allocator = new RootAllocator();
        PredictionLog log = PredictionLog.builder(logs(), allocator).keys("word").start()) {
      try (Model model = words.load(options.listener(log).build());
          FeatureBatch seven = words.batch(7)) {
        RowModel<WordModel.Row, WordModel.Out> records =
            model.rows(WordModel.Row.class, WordModel.Out.class);
        for (int i = 0; i < 300; i++) {
          records.predict(new WordModel.Row("w" + i % 10));
        }
        records.predict(
            IntStream.range(0, 600).mapToObj(i -> new WordModel.Row("w" + i % 10)).toList());
        model.predict(seven).close();
      }
      log.flush();
      assertThat(log.status().acknowledged()).isEqualTo(300 + 600 + 7);
      assertThat(log.read().find("word", "w3")).hasSize(30 + 60 + 1);
      try (Model again = words.load(LoadOptions.defaults())) {
        Replay replay = log.read().replay(version -> again);
        assertThat(replay.findings()).isEmpty();
        assertThat(replay.equal()).isEqualTo(300 + 600 + 7);
      }
      assertThat(log.read().replay(version -> null).notReplayable()).isEqualTo(907);
    }
  }

  @Test
  void anotherModelAndWithheldValuesAreNotReplayedAndTheReasonIsGiven() {
    try (ModelRuntime runtime = ModelRuntime.builder().strict().open()) {
      List<Seen> seen = new ArrayList<>();
      try (PredictionLog log =
              PredictionLog.builder(logs(), runtime.allocator())
                  .keys("flight_id")
                  .withholdTextBelow(10)
                  .start();
          Model model = runtime.load(model(1), LoadOptions.builder().listener(log).build())) {
        predict(runtime, model, seen);
      }
      LoggedPredictions logged = PredictionLog.open(logs(), runtime.allocator());
      try (Model same = runtime.load(model(1));
          Model other = runtime.load(model(2))) {
        Replay replay = logged.replay(version -> same);
        assertThat(replay.equal() + replay.notReplayable()).isEqualTo(seen.size());
        assertThat(replay.different()).isZero();
        assertThat(replay.notReplayable()).isPositive();
        assertThat(replay.findings().get(0).reason()).contains("withheld");
        Replay wrong = logged.replay(version -> other);
        assertThat(wrong.notReplayable()).isEqualTo(seen.size());
        assertThat(wrong.findings().get(0).reason()).contains("digest");
        Replay broken =
            logged.replay(
                version -> {
                  throw new IllegalStateException("gone");
                });
        assertThat(broken.findings().get(0).reason()).contains("gone");
      }
    }
  }

  /** The files are plain Arrow streams, which readers of other languages read too. */
  @Test
  void theRuntimeReadsTheFilesToo() throws IOException {
    try (ModelRuntime runtime = ModelRuntime.builder().strict().open()) {
      List<Seen> seen = new ArrayList<>();
      try (PredictionLog log = PredictionLog.builder(logs(), runtime.allocator()).start();
          Model model = runtime.load(model(1), LoadOptions.builder().listener(log).build())) {
        predict(runtime, model, seen);
      }
      int rows = 0;
      try (Stream<Path> files = Files.list(logs());
          FeatureReader reader =
              runtime.read(
                  files
                      .filter(file -> file.toString().endsWith(".arrow"))
                      .findFirst()
                      .orElseThrow());
          Model again = runtime.load(model(1))) {
        for (FeatureBatch batch : reader) {
          try (Prediction answer = again.predict(batch)) {
            assertThat(answer.floats(again.signature().outputs().get(0).name())[0])
                .isEqualTo(seen.get(rows).score());
          }
          rows += batch.rows();
        }
      }
      assertThat(rows).isEqualTo(seen.size());
    }
  }
}
