package io.mlops4j.monitor.quality;

import io.mlops4j.monitor.profile.CategoryProfile;
import io.mlops4j.monitor.profile.ColumnProfile;
import io.mlops4j.monitor.profile.NumberProfile;
import io.mlops4j.monitor.profile.Profile;
import java.util.ArrayList;
import java.util.Arrays;
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

  /** The codes of one column for the rows of the sample. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Codes(Coding coding, int[] rows) {}

  /** A context; without a name there is none. */
  private record Context(int column, @Nullable String name, Codes codes) {}

  SwapLearner(Profile profile, List<String> names, RowSample sample) {
    this.profile = profile;
    this.names = names;
    this.sample = sample;
  }

  List<SwapTable> tables() {
    List<Context> contexts = contexts();
    List<SwapTable> tables = new ArrayList<>();
    int pairs = 0;
    for (int a = 0; a < names.size(); a++) {
      for (int b = a + 1; b < names.size() && pairs < MOST_PAIRS; b++) {
        if (alike(column(a), column(b))) {
          Optional<SwapTable> best = best(a, b, contexts);
          pairs += best.isPresent() && best.get().rowsNeeded() <= FEW ? 0 : 1;
          best.filter(table -> table.rowsNeeded() > FEW || table.context() != null)
              .ifPresent(tables::add);
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

  private List<Context> contexts() {
    List<Context> contexts = new ArrayList<>();
    contexts.add(new Context(-1, null, new Codes(new Coding(false, new long[0]), none())));
    for (int i = 0; i < names.size() && contexts.size() <= MOST_CONTEXTS; i++) {
      ColumnProfile column = column(i);
      if (column instanceof NumberProfile || column instanceof CategoryProfile) {
        Coding coding =
            column instanceof NumberProfile ? numbers(CONTEXT_VALUES, i) : texts(CONTEXT_VALUES, i);
        contexts.add(new Context(i, names.get(i), codes(i, coding)));
      }
    }
    return contexts;
  }

  private int[] none() {
    return new int[sample.size()];
  }

  private Codes codes(int column, Coding coding) {
    int[] rows = new int[sample.size()];
    Arrays.setAll(rows, row -> coding.code(sample.cell(column, row)));
    return new Codes(coding, rows);
  }

  private ColumnProfile column(int i) {
    return profile.column(names.get(i));
  }

  /** Whether the types of two columns of a profile do not tell them apart. */
  static boolean alike(ColumnProfile a, ColumnProfile b) {
    return a.role() == b.role()
        && ((a instanceof NumberProfile && b instanceof NumberProfile)
            || (a instanceof CategoryProfile && b instanceof CategoryProfile));
  }

  /** The context that needs the fewest rows; none if the columns differ clearly without one. */
  private Optional<SwapTable> best(int a, int b, List<Context> contexts) {
    Coding values =
        column(a) instanceof NumberProfile ? numbers(INTERVALS, a, b) : texts(TEXTS, a, b);
    Codes codesA = codes(a, values);
    Codes codesB = codes(b, values);
    SwapTable best = null;
    for (Context context : contexts) {
      if (context.column() == a || context.column() == b) {
        continue;
      }
      SwapTable table = table(a, b, codesA, codesB, context);
      int fewest = best == null ? TOO_MANY + 1 : best.rowsNeeded();
      if (table != null && table.rowsNeeded() < fewest) {
        best = table;
      }
      if (best != null && best.context() == null && best.rowsNeeded() <= FEW) {
        break;
      }
    }
    return Optional.ofNullable(best);
  }

  /** Makes a table of every second row; null if the other rows do not confirm it. */
  private @Nullable SwapTable table(int a, int b, Codes codesA, Codes codesB, Context context) {
    int size = codesA.coding().size();
    int[] groups = context.codes().rows();
    double[] ratios = ratios(codesA, codesB, context.codes());
    double sum = 0;
    double sumA = 0;
    double[] byValue = new double[size];
    double squares = 0;
    int found = 0;
    for (int row = 1; row < groups.length; row += 2) {
      int codeA = codesA.rows()[row];
      int codeB = codesB.rows()[row];
      if (codeA < size - 1 && codeB < size - 1) { // not missing
        double ratioA = ratios[groups[row] * size + codeA];
        double ratio = ratioA - ratios[groups[row] * size + codeB];
        sum += ratio;
        sumA += ratioA;
        byValue[codeA] += ratioA;
        byValue[codeB] += ratio - ratioA;
        squares += ratio * ratio;
        found++;
      }
    }
    double mean = sum / found;
    double deviation = Math.sqrt(Math.max(0, squares / found - mean * mean));
    if (!(found >= FEW && mean > 0 && mean > 6 * deviation / Math.sqrt(found))
        || !SwapTable.hasShape(byValue)) {
      return null;
    }
    String name = context.name();
    return new SwapTable(
        names.get(a),
        names.get(b),
        name,
        codesA.coding(),
        name == null ? null : context.codes().coding(),
        name == null ? Arrays.copyOf(ratios, size) : ratios,
        mean,
        sumA / found,
        deviation);
  }

  private Coding numbers(int most, int... columns) {
    return Coding.ofNumbers(
        IntStream.of(columns)
            .mapToObj(i -> sample.numbers(i, sample.size()))
            .flatMapToDouble(Arrays::stream)
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
  private static double[] ratios(Codes codesA, Codes codesB, Codes context) {
    int size = codesA.coding().size();
    int groups = context.coding().size();
    double[][] countsA = new double[groups + 1][size];
    double[][] countsB = new double[groups + 1][size];
    double[] rows = new double[groups + 1];
    for (int row = 0; row < codesA.rows().length; row += 2) {
      int group = context.rows()[row];
      countsA[group][codesA.rows()[row]]++;
      countsB[group][codesB.rows()[row]]++;
      rows[group]++;
    }
    for (int group = 0; group < groups; group++) {
      for (int code = 0; code < size; code++) {
        countsA[groups][code] += countsA[group][code];
        countsB[groups][code] += countsB[group][code];
      }
      rows[groups] += rows[group];
    }
    double[] ratios = new double[groups * size];
    for (int code = 0; code < size; code++) {
      double pooled =
          (countsA[groups][code] + countsB[groups][code] + 1) / (2 * rows[groups] + size);
      double wholeA = smooth(countsA[groups][code], rows[groups], pooled);
      double wholeB = smooth(countsB[groups][code], rows[groups], pooled);
      for (int group = 0; group < groups; group++) {
        ratios[group * size + code] =
            Math.log(
                smooth(countsA[group][code], rows[group], wholeA)
                    / smooth(countsB[group][code], rows[group], wholeB));
      }
    }
    return ratios;
  }

  private static double smooth(double count, double rows, double prior) {
    return (count + SMOOTHING * prior) / (rows + SMOOTHING);
  }
}
