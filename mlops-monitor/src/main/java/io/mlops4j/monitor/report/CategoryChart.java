package io.mlops4j.monitor.report;

import io.mlops4j.monitor.profile.CategoryProfile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Draws categories: all where they are few, else those whose share moved most and the others as
 * one; then what the reference never had, and the missing.
 */
final class CategoryChart {
  private static final int NAMED = 10;
  private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,15}(\\.[0-9]{1,15})?");

  private CategoryChart() {}

  static Chart of(CategoryPair pair) {
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
    return new PairedBars(
        Arrays.stream(shown).mapToObj(names::get).toList(),
        shares(counts[0], shown),
        shares(counts[1], shown),
        order.length < shown.length && shown[order.length] == order.length ? order.length : -1);
  }

  /**
   * Those that may be named and are drawn: the most frequent ones of the reference first where all
   * are, else the ones that moved most first, and numbers in their own order.
   */
  private static int[] order(CategoryPair pair) {
    List<String> names = pair.reference().names();
    int[] drawn = IntStream.range(0, names.size()).filter(pair::shows).toArray();
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

  /** By how much the share of each category changed. */
  private static double[] moves(CategoryPair pair) {
    long[] before = pair.reference().counts();
    long[] after = pair.current().counts();
    double n = Math.max(1, Categories.sum(before) + pair.reference().missing());
    double m = Math.max(1, Categories.sum(after) + pair.current().missing());
    double[] moves = new double[before.length];
    Arrays.setAll(moves, bin -> Math.abs(after[bin] / m - before[bin] / n));
    return moves;
  }

  /**
   * The ones of an order, then the others, the unseen and the missing.
   *
   * @param all whether the rest of the reference is empty, so that the rest is unseen
   */
  private static long[] counts(CategoryProfile side, int[] order, boolean all) {
    long[] each = side.counts();
    long[] counts = new long[order.length + 3];
    for (int i = 0; i < order.length; i++) {
      counts[i] = each[order[i]];
    }
    long unseen = all ? side.rest() : 0;
    counts[order.length] = side.present() - Categories.sum(counts) - unseen;
    counts[order.length + 1] = unseen;
    counts[order.length + 2] = side.missing();
    return counts;
  }

  private static double[] shares(long[] counts, int[] shown) {
    double all = Math.max(1, Categories.sum(counts));
    return IntStream.of(shown).mapToDouble(bin -> counts[bin] / all).toArray();
  }
}
