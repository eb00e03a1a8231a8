package io.mlops4j.bench.serving;

import io.mlops4j.bench.engines.Runtimes;
import io.mlops4j.bench.ratios.Comparison;
import io.mlops4j.bench.ratios.Comparison.Shows;
import io.mlops4j.bench.ratios.Side;
import io.mlops4j.bench.ratios.Topic;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.MicroBatching;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.LongAdder;

/** {@code ratios serving}: many callers on all processors. */
public final class ServingTopic implements Topic {
  private static final int THREADS = 16;
  private static final CallOptions PLAIN = CallOptions.withDefaults();
  private static final Duration LONG = Duration.ofMinutes(1);
  private static final double SECONDS = 2;
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
            "serving.tiny.noarena.threads16",
            "the same; the peer's session has no arena",
            Double.NaN,
            () -> Mlps.ours("mlp32", batching(64)),
            () -> Mlps.rawWithoutArena("mlp32")));
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
            () -> MiniLmTexts.ours(Runtimes.builder(), batching(32), 16, 16, 1),
            () -> MiniLmTexts.raw(16, 16, 1)));
    all.add(
        throughput(
            "serving.minilmragged.threads16",
            "all-MiniLM-L6-v2, texts of 8 to 128 tokens, batching on",
            0.97,
            () -> MiniLmTexts.ours(Runtimes.builder(), batching(32), 8, 128, 8),
            () -> MiniLmTexts.raw(8, 128, 8)));
    all.add(
        throughput(
            "serving.minilmragged.onethread.threads16",
            "the same with one engine thread, as the peer has",
            Double.NaN,
            () -> MiniLmTexts.ours(Runtimes.oneThread(), batching(32), 8, 128, 8),
            () -> MiniLmTexts.raw(8, 128, 8)));
    all.add(
        p99(
            "aa",
            "MLP 32-1024-1024-1, one row each, the same side twice: this much is noise",
            Double.NaN,
            "mlpwide",
            () -> Mlps.raw("mlpwide")));
    all.add(p99("tiny", "MLP 32-64-32-1", "mlp32"));
    all.add(p99("wide", "MLP 32-1024-1024-1", "mlpwide"));
    all.add(
        new Comparison(
            "serving.large.rows65536",
            "65536 rows x 32 Arrow float columns in one batch, MLP 32-64-32-1, two threads",
            "ONNX Runtime Java 1.29.0, one call, intra-op threads 2, rows ready in a direct buffer",
            1.0,
            () -> large(65_536, 2, LoadOptions.builder().independentRows().build(), PLAIN),
            () -> new Large.Raw(65_536, 2)));
    for (int rows : new int[] {1, 1024}) {
      double goal = rows == 1 ? Double.NaN : 1.02;
      all.add(
          itself(
              "serving.listener.rows" + rows,
              "with a listener that reads who answered and how long the run took",
              goal,
              () -> large(rows, 1, listening(), PLAIN),
              () -> large(rows, 1, LoadOptions.defaults(), PLAIN)));
      all.add(
          itself(
              "serving.deadline.rows" + rows,
              "with a deadline that does not pass",
              goal,
              () -> large(rows, 1, LoadOptions.defaults(), PLAIN.withDeadline(LONG)),
              () -> large(rows, 1, LoadOptions.defaults(), PLAIN)));
      all.add(
          itself(
              "serving.strict.rows" + rows,
              "with a strict deadline that does not pass, so that another thread runs the engine",
              Double.NaN,
              () ->
                  large(
                      rows,
                      1,
                      LoadOptions.builder().strictDeadlines().build(),
                      PLAIN.withDeadline(LONG)),
              () -> large(rows, 1, LoadOptions.defaults(), PLAIN)));
      all.add(
          itself(
              "serving.narrowing.rows" + rows,
              "with 64-bit columns that are checked and narrowed",
              Double.NaN,
              () -> Large.Ours.narrowing(rows),
              () -> large(rows, 1, LoadOptions.defaults(), PLAIN)));
    }
    return List.copyOf(all);
  }

  private static Comparison p99(String name, String work, String model) {
    return p99(
        name,
        work + ", one row each, batching on",
        1.2,
        model,
        () -> Mlps.ours(model, batching(64)));
  }

  private static Comparison p99(
      String name, String work, double goal, String model, Callable<Callers> ours) {
    return new Comparison(
        "serving.openloop." + name + ".p99",
        work
            + ", at 70 % of what the peer can answer; time from when a call was meant to begin: the"
            + " middle of the 99th percentiles of the eighths of a sample",
        RAW,
        goal,
        () -> open(model, ours.call()),
        () -> open(model, Mlps.raw(model)));
  }

  private static Side open(String model, Callers callers) throws Exception {
    Capacity peers = new Capacity(THREADS, Mlps.raw(model));
    return new OpenLoop(THREADS, peers, SECONDS, callers, OpenLoop.Figure.MIDDLE_P99);
  }

  private static Side large(int rows, int threads, LoadOptions options, CallOptions call) {
    return new Large.Ours(rows, threads, options, call);
  }

  private static LoadOptions listening() {
    LongAdder nanos = new LongAdder();
    return LoadOptions.builder()
        .listener(
            event -> {
              if (!event.servedBy().engine().isEmpty()) {
                nanos.add(event.nanos(InferenceEvent.Phase.RUN));
              }
            })
        .build();
  }

  private static Comparison itself(
      String name, String work, double goal, Callable<Side> with, Callable<Side> without) {
    return new Comparison(
        name,
        "32 Arrow float columns, MLP 32-64-32-1, " + work,
        "itself, without",
        goal,
        with,
        without);
  }

  private static LoadOptions batching(int rows) {
    return LoadOptions.builder().microBatching(MicroBatching.upTo(rows)).build();
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
