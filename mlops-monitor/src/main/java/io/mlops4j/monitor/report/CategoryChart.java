package io.mlops4j.monitor.report;

import io.mlops4j.monitor.profile.CategoryProfile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Draws categories. If there are few, all of them are drawn. If there are many, those whose share
 * moved most are drawn, and all others together are one bar. Unseen and missing values follow.
 */
final class CategoryChart {
  private static final int NAMED = 10;
  private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,15}(\\.[0-9]{1,15})?");

  private CategoryChart() {}

  static Chart of(ShownColumn<CategoryProfile> pair) {
    int[] order = order(pair);
    boolean all = pair.reference().namesAll();
    long[][] counts = {counts(pair.reference(), order, all), counts(pair.current(), order, all)};
    int more = pair.reference().names().size() - order.length;
    List<String> names = new ArrayList<>();
    Arrays.stream(order).mapToObj(pair.reference().names()::get).forEach(names::add);
    names.add(!all ? "all others" : more == 1 ? "1 other" : more + " others");
    names.add("unseen");
    names.add("missing");
    int[] shown =
        IntStream.range(0, names.size())
            .filter(bin -> bin < order.length || counts[0][bin] + counts[1][bin] > 0)
            .toArray();
    return new BarChart(
        Arrays.stream(shown).mapToObj(names::get).toList(),
        shares(counts[0], shown),
        shares(counts[1], shown),
        order.length < shown.length && shown[order.length] == order.length ? order.length : -1);
  }

  /** Whether the name of a category may be shown. */
  static boolean shows(ShownColumn<CategoryProfile> pair, int bin) {
    return pair.rules().showsCategory(pair.reference().counts()[bin], pair.current().counts()[bin]);
  }

  /**
   * The categories to draw, of those that may be named. If all are drawn, the most frequent ones of
   * the reference come first, otherwise those that moved most. Numbers are in ascending order.
   */
  private static int[] order(ShownColumn<CategoryProfile> pair) {
    List<String> names = pair.reference().names();
    int[] drawn = IntStream.range(0, names.size()).filter(bin -> shows(pair, bin)).toArray();
    if (drawn.length > NAMED) {
      double[] moves = moves(pair);
      drawn =
          Arrays.stream(drawn)
              .boxed()
              .sorted(Comparator.comparingDouble(bin -> -moves[bin]))
              .limit(NAMED)
              .mapToInt(Integer::intValue)
              .toArray();
    }
    return Arrays.stream(drawn).mapToObj(names::get).allMatch(NUMBER.asMatchPredicate())
        ? Arrays.stream(drawn)
            .boxed()
            .sorted(Comparator.comparingDouble(bin -> Double.parseDouble(names.get(bin))))
            .mapToInt(Integer::intValue)
            .toArray()
        : drawn;
  }

  /** The change of the share of each category. */
  private static double[] moves(ShownColumn<CategoryProfile> pair) {
    long[] before = pair.reference().counts();
    long[] after = pair.current().counts();
    double n = Math.max(1, Arrays.stream(before).sum() + pair.reference().missing());
    double m = Math.max(1, Arrays.stream(after).sum() + pair.current().missing());
    double[] moves = new double[before.length];
    Arrays.setAll(moves, bin -> Math.abs(after[bin] / m - before[bin] / n));
    return moves;
  }

  /**
   * The counts of the drawn categories, then of the others, the unseen and the missing.
   *
   * @param all whether the reference has no rest, so that the current rest is unseen
   */
  private static long[] counts(CategoryProfile side, int[] order, boolean all) {
    long[] each = side.counts();
    long[] counts = new long[order.length + 3];
    for (int i = 0; i < order.length; i++) {
      counts[i] = each[order[i]];
    }
    long unseen = all ? side.rest() : 0;
    counts[order.length] = side.present() - Arrays.stream(counts).sum() - unseen;
    counts[order.length + 1] = unseen;
    counts[order.length + 2] = side.missing();
    return counts;
  }

  private static double[] shares(long[] counts, int[] shown) {
    double all = Math.max(1, Arrays.stream(counts).sum());
    return IntStream.of(shown).mapToDouble(bin -> counts[bin] / all).toArray();
  }
}
