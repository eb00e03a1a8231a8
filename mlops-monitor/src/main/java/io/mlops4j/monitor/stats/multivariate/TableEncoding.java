package io.mlops4j.monitor.stats.multivariate;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Encodes tables as rows of numbers by the contents of a reference. A category becomes its share of
 * the reference's rows, an unseen one 0. A missing number becomes the reference's mean, a missing
 * category its most frequent one, the first by name among equals. Columns are matched by name.
 */
final class TableEncoding {
  private final Map<String, Function<Table, double[]>> columns;

  private TableEncoding(Map<String, Function<Table, double[]>> columns) {
    this.columns = columns;
  }

  static TableEncoding of(Table reference) {
    Map<String, Function<Table, double[]>> columns = new LinkedHashMap<>();
    for (String column : reference.columns()) {
      columns.put(
          column,
          reference.isNumbers(column)
              ? ofNumbers(column, reference)
              : ofCategories(column, reference));
    }
    return new TableEncoding(columns);
  }

  private static void check(Table table, String column, boolean numbers) {
    if (!table.columns().contains(column)) {
      throw new IllegalArgumentException(
          "there is no column %s among %s: columns are matched by name, and all of the reference are needed"
              .formatted(column, table.columns()));
    }
    if (table.isNumbers(column) != numbers) {
      throw new IllegalArgumentException(
          "%s holds %s, in the reference %s"
              .formatted(
                  column,
                  (numbers ? "categories" : "numbers"),
                  (numbers ? "numbers" : "categories")));
    }
  }

  private static Function<Table, double[]> ofNumbers(String column, Table reference) {
    double[][] present =
        Arrays.stream(reference.numbers(column))
            .filter(x -> !Double.isNaN(x))
            .mapToObj(x -> new double[] {x})
            .toArray(double[][]::new);
    double mean = present.length == 0 ? 0 : CompleteRows.means(present)[0];
    return table -> {
      check(table, column, true);
      return Arrays.stream(table.numbers(column)).map(x -> Double.isNaN(x) ? mean : x).toArray();
    };
  }

  private static Function<Table, double[]> ofCategories(String column, Table reference) {
    List<String> present = present(reference.categories(column)).toList();
    long all = reference.rows();
    Map<String, Long> counts = new HashMap<>();
    present.forEach(text -> counts.merge(text, 1L, Long::sum));
    String commonest =
        counts.entrySet().stream()
            .min(
                Comparator.comparingLong((Map.Entry<String, Long> e) -> -e.getValue())
                    .thenComparing(Map.Entry::getKey))
            .map(Map.Entry::getKey)
            .orElse("");
    counts.merge(commonest, all - present.size(), Long::sum);
    return table -> {
      check(table, column, false);
      return Arrays.stream(table.categories(column))
          .mapToDouble(
              text -> (double) counts.getOrDefault(text == null ? commonest : text, 0L) / all)
          .toArray();
    };
  }

  @SuppressWarnings("NullAway") // nulls were filtered out
  private static Stream<String> present(@Nullable String[] texts) {
    return Arrays.stream(texts).filter(text -> text != null);
  }

  double[][] rows(Table table) {
    double[][] rows = new double[table.rows()][columns.size()];
    int j = 0;
    for (Function<Table, double[]> column : columns.values()) {
      double[] values = column.apply(table);
      for (int i = 0; i < values.length; i++) {
        rows[i][j] = values[i];
      }
      j++;
    }
    return rows;
  }
}
