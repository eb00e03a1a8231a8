package io.mlops4j.bench.engines;

import io.mlops4j.bench.ratios.Comparison;
import io.mlops4j.bench.ratios.Side;
import io.mlops4j.bench.ratios.Topic;
import io.mlops4j.model.FeatureSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** Models against the best call one could write by hand; one thread, engines with one thread. */
public final class EnginesTopic implements Topic {
  static final String ORT = "ONNX Runtime Java 1.29.0";
  static final String BEST =
      ORT + ", best raw call (direct buffer, pinned output, everything reused)";

  /** What few know; calls of the library do without the arena where that is faster. */
  private static final String WITHOUT_ARENA = BEST + " in a session without an arena";

  static final double FEW_BYTES = 1000;
  private static final int[] SIZES = {1, 32, 1024};

  @Override
  public List<Comparison> comparisons() {
    List<Comparison> all = new ArrayList<>();
    all.add(
        new Comparison(
            "engines.aa",
            "the same side twice, 32 rows: this much is noise",
            "itself, " + ORT + ", best raw call",
            Double.NaN,
            () -> Mlp32.raw("mlp32", 32),
            () -> Mlp32.raw("mlp32", 32)));
    gathered(all);
    all.add(
        raw(
            "engines.mlp32fsl.rows1024.raw",
            "one column of 1024 lists of 32 floats into [N,32], MLP 32-64-32-1",
            1.03,
            () -> Mlp32.oursInLists(1024),
            () -> Mlp32.raw("mlp32", 1024)));
    all.add(
        raw(
            "engines.mlpcols.rows1024.raw",
            "1024 x 32 Arrow float columns into 32 inputs [N,1], the same MLP; the peer has 32"
                + " prebuilt tensors",
            1.06,
            () -> Mlp32.oursByInput(1024),
            () -> Mlp32.rawByInput(1024)));
    all.add(
        raw(
            "engines.trees100.rows1024.raw",
            "1024 distinct rows x 32 Arrow float columns, 100 trees of depth 4",
            1.03,
            () -> Mlp32.ours("trees100", 1024),
            () -> Mlp32.raw("trees100", 1024)));
    all.addAll(Trees.comparisons());
    all.addAll(Foreign.comparisons(BEST));
    all.add(
        new Comparison(
            "engines.strings.rows1024.raw",
            "1024 categories, dictionary-encoded Arrow text, into [N,1], one LabelEncoder",
            ORT + ", a tensor of a ready String[] in each call, pinned output",
            1.05,
            FEW_BYTES,
            () -> Words.ours(1024),
            () -> new RawWords(1024)));
    all.add(
        raw(
            "engines.record.raw",
            "one record of 32 floats in, one record out, MLP 32-64-32-1; the peer's row lies ready",
            1.0,
            OursRecord::new,
            () -> Mlp32.raw("mlp32", 1)));
    all.add(
        withoutArena(
            "engines.record.raw.noarena",
            "the same; the peer's row lies ready",
            OursRecord::new,
            1));
    miniLm(all);
    tensorFlow(all);
    all.add(
        new Comparison(
            "engines.gather.rows65536.memcpy",
            "32 Arrow float columns of 65536 values into [N,32], the whole call of a model that"
                + " looks at the first row only",
            "a copy of the same bytes, column after column",
            3,
            FEW_BYTES,
            EnginesTopic::gather,
            () -> new Memcpy(65536)));
    all.addAll(FirstTimes.comparisons());
    return List.copyOf(all);
  }

  private static Comparison raw(
      String name, String work, double goal, Callable<Side> ours, Callable<Side> theirs) {
    return new Comparison(name, work, BEST, goal, FEW_BYTES, ours, theirs);
  }

  private static Comparison withoutArena(String name, String work, Callable<Side> ours, int rows) {
    return new Comparison(
        name, work, WITHOUT_ARENA, Double.NaN, ours, () -> Mlp32.raw("mlp32", rows, false));
  }

  private static void gathered(List<Comparison> all) {
    double[] rawGoals = {1.20, 1.05, 1.06};
    double[] djlGoals = {0.45, 0.45, 0.65};
    for (int i = 0; i < SIZES.length; i++) {
      int rows = SIZES[i];
      String name = "engines.mlp32.rows" + rows;
      String work =
          rows
              + " x 32 Arrow float columns into [N,32], MLP 32-64-32-1; the peer's rows"
              + " lie ready in row-major order";
      all.add(
          raw(
              name + ".raw",
              work,
              rawGoals[i],
              () -> Mlp32.ours("mlp32", rows),
              () -> Mlp32.raw("mlp32", rows)));
      all.add(withoutArena(name + ".raw.noarena", work, () -> Mlp32.ours("mlp32", rows), rows));
      all.add(
          new Comparison(
              name + ".djl",
              work,
              "DJL 0.38.0 on " + ORT + ", no batchifier, direct buffer",
              djlGoals[i],
              () -> Djl.startFirst(() -> Mlp32.ours("mlp32", rows)),
              () -> Djl.direct(rows)));
      all.add(
          new Comparison(
              name + ".djl.array",
              work,
              "DJL 0.38.0 on " + ORT + ", no batchifier, float[]",
              djlGoals[i],
              () -> Djl.startFirst(() -> Mlp32.ours("mlp32", rows)),
              () -> Djl.array(rows)));
      all.add(
          new Comparison(
              name + ".naive",
              work,
              ORT + " as most write it: float[][] in, getValue out",
              rows == 1024 ? 0.08 : Double.NaN,
              () -> Mlp32.ours("mlp32", rows),
              () -> new RawNaive(rows)));
    }
  }

  private static void miniLm(List<Comparison> all) {
    for (int texts : new int[] {1, 8}) {
      all.add(
          new Comparison(
              "engines.minilm.text" + texts + ".raw",
              texts + " x 128 tokens through all-MiniLM-L6-v2, all hidden states read",
              BEST,
              1.02,
              10_000,
              () -> MiniLm.ours(texts),
              () -> MiniLm.raw(texts)));
    }
  }

  private static void tensorFlow(List<Comparison> all) {
    for (int rows : new int[] {1, 1024}) {
      all.add(
          new Comparison(
              "engines.tf.rows" + rows + ".raw",
              rows
                  + " x 32 Arrow float columns into [N,32], MLP 32-64-32-1 as a SavedModel; the"
                  + " peer's rows lie ready in row-major order",
              "TensorFlow Java 1.1.0, best raw call (in the calling thread, handles cached, input"
                  + " tensor and runner reused, output read in place)",
              1.06,
              FEW_BYTES,
              () -> Mlp32.oursInTensorFlow(rows),
              () -> new RawTensorFlow(Models.savedModel("mlp32"), rows)));
    }
  }

  private static Side gather() {
    return new Ours(
        Models.file("first"),
        FeatureSchema.ofNames(Mlp32.names()),
        allocator -> Mlp32.columns(65536, allocator),
        "y",
        Mlp32.FEATURES);
  }
}
