package io.mlops4j.monitor;

import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.alarm.Alarm;
import io.mlops4j.monitor.alarm.Incident;
import io.mlops4j.monitor.live.window.WindowEffects;
import io.mlops4j.monitor.performance.Metric;
import io.mlops4j.monitor.performance.PerformancePeriod;
import io.mlops4j.rollout.Evidence;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** Made histories for tests of pages. */
public final class Histories {
  public static final Instant START = Instant.parse("2001-02-01T00:00:00Z");
  private static final List<String> COLUMNS =
      List.of(
          "airline",
          "destination",
          "distance",
          "hour",
          "origin",
          "probability",
          "taxi_out_minutes",
          "weekday");
  private static final ServedBy V1 = Events.version(1);
  private static final ServedBy V2 = Events.version(2);

  private Histories() {}

  /** A history in which nothing was judged. */
  public static MonitorHistory empty() {
    return new MonitorHistory(START, null, List.of(), List.of(), List.of());
  }

  /** Ninety days of two versions; a unit changes in March, and the second version is worse. */
  public static MonitorHistory quarter() {
    Random random = new Random(14);
    List<WindowSummary> windows = new ArrayList<>();
    for (int day = 0; day < 90; day++) {
      Instant from = START.plus(day, ChronoUnit.DAYS);
      float[] effects = new float[COLUMNS.size()];
      for (int i = 0; i < effects.length; i++) {
        double weekly = COLUMNS.get(i).equals("weekday") ? 0.3 * Math.sin(day * Math.PI / 3.5) : 0;
        effects[i] = (float) Math.abs(0.25 + 0.08 * i / 8 + weekly + 0.05 * random.nextGaussian());
      }
      if (day >= 35 && day < 47) {
        effects[2] = -4.5f;
        effects[5] = -1.4f;
      }
      if (day >= 80) {
        effects[6] = -(1.1f + 0.12f * (day - 80));
      }
      windows.add(window(from, day < 60 ? V1 : V2, COLUMNS, effects));
    }
    List<MonitorHistory.Track> tracks =
        List.of(track(V1, 0, 60, 0.64, random), track(V2, 60, 90, 0.55, random));
    List<Incident> incidents =
        List.of(
            incident(3, finding("taxi_out_minutes", 80, 90, true, 2.3)),
            incident(2, finding("roc_auc", 68, 90, true, 0.548)),
            incident(
                1,
                finding("distance", 35, 47, false, 4.5),
                finding("probability", 35, 47, false, 1.4)));
    return new MonitorHistory(START.plus(90, ChronoUnit.DAYS), null, windows, tracks, incidents);
  }

  /** As many windows and columns as a monitor keeps, with names that try to be markup. */
  public static MonitorHistory large(String name, int windows, int columns) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < columns; i++) {
      names.add("%s%04d".formatted(name, i));
    }
    List<WindowSummary> all = new ArrayList<>();
    for (int i = 0; i < windows; i++) {
      float[] effects = new float[columns];
      for (int c = 0; c < columns; c++) {
        effects[c] = (float) ((i * 31 + c * 17) % 100) / (c % 7 == 0 ? -20 : 200);
      }
      Instant from = START.plus(i, ChronoUnit.HOURS);
      all.add(summary(from, from.plus(1, ChronoUnit.HOURS), 1_000, V1, names, effects));
    }
    List<Incident> incidents = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      incidents.add(incident(i, finding(name + i, i % 80, i % 80 + 1, false, 2)));
    }
    return new MonitorHistory(
        START.plus(windows, ChronoUnit.HOURS), null, all, List.of(), incidents);
  }

  /** The first and the last windows that an {@link Instant} can name, of a clock gone wrong. */
  public static MonitorHistory endsOfTime() {
    Duration day = Duration.ofDays(1);
    Instant last = Instant.MAX.minus(day);
    return new MonitorHistory(
        Instant.MAX,
        null,
        List.of(
            summary(Instant.MIN, Instant.MIN.plus(day), 1_000, V1, List.of("x"), -2),
            summary(last, Instant.MAX, 1_000, V1, List.of("x"), -2)),
        List.of(),
        List.of());
  }

  /** One window; effects below 0 are of columns that drifted. */
  public static MonitorHistory of(List<WindowSummary> windows, List<Incident> incidents) {
    return new MonitorHistory(START.plus(1, ChronoUnit.DAYS), null, windows, List.of(), incidents);
  }

  public static WindowSummary window(
      Instant from, ServedBy by, List<String> columns, float... effects) {
    return summary(from, from.plus(1, ChronoUnit.DAYS), 20_000, by, columns, effects);
  }

  private static WindowSummary summary(
      Instant from, Instant to, long rows, ServedBy by, List<String> columns, float... effects) {
    return new WindowSummary(new WindowEffects(from, to, by, rows, 0, columns, effects));
  }

  private static MonitorHistory.Track track(
      ServedBy by, int from, int to, double rocAuc, Random random) {
    List<PerformancePeriod> periods = new ArrayList<>();
    for (int day = from; day < to - 2; day++) {
      double noise = 0.012 * random.nextGaussian();
      Map<String, Metric> figures = new LinkedHashMap<>();
      figures.put("roc_auc", new Metric.Value(rocAuc + noise, 0.006 + 0.004 * random.nextDouble()));
      figures.put(
          "log_loss",
          day == 20
              ? new Metric.Undefined("one class only")
              : new Metric.Value(0.48 - rocAuc / 10 + noise, 0.004));
      figures.put("minutes saved", new Metric.Value(3.1 + 40 * (rocAuc - 0.6) + 20 * noise, 0.4));
      Instant start = START.plus(day, ChronoUnit.DAYS);
      long labelled = Math.round(20_000 * (0.9 - 0.3 * random.nextDouble()));
      periods.add(
          new PerformancePeriod(start, start.plus(Duration.ofDays(1)), 20_000, labelled, figures));
    }
    return new MonitorHistory.Track(by, false, periods);
  }

  public static Incident incident(int number, Incident.Finding... findings) {
    return new Incident(
        "incident-" + number,
        V1,
        findings[0].opened(),
        findings[0].updated(),
        false,
        List.of(findings),
        number == 3 ? Optional.of("maria") : Optional.empty());
  }

  public static Incident.Finding finding(
      String subject, int from, int to, boolean open, double measured) {
    boolean figure = subject.equals("roc_auc");
    Evidence evidence =
        new Evidence(
            subject,
            measured,
            figure ? 0.6 : 1,
            figure
                ? "roc_auc 0.548 is below 0.6 (the stated minimum)"
                : subject + " drifted: wasserstein/sigma " + measured + ", bound 1, p < 0.001");
    return new Incident.Finding(
        figure ? Alarm.Kind.PERFORMANCE : Alarm.Kind.DRIFT,
        subject,
        open,
        START.plus(from, ChronoUnit.DAYS),
        START.plus(to, ChronoUnit.DAYS),
        to - from,
        evidence,
        evidence,
        evidence);
  }
}
