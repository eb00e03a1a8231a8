package io.mlops4j.monitor.report;

import io.mlops4j.monitor.MonitorHistory;
import io.mlops4j.monitor.WindowSummary;
import io.mlops4j.monitor.alarm.Alarm;
import io.mlops4j.monitor.alarm.Incident;
import io.mlops4j.monitor.internal.Figures;
import java.util.List;

/**
 * Draws the effect of one column over time, in units of its bound: a line for each version, the
 * times of its drift behind it, and the versions as a band at the foot.
 */
final class EffectChart {
  private static final int TOP = 8;
  private static final int BASE = 112;
  private static final int STRIP = 118;
  private static final int HEIGHT = 144;

  /** Larger effects are drawn at the top. */
  private static final double MOST = 10;

  private final MonitorHistory history;
  private final VersionBands bands;
  private final TimeAxis axis;

  EffectChart(MonitorHistory history, VersionBands bands, TimeAxis axis) {
    this.history = history;
    this.bands = bands;
    this.axis = axis;
  }

  void write(Markup out, String column, double largest, String label) {
    double most = Math.max(2, Math.min(MOST, largest));
    Chart.open(out, HEIGHT, label);
    for (Incident incident : history.incidents()) {
      for (Incident.Finding one : incident.findings()) {
        if (one.kind() == Alarm.Kind.DRIFT && one.subject().equals(column)) {
          double left = axis.x(one.opened());
          double right = axis.x(one.isOpen() ? axis.to() : one.updated());
          String bar = Chart.bar(left, TOP, Math.max(2, right - left), BASE - TOP);
          out.shape("path", "class", "found", "d", bar);
        }
      }
    }
    grid(out, most);
    for (String version : bands.names()) {
      String line = line(column, version, most);
      if (!line.isEmpty()) {
        out.shape("path", "class", "line " + bands.colour(version), "d", line);
      }
    }
    bands.writeStrip(out, axis, STRIP);
    axis.write(out, HEIGHT - 4.0);
    out.close();
  }

  private static double y(double effect, double most) {
    return BASE - Math.min(1, effect / most) * (BASE - TOP);
  }

  private static void grid(Markup out, double most) {
    String across = "H" + TimeAxis.RIGHT;
    String ends =
        "M" + TimeAxis.LEFT + " " + BASE + across + "M" + TimeAxis.LEFT + " " + TOP + across;
    out.shape("path", "class", "grid", "d", ends);
    String bound = Markup.coordinate(y(1, most));
    out.shape("path", "class", "bound", "d", "M" + TimeAxis.LEFT + " " + bound + across);
    Chart.label(out, TimeAxis.LEFT - 6.0, BASE + 4.0, "0");
    Chart.label(out, TimeAxis.LEFT - 6.0, y(1, most) + 4, "bound");
    Chart.label(
        out, TimeAxis.LEFT - 6.0, TOP + 4.0, Figures.of(Math.rint(10 * most) / 10) + "\u00d7");
  }

  /** Of the windows of a pixel, the largest effect is drawn. */
  private String line(String column, String version, double most) {
    StringBuilder path = new StringBuilder();
    List<WindowSummary> windows = history.windows();
    double end = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < windows.size(); i++) {
      double effect = effect(windows.get(i), column, version);
      if (Double.isNaN(effect)) {
        continue;
      }
      double left = Math.max(end, axis.x(windows.get(i).from())); // sliding windows overlap
      double right = axis.x(windows.get(i).to());
      while (i + 1 < windows.size() && axis.x(windows.get(i + 1).to()) < left + 1) {
        i++;
        double other = effect(windows.get(i), column, version);
        effect = other > effect ? other : effect;
        right = Math.max(right, axis.x(windows.get(i).to()));
      }
      String y = Markup.coordinate(y(effect, most));
      boolean near = left - end < Math.max(6, 2 * (right - left));
      path.append(near ? "L" : "M").append(Markup.coordinate(left)).append(' ').append(y);
      path.append('H').append(Markup.coordinate(Math.max(right, left + 1)));
      end = right;
    }
    return path.toString();
  }

  private static double effect(WindowSummary window, String column, String version) {
    return VersionBands.name(window.servedBy()).equals(version)
        ? window.effect(column)
        : Double.NaN;
  }
}
