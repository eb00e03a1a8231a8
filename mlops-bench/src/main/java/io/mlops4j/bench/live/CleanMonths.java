package io.mlops4j.bench.live;

import io.mlops4j.bench.truth.Inquiry;
import io.mlops4j.bench.truth.Line;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;

/**
 * Five months of flights in true order in which nothing is planted, against January: how many
 * columns and figures alarms name in a week, with and without the weeks in which a large airport
 * was closed, and alarms about the performance of a healthy model.
 */
final class CleanMonths implements Inquiry {
  private static final List<String> WATCHERS =
      List.of("ours", "defaults", "adwin", "ddm", "psi0.10", "psi0.25", "ks05");
  private static final double PER_WEEK = 0.25;
  private static final String PERFORMANCE = "PERFORMANCE";
  private static final Duration HALF_A_DAY = Duration.ofHours(12);

  private final SharedFlights shared;

  CleanMonths(SharedFlights shared) {
    this.shared = shared;
  }

  @Override
  public String name() {
    return "live.clean";
  }

  @Override
  public List<String> names() {
    List<String> names = new ArrayList<>();
    WATCHERS.forEach(watcher -> names.add("live.clean.named_per_week." + watcher));
    WATCHERS.forEach(watcher -> names.add("live.clean.with_closed_airports." + watcher));
    names.add("live.clean.performance_alarms.ours");
    names.add("live.clean.performance_alarms.ddm");
    return names;
  }

  @Override
  public List<Line> run(Look look) throws Exception {
    Optional<FlightHistory> flights = shared.history();
    if (flights.isEmpty()) {
      look.says().accept(name() + ": " + SharedFlights.HOW);
      return List.of();
    }
    LocalDate end = look.quick() ? LocalDate.of(2001, 3, 1) : FlightSetup.END;
    try (FlightSetup setup = new FlightSetup(flights.get())) {
      List<Watcher> watchers = setup.all();
      look.says().accept(name() + ": February to " + end.minusDays(1).getMonth());
      setup.replay(watchers).run(FlightSetup.FEBRUARY, end, null, end);
      List<Line> lines = lines(watchers, end, ClosedAirports.weeks(flights.get()), look);
      watchers.forEach(Watcher::close);
      return lines;
    }
  }

  private static List<Line> lines(
      List<Watcher> watchers, LocalDate end, SortedSet<LocalDate> closed, Look look) {
    double weeks = ChronoUnit.DAYS.between(FlightSetup.FEBRUARY, end) / 7.0;
    double clean = weeks - closed.headSet(end).size();
    List<Line> lines = new ArrayList<>();
    for (Watcher watcher : watchers) {
      Named all = new Named();
      Named inClean = new Named();
      for (Notice notice : watcher.notices()) {
        if (watcher instanceof Ours) {
          look.says().accept(notice.at() + " " + notice.text());
        }
        all.add(notice);
        // A window ends with the first batch of the next day.
        LocalDate day = LocalDate.ofInstant(notice.at().minus(HALF_A_DAY), ZoneOffset.UTC);
        if (!closed.contains(ClosedAirports.monday(day))) {
          inClean.add(notice);
        }
      }
      lines.addAll(lines(watcher, weeks, all, clean, inClean));
    }
    return lines;
  }

  private static List<Line> lines(
      Watcher watcher, double weeks, Named all, double clean, Named inClean) {
    String name = "live.clean.named_per_week." + watcher.name();
    String note = inClean.in(clean);
    String ofAll = "live.clean.with_closed_airports." + watcher.name();
    String ofPerformance = "live.clean.performance_alarms." + watcher.name();
    boolean ours = watcher instanceof Ours;
    List<Line> lines = new ArrayList<>();
    lines.add(
        ours
            ? Line.atMost(name, inClean.count() / clean, PER_WEEK, note)
            : Line.shown(name, inClean.count() / clean, note));
    lines.add(
        ours
            ? Line.atMost(ofAll, all.count() / weeks, PER_WEEK, all.in(weeks))
            : Line.shown(ofAll, all.count() / weeks, all.in(weeks)));
    if (ours) {
      lines.add(Line.atMost(ofPerformance, all.ofPerformance, 0, all.in(weeks)));
    } else if (watcher instanceof DdmPeer) {
      lines.add(Line.shown(ofPerformance, all.ofPerformance, all.in(weeks)));
    }
    return lines;
  }

  /** What notices name, by subject. */
  private static final class Named {
    private final Map<String, Integer> bySubject = new TreeMap<>();
    private int ofPerformance;

    void add(Notice notice) {
      ofPerformance += notice.kind().contains(PERFORMANCE) ? 1 : 0;
      notice.subjects().forEach(subject -> bySubject.merge(subject, 1, Integer::sum));
    }

    int count() {
      return bySubject.values().stream().mapToInt(Integer::intValue).sum();
    }

    String in(double weeks) {
      return String.format(Locale.ROOT, "%d in %.1f weeks %s", count(), weeks, bySubject);
    }
  }
}
