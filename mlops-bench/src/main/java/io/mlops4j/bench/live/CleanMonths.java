package io.mlops4j.bench.live;

import io.mlops4j.bench.truth.Inquiry;
import io.mlops4j.bench.truth.Line;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Five months of flights in true order in which nothing is wrong, against January: false episodes
 * per week, and alarms about the performance of a healthy model.
 */
final class CleanMonths implements Inquiry {
  private static final List<String> WATCHERS =
      List.of("ours", "adwin", "ddm", "psi0.10", "psi0.25", "ks05");
  private static final double PER_WEEK = 0.25;
  private static final String PERFORMANCE = "PERFORMANCE";

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
    WATCHERS.forEach(watcher -> names.add("live.clean.episodes_per_week." + watcher));
    names.add("live.clean.performance_alarms.ours");
    names.add("live.clean.performance_alarms.ddm");
    return names;
  }

  @Override
  public Inquiry only(List<String> prefixes) {
    return this;
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
      List<Line> lines = lines(watchers, end, look);
      watchers.forEach(Watcher::close);
      return lines;
    }
  }

  private static List<Line> lines(List<Watcher> watchers, LocalDate end, Look look) {
    double weeks = ChronoUnit.DAYS.between(FlightSetup.FEBRUARY, end) / 7.0;
    List<Line> rates = new ArrayList<>();
    List<Line> performance = new ArrayList<>();
    for (Watcher watcher : watchers) {
      Map<String, Integer> bySubject = new TreeMap<>();
      int about = 0;
      for (Notice notice : watcher.notices()) {
        if (watcher.name().equals("ours")) {
          look.says().accept(notice.at() + " " + notice.kind() + " " + notice.subjects());
        }
        if (notice.kind().equals(PERFORMANCE)) {
          about += notice.subjects().size();
        }
        notice.subjects().forEach(subject -> bySubject.merge(subject, 1, Integer::sum));
      }
      int all = bySubject.values().stream().mapToInt(Integer::intValue).sum();
      String name = "live.clean.episodes_per_week." + watcher.name();
      String note = "%d in %.1f weeks %s".formatted(all, weeks, bySubject);
      boolean ours = watcher.name().equals("ours");
      rates.add(
          ours
              ? Line.atMost(name, all / weeks, PER_WEEK, note)
              : Line.shown(name, all / weeks, note));
      String ofPerformance = "live.clean.performance_alarms." + watcher.name();
      if (ours) {
        performance.add(Line.atMost(ofPerformance, about, 0, "in " + Math.round(weeks) + " weeks"));
      } else if (watcher.name().equals("ddm")) {
        performance.add(Line.shown(ofPerformance, about, ""));
      }
    }
    rates.addAll(performance);
    return rates;
  }
}
