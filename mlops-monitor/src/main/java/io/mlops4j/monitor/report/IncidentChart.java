package io.mlops4j.monitor.report;

import io.mlops4j.monitor.alarm.Incident;
import java.util.List;

/** Draws incidents as bars from their beginning to their end, one below the other. */
final class IncidentChart {
  private static final int ROW = 18;

  private final List<Incident> incidents;
  private final TimeAxis axis;

  IncidentChart(List<Incident> incidents, TimeAxis axis) {
    this.incidents = incidents;
    this.axis = axis;
  }

  void write(Markup out) {
    int height = ROW * incidents.size() + 24;
    Chart.open(out, height, "Incidents over time; the table below lists them");
    for (int row = 0; row < incidents.size(); row++) {
      Incident incident = incidents.get(row);
      double left = axis.x(incident.opened());
      double right = axis.x(incident.isOpen() ? axis.to() : incident.updated());
      String bar = Chart.bar(left, ROW * row + 3.0, Math.max(3, right - left), ROW - 6) + "z";
      out.shape("path", "class", incident.isOpen() ? "bar open" : "bar", "d", bar);
      boolean early = (left + right) / 2 < (TimeAxis.LEFT + TimeAxis.RIGHT) / 2.0;
      String text = shortened(incident.cause().subject());
      if (early) {
        Chart.label(out, Math.max(left + 3, right) + 4, ROW * row + 13.0, "start", text);
      } else {
        Chart.label(out, left - 4, ROW * row + 13.0, text);
      }
    }
    axis.write(out, height - 4.0);
    out.close();
  }

  private static String shortened(String text) {
    return text.codePointCount(0, text.length()) <= 28
        ? text
        : text.substring(0, text.offsetByCodePoints(0, 27)) + "\u2026";
  }
}
