package io.mlops4j.monitor.report;

import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.MonitorHistory;
import io.mlops4j.monitor.WindowSummary;
import io.mlops4j.monitor.performance.PerformancePeriod;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The versions of a history, in the order in which they began, each with the times in which it
 * answered. The same version under another alias record is one version.
 */
final class VersionBands {
  /** Further versions share colours, in turn. */
  static final int COLOURS = 6;

  /** A time in which a version answered. */
  record Span(Instant from, Instant to) {}

  private final Map<String, List<Span>> spans = new LinkedHashMap<>();

  VersionBands(MonitorHistory history) {
    Map<String, List<Span>> all = new LinkedHashMap<>();
    for (WindowSummary window : history.windows()) {
      add(all, window.servedBy(), new Span(window.from(), window.to()));
    }
    for (MonitorHistory.Track track : history.performance()) {
      for (PerformancePeriod period : track.periods()) {
        add(all, track.servedBy(), new Span(period.from(), period.to()));
      }
    }
    all.entrySet().stream()
        .sorted(
            Map.Entry.<String, List<Span>>comparingByValue((a, b) -> first(a).compareTo(first(b)))
                .thenComparing(Map.Entry.comparingByKey()))
        .forEach(entry -> spans.put(entry.getKey(), joined(entry.getValue())));
  }

  private static void add(Map<String, List<Span>> all, ServedBy by, Span span) {
    all.computeIfAbsent(name(by), absent -> new ArrayList<>()).add(span);
  }

  private static Instant first(List<Span> spans) {
    return spans.stream().map(Span::from).min(Instant::compareTo).orElseThrow();
  }

  /** Joins spans whose gap is shorter than one of them. */
  private static List<Span> joined(List<Span> some) {
    List<Span> sorted = new ArrayList<>(some);
    sorted.sort((a, b) -> a.from().compareTo(b.from()));
    List<Span> joined = new ArrayList<>();
    Duration longest = Duration.ZERO;
    for (Span span : sorted) {
      Span last = joined.isEmpty() ? null : joined.get(joined.size() - 1);
      Duration length = Duration.between(span.from(), span.to());
      longest = length.compareTo(longest) > 0 ? length : longest;
      if (last == null || Duration.between(last.to(), span.from()).compareTo(longest) > 0) {
        joined.add(span);
        longest = length;
      } else {
        Instant end = span.to().isAfter(last.to()) ? span.to() : last.to();
        joined.set(joined.size() - 1, new Span(last.from(), end));
      }
    }
    return joined;
  }

  /** The name of a version: its number, or for a plain file its digest. */
  static String name(ServedBy by) {
    return by.version()
        .map(Object::toString)
        .orElseGet(() -> by.model() + ", " + by.digest().abbreviated());
  }

  List<String> names() {
    return List.copyOf(spans.keySet());
  }

  List<Span> spans(String name) {
    return Objects.requireNonNull(spans.get(name));
  }

  /** The style of a version: one of a few colours. */
  String colour(String name) {
    return "v" + names().indexOf(name) % COLOURS;
  }

  /** Draws the versions as bands below each other, thin enough for the foot of a chart. */
  void writeStrip(Markup out, TimeAxis axis, double y) {
    for (String name : spans.keySet()) {
      StringBuilder path = new StringBuilder();
      for (Span span : spans(name)) {
        double left = axis.x(span.from());
        path.append(Chart.bar(left, y, Math.max(1, axis.x(span.to()) - left), 6));
      }
      out.shape("path", "class", "band " + colour(name), "d", path.toString());
    }
  }
}
