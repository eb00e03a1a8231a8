package io.mlops4j.monitor.report;

import java.util.Arrays;

/** The distributions of both sides, drawn over each other. */
sealed interface Chart permits Density, PairedColumns, PairedBars {
  int WIDTH = 400;

  /** Draws it. */
  void write(Markup out, String name);

  static Chart of(ColumnPair pair) {
    return pair instanceof NumberPair numbers
        ? NumberChart.of(numbers)
        : CategoryChart.of((CategoryPair) pair);
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

  /** Draws bars as one path, which takes a fraction of the bytes that as many rectangles would. */
  static void bars(Markup out, String side, String path) {
    out.shape("path", "class", side + " solid", "d", path);
  }

  /** One bar of such a path; the filling closes it. */
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

  /** A text that ends at x. */
  static void label(Markup out, double x, double y, String text) {
    out.element("text", text, "x", x, "y", y);
  }

  /** A text that starts at x, or has its middle there. */
  static void label(Markup out, double x, double y, String anchor, String text) {
    out.element("text", text, "class", anchor, "x", x, "y", y);
  }
}
