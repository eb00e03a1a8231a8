package io.mlops4j.runtime.view;

import io.mlops4j.error.DataException;
import io.mlops4j.runtime.internal.duckdb.Sql;
import io.mlops4j.runtime.view.Events.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Finds SQL that looks ahead. At the time of some labels, it computes the view again from the rows
 * of the source that were known then, and compares the newest row of each key. A point-in-time join
 * cannot see such leaks: the rows have the right times, but their values depend on later rows.
 */
final class LookAhead {
  /** Sums of a window depend on the order of additions, which other rows change. */
  private static final double TOLERANCE = 1e-9;

  private static final int SHOWN = 5;

  private final Offline offline;
  private final String labels;
  private final Events all;
  private final String what;

  LookAhead(Offline offline, String labels, Events all) {
    this.offline = offline;
    this.labels = labels;
    this.all = all;
    this.what = "view " + all.view().name();
  }

  void check(int times) {
    if (all.view().sql().isEmpty()) {
      return; // each row stands alone
    }
    for (int i = 1; i <= times; i++) {
      long[] cut =
          offline.numbers(
              what,
              "SELECT count(*), epoch_us(quantile_disc(mlops4j_time, "
                  + (i / (times + 1.0))
                  + ")) FROM "
                  + labels);
      if (cut[0] > 0) {
        check(cut[1]);
      }
    }
  }

  private void check(long cut) {
    Events then = ViewRows.of(offline, all.view(), cut);
    requireSameColumns(then, cut);
    String differ =
        " FROM ("
            + newest(all, cut)
            + ") a FULL JOIN ("
            + newest(then, cut)
            + ") b ON "
            + all.sameKeys("a", "b")
            + " AND a.et = b.et WHERE a.et IS NULL OR b.et IS NULL OR "
            + unequal();
    long rows = offline.numbers(what, "SELECT count(*)" + differ)[0];
    if (rows > 0) {
      throw new DataException(
          what
              + ": leakage: "
              + rows
              + " keys have other values at "
              + Times.instant(cut)
              + " if the rows of the source after this time are missing, expected the same values;"
              + " the first are "
              + shown(differ)
              + ". The SQL looks ahead: let it use rows up to the current one only, for example"
              + " with RANGE BETWEEN ... PRECEDING AND CURRENT ROW",
          null);
    }
    offline.run(what, "DROP TABLE " + then.table());
  }

  /** Columns that DuckDB makes from values, as PIVOT does, are another look ahead. */
  private void requireSameColumns(Events then, long cut) {
    if (!then.features().equals(all.features())) {
      throw new DataException(
          what
              + ": leakage: found the features "
              + named(all.features())
              + ", but "
              + named(then.features())
              + " if the rows of the source after "
              + Times.instant(cut)
              + " are missing, expected the same names and types. The columns of the SQL depend on"
              + " later rows: name the values, for example with PIVOT source ON kind IN ('a', 'b'),"
              + " or switch the check off with lookAheadChecks(0)",
          null);
    }
  }

  private static List<String> named(List<Column> columns) {
    return columns.stream().map(each -> each.name() + " " + each.type()).toList();
  }

  private static String newest(Events events, long cut) {
    return "SELECT * FROM "
        + events.table()
        + " WHERE NOT ("
        + events.unusable()
        + ") AND greatest(et, ct) <= make_timestamp("
        + cut
        + ")"
        + " QUALIFY row_number() OVER (PARTITION BY "
        + events.keys("")
        + " ORDER BY et DESC, ct DESC"
        + events.andFeatures("")
        + ") = 1";
  }

  private String unequal() {
    return IntStream.range(0, all.features().size())
        .mapToObj(i -> unequal("a.f" + i, "b.f" + i, all.features().get(i)))
        .collect(Collectors.joining(" OR "));
  }

  private static String unequal(String a, String b, Column column) {
    String differ = a + " IS DISTINCT FROM " + b;
    return column.kind() == Kind.DOUBLE || column.kind() == Kind.FLOAT
        ? "("
            + differ
            + " AND coalesce(abs("
            + a
            + " - "
            + b
            + ") > "
            + (column.kind() == Kind.FLOAT ? 1e-5 : TOLERANCE)
            + " * greatest(abs("
            + a
            + "), abs("
            + b
            + ")), true))"
        : differ;
  }

  private String shown(String differ) {
    List<String> select = new ArrayList<>();
    for (int i = 0; i < all.keyKinds().size(); i++) {
      select.add("coalesce(a.k" + i + ", b.k" + i + ") AS " + Sql.name(all.view().keys().get(i)));
    }
    select.add("coalesce(a.et, b.et) AS event");
    for (int i = 0; i < Math.min(3, all.features().size()); i++) {
      String name = all.features().get(i).name();
      select.add("a.f" + i + " AS " + Sql.name(name));
      select.add("b.f" + i + " AS " + Sql.name(name + " without later rows"));
    }
    return offline.rows(
        what, "SELECT " + String.join(", ", select) + differ + " ORDER BY ALL LIMIT " + SHOWN);
  }
}
