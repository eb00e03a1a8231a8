package io.mlops4j.monitor.report;

import io.mlops4j.monitor.MonitorHistory;
import io.mlops4j.monitor.WindowSummary;
import io.mlops4j.monitor.alarm.Alarm;
import io.mlops4j.monitor.alarm.Incident;
import io.mlops4j.monitor.internal.Figures;
import io.mlops4j.monitor.performance.Metric;
import io.mlops4j.monitor.performance.PerformancePeriod;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Writes the history of a monitor into a page: problems, versions, performance, drift. */
final class HistorySection {
  /** Further columns are in the table only. */
  private static final int MOST_CHARTS = 100;

  /** Further incidents are counted only. */
  private static final int MOST_INCIDENTS = 200;

  /** Further findings of an incident are counted only. */
  private static final int MOST_FINDINGS = 10;

  /** The most bars of the chart of incidents. */
  private static final int MOST_BARS = 30;

  /** The most columns that need no search field. */
  private static final int FEW = 5;

  private final Markup out;
  private final String id;
  private final MonitorHistory history;
  private final VersionBands bands;
  private final TimeAxis axis;

  HistorySection(Markup out, String id, MonitorHistory history) {
    this.out = out;
    this.id = id;
    this.history = history;
    this.bands = new VersionBands(history);
    this.axis = axis(history);
  }

  /** The time from the first to the last row. Null if the history has no rows. */
  static @Nullable TimeAxis period(MonitorHistory history) {
    List<VersionBands.Span> all = new ArrayList<>();
    VersionBands bands = new VersionBands(history);
    bands.names().forEach(name -> all.addAll(bands.spans(name)));
    return all.isEmpty()
        ? null
        : new TimeAxis(
            all.stream().map(VersionBands.Span::from).min(Instant::compareTo).orElseThrow(),
            all.stream().map(VersionBands.Span::to).max(Instant::compareTo).orElseThrow());
  }

  private static TimeAxis axis(MonitorHistory history) {
    TimeAxis period = period(history);
    return period == null ? new TimeAxis(history.at(), history.at()) : period;
  }

  void write(String heading) {
    out.open("section", "aria-labelledby", id, "class", "drift history");
    out.element("h2", heading, "id", id);
    state();
    incidents();
    versions();
    performance();
    drift();
    out.close().raw("\n");
  }

  private void state() {
    long open = history.incidents().stream().filter(Incident::isOpen).count();
    boolean silent = history.windows().isEmpty() && history.performance().isEmpty();
    String tone = open > 0 ? "alarm" : silent ? "neutral" : "good";
    String headline =
        open > 0
            ? count(open, "incident is open.", "incidents are open.")
            : silent ? "Nothing was judged yet." : "No incident is open.";
    out.open("p", "class", "notice " + tone).element("strong", headline).text(" ");
    long rows = history.windows().stream().mapToLong(WindowSummary::rows).sum();
    long leftOut = history.windows().stream().mapToLong(WindowSummary::leftOut).sum();
    out.text(
        "%s with %s%s, %s, %s in all."
            .formatted(
                count(history.windows().size(), "window", "windows"),
                count(rows, "row", "rows"),
                leftOut == 0
                    ? ""
                    : " (a uniform sample: %s left out to save processor time)"
                        .formatted(count(leftOut, "row was", "rows were")),
                count(bands.names().size(), "version", "versions"),
                count(history.incidents().size(), "incident", "incidents")));
    out.close();
    history
        .reference()
        .ifPresent(
            chosen -> out.open("p", "class", "fine").words("Reference: " + chosen + ".").close());
  }

  private static String count(long number, String one, String many) {
    return Figures.of(number) + " " + (number == 1 ? one : many);
  }

  private void incidents() {
    List<Incident> all = history.incidents();
    if (all.isEmpty()) {
      return;
    }
    out.element("h3", "Incidents", "class", "lone");
    List<Incident> drawn = all.subList(0, Math.min(MOST_BARS, all.size()));
    out.open("figure");
    new IncidentChart(drawn, axis).write(out);
    out.close();
    List<List<String>> rows = new ArrayList<>();
    for (Incident incident : all.subList(0, Math.min(MOST_INCIDENTS, all.size()))) {
      rows.addAll(rows(incident));
    }
    Tables.write(
        out,
        "Open incidents, then those that ended, newest first; the most specific cause of each"
            + " first",
        List.of("Incident", "Subject", "Status", "Began", "Lasted", "Found", "Worst"),
        rows);
    if (all.size() > MOST_INCIDENTS) {
      out.element(
          "p",
          count(all.size() - MOST_INCIDENTS, "more incident.", "more incidents."),
          "class",
          "fine");
    }
  }

