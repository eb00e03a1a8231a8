package io.mlops4j.bench.live;

import io.mlops4j.bench.live.PlantedIncidents.Outcome;
import io.mlops4j.bench.truth.Inquiry;
import io.mlops4j.bench.truth.Line;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Further real rows, with a monitor that is told nothing but the column of times: false incidents
 * in rows in which nothing is planted, and five incidents, each planted on five days of chance.
 */
final class OtherStreams implements Inquiry {
  private static final int ONSETS = 5;
  private static final int ENOUGH = 4;
  private static final double ALARMS = 1.2;
  private static final double EIGHT_WEEKS = 56;

  /** Windows before the first and after the last day on which an incident may begin. */
  private static final int MARGIN = 4;

  /**
   * Rows to look at.
   *
   * @param split the first day that is watched
   * @param end the day after the last
   * @param members the column whose values come and go for good, which is a real change; null if
   *     there is none
   */
  record Stream(
      String name,
      LocalDate split,
      LocalDate end,
      @Nullable String members,
      List<Incident> incidents) {
    static List<Stream> all() {
      return List.of(
          new Stream(
              "air",
              LocalDate.of(2005, 1, 1),
              LocalDate.of(2007, 1, 1),
              "station",
              RealIncidents.air()),
          new Stream(
              "lakers",
              LocalDate.of(2009, 1, 14),
              LocalDate.of(2009, 4, 15),
              null,
              RealIncidents.lakers()));
    }

    Path file() {
      return Path.of("real-rows", name + ".csv");
    }
  }

  private final Stream stream;

  OtherStreams(Stream stream) {
    this.stream = stream;
  }

  @Override
  public String name() {
    return "live.other." + stream.name();
  }

  @Override
  public List<String> names() {
    List<String> names = new ArrayList<>();
    names.add(name() + ".false_per_8_weeks");
    names.add(name() + ".with_real_changes");
    stream.incidents().forEach(incident -> names.add(name() + ".incident." + incident.name()));
    names.add(name() + ".incidents_found");
    names.add(name() + ".alarms_per_incident");
    return names;
  }

  @Override
  public List<Line> run(Look look) throws Exception {
    if (!Files.exists(stream.file())) {
      look.says()
          .accept(
              name()
                  + ": not run, because it needs "
                  + stream.file()
                  + ": apt-get install r-cran-spacetime r-cran-lubridate, then Rscript"
                  + " mlops-bench/src/main/r/real_rows.R in the working directory");
      return List.of();
    }
    RealRows rows = RealRows.read(stream.file());
    List<Rows> healthy = rows.days(LocalDate.MIN, stream.split());
    try (Newcomer newcomer = new Newcomer(rows.layout(), healthy)) {
      look.says().accept(name() + ": " + newcomer.reference());
      List<Line> lines = new ArrayList<>(healthy(newcomer, rows, look));
      lines.addAll(planted(newcomer, rows, look));
      return lines;
    }
  }

  private List<Line> healthy(Newcomer newcomer, RealRows rows, Look look) {
    Set<LocalDate> changed = new HashSet<>();
    long windowDays = newcomer.reference().window().toDays();
    if (stream.members() != null) {
      for (LocalDate day : changes(rows, stream.members(), stream.split(), stream.end())) {
        // A window that ends with the change in it, and the next two.
        day.datesUntil(day.plusDays(3 * windowDays)).forEach(changed::add);
      }
    }
    Set<String> all = new HashSet<>();
    List<String> inClean = new ArrayList<>();
    for (Notice notice : newcomer.watch(rows.days(stream.split(), stream.end()))) {
      LocalDate day = LocalDate.ofInstant(notice.at(), ZoneOffset.UTC);
      look.says()
          .accept(notice.at() + (changed.contains(day) ? " (changed) " : " ") + notice.text());
      if (all.add(notice.incident()) && !changed.contains(day)) {
        inClean.add(day + " " + notice.subjects());
      }
    }
    double days = stream.split().datesUntil(stream.end()).count();
    double clean = days - changed.stream().filter(day -> day.isBefore(stream.end())).count();
    return List.of(
        Line.atMost(
            name() + ".false_per_8_weeks",
            inClean.size() / clean * EIGHT_WEEKS,
            1,
            String.format(Locale.ROOT, "%s in %.1f weeks", inClean, clean / 7)),
        Line.shown(
            name() + ".with_real_changes",
            all.size() / days * EIGHT_WEEKS,
            String.format(Locale.ROOT, "%d in %.1f weeks", all.size(), days / 7)));
  }

