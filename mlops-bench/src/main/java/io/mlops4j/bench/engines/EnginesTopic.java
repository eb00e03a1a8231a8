package io.mlops4j.bench.engines;

import io.mlops4j.bench.ratios.Comparison;
import io.mlops4j.bench.ratios.Topic;
import java.util.ArrayList;
import java.util.List;

/** One model, three sizes of batch, three peers; one thread, ONNX Runtime with one thread. */
public final class EnginesTopic implements Topic {
  private static final String ORT = "ONNX Runtime Java 1.29.0";

  @Override
  public List<Comparison> comparisons() {
    List<Comparison> all = new ArrayList<>();
    all.add(
        new Comparison(
            "engines.aa",
            "the same side twice, 32 rows: this much is noise",
            "itself, " + ORT + ", best raw call",
            Double.NaN,
            () -> new RawBest(32),
            () -> new RawBest(32)));
    double[] rawGoals = {1.20, 1.06, 1.06};
    double[] djlGoals = {0.45, 0.45, 0.65};
    double[] naiveGoals = {Double.NaN, Double.NaN, 0.08};
    int[] sizes = {1, 32, 1024};
    for (int i = 0; i < sizes.length; i++) {
      int rows = sizes[i];
      String name = "engines.mlp32.rows" + rows;
      String work =
          rows
              + " x 32 Arrow float columns into [N,32], MLP 32-64-32-1; the peer's rows"
              + " lie ready in row-major order";
      all.add(
          new Comparison(
              name + ".raw",
              work,
              ORT + ", best raw call (direct buffer, pinned output, everything reused)",
              rawGoals[i],
              () -> new Ours(rows),
              () -> new RawBest(rows)));
      all.add(
          new Comparison(
              name + ".djl",
              work,
              "DJL 0.38.0 on " + ORT + ", no batchifier, direct buffer",
              djlGoals[i],
              () -> Djl.startFirst(() -> new Ours(rows)),
              () -> new Djl(rows)));
      all.add(
          new Comparison(
              name + ".naive",
              work,
              ORT + " as most write it: float[][] in, getValue out",
              naiveGoals[i],
              () -> new Ours(rows),
              () -> new RawNaive(rows)));
    }
    return List.copyOf(all);
  }
}
