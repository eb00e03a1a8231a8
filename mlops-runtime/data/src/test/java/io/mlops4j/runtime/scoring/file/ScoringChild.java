package io.mlops4j.runtime.scoring.file;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.fixture.ChildProcess;
import io.mlops4j.inference.Model;
import io.mlops4j.runtime.ModelRuntime;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Another process that scores a file, and prints how it ended. Its files are limited. */
final class ScoringChild {
  private ScoringChild() {}

  /**
   * Arguments: the model, the input, the output, the largest size of a file in bytes, whether this
   * limit begins with the conversion of the output, and the columns to keep.
   */
  public static void main(String[] args) {
    String[] kept = Arrays.copyOfRange(args, 5, args.length);
    try (ModelRuntime runtime = ModelRuntime.builder().strict().open();
        Model model = runtime.load(Path.of(args[0]))) {
      try (FeatureReader extractsTheLibrary = runtime.query("SELECT 1")) {
        extractsTheLibrary.forEach(FeatureBatch::rows);
      }
      Runnable limit = () -> limitFiles(args[3]);
      Runnable none = () -> {};
      boolean late = Boolean.parseBoolean(args[4]);
      HookedFiles files = new HookedFiles(runtime, late ? none : limit, late ? limit : none);
      FileScoring.of(files, model, 1)
          .keep(kept)
          .recordedEvery(0)
          .score(Path.of(args[1]), Path.of(args[2]));
      System.out.println("DONE");
    } catch (DataException e) {
      System.out.println(e.getMessage());
    }
  }

  private static void limitFiles(String bytes) {
    try {
      ChildProcess.limitFiles(Long.parseLong(bytes));
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Runs a process to its end, and returns what it said. */
  static String run(Path model, Path in, Path out, long bytes, boolean late, String... kept)
      throws IOException, InterruptedException {
    ProcessBuilder command =
        ChildProcess.java(List.of("-Xmx256m"), ScoringChild.class, model, in, out, bytes, late);
    command.command().addAll(List.of(kept));
    return ChildProcess.output(
        ChildProcess.start(command.redirectError(ProcessBuilder.Redirect.INHERIT)));
  }
}
