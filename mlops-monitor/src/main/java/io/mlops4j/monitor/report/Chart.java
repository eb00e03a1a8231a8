package io.mlops4j.monitor.report;

import io.mlops4j.monitor.drift.FeatureDrift;
import io.mlops4j.monitor.profile.CategoryProfile;
import io.mlops4j.monitor.profile.ExportRules;
import io.mlops4j.monitor.profile.NumberProfile;
import java.util.Arrays;

/** A drawing of the distributions of both sides. */
sealed interface Chart permits DensityChart, ColumnChart, BarChart {
  int WIDTH = 400;

  /** Draws the chart of a column. */
  void write(Markup out, String name);

  static Chart of(FeatureDrift feature, ExportRules rules) {
    return feature.reference() instanceof NumberProfile numbers
        ? NumberChart.of(new ShownColumn<>(numbers, (NumberProfile) feature.current(), rules))
        : CategoryChart.of(
            new ShownColumn<>(
                (CategoryProfile) feature.reference(), (CategoryProfile) feature.current(), rules));
  }

  static void open(Markup out, int height, String label) {
    out.open(
        "svg",
        "class",
        "chart",
        "viewBox",
        "0 0 " + WIDTH + " " + height,
        "role",
        "img",
        "aria-label",
        label);
  }

  /** Draws bars as one path, which takes far fewer bytes than one rectangle for each bar. */
  static void bars(Markup out, String side, String path) {
    out.shape("path", "class", side + " solid", "d", path);
  }

  /** Returns one bar of such a path. The path stays open, because filling closes it. */
  static String bar(double x, double y, double width, double height) {
    String left = Markup.coordinate(x);
    return "M%s %sh%sv%sH%s"
        .formatted(
            left, Markup.coordinate(y), Markup.coordinate(width), Markup.coordinate(height), left);
  }

  static double most(double[] a, double[] b) {
    double most = Math.max(Arrays.stream(a).max().orElse(0), Arrays.stream(b).max().orElse(0));
    return most > 0 ? most : 1;
  }

  /** Writes a text that ends at x. */
  static void label(Markup out, double x, double y, String text) {
    out.element("text", text, "x", x, "y", y);
  }

  /** Writes a text that starts at x or is centred there. */
  static void label(Markup out, double x, double y, String anchor, String text) {
    out.element("text", text, "class", anchor, "x", x, "y", y);
  }
}
