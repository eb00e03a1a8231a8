package io.mlops4j.monitor.quality;

import io.mlops4j.monitor.profile.CategoryProfile;
import io.mlops4j.monitor.profile.ColumnProfile;
import io.mlops4j.monitor.profile.NumberProfile;
import io.mlops4j.monitor.profile.Profile;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Finds pairs of columns of like type that their own distributions do not tell apart, and for each
 * the other column that does it best. Tables are made from every second row of a sample and judged
 * by the other rows, so a table that only fits its own rows is not used.
 */
final class SwapLearner {
  private static final int MOST_PAIRS = 256;
  private static final int MOST_CONTEXTS = 16;
  private static final int MOST_TABLES = 32;

  /** A pair that needs no more rows than this without another column is told apart without one. */
  static final int FEW = 64;

  /** A table that needs more rows than this is not used. */
  private static final int TOO_MANY = 4 * QualityWindow.SAMPLE;

  private static final int INTERVALS = 16;
  private static final int CONTEXT_VALUES = 24;
  private static final int TEXTS = 254;

  /** The weight of a value's share in all rows among the rows of one context, in rows. */
  private static final double SMOOTHING = 20;

  private final Profile profile;
  private final List<String> names;
  private final RowSample sample;

  SwapLearner(Profile profile, List<String> names, RowSample sample) {
    this.profile = profile;
    this.names = names;
    this.sample = sample;
  }

  List<SwapTable> tables() {
    List<Integer> contexts =
        IntStream.range(0, names.size())
            .filter(i -> isContext(column(i)))
            .boxed()
            .limit(MOST_CONTEXTS)
            .toList();
    List<SwapTable> tables = new ArrayList<>();
    int pairs = 0;
    for (int a = 0; a < names.size(); a++) {
      for (int b = a + 1; b < names.size() && pairs < MOST_PAIRS; b++) {
        if (alike(column(a), column(b))) {
          int needed = table(a, b, -1).map(SwapTable::rowsNeeded).orElse(Integer.MAX_VALUE);
          if (needed > FEW) {
            pairs++;
            best(a, b, contexts).ifPresent(tables::add);
          }
        }
      }
    }
    return tables.stream()
        .sorted(
            Comparator.comparingInt(SwapTable::rowsNeeded)
                .thenComparing(SwapTable::a)
                .thenComparing(SwapTable::b))
        .limit(MOST_TABLES)
        .toList();
  }

  private ColumnProfile column(int i) {
    return profile.column(names.get(i));
  }

  private static boolean isContext(ColumnProfile column) {
    return column instanceof NumberProfile || column instanceof CategoryProfile;
  }

  /** Whether two columns of a profile can be exchanged without anybody noticing by their type. */
  static boolean alike(ColumnProfile a, ColumnProfile b) {
    return a.role() == b.role()
        && ((a instanceof NumberProfile && b instanceof NumberProfile)
            || (a instanceof CategoryProfile && b instanceof CategoryProfile));
  }

  private Optional<SwapTable> best(int a, int b, List<Integer> contexts) {
    return IntStream.concat(IntStream.of(-1), contexts.stream().mapToInt(i -> i))
        .filter(c -> c != a && c != b)
        .mapToObj(c -> table(a, b, c))
        .flatMap(Optional::stream)
        .filter(table -> table.rowsNeeded() <= TOO_MANY)
        .min(Comparator.comparingInt(SwapTable::rowsNeeded));
  }

  /**
   * Makes a table.
   *
   * @param c the context, or -1
   */
  private Optional<SwapTable> table(int a, int b, int c) {
    Coding values =
        column(a) instanceof NumberProfile ? numbers(INTERVALS, a, b) : texts(TEXTS, a, b);
    Coding contexts = c < 0 ? null : context(c);
    double[] ratios = ratios(a, b, c, values, contexts);
    SwapTable table =
        new SwapTable(
            names.get(a),
            names.get(b),
            c < 0 ? null : names.get(c),
            values,
            contexts,
            ratios,
            Double.NaN,
            Double.NaN);
    double sum = 0;
    double squares = 0;
    int found = 0;
    for (int row = 1; row < sample.size(); row += 2) {
      double ratio =
          table.ratio(sample.cell(a, row), sample.cell(b, row), c < 0 ? 0 : sample.cell(c, row));
      if (!Double.isNaN(ratio)) {
        sum += ratio;
        squares += ratio * ratio;
        found++;
      }
    }
    double mean = sum / found;
    double deviation = Math.sqrt(Math.max(0, squares / found - mean * mean));
    boolean clear = found >= FEW && mean > 6 * deviation / Math.sqrt(found) && mean > 0;
    return clear
        ? Optional.of(
            new SwapTable(
                table.a(), table.b(), table.context(), values, contexts, ratios, mean, deviation))
        : Optional.empty();
  }

  private Coding context(int c) {
    return column(c) instanceof NumberProfile
        ? numbers(CONTEXT_VALUES, c)
        : texts(CONTEXT_VALUES, c);
  }

  private Coding numbers(int most, int... columns) {
    return Coding.ofNumbers(
        IntStream.of(columns)
            .mapToObj(i -> sample.numbers(i, sample.size()))
            .flatMapToDouble(java.util.Arrays::stream)
            .toArray(),
        most);
  }

  private Coding texts(int most, int... columns) {
    return Coding.ofTexts(
        IntStream.of(columns)
            .boxed()
            .flatMapToLong(
                i -> IntStream.range(0, sample.size()).mapToLong(row -> sample.cell(i, row)))
            .toArray(),
        most);
  }

  /** Counts every second row, and smooths by the shares in all contexts together. */
  private double[] ratios(int a, int b, int c, Coding values, @Nullable Coding contexts) {
    int size = values.size();
    int groups = contexts == null ? 1 : contexts.size();
    double[][] countsA = new double[groups + 1][size];
    double[][] countsB = new double[groups + 1][size];
    double[] rows = new double[groups + 1];
    for (int row = 0; row < sample.size(); row += 2) {
      int group = contexts == null ? 0 : contexts.code(sample.cell(c, row));
      int codeA = values.code(sample.cell(a, row));
      int codeB = values.code(sample.cell(b, row));
      for (int to : new int[] {group, groups}) {
        countsA[to][codeA]++;
        countsB[to][codeB]++;
        rows[to]++;
      }
    }
    double[] ratios = new double[groups * size];
    for (int group = 0; group < groups; group++) {
      for (int code = 0; code < size; code++) {
        double pooled =
            (countsA[groups][code] + countsB[groups][code] + 1) / (2 * rows[groups] + size);
        double wholeA = smooth(countsA[groups][code], rows[groups], pooled);
        double wholeB = smooth(countsB[groups][code], rows[groups], pooled);
        ratios[group * size + code] =
            Math.log(smooth(countsA[group][code], rows[group], wholeA))
                - Math.log(smooth(countsB[group][code], rows[group], wholeB));
      }
    }
    return ratios;
  }

  private static double smooth(double count, double rows, double prior) {
    return (count + SMOOTHING * prior) / (rows + SMOOTHING);
  }
}