  /** A row for each finding; the first has the status of the incident. */
  private List<List<String>> rows(Incident incident) {
    List<List<String>> rows = new ArrayList<>();
    List<Incident.Finding> all = incident.findings();
    for (Incident.Finding one : all.subList(0, Math.min(MOST_FINDINGS, all.size()))) {
      boolean first = rows.isEmpty();
      rows.add(
          List.of(
              incident.id(),
              lower(one.kind()) + " of " + one.subject(),
              first ? status(incident) : one.isOpen() ? "open" : "ended",
              axis.text(one.opened()),
              duration(one),
              Integer.toString(one.found()),
              one.worst().text()));
    }
    if (all.size() > MOST_FINDINGS) {
      String more = count(all.size() - MOST_FINDINGS, "more finding", "more findings");
      rows.add(List.of(incident.id(), more, "", "", "", "", ""));
    }
    return rows;
  }

  private static String status(Incident incident) {
    return incident
        .acknowledgedBy()
        .map(by -> incident.status() + ", acknowledged by " + by)
        .orElse(incident.status());
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private static String duration(Incident.Finding finding) {
    Duration time = Duration.between(finding.opened(), finding.updated());
    if (time.toDays() > 2) {
      return time.toDays() + " d";
    }
    return time.toHours() > 2 ? time.toHours() + " h" : Math.max(0, time.toMinutes()) + " min";
  }

  private void versions() {
    if (bands.names().isEmpty()) {
      return;
    }
    out.element("h3", "Versions", "class", "lone");
    out.open("ul", "class", "legend");
    for (String name : bands.names()) {
      List<VersionBands.Span> spans = bands.spans(name);
      out.open("li").element("i", "", "class", "swatch " + bands.colour(name)).text(" ");
      out.element("b", name);
      List<String> times = new ArrayList<>();
      for (VersionBands.Span span : spans) {
        times.add(axis.text(span.from()) + " to " + axis.text(span.to()));
      }
      out.text(" " + String.join(", ", times)).close();
    }
    out.close();
  }

  private void performance() {
    Set<String> figures = new LinkedHashSet<>();
    history.performance().stream()
        .flatMap(track -> track.periods().stream())
        .forEach(period -> figures.addAll(period.figures().keySet()));
    if (figures.isEmpty()) {
      return;
    }
    out.element("h3", "Performance", "class", "lone");
    out.element(
        "p",
        "Figures of the labels that arrived, by time of prediction. The shade is the 95 % interval"
            + " of each period; the bars at the foot are the share of predictions with a label.",
        "class",
        "fine");
    newest(figures);
    out.open("div", "class", "cards");
    FigureChart chart = new FigureChart(history, bands, axis);
    for (String figure : figures) {
      out.open("article", "class", "card slim").open("h4").words(figure).close();
      out.open("figure");
      chart.write(out, figure, figure + " of each version over time, with its 95 % interval");
      out.close().close().raw("\n");
    }
    out.close();
  }

  /** The newest complete period of each version. */
  private void newest(Collection<String> figures) {
    String main = figures.iterator().next();
    List<List<String>> rows = new ArrayList<>();
    for (MonitorHistory.Track track : history.performance()) {
      List<PerformancePeriod> periods = track.periods();
      if (!periods.isEmpty()) {
        PerformancePeriod last = periods.get(periods.size() - 1);
        rows.add(
            List.of(
                VersionBands.name(track.servedBy()) + (track.shadow() ? " (shadow)" : ""),
                axis.text(last.from()),
                value(last.figures().get(main)),
                interval(last.figures().get(main)),
                Figures.of(last.labelled()) + " of " + Figures.of(last.predicted())));
      }
    }
    Tables.write(
        out,
        "The newest complete period of each version",
        List.of("Version", "From", main, "95 % interval", "Labelled"),
        rows);
  }

  private static String value(@Nullable Metric metric) {
    return metric instanceof Metric.Value value ? Figures.of(value.value()) : "none";
  }

  private static String interval(@Nullable Metric metric) {
    if (metric instanceof Metric.Value value) {
      Metric.Interval interval = value.interval(0.95);
      return Figures.of(interval.low()) + " to " + Figures.of(interval.high());
    }
    return "none";
  }

  /** What is shown of a column. */
  private record Column(
      String name, double largest, @Nullable Instant when, double newest, long drifted) {
    boolean isOpen(Collection<Incident> incidents) {
      return incidents.stream()
          .flatMap(incident -> incident.findings().stream())
          .anyMatch(e -> e.isOpen() && e.kind() == Alarm.Kind.DRIFT && e.subject().equals(name));
    }
  }

  private List<Column> columns() {
    Map<String, Column> all = new TreeMap<>();
    for (WindowSummary window : history.windows()) {
      for (String name : window.columns()) {
        double effect = window.effect(name);
        Column before = all.getOrDefault(name, new Column(name, -1, null, Double.NaN, 0));
        boolean larger = effect > before.largest();
        all.put(
            name,
            new Column(
                name,
                larger ? effect : before.largest(),
                larger ? window.from() : before.when(),
                effect,
                before.drifted() + (window.drifted(name) ? 1 : 0)));
      }
    }
    return all.values().stream()
        .sorted(Comparator.comparingDouble(Column::largest).reversed().thenComparing(Column::name))
        .toList();
  }

  private void drift() {
    List<Column> columns = columns();
    if (columns.isEmpty()) {
      return;
    }
    out.element("h3", "Drift over time", "class", "lone");
    out.element(
        "p",
        "The effect of each column in units of its bound, window by window. A column drifts if its"
            + " effect reaches the bound and chance is an unlikely reason. Shaded times are parts"
            + " of incidents.",
        "class",
        "fine");
    search(columns.size());
    table(columns);
    List<Column> drawn = columns.subList(0, Math.min(MOST_CHARTS, columns.size()));
    if (drawn.size() < columns.size()) {
      out.element(
          "p",
          "The %d columns with the largest effects are drawn.".formatted(MOST_CHARTS),
          "class",
          "fine");
    }
    out.open("div", "class", "cards");
    EffectChart chart = new EffectChart(history, bands, axis);
    for (Column column : drawn) {
      String style = column.isOpen(history.incidents()) ? "card slim alarming" : "card slim";
      out.open("article", "class", style, "data-column", column.name());
      out.open("h4").words(column.name()).close().open("figure");
      String label =
          "Effect of %s over time: at most %s times its bound, now %s"
              .formatted(column.name(), Figures.of(column.largest()), Figures.of(column.newest()));
      chart.write(out, column.name(), column.largest(), label);
      out.close().close().raw("\n");
    }
    out.close();
  }

  private void search(int columns) {
    if (columns > FEW) {
      String field = id + "-search";
      out.open("p", "class", "search", "hidden", "");
      out.element("label", "Find a column ", "for", field);
      out.raw("<input type=\"search\" autocomplete=\"off\" id=\"" + field + "\">");
      out.open("output", "for", field).close().close();
    }
  }

  private void table(List<Column> columns) {
    String caption = "All columns, largest effect first, in units of the bound";
    out.open("div", "class", "scroll", "role", "region", "aria-label", caption, "tabindex", "0");
    out.open("table", "class", "plain sortable").element("caption", caption);
    out.open("thead").open("tr");
    out.element("th", "Column", "scope", "col");
    for (String head : List.of("Newest", "Largest", "When", "Windows drifted")) {
      out.element("th", head, "scope", "col", "class", "number");
    }
    out.close().close().open("tbody");
    for (Column column : columns) {
      out.open("tr", "data-column", column.name());
      out.open("th", "scope", "row").name(column.name()).close();
      Instant when = column.when();
      for (String cell :
          List.of(
              Figures.of(column.newest()),
              Figures.of(column.largest()),
              when == null ? "" : axis.text(when),
              Figures.of(column.drifted()))) {
        out.element("td", cell, "class", "number");
      }
      out.close();
    }
    out.close().close().close();
  }
}
