package io.mlops4j.monitor.report;

/** Shares over a range of numbers, in cells of equal width. */
final class Density implements Chart {
  private static final int TOP = 10;
  private static final int BASE = 150;

  private final double low;
  private final double high;
  private final boolean ends;
  private final double[] before;
  private final double[] after;

  /**
   * Takes what is drawn.
   *
   * @param low the left end
   * @param high the right end
   * @param ends whether the ends may be told
   * @param before shares of the reference
   * @param after shares of the current rows
   */
  Density(double low, double high, boolean ends, double[] before, double[] after) {
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
    out.open("path", "class", "reference", "d", outline(before, true)).close();
    out.open("path", "class", "current", "d", outline(after, false)).close();
    out.open("line", "class", "axis", "x1", 0, "x2", WIDTH, "y1", BASE, "y2", BASE).close();
    if (ends) {
      Chart.label(out, 0, 167, "start", Figures.of(low));
      Chart.label(out, WIDTH / 2.0, 167, "middle", Figures.of(low / 2 + high / 2));
      Chart.label(out, WIDTH, 167, "end", Figures.of(high));
    }
    out.close();
  }

  private String outline(double[] shares, boolean closed) {
    double most = Chart.most(before, after);
    double cell = (double) WIDTH / shares.length;
    StringBuilder path = new StringBuilder("M0 " + BASE);
    for (int i = 0; i < shares.length; i++) {
      long y = Math.round(BASE - shares[i] / most * (BASE - TOP));
      path.append(" V").append(y).append(" H").append(Math.round((i + 1) * cell));
    }
    return path.append(" V").append(BASE).append(closed ? " Z" : "").toString();
  }
}
