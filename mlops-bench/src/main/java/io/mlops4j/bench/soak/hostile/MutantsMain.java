package io.mlops4j.bench.soak.hostile;

import io.mlops4j.bench.soak.part.Child;
import io.mlops4j.bench.soak.part.Graphs;
import io.mlops4j.error.DeadlineException;
import io.mlops4j.error.MlopsException;
import io.mlops4j.error.ModelLoadException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.runtime.ModelRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Loads and asks mutants one after the other, and tells how each ended. */
final class MutantsMain {
  /** The exit code when a mutant hangs. */
  static final int HANGS = 124;

  private static final long LIMIT_SECONDS = 90;
  private static final LoadOptions STRANGERS =
      LoadOptions.builder().untrusted().within(Duration.ofSeconds(2)).build();
  private static final CallOptions HURRIED =
      CallOptions.withDefaults().withDeadline(Duration.ofSeconds(1));

  private final ModelRuntime runtime = ModelRuntime.builder().threads(2).open();
  private final Path folder = Files.createTempDirectory("mutants");
  private final Models models;

  /** Writes models by their numbers. */
  interface Models {
    Path write(int number, Path folder) throws IOException;
  }

  MutantsMain(Models models) throws IOException {
    this.models = models;
  }

  /** The first mutant, the one after the last, and the seed. */
  public static void main(String[] args) throws Exception {
    long seed = Long.parseLong(args[2]);
    new MutantsMain((number, folder) -> Mutant.of(seed, number).write(folder))
        .run(Integer.parseInt(args[0]), Integer.parseInt(args[1]));
  }

  /** From one model up to another, which is not among them; ends the process. */
  void run(int from, int to) throws IOException {
    ScheduledExecutorService watch =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "soak-limit");
              thread.setDaemon(true);
              return thread;
            });
    // The first load of a process waits for libraries, and has no deadline.
    // Not in the folder of the models, of which each is the only one.
    Path own = Files.createTempDirectory("first");
    runtime.load(Graphs.save(own, "first", Graphs.line())).close();
    boolean goesOn = true;
    for (int i = from; i < to && goesOn; i++) {
      Future<?> limit =
          watch.schedule(() -> Runtime.getRuntime().halt(HANGS), LIMIT_SECONDS, TimeUnit.SECONDS);
      String ended = tryOut(i);
      limit.cancel(false);
      Child.tell(ended);
      goesOn = !ended.equals("load given up");
    }
    Runtime.getRuntime().halt(0); // loads that were given up may go on
  }

  /** One word or two on how it ended; any exception that is not the library's is an error of it. */
  private String tryOut(int number) throws IOException {
    try (Model model = runtime.load(models.write(number, folder), STRANGERS)) {
      return ask(model);
    } catch (ModelLoadException e) {
      return String.valueOf(e.getMessage()).contains("took longer") ? "load given up" : "refused";
    }
  }

  private String ask(Model model) {
    try (FeatureBatch batch = MadeUp.batch(model, runtime.allocator());
        Prediction prediction = model.predict(batch, HURRIED)) {
      return prediction.rows() >= 0 ? "answered" : "answered without rows";
    } catch (DeadlineException e) {
      return "ended at the deadline";
    } catch (MlopsException e) {
      return "failed";
    }
  }
}
