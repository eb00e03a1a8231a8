package io.mlops4j.monitor.report;

import io.mlops4j.monitor.profile.CategoryProfile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** Draws categories: the most frequent ones of the reference, the others, and the missing. */
final class CategoryChart {
  private static final int NAMED = 10;
  private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,15}(\\.[0-9]{1,15})?");

  private CategoryChart() {}

  static Chart of(CategoryPair pair) {
    CategoryProfile reference = pair.reference();
    int[] order = order(pair);
    long[][] counts = {counts(reference, order), counts(pair.current(), order)};
    List<String> names = new ArrayList<>();
    Arrays.stream(order).mapToObj(reference.names()::get).forEach(names::add);
    boolean all = order.length == reference.names().size() && reference.namesAll();
    names.add(all ? "unseen" : PairedBars.OTHERS);
    names.add("missing");
    int[] shown =
        IntStream.range(0, names.size())
            .filter(bin -> bin < order.length || counts[0][bin] + counts[1][bin] > 0)
            .toArray();
    return new PairedBars(
        Arrays.stream(shown).mapToObj(names::get).toList(),
        shares(counts[0], shown),
        shares(counts[1], shown));
  }

  /** The most frequent ones that may be named; in their order as numbers when they all are some. */
  private static int[] order(CategoryPair pair) {
    List<String> names = pair.reference().names();
    int[] frequent = IntStream.range(0, names.size()).filter(pair::shows).limit(NAMED).toArray();
    return Arrays.stream(frequent).mapToObj(names::get).allMatch(NUMBER.asMatchPredicate())
        ? Arrays.stream(frequent)
            .boxed()
            .sorted(Comparator.comparingDouble(bin -> Double.parseDouble(names.get(bin))))
            .mapToInt(Integer::intValue)
            .toArray()
        : frequent;
  }

  /** The ones of an order, then the others, then the missing. */
  private static long[] counts(CategoryProfile side, int[] order) {
    long[] all = side.counts();
    long[] counts = new long[order.length + 2];
    for (int i = 0; i < order.length; i++) {
      counts[i] = all[order[i]];
    }
    counts[order.length] = side.present() - Categories.sum(counts);
    counts[order.length + 1] = side.missing();
    return counts;
  }

  private static double[] shares(long[] counts, int[] shown) {
    double all = Math.max(1, Categories.sum(counts));
    return IntStream.of(shown).mapToDouble(bin -> counts[bin] / all).toArray();
  }
}
