package io.mlops4j.bench.live;

import io.mlops4j.bench.truth.Inquiry;
import io.mlops4j.bench.truth.Line;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * Streams in which nothing changes: made rows, and flights in random order. How often the monitor
 * raises an alarm, against its budget; and its peers, which state nothing.
 */
final class Stationary implements Inquiry {
  private static final int STREAMS = 150; // of each kind, 300 together
  private static final int QUICK_STREAMS = 6;
  private static final long ROWS = 1_000_000;
  private static final int BATCH = 5_000;

  /** The peers' alarms are many, so that fewer streams count them as well. */
  private static final int STREAMS_OF_PEERS = 20;

  private static final long[] BUDGETS = {100_000, 1_000_000};
  private static final List<String> PEERS = List.of("adwin", "ddm", "psi0.10", "psi0.25", "ks05");

  private final String data;
  private final SharedFlights shared;

  /**
   * An inquiry.
   *
   * @param data {@code made} or {@code shuffled}
   */
  Stationary(String data, SharedFlights shared) {
    this.data = data;
    this.shared = shared;
  }

  @Override
  public String name() {
    return "live.false." + data;
  }

  @Override
  public List<String> names() {
    List<String> names = new ArrayList<>();
    for (long budget : BUDGETS) {
      names.add(ours(budget));
    }
    PEERS.forEach(peer -> names.add(name() + "." + peer));
    return names;
  }

  private String ours(long budget) {
    return name() + ".once_per_" + budget + ".ours";
  }

  @Override
  public List<Line> run(Look look) throws Exception {
    boolean made = data.equals("made");
    Optional<FlightHistory> history = made ? Optional.empty() : shared.history();
    if (!made && history.isEmpty()) {
      look.says().accept(name() + ": " + SharedFlights.HOW);
      return List.of();
    }
    Optional<ScoredFlights> flights = history.map(ScoredFlights::new);
    int streams = look.quick() ? QUICK_STREAMS : STREAMS;
    AtomicInteger done = new AtomicInteger();
    List<Map<String, List<Notice>>> all =
        IntStream.range(0, streams)
            .parallel()
            .mapToObj(
                number -> {
                  SplittableRandom random =
                      new SplittableRandom(look.seed() + 31L * number).split();
                  StreamSource source =
                      flights.isPresent()
                          ? new ShuffledFlights(flights.get(), random)
                          : new MadeStream(random, 0, 0);
                  Map<String, List<Notice>> notices = one(source, number);
                  if (done.incrementAndGet() % 25 == 0) {
                    look.says().accept(name() + ": " + done.get() + " of " + streams + " streams");
                  }
                  return notices;
                })
            .toList();
    return lines(all);
  }

  private Map<String, List<Notice>> one(StreamSource source, int number) {
    Map<String, List<Notice>> notices = new LinkedHashMap<>();
    try (StreamSetup setup = new StreamSetup(source, BATCH)) {
      List<Watcher> watchers = new ArrayList<>();
      for (long budget : BUDGETS) {
        watchers.add(setup.ours(budget, !data.equals("made")));
      }
      watchers.addAll(number < STREAMS_OF_PEERS ? setup.peers() : List.of());
      setup.run(watchers, ROWS);
      for (int i = 0; i < watchers.size(); i++) {
        Watcher watcher = watchers.get(i);
        String name = i < BUDGETS.length ? ours(BUDGETS[i]) : name() + "." + watcher.name();
        notices.put(name, watcher.notices());
        watcher.close();
      }
    }
    return notices;
  }

  private List<Line> lines(List<Map<String, List<Notice>>> all) {
    List<Line> lines = new ArrayList<>();
    for (long budget : BUDGETS) {
      Counted counted = Counted.of(ours(budget), all);
      double rows = counted.streams() * (double) ROWS;
      lines.add(
          Line.atMost(
              ours(budget),
              PoissonBound.upper95(counted.alarms()) / (rows / budget),
              1,
              String.format(
                  Locale.ROOT,
                  "alarms for each in the budget, 95 %% upper bound: %d in %d streams of a million"
                      + " rows, %.3f a million rows; of %s",
                  counted.alarms(),
                  counted.streams(),
                  counted.alarms() / rows * 1e6,
                  counted.subjects())));
    }
    for (String peer : PEERS) {
      Counted counted = Counted.of(name() + "." + peer, all);
      lines.add(
          Line.shown(
              name() + "." + peer,
              counted.alarms() / (double) counted.streams(),
              "alarms in a million rows, " + counted.streams() + " streams"));
    }
    return lines;
  }

  /** The alarms of one watcher in all streams that it saw. */
  private record Counted(int streams, long alarms, Map<String, Integer> subjects) {
    static Counted of(String watcher, List<Map<String, List<Notice>>> all) {
      int streams = 0;
      long alarms = 0;
      Map<String, Integer> subjects = new TreeMap<>();
      for (Map<String, List<Notice>> one : all) {
        List<Notice> notices = one.get(watcher);
        if (notices != null) {
          streams++;
          alarms += notices.size();
          for (Notice notice : notices) {
            notice.subjects().forEach(subject -> subjects.merge(subject, 1, Integer::sum));
          }
        }
      }
      return new Counted(streams, alarms, subjects);
    }
  }
}
