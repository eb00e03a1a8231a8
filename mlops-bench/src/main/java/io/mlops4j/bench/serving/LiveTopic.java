package io.mlops4j.bench.serving;

import io.mlops4j.bench.live.LearnedFlights;
import io.mlops4j.bench.ratios.Comparison;
import io.mlops4j.bench.ratios.Side;
import io.mlops4j.bench.ratios.Topic;
import io.mlops4j.bench.serving.MonitoredCalls.Cost;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** {@code ratios live}: what a monitor, a prediction log and meters cost. */
public final class LiveTopic implements Topic {
  private static final double NONE = Double.NaN;
  private static final int THREADS = 16;
  private static final double SECONDS = 2;
  private static final int ROWS = 32;

  /** The monitor's budget is an average over ten seconds, and lets a burst use more. */
  private static final double LEAD = 10;

  @Override
  public List<Comparison> comparisons() {
    List<Comparison> all = new ArrayList<>();
    all.addAll(
        calls(
            "live.predict.rows32", "batches of 32 rows", ROWS, MonitoredModel.Rows.WITHIN_BUDGET));
    all.addAll(
        calls("live.predict.rows32.every", "batches of 32 rows", ROWS, MonitoredModel.Rows.EVERY));
    all.addAll(calls("live.record", "single records", 0, MonitoredModel.Rows.WITHIN_BUDGET));
    all.addAll(calls("live.record.every", "single records", 0, MonitoredModel.Rows.EVERY));
    all.add(
        new Comparison(
            "live.handoff",
            "hand-off of a call of one row with 32 features to a monitor, in the caller's thread",
            "a second handle of both batches, which is opened and closed",
            Double.NaN,
            MonitoredRows::handOff,
            MonitoredRows::handles));
    all.add(
        new Comparison(
            "live.handoff.garbage",
            "1000 such calls and a flush: a call may allocate less than a byte, amortised",
            "itself",
            Double.NaN,
            1000,
            MonitoredRows::handOffs,
            MonitoredRows::handOffs));
    all.add(
        new Comparison(
            "live.thread",
            "processor time of the monitor's thread, 32 features and an answer, a million rows,"
                + " default policy",
            "Profile.counting() of the same rows",
            2,
            MonitoredRows::monitor,
            MonitoredRows::profile));
    all.add(
        new Comparison(
            "live.reference",
            "the reference of a monitor, 508 000 flights of January in memory, five numbers and two"
                + " texts: bins, days and weekdays, quality, how healthy days differ",
            "Profile.builder() over the same rows",
            1.5,
            LearnedFlights::reference,
            LearnedFlights::profile));
    all.addAll(stack("live.stack", "MLP 32-64-32-1", "mlp32", Peer.DEFAULT, 1.3, 1.2));
    all.addAll(
        stack("live.stack.noarena", "MLP 32-64-32-1", "mlp32", Peer.WITHOUT_ARENA, NONE, NONE));
    all.addAll(stack("live.stack.wide", "MLP 32-1024-1024-1", "mlpwide", Peer.DEFAULT, NONE, NONE));
    return List.copyOf(all);
  }

  private static List<Comparison> calls(
      String name, String work, int rows, MonitoredModel.Rows watched) {
    boolean every = watched == MonitoredModel.Rows.EVERY;
    String what =
        "MLP 32-64-32-1, "
            + work
            + ", without a break, a monitor "
            + (every
                ? "that counts every row"
                : "with the default budget of a twentieth of a processor")
            + " attached; ";
    return List.of(
        new Comparison(
            name,
            what + "processor time of the caller and of the monitor's thread",
            "itself, without",
            every ? Double.NaN : 1.25,
            () -> new MonitoredCalls(watched, rows, Cost.CPU),
            () -> new MonitoredCalls(MonitoredModel.Rows.NONE, rows, Cost.CPU)),
        new Comparison(
            name + ".wall",
            what + "time of the caller",
            "itself, without",
            every ? Double.NaN : 1.05,
            () -> new MonitoredCalls(watched, rows, Cost.WALL),
            () -> new MonitoredCalls(MonitoredModel.Rows.NONE, rows, Cost.WALL)));
  }

  /** The session that all threads of the loop by hand share. */
  private enum Peer {
    DEFAULT("its default options"),
    WITHOUT_ARENA("no arena, as small calls of the library");

    private final String words;

    Peer(String words) {
      this.words = words;
    }

    Callers open(String model) throws Exception {
      return Mlps.raw(model, this == DEFAULT, MonitoredModel.REFERENCE);
    }
  }

  /**
   * How the stack is called.
   *
   * @param words what the load is, for people
   * @param load the load of a side
   * @param lead the seconds of the load before each sample
   * @param stack opens the stack
   */
  private record Calls(String words, Callable<Load> load, double lead, Callable<Callers> stack) {}

  private static List<Comparison> stack(
      String name, String work, String model, Peer peer, double cpuGoal, double p99Goal) {
    Callable<Callers> full = () -> new FullStack(model);
    OwnLoad own = new OwnLoad(full, callers -> new BusyProcessors(THREADS, callers, LEAD));
    Calls lasting =
        new Calls(
            "the load that keeps the processors busy for 70 % of the time with this stack, after"
                + " ten seconds of it",
            own::load, LEAD, own::callers);
    Calls peak =
        new Calls(
            "70 % of what the peer can answer",
            () -> new Capacity(THREADS, peer.open(model)), 0, full);
    return List.of(
        stack(name + ".cpu", work, model, peer, peak, OpenLoop.Figure.CPU, cpuGoal),
        stack(name + ".p99", work, model, peer, lasting, OpenLoop.Figure.P99, p99Goal),
        stack(name + ".peak.p99", work, model, peer, peak, OpenLoop.Figure.P99, NONE));
  }

  private static Comparison stack(
      String name,
      String work,
      String model,
      Peer peer,
      Calls calls,
      OpenLoop.Figure figure,
      double goal) {
    return new Comparison(
        name,
        "deployed alias, monitor, prediction log and Micrometer, %s, one record each, at %s; %s"
            .formatted(
                work,
                calls.words(),
                figure == OpenLoop.Figure.CPU
                    ? "processor time of the process for a call"
                    : "99th percentile of the time from when a call was meant to begin"),
        "a loop over ONNX Runtime Java 1.29.0 with pinned tensors for each thread, " + peer.words,
        goal,
        open(calls, calls.stack(), figure),
        open(calls, () -> peer.open(model), figure));
  }

  private static Callable<Side> open(
      Calls calls, Callable<Callers> callers, OpenLoop.Figure figure) {
    return () ->
        new OpenLoop(THREADS, calls.load().call(), SECONDS, calls.lead(), callers.call(), figure);
  }
}
