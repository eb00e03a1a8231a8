package io.mlops4j.bench.live;

import io.mlops4j.bench.truth.Inquiry;
import io.mlops4j.bench.truth.Line;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IntSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Sixteen incidents, each planted on several days: found within two windows, so that a notice names
 * a culprit, or not; after how long; how many other subjects were named before; and how many alarms
 * it raised.
 */
final class PlantedIncidents implements Inquiry {
  private static final List<String> WATCHERS =
      List.of("ours", "defaults", "adwin", "ddm", "psi0.10", "psi0.25", "ks05");
  private static final List<LocalDate> ONSETS =
      List.of(
          LocalDate.of(2001, 2, 13),
          LocalDate.of(2001, 3, 8),
          LocalDate.of(2001, 4, 18),
          LocalDate.of(2001, 5, 21),
          LocalDate.of(2001, 6, 16));
  private static final int BEFORE = 8;
  private static final Duration TWO_WINDOWS = Duration.ofDays(2).plusHours(2);
  private static final int ENOUGH = 14;
  private static final double ALARMS = 1.2;

  /**
   * What one watcher made of one planting; rank and hours are NaN if it missed it.
   *
   * @param alarms all since the beginning, also those that follow the first one that names a
   *     culprit
   */
  record Outcome(double hours, double rank, int others, int alarms) {
    boolean found() {
      return !Double.isNaN(hours);
    }
  }

  private final SharedFlights shared;
  private final List<String> asked;

  PlantedIncidents(SharedFlights shared) {
    this(shared, List.of());
  }

  private PlantedIncidents(SharedFlights shared, List<String> asked) {
    this.shared = shared;
    this.asked = asked;
  }

  @Override
  public String name() {
    return "live.incident";
  }

  @Override
  public List<String> names() {
    List<String> names = new ArrayList<>();
    for (String incident : Incidents.NAMES) {
      WATCHERS.forEach(watcher -> names.add(name(incident, watcher)));
    }
    WATCHERS.forEach(watcher -> names.add(found(watcher)));
    WATCHERS.forEach(watcher -> names.add(alarms(watcher)));
    return names;
  }

  private static String name(String incident, String watcher) {
    return "live.incident." + incident + "." + watcher;
  }

  private static String found(String watcher) {
    return "live.incidents_found." + watcher;
  }

  private static String alarms(String watcher) {
    return "live.alarms_per_incident." + watcher;
  }

  @Override
  public Inquiry only(List<String> prefixes) {
    return new PlantedIncidents(shared, prefixes);
  }

  private boolean asked(String incident) {
    return asked.isEmpty()
        || WATCHERS.stream()
            .anyMatch(
                watcher ->
                    asked.stream()
                        .anyMatch(
                            prefix ->
                                Stream.of(name(incident, watcher), found(watcher), alarms(watcher))
                                    .anyMatch(name -> name.startsWith(prefix))));
  }

  @Override
  public List<Line> run(Look look) throws Exception {
    Optional<FlightHistory> flights = shared.history();
    if (flights.isEmpty()) {
      look.says().accept(name() + ": " + SharedFlights.HOW);
      return List.of();
    }
    List<LocalDate> onsets = look.quick() ? ONSETS.subList(0, 1) : ONSETS;
    Map<String, Map<String, List<Outcome>>> outcomes = new LinkedHashMap<>();
    try (FlightSetup setup = new FlightSetup(flights.get())) {
      for (Incident incident : new Incidents(flights.get().layout()).all()) {
        if (asked(incident.name())) {
          outcomes.put(incident.name(), outcomes(setup, incident, onsets, look));
        }
      }
    }
    return lines(outcomes);
  }

  private static Map<String, List<Outcome>> outcomes(
      FlightSetup setup, Incident incident, List<LocalDate> onsets, Look look) {
    Map<String, List<Outcome>> byWatcher = new LinkedHashMap<>();
    onsets.parallelStream()
        .map(onset -> planted(setup, incident, onset, look))
        .toList()
        .forEach(
            one ->
                one.forEach(
                    (watcher, outcome) ->
                        byWatcher
                            .computeIfAbsent(watcher, absent -> new ArrayList<>())
                            .add(outcome)));
    return byWatcher;
  }

