package io.mlops4j.bench.scale;

import io.mlops4j.bench.engines.Models;
import io.mlops4j.bench.ratios.Side;
import io.mlops4j.inference.Model;
import io.mlops4j.runtime.ModelRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file of flights scored by this library: the key and the probability of each row. */
final class ScoredFile implements Side {
  static final String MODEL = "/io/mlops4j/bench/flight-delay-1.onnx";

  private final ModelRuntime runtime = ModelRuntime.open();
  private final Model model = runtime.load(Models.resource(MODEL));
  private final Path in;
  private final Path out;

  ScoredFile(Path in) {
    this.in = in;
    this.out = in.resolveSibling("ours.arrow");
  }

  @Override
  public float run() {
    return runtime.scoring(model).keep("id").outputs("probability").score(in, out).rows();
  }

  @Override
  public void close() throws IOException {
    model.close();
    runtime.close();
    Files.deleteIfExists(out);
  }
}
