package io.mlops4j.monitor.report;

import io.mlops4j.monitor.internal.Figures;

/**
 * The axis of shares at the left of a chart: round percentages from 0 to just above the largest
 * share, each with a line across.
 */
final class ShareAxis {
  /** The left edge of the plot; the labels are left of it. */
  static final int LEFT = 48;

  private static final int TOP = 10;
  private static final int BASE = 150;
  private static final int MOST_STEPS = 3;

  private final double step;
  private final int steps;

  /**
   * Chooses the ticks.
   *
   * @param most the largest share in the chart, above 0
   */
  ShareAxis(double most) {
    double unit = Math.pow(10, Math.floor(Math.log10(most / MOST_STEPS)));
    double chosen = 10 * unit;
    for (int factor : new int[] {5, 2, 1}) {
      chosen = isEnough(factor * unit, most) ? factor * unit : chosen;
    }
    step = chosen;
    steps = Math.max(1, (int) Math.ceil(most / step - 1e-9));
  }

  private static boolean isEnough(double step, double most) {
    return MOST_STEPS * step >= most * (1 - 1e-9);
  }

  /** The vertical position of a share. */
  double y(double share) {
    return BASE - share / (steps * step) * (BASE - TOP);
  }

  /** Draws the lines and their labels below everything that is drawn later. */
  void write(Markup out) {
    StringBuilder grid = new StringBuilder();
    for (int i = 0; i <= steps; i++) {
      String y = Markup.coordinate(y(i * step));
      grid.append("M" + LEFT + " " + y + "H" + Chart.WIDTH);
      Chart.label(out, LEFT - 6.0, y(i * step) + 4, Figures.of(100 * i * step) + " %");
    }
    out.shape("path", "class", "grid", "d", grid.toString());
  }
}
