package io.mlops4j.bench.live;

import io.mlops4j.bench.truth.Inquiry;
import io.mlops4j.bench.truth.Line;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Twenty healthy weeks of {@link MadeTraffic}, with a monitor that is told nothing but the column
 * of times: incidents that nothing explains, against the monitor's budget of one in a million rows;
 * and apart from these the incidents of the column that grows, and of holidays.
 */
final class MadeSeasons implements Inquiry {
  private static final int[] LEARNED = {7, 28, 56};
  private static final int WATCHED = 140;
  private static final int STREAMS = 100;
  private static final int QUICK_STREAMS = 2;
  private static final long FIRST_SEED = 1000;
  private static final double BUDGET = 1_000_000;
  private static final Duration TWO_HOURS = Duration.ofHours(2);

  /**
   * The incidents of one stream.
   *
   * @param unexplained what they name
   * @param joined further alarms that nothing explains, of incidents that were known
   * @param ofGrowth incidents of the growing column
   * @param growth the growth in deviations at each alarm that names the growing column alone
   * @param holidaysNamed the holidays on which an incident began
   * @param holidays all holidays
   */
  record Counted(
      long rows,
      List<String> unexplained,
      List<String> joined,
      Set<String> ofGrowth,
      List<Double> growth,
      Set<LocalDate> holidaysNamed,
      int holidays) {}

  @Override
  public String name() {
    return "live.made";
  }

  @Override
  public List<String> names() {
    List<String> names = new ArrayList<>();
    for (int learned : LEARNED) {
      String name = name(learned);
      names.addAll(List.of(name + ".unexplained", name + ".of_growth", name + ".of_holidays"));
    }
    return names;
  }

  private String name(int learned) {
    return name() + ".learned_" + learned + "_days";
  }

  @Override
  public List<Line> run(Look look) {
    List<Line> lines = new ArrayList<>();
    for (int learned : LEARNED) {
      List<Counted> streams =
          IntStream.range(0, look.quick() ? QUICK_STREAMS : STREAMS)
              .parallel()
              .mapToObj(number -> stream(learned, FIRST_SEED + number, look))
              .toList();
      lines.addAll(lines(name(learned), streams));
    }
    return lines;
  }

  private Counted stream(int learned, long seed, Look look) {
    MadeTraffic traffic = new MadeTraffic(seed, learned + WATCHED);
    List<Rows> live = traffic.days(learned, learned + WATCHED);
    try (Newcomer newcomer = new Newcomer(traffic.layout(), traffic.days(0, learned))) {
      List<Notice> notices = newcomer.watch(live);
      look.says().accept(name(learned) + " " + seed + ": " + newcomer.reference());
      notices.forEach(notice -> look.says().accept(notice.at() + " " + notice.text()));
      Set<LocalDate> holidays = new HashSet<>(traffic.holidays());
      holidays.removeIf(day -> MadeTraffic.number(day) < learned);
      long rows = live.stream().mapToLong(Rows::size).sum();
      return count(notices, rows, holidays, learned);
    }
  }

  /** Sorts incidents by what explains them: first the day, then the column. */
  static Counted count(List<Notice> notices, long rows, Set<LocalDate> holidays, int learned) {
    Set<String> seen = new HashSet<>();
    Counted counted =
        new Counted(
            rows,
            new ArrayList<>(),
            new ArrayList<>(),
            new HashSet<>(),
            new ArrayList<>(),
            new HashSet<>(),
            holidays.size());
    for (Notice notice : notices) {
      // A window ends with the first rows of the next day, a detector alarms on the day itself.
      LocalDate day = LocalDate.ofInstant(notice.at().minus(TWO_HOURS), ZoneOffset.UTC);
      boolean holiday = holidays.contains(day);
      boolean growth = notice.subjects().equals(List.of(MadeTraffic.GROWING));
      if (growth && !holiday) {
        counted.growth().add(MadeTraffic.growth(learned, MadeTraffic.number(day)));
      }
      if (!seen.add(notice.incident())) {
        if (!holiday && !growth) {
          counted.joined().add(day + " " + notice.subjects());
        }
      } else if (holiday) {
        counted.holidaysNamed().add(day);
      } else if (growth) {
        counted.ofGrowth().add(notice.incident());
      } else {
        counted.unexplained().add(day + " " + notice.subjects());
      }
    }
    return counted;
  }

  private static List<Line> lines(String name, List<Counted> streams) {
    List<String> unexplained = streams.stream().flatMap(one -> one.unexplained().stream()).toList();
    int joined = streams.stream().mapToInt(one -> one.joined().size()).sum();
    double budgeted = streams.stream().mapToLong(Counted::rows).sum() / BUDGET;
    int mostOfGrowth = streams.stream().mapToInt(one -> one.ofGrowth().size()).max().orElse(0);
    long withGrowth = streams.stream().filter(one -> !one.growth().isEmpty()).count();
    double[] first =
        streams.stream()
            .filter(one -> !one.growth().isEmpty())
            .mapToDouble(one -> one.growth().get(0))
            .toArray();
    int alarms = streams.stream().mapToInt(one -> one.growth().size()).sum();
    int holidays = streams.stream().mapToInt(Counted::holidays).sum();
    int named = streams.stream().mapToInt(one -> one.holidaysNamed().size()).sum();
    return List.of(
        Line.atMost(
            name + ".unexplained",
            PoissonBound.upper95(unexplained.size()) / budgeted,
            1,
            String.format(
                Locale.ROOT,
                "incidents for each in the budget, 95 %% upper bound: %d in %d streams of %d days,"
                    + " %.1f in the budget %s; %d more alarms of known incidents",
                unexplained.size(),
                streams.size(),
                WATCHED,
                budgeted,
                unexplained,
                joined)),
        Line.atMost(
            name + ".of_growth",
            mostOfGrowth,
            1,
            String.format(
                Locale.ROOT,
                "incidents of a stream at most; alarms in %d of %d streams, %.1f each, the first at"
                    + " a growth of %.2f deviations in the median",
                withGrowth,
                streams.size(),
                alarms / (double) withGrowth,
                PlantedIncidents.median(first))),
        Line.shown(
            name + ".of_holidays",
            holidays == 0 ? Double.NaN : named / (double) holidays,
            "of " + holidays + " holidays begin an incident"));
  }
}
