package io.mlops4j.bench.serving;

import io.mlops4j.bench.ratios.Comparison;
import io.mlops4j.bench.ratios.Comparison.Shows;
import io.mlops4j.bench.ratios.Side;
import io.mlops4j.bench.ratios.Topic;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.MicroBatching;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** {@code ratios serving}: many callers on all processors. */
public final class ServingTopic implements Topic {
  private static final int THREADS = 16;
  private static final String RAW =
      "ONNX Runtime Java 1.29.0, called directly by each thread, with tensors, direct buffers and a"
          + " pinned output of its own";

  @Override
  public List<Comparison> comparisons() {
    List<Comparison> all = new ArrayList<>();
    all.add(
        throughput(
            "serving.aa.threads16",
            "MLP 32-64-32-1, one row each, the same side twice: this much is noise",
            Double.NaN,
            () -> Mlps.raw("mlp32"),
            () -> Mlps.raw("mlp32")));
    all.add(
        throughput(
            "serving.tiny.threads16",
            "MLP 32-64-32-1, one row each, batching on",
            0.83,
            () -> Mlps.ours("mlp32", batching(64)),
            () -> Mlps.raw("mlp32")));
    all.add(
        throughput(
            "serving.wide.threads16",
            "MLP 32-1024-1024-1, one row each, batching on",
            1.8,
            () -> Mlps.ours("mlpwide", batching(64)),
            () -> Mlps.raw("mlpwide")));
    all.add(
        throughput(
            "serving.minilm16.threads16",
            "all-MiniLM-L6-v2, texts of 16 tokens, batching on",
            1.1,
            () -> Texts.ours(batching(32), 16, 16, 1),
            () -> Texts.raw(16, 16, 1)));
    all.add(
        throughput(
            "serving.minilmragged.threads16",
            "all-MiniLM-L6-v2, texts of 8 to 128 tokens, batching on",
            0.97,
            () -> Texts.ours(batching(32), 8, 128, 8),
            () -> Texts.raw(8, 128, 8)));
    return List.copyOf(all);
  }

  private static LoadOptions batching(int rows) {
    return LoadOptions.withDefaults().microBatching(MicroBatching.upTo(rows));
  }

  private static Comparison throughput(
      String name, String work, double goal, Callable<Callers> ours, Callable<Callers> theirs) {
    return new Comparison(
        name,
        work + ", " + THREADS + " threads that ask again at once",
        RAW,
        goal,
        Double.NaN,
        Shows.THROUGHPUT,
        loop(ours),
        loop(theirs));
  }

  private static Callable<Side> loop(Callable<Callers> callers) {
    return () -> new ClosedLoop(THREADS, callers.call());
  }
}
