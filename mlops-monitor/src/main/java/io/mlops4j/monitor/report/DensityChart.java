package io.mlops4j.monitor.report;

import io.mlops4j.monitor.internal.Figures;

/** Shares over a range of numbers, in cells of equal width. */
final class DensityChart implements Chart {
  private static final int BASE = 150;

  private final double low;
  private final double high;
  private final boolean ends;
  private final double[] before;
  private final double[] after;

  /**
   * Creates the chart.
   *
   * @param low the left end
   * @param high the right end
   * @param ends whether the ends may be shown
   * @param before shares of the reference
   * @param after shares of the current rows
   */
  DensityChart(double low, double high, boolean ends, double[] before, double[] after) {
    this.low = low;
    this.high = high;
    this.ends = ends;
    this.before = before;
    this.after = after;
  }

  @Override
  public void write(Markup out, String name) {
    Chart.open(
        out,
        172,
        name
            + (ends ? " from %s to %s".formatted(Figures.of(low), Figures.of(high)) : "")
            + ": share of rows by value, reference and current");
    ShareAxis axis = new ShareAxis(Chart.most(before, after));
    axis.write(out);
    out.shape("path", "class", "reference", "d", outline(axis, before, true));
    out.shape("path", "class", "current", "d", outline(axis, after, false));
    if (ends) {
      Chart.label(out, ShareAxis.LEFT, 167, "start", Figures.of(low));
      Chart.label(
          out, (ShareAxis.LEFT + WIDTH) / 2.0, 167, "middle", Figures.of(low / 2 + high / 2));
      Chart.label(out, WIDTH, 167, Figures.of(high));
    }
    out.close();
  }

  private static String outline(ShareAxis axis, double[] shares, boolean closed) {
    double cell = (double) (WIDTH - ShareAxis.LEFT) / shares.length;
    StringBuilder path = new StringBuilder("M" + ShareAxis.LEFT + " " + BASE);
    long x = ShareAxis.LEFT;
    long y = BASE;
    for (int i = 0; i < shares.length; i++) {
      long top = Math.round(axis.y(shares[i]));
      if (top != y) {
        path.append(x > ShareAxis.LEFT ? "H" + x : "").append('v').append(top - y);
        y = top;
      }
      x = Math.round(ShareAxis.LEFT + (i + 1) * cell);
    }
    return path.append("H" + x + "V" + BASE).append(closed ? "z" : "").toString();
  }
}
