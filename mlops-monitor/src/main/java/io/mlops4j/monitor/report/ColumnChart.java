package io.mlops4j.monitor.report;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A pair of columns for each of some numbers. */
final class ColumnChart implements Chart {
  private static final int BASE = 150;
  private static final int LABELS = 8;

  private final List<String> names;
  private final double[] before;
  private final double[] after;

  /**
   * Creates the chart.
   *
   * @param names the label below each pair
   * @param before shares of the reference
   * @param after shares of the current rows
   */
  ColumnChart(List<String> names, double[] before, double[] after) {
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
    ShareAxis axis = new ShareAxis(Chart.most(before, after));
    axis.write(out);
    double cell = (double) (WIDTH - ShareAxis.LEFT) / names.size();
    int every = (names.size() + LABELS - 1) / LABELS;
    Chart.bars(out, "reference", columns(axis, before, 0.08 * cell, cell));
    Chart.bars(out, "current", columns(axis, after, 0.5 * cell, cell));
    for (int i = 0; i < names.size(); i += every) {
      Chart.label(out, ShareAxis.LEFT + (i + 0.5) * cell, 167, "middle", names.get(i));
    }
    out.close();
  }

  private static String columns(ShareAxis axis, double[] shares, double left, double cell) {
    return IntStream.range(0, shares.length)
        .mapToObj(
            i -> {
              double y = axis.y(shares[i]);
              return Chart.bar(ShareAxis.LEFT + i * cell + left, y, 0.42 * cell, BASE - y);
            })
        .collect(Collectors.joining());
  }
}
