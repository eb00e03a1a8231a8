package io.mlops4j.bench.soak.scale;

import io.mlops4j.bench.engines.Models;
import io.mlops4j.bench.soak.part.Child;
import io.mlops4j.inference.Model;
import io.mlops4j.runtime.ModelRuntime;
import io.mlops4j.runtime.scoring.BatchScoring;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Scores a file, and tells its speed and the highest resident memory of this process. */
final class ScoringMemoryMain {
  private ScoringMemoryMain() {}

  /** A short file, how often it is scored before the time counts, the input and the output. */
  public static void main(String[] args) throws IOException {
    try (ModelRuntime runtime = ModelRuntime.builder().threads(2).open();
        Model model = runtime.load(Models.resource("/io/mlops4j/bench/flight-delay-1.onnx"))) {
      BatchScoring scoring = runtime.scoring(model).keep("id");
      Path out = Path.of(args[3]);
      for (int i = 0; i < Integer.parseInt(args[1]); i++) {
        scoring.score(Path.of(args[0]), out);
      }
      long begin = System.nanoTime();
      long rows = scoring.score(Path.of(args[2]), out).rows();
      double seconds = (System.nanoTime() - begin) / 1e9;
      Child.tell(Math.round(rows / seconds) + " " + (highestKibibytes() >> 10));
    }
  }

  static long highestKibibytes() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .sum();
  }
}
