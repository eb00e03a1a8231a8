package io.mlops4j.samples.batch;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.feature.FeatureWriter;
import io.mlops4j.inference.Model;
import io.mlops4j.runtime.ModelRuntime;
import io.mlops4j.runtime.scoring.ScoringProgress;
import io.mlops4j.runtime.scoring.ScoringResult;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Scores a file of 150,000 flights. The process that scores is killed on its way; the same call in
 * this process goes on, and the output has the same bytes as that of a run without a kill.
 */
final class Batch {
  private final Path quickstart;
  private final Path output;
  private final PrintStream out;

  Batch(Path samples, Path output, PrintStream out) {
    this.quickstart = samples.resolve("quickstart");
    this.output = output;
    this.out = out;
  }

  /** The optional argument is the folder for the output. */
  public static void main(String[] args) throws IOException, InterruptedException {
    Path above = Path.of("..");
    Path samples = Files.isDirectory(above.resolve("quickstart")) ? above : Path.of("samples");
    Path output = args.length > 0 ? Path.of(args[0]) : samples.resolve("batch/target/batch");
    new Batch(samples, output, System.out).run();
  }

  /**
   * What happened.
   *
   * @param killed the exit code of the first process
   * @param resumed the result of the second one
   * @param whole the result of a run on one thread without a kill
   */
  record Outcome(int killed, boolean visible, ScoringResult resumed, ScoringResult whole) {}

  Outcome run() throws IOException, InterruptedException {
    Files.createDirectories(output);
    Path flights = output.resolve("flights.arrow");
    Path scored = output.resolve("scored.arrow");
    Files.deleteIfExists(scored);
    try (ModelRuntime runtime = ModelRuntime.open();
        Model model = runtime.load(quickstart.resolve("models/flight-delay-1.onnx"))) {
      out.printf("%,d flights in %s%n", write(runtime, flights), flights);

      int killed = Killed.start(quickstart, flights, scored);
      boolean visible = Files.exists(scored);
      out.printf(
          "first process: exit code %d, %s%n",
          killed, visible ? "the output is complete" : "no output under its name");

      ScoringResult resumed = score(runtime, model, flights, scored, this::show);
      out.printf(
          "second process: %,d rows, of which the first one had scored %,d%n",
          resumed.rows(), resumed.resumedRows());

      ScoringResult whole =
          runtime
              .scoring(model)
              .keep("flight_id")
              .threads(1)
              .score(flights, output.resolve("whole.arrow"));
      out.printf("killed and resumed  %s%n", resumed.digest());
      out.printf("without a kill      %s%n", whole.digest());
      return new Outcome(killed, visible, resumed, whole);
    }
  }

  /** The call of both processes. */
  static ScoringResult score(
      ModelRuntime runtime,
      Model model,
      Path flights,
      Path scored,
      Consumer<ScoringProgress> progress) {
    return runtime.scoring(model).keep("flight_id").onProgress(progress).score(flights, scored);
  }

  private void show(ScoringProgress now) {
    out.println("  " + now.text());
  }

  private long write(ModelRuntime runtime, Path flights) {
    try (FeatureWriter writer = runtime.write(flights)) {
      for (int month = 1; month <= 6; month++) {
        Path file = quickstart.resolve("data/flights-2001-%02d.arrow".formatted(month));
        try (FeatureReader days = runtime.read(file)) {
          for (FeatureBatch day : days) {
            writer.write(day);
          }
        }
      }
      writer.commit();
      return writer.rows();
    }
  }
}
