package io.mlops4j.runtime.view;

import io.mlops4j.runtime.internal.duckdb.Sql;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The rows of a view as a table of DuckDB: {@code k0}, {@code k1} and so on are the keys, {@code
 * et} is the event time and {@code ct} the created time, and {@code f0}, {@code f1} and so on are
 * the features in their own types.
 *
 * @param view the view
 * @param table the name of the table
 * @param keyKinds the kinds of the keys
 * @param features the features
 */
record Events(FeatureView view, String table, List<Kind> keyKinds, List<Column> features) {
  /**
   * A column of a query.
   *
   * @param name its name
   * @param type its type in DuckDB
   * @param kind the kind of its values
   */
  record Column(String name, String type, Kind kind) {}

  /** Returns {@code k0, k1} with a prefix such as {@code "e."}. */
  String keys(String prefix) {
    return numbered(prefix + "k", keyKinds.size());
  }

  /** Returns {@code f0, f1} with a prefix, after a comma; empty if there is no feature. */
  String andFeatures(String prefix) {
    return features.isEmpty() ? "" : ", " + numbered(prefix + "f", features.size());
  }

  /** Returns {@code a.k0 = b.k0 AND a.k1 = b.k1}. */
  String sameKeys(String a, String b) {
    return IntStream.range(0, keyKinds.size())
        .mapToObj(i -> a + ".k" + i + " = " + b + ".k" + i)
        .collect(Collectors.joining(" AND "));
  }

  /** Returns a condition that is true of rows that no join can find. */
  String unusable() {
    return IntStream.range(0, keyKinds.size())
            .mapToObj(i -> "k" + i + " IS NULL OR ")
            .collect(Collectors.joining())
        + "et IS NULL";
  }

  /** Counts the rows that no join can find; of a Parquet file without nulls, from its footer. */
  long countUnusable(Offline offline) {
    String what = "view " + view.name();
    Path file = view.source().path();
    if (file != null
        && view.sql().isEmpty()
        && view.transform() == null
        && file.toString().toLowerCase(Locale.ROOT).endsWith(".parquet")) {
      List<String> columns = new ArrayList<>(view.keys());
      columns.add(view.eventTime());
      long[] counts =
          offline.numbers(
              what,
              "SELECT count(DISTINCT path_in_schema), count(*) FILTER (WHERE"
                  + " coalesce(stats_null_count, 1) <> 0) FROM parquet_metadata("
                  + Sql.text(file.toString())
                  + ") WHERE path_in_schema IN ("
                  + columns.stream().map(Sql::text).collect(Collectors.joining(", "))
                  + ")");
      if (counts[0] == columns.size() && counts[1] == 0) {
        return 0;
      }
    }
    return offline.numbers(what, "SELECT count(*) FROM " + table + " WHERE " + unusable())[0];
  }

  private static String numbered(String name, int count) {
    return IntStream.range(0, count).mapToObj(i -> name + i).collect(Collectors.joining(", "));
  }
}