  private static Map<String, Outcome> planted(
      FlightSetup setup, Incident incident, LocalDate onset, Look look) {
    List<Watcher> watchers = setup.all();
    LocalDate first = onset.minusDays(BEFORE);
    long before = setup.flights().first(onset) - (long) setup.flights().first(first);
    Duration length = incident.noticeable().plus(TWO_WINDOWS);
    setup.replay(watchers).run(first, onset.plusDays(length.toDays() + 2), incident, onset);
    Map<String, Outcome> outcomes = new LinkedHashMap<>();
    for (Watcher watcher : watchers) {
      List<Notice> notices = watcher.notices();
      if (watcher.name().equals("ours")) {
        String said =
            notices.stream()
                .map(one -> one.at() + " " + one.kind() + " " + one.subjects())
                .collect(Collectors.joining("; "));
        look.says().accept(incident.name() + " " + onset + ": " + said);
      }
      Instant begin = onset.atStartOfDay().toInstant(ZoneOffset.UTC);
      outcomes.put(watcher.name(), outcome(notices, incident, before, begin, begin.plus(length)));
      watcher.close();
    }
    return outcomes;
  }

  /**
   * The first notice that names a culprit.
   *
   * @param before how many rows came before the incident; a window of these may be judged later
   */
  static Outcome outcome(
      List<Notice> notices, Incident incident, long before, Instant begin, Instant end) {
    long alarms = notices.stream().filter(one -> one.row() > before && one.alarm()).count();
    Set<String> named = new LinkedHashSet<>();
    for (Notice notice : notices) {
      if (notice.row() <= before || notice.at().isAfter(end)) {
        continue;
      }
      for (String subject : notice.subjects()) {
        named.add(subject);
        if (incident.isNamedBy(subject)) {
          double hours = Duration.between(begin, notice.at()).toMinutes() / 60.0;
          return new Outcome(hours, named.size(), named.size() - 1, (int) alarms);
        }
      }
    }
    return new Outcome(Double.NaN, Double.NaN, named.size(), (int) alarms);
  }

  private static List<Line> lines(Map<String, Map<String, List<Outcome>>> outcomes) {
    List<Line> lines = new ArrayList<>();
    Map<String, Integer> found = new LinkedHashMap<>();
    outcomes.forEach(
        (incident, byWatcher) ->
            byWatcher.forEach(
                (watcher, all) -> {
                  long hits = all.stream().filter(Outcome::found).count();
                  found.merge(watcher, 2 * hits > all.size() ? 1 : 0, Integer::sum);
                  lines.add(
                      Line.shown(
                          name(incident, watcher),
                          (double) hits / all.size(),
                          String.format(
                              Locale.ROOT,
                              "median %.0f h, rank %.0f",
                              median(all.stream().mapToDouble(Outcome::hours).toArray()),
                              median(all.stream().mapToDouble(Outcome::rank).toArray()))));
                }));
    boolean all = outcomes.size() == Incidents.NAMES.size();
    found.forEach(
        (watcher, incidents) ->
            lines.add(
                all && watcher.equals("ours")
                    ? Line.atLeast(found(watcher), incidents, ENOUGH, "of " + outcomes.size())
                    : Line.shown(found(watcher), incidents, "of " + outcomes.size())));
    for (String watcher : found.keySet()) {
      lines.add(alarms(watcher, outcomes, all));
    }
    return lines;
  }

  /** The alarms of those that were found: what was missed raises few. */
  private static Line alarms(
      String watcher, Map<String, Map<String, List<Outcome>>> outcomes, boolean all) {
    IntSummaryStatistics alarms =
        outcomes.values().stream()
            .flatMap(byWatcher -> byWatcher.getOrDefault(watcher, List.of()).stream())
            .filter(Outcome::found)
            .mapToInt(Outcome::alarms)
            .summaryStatistics();
    double mean = alarms.getCount() == 0 ? Double.NaN : alarms.getAverage();
    String note = "%d of %d found".formatted(alarms.getSum(), alarms.getCount());
    return all && watcher.equals("ours")
        ? Line.atMost(alarms(watcher), mean, ALARMS, note)
        : Line.shown(alarms(watcher), mean, note);
  }

  /** Of those that are numbers. */
  static double median(double[] values) {
    double[] sorted =
        Arrays.stream(values).filter(value -> !Double.isNaN(value)).sorted().toArray();
    return sorted.length == 0 ? Double.NaN : sorted[(sorted.length - 1) / 2];
  }
}
