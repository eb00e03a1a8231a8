package io.mlops4j.monitor.report;

import java.util.List;

/** A pair of columns for each of some numbers. */
final class PairedColumns implements Chart {
  private static final int TOP = 10;
  private static final int BASE = 150;
  private static final int LABELS = 8;

  private final List<String> names;
  private final double[] before;
  private final double[] after;

  /**
   * Takes what is drawn.
   *
   * @param names what stands below each
   * @param before shares of the reference
   * @param after shares of the current rows
   */
  PairedColumns(List<String> names, double[] before, double[] after) {
    this.names = names;
    this.before = before;
    this.after = after;
  }

  @Override
  public void write(Markup out, String name) {
    Chart.open(
        out,
        172,
        "%s: share of rows for each of %d values, reference and current"
            .formatted(name, names.size()));
    double cell = (double) WIDTH / names.size();
    int every = (names.size() + LABELS - 1) / LABELS;
    for (int i = 0; i < names.size(); i++) {
      column(out, "reference", i * cell + 0.08 * cell, 0.42 * cell, before[i]);
      column(out, "current", i * cell + 0.5 * cell, 0.42 * cell, after[i]);
      if (i % every == 0) {
        Chart.label(out, (i + 0.5) * cell, 167, "middle", names.get(i));
      }
    }
    out.open("line", "class", "axis", "x1", 0, "x2", WIDTH, "y1", BASE, "y2", BASE).close();
    out.close();
  }

  private void column(Markup out, String side, double x, double width, double share) {
    double height = share / Chart.most(before, after) * (BASE - TOP);
    out.open(
            "rect",
            "class",
            side + " solid",
            "x",
            x,
            "y",
            BASE - height,
            "width",
            width,
            "height",
            height)
        .close();
  }
}