  /**
   * The days on which a value has its first row of all, or the day after its last row, unless that
   * comes with the end of the rows.
   */
  static SortedSet<LocalDate> changes(RealRows rows, String column, LocalDate from, LocalDate to) {
    Map<Integer, LocalDate> first = new LinkedHashMap<>();
    Map<Integer, LocalDate> last = new LinkedHashMap<>();
    for (LocalDate day : rows.dates(LocalDate.MIN, to)) {
      for (Rows one : rows.days(day, day.plusDays(1))) {
        for (int code : one.category(column)) {
          first.putIfAbsent(code, day);
          last.put(code, day);
        }
      }
    }
    LocalDate near = to.minusDays((long) EIGHT_WEEKS);
    SortedSet<LocalDate> changes = new TreeSet<>(first.values());
    last.values().stream()
        .filter(day -> day.isBefore(near))
        .forEach(day -> changes.add(day.plusDays(1)));
    changes.removeIf(day -> day.isBefore(from));
    return changes;
  }

  private List<Line> planted(Newcomer newcomer, RealRows rows, Look look) {
    SplittableRandom random = new SplittableRandom(look.seed());
    long windowDays = newcomer.reference().window().toDays();
    List<LocalDate> days =
        rows.dates(
            stream.split().plusDays(MARGIN * windowDays),
            stream.end().minusDays(MARGIN * windowDays));
    List<Line> lines = new ArrayList<>();
    List<Outcome> found = new ArrayList<>();
    int incidents = 0;
    for (Incident incident : stream.incidents()) {
      List<Outcome> outcomes = new ArrayList<>();
      for (int i = 0; i < (look.quick() ? 1 : ONSETS); i++) {
        LocalDate onset = days.get(random.nextInt(days.size()));
        outcomes.add(planted(newcomer, rows, incident, onset, look));
      }
      List<Outcome> hits = outcomes.stream().filter(Outcome::found).toList();
      incidents += 2 * hits.size() > outcomes.size() ? 1 : 0;
      found.addAll(hits);
      lines.add(
          Line.shown(
              name() + ".incident." + incident.name(),
              (double) hits.size() / outcomes.size(),
              incident.what()
                  + String.format(
                      Locale.ROOT,
                      ", median %.0f h, rank %.0f",
                      PlantedIncidents.median(hits.stream().mapToDouble(Outcome::hours).toArray()),
                      PlantedIncidents.median(
                          hits.stream().mapToDouble(Outcome::rank).toArray()))));
    }
    lines.add(
        Line.atLeast(
            name() + ".incidents_found", incidents, ENOUGH, "of " + stream.incidents().size()));
    int alarms = found.stream().mapToInt(Outcome::alarms).sum();
    lines.add(
        Line.atMost(
            name() + ".alarms_per_incident",
            found.isEmpty() ? Double.NaN : alarms / (double) found.size(),
            ALARMS,
            alarms + " of " + found.size() + " found"));
    return lines;
  }

  /** From the first day that is watched until some windows after the onset. */
  private Outcome planted(
      Newcomer newcomer, RealRows rows, Incident incident, LocalDate onset, Look look) {
    Instant begin = onset.atStartOfDay().toInstant(ZoneOffset.UTC);
    Duration length = newcomer.reference().window().multipliedBy(2);
    // A window ends with the first rows after it.
    LocalDate last = rows.dates(onset.plusDays(length.toDays()), LocalDate.MAX).get(0);
    List<Rows> before = rows.days(stream.split(), onset);
    List<Rows> days = new ArrayList<>(before);
    for (Rows day : rows.days(onset, last.plusDays(1))) {
      long age = day.seconds[0] - begin.getEpochSecond();
      days.add(incident.output().change(incident.input().change(day, age), age));
    }
    List<Notice> notices = newcomer.watch(days);
    long rowsBefore = before.stream().mapToLong(Rows::size).sum();
    Outcome outcome =
        PlantedIncidents.outcome(
            notices,
            incident,
            rowsBefore,
            begin,
            last.plusDays(1).atStartOfDay().toInstant(ZoneOffset.UTC));
    look.says()
        .accept(
            notices.stream()
                .filter(notice -> notice.row() > rowsBefore)
                .map(notice -> notice.at() + " " + notice.kind() + " " + notice.subjects())
                .collect(Collectors.joining("; ", incident.name() + " " + onset + ": ", "")));
    return outcome;
  }
}
