package io.mlops4j.monitor.report;

import io.mlops4j.monitor.internal.Figures;

/** An axis of figures at the left of a chart, with round ticks. */
final class ValueAxis {
  private static final int MOST_STEPS = 4;

  private final double low;
  private final double high;
  private final double step;
  private final int top;
  private final int base;

  /**
   * Chooses ticks around a range.
   *
   * @param least the least figure, finite
   * @param most the greatest figure, finite and not below
   */
  ValueAxis(double least, double most, int top, int base) {
    double range = most > least ? most - least : Math.max(Math.abs(most), 1e-9) / 10;
    double unit = Math.pow(10, Math.floor(Math.log10(range / MOST_STEPS)));
    double chosen = 10 * unit;
    for (int factor : new int[] {5, 2, 1}) {
      chosen = MOST_STEPS * factor * unit >= range ? factor * unit : chosen;
    }
    this.step = chosen;
    this.low = Math.floor(least / step - 1e-9) * step;
    this.high = Math.max(low + step, Math.ceil(most / step + 1e-9) * step);
    this.top = top;
    this.base = base;
  }

  /** The vertical position; figures beyond the axis are at its ends. */
  double y(double figure) {
    double share = (figure - low) / (high - low);
    return base - Math.max(0, Math.min(1, share)) * (base - top);
  }

  /** Draws the lines and their labels. */
  void write(Markup out) {
    StringBuilder grid = new StringBuilder();
    long ticks = Math.round((high - low) / step);
    for (long i = 0; i <= ticks; i++) {
      double figure = Math.rint((low + i * step) / step) * step;
      String y = Markup.coordinate(y(figure));
      grid.append("M" + TimeAxis.LEFT + " " + y + "H" + TimeAxis.RIGHT);
      Chart.label(out, TimeAxis.LEFT - 6.0, y(figure) + 4, Figures.of(figure));
    }
    out.shape("path", "class", "grid", "d", grid.toString());
  }
}
