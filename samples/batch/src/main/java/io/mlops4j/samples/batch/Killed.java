package io.mlops4j.samples.batch;

import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.InferenceListener;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.runtime.ModelRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A process that scores until the journal has a record, and then dies as by {@code kill -9}. */
final class Killed {
  /** The first line of a journal, which names the work, is shorter. */
  private static final long HAS_A_RECORD = 120;

  /** A record is written every 100 ms, and the file has a call for each of its 181 days. */
  private static final long LEAST_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  private Killed() {}

  /** Starts the process, and returns its exit code. */
  static int start(Path quickstart, Path flights, Path scored)
      throws IOException, InterruptedException {
    ProcessBuilder java =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            Killed.class.getName(),
            quickstart.toString(),
            flights.toString(),
            scored.toString());
    // ONNX Runtime 1.29 does not survive a long command line, as a class path would make it.
    java.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    return java.redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }

  /** Its arguments are the folder of the quickstart, the input and the output. */
  public static void main(String[] args) {
    Path scored = Path.of(args[2]);
    LoadOptions options = LoadOptions.builder().listener(new Killer(scored)).build();
    try (ModelRuntime runtime = ModelRuntime.open();
        Model model =
            runtime.load(Path.of(args[0]).resolve("models/flight-delay-1.onnx"), options)) {
      Batch.score(runtime, model, Path.of(args[1]), scored, now -> {});
    }
  }

  /** Ends the process when the journal has a record. */
  private record Killer(Path scored) implements InferenceListener {
    @Override
    public synchronized void onInference(InferenceEvent event) {
      LockSupport.parkNanos(LEAST_NANOS); // a fast machine would end before the first record
      Path journal = scored.resolveSibling(scored.getFileName() + ".journal");
      try {
        if (Files.exists(journal) && Files.size(journal) > HAS_A_RECORD) {
          Runtime.getRuntime().halt(137); // no close, no hook
        }
      } catch (IOException e) {
        // The next call looks again.
      }
    }
  }
}
