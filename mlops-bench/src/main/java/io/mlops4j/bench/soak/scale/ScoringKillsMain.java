package io.mlops4j.bench.soak.scale;

import io.mlops4j.bench.engines.Models;
import io.mlops4j.bench.soak.part.Child;
import io.mlops4j.inference.Model;
import io.mlops4j.runtime.ModelRuntime;
import io.mlops4j.runtime.scoring.ScoringResult;
import java.nio.file.Path;

/** Scores a file once, or goes on where a killed process was. */
final class ScoringKillsMain {
  private ScoringKillsMain() {}

  /** The input, the output, and the number of threads. */
  public static void main(String[] args) {
    try (ModelRuntime runtime = ModelRuntime.builder().threads(2).open();
        Model model = runtime.load(Models.resource("/io/mlops4j/bench/flight-delay-1.onnx"))) {
      ScoringResult scored =
          runtime
              .scoring(model)
              .keep("id")
              .threads(Integer.parseInt(args[2]))
              .score(Path.of(args[0]), Path.of(args[1]));
      Child.tell(scored.digest() + " " + scored.rows() + " " + scored.resumedRows());
    }
  }
}
