package io.mlops4j.monitor.report;

import io.mlops4j.monitor.internal.Figures;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A pair of bars, with the shares in figures, for each category. */
final class BarChart implements Chart {
  private static final int ROW = 24;
  private static final int LEFT = 104;
  private static final int RIGHT = 136;
  private static final int LETTERS = 12;

  private final List<String> names;
  private final double[] before;
  private final double[] after;
  private final int pooled;

  /**
   * Creates the chart.
   *
   * @param names the categories
   * @param before shares of the reference
   * @param after shares of the current rows
   * @param pooled the index of the bar for all other categories, shown in figures only; -1 for none
   */
  BarChart(List<String> names, double[] before, double[] after, int pooled) {
    this.names = names;
    this.before = before;
    this.after = after;
    this.pooled = pooled;
  }

  @Override
  public void write(Markup out, String name) {
    Chart.open(
        out,
        ROW * names.size(),
        name + ": share of rows by category, reference and current: " + inWords());
    double scale = (WIDTH - LEFT - RIGHT) / Chart.most(drawn(before), drawn(after));
    Chart.bars(out, "reference", bars(before, 3, scale));
    Chart.bars(out, "current", bars(after, 12, scale));
    IntStream.range(0, names.size()).forEach(i -> row(out, i));
    out.close();
  }

  private String inWords() {
    return IntStream.range(0, names.size())
        .mapToObj(i -> names.get(i) + " " + change(i))
        .reduce((a, b) -> a + "; " + b)
        .orElse("none");
  }

  private String change(int i) {
    return Figures.share(before[i]) + " \u2192 " + Figures.share(after[i]);
  }

  /** A bar for all other categories would leave no room for the named ones. */
  private double[] drawn(double[] shares) {
    return IntStream.range(0, names.size())
        .filter(i -> i != pooled)
        .mapToDouble(i -> shares[i])
        .toArray();
  }

  private String bars(double[] shares, double top, double scale) {
    return IntStream.range(0, names.size())
        .filter(i -> i != pooled)
        .mapToObj(i -> Chart.bar(LEFT, ROW * i + top, shares[i] * scale, 8))
        .collect(Collectors.joining());
  }

  private void row(Markup out, int i) {
    double y = ROW * i + 15.0;
    Chart.label(out, LEFT - 8.0, y, shortened(names.get(i)));
    Chart.label(out, WIDTH, y, change(i));
  }

  private static String shortened(String name) {
    return name.codePointCount(0, name.length()) <= LETTERS
        ? name
        : name.substring(0, name.offsetByCodePoints(0, LETTERS - 1)) + "\u2026";
  }
}
