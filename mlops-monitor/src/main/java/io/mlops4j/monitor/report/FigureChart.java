package io.mlops4j.monitor.report;

import io.mlops4j.monitor.MonitorHistory;
import io.mlops4j.monitor.performance.Metric;
import io.mlops4j.monitor.performance.PerformancePeriod;
import java.util.ArrayList;
import java.util.List;

/**
 * Draws one figure of performance over time: for each version a line with its 95 % interval, and at
 * the foot the share of predictions with a label and the versions.
 */
final class FigureChart {
  private static final int TOP = 8;
  private static final int BASE = 130;
  private static final int COVERAGE = 138;
  private static final int COVERAGE_BASE = 154;
  private static final int STRIP = 160;
  private static final int HEIGHT = 186;

  /** The value and interval of a period. */
  private record Point(PerformancePeriod period, double value, Metric.Interval interval) {}

  private final MonitorHistory history;
  private final VersionBands bands;
  private final TimeAxis axis;

  FigureChart(MonitorHistory history, VersionBands bands, TimeAxis axis) {
    this.history = history;
    this.bands = bands;
    this.axis = axis;
  }

  private static List<Point> points(MonitorHistory.Track track, String figure) {
    List<Point> points = new ArrayList<>();
    for (PerformancePeriod period : track.periods()) {
      if (period.figures().get(figure) instanceof Metric.Value value
          && Double.isFinite(value.value())) {
        points.add(new Point(period, value.value(), value.interval(0.95)));
      }
    }
    return points;
  }

  void write(Markup out, String figure, String label) {
    Chart.open(out, HEIGHT, label);
    ValueAxis values = axisOf(figure);
    values.write(out);
    for (MonitorHistory.Track track : history.performance()) {
      String colour = bands.colour(VersionBands.name(track.servedBy()));
      List<Point> points = points(track, figure);
      if (!points.isEmpty()) {
        out.shape("path", "class", "interval " + colour, "d", interval(points, values));
        out.shape("path", "class", "line " + colour, "d", line(points, values));
      }
    }
    coverage(out);
    bands.writeStrip(out, axis, STRIP);
    axis.write(out, HEIGHT - 4.0);
    out.close();
  }

  /** Reaches over all values, and over intervals of usual width. */
  private ValueAxis axisOf(String figure) {
    List<Point> all =
        history.performance().stream().flatMap(track -> points(track, figure).stream()).toList();
    double low = all.stream().mapToDouble(Point::value).min().orElse(0);
    double high = all.stream().mapToDouble(Point::value).max().orElse(1);
    double[] halves =
        all.stream()
            .mapToDouble(point -> point.interval().high() - point.value())
            .filter(Double::isFinite)
            .sorted()
            .toArray();
    double usual = halves.length == 0 ? 0 : halves[halves.length / 2];
    return new ValueAxis(low - usual, high + usual, TOP, BASE);
  }

  private double middle(Point point) {
    return (axis.x(point.period().from()) + axis.x(point.period().to())) / 2;
  }

  private String line(List<Point> points, ValueAxis values) {
    StringBuilder path = new StringBuilder();
    Point before = null;
    for (Point point : points) {
      boolean next = before != null && before.period().to().equals(point.period().from());
      path.append(next ? "L" : "M").append(at(middle(point), values.y(point.value())));
      path.append("h0"); // a dot, if no neighbour makes a line of it
      before = point;
    }
    return path.toString();
  }

  private static String at(double x, double y) {
    return Markup.coordinate(x) + " " + Markup.coordinate(y);
  }

  /** One bar for each period, from the lower to the upper end of its interval. */
  private String interval(List<Point> points, ValueAxis values) {
    StringBuilder path = new StringBuilder();
    for (Point point : points) {
      double left = axis.x(point.period().from());
      double right = axis.x(point.period().to());
      double high = values.y(point.interval().high());
      double low = values.y(point.interval().low());
      path.append(Chart.bar(left, high, Math.max(1, right - left), low - high));
    }
    return path.toString();
  }

  /** The share of predictions with a label: a full bar is all of them. */
  private void coverage(Markup out) {
    StringBuilder path = new StringBuilder();
    for (MonitorHistory.Track track : history.performance()) {
      for (PerformancePeriod period : track.periods()) {
        double share = (double) period.labelled() / Math.max(1, period.predicted());
        double height = share * (COVERAGE_BASE - COVERAGE);
        double left = axis.x(period.from());
        double width = Math.max(1, axis.x(period.to()) - left - 0.5);
        path.append(Chart.bar(left, COVERAGE_BASE - height, width, height));
      }
    }
    out.shape("path", "class", "coverage", "d", path.toString());
    Chart.label(out, TimeAxis.LEFT - 6.0, COVERAGE_BASE - 2.0, "labels");
  }
}
