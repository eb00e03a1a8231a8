package io.mlops4j.runtime.view;

import io.mlops4j.error.DataException;
import io.mlops4j.runtime.internal.duckdb.Sql;
import io.mlops4j.runtime.view.TrainingSet.Builder.JoinedView;
import io.mlops4j.runtime.view.TrainingSet.Joined;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Finds the rows of one view for all labels. */
final class OneView {
  private static final int SHOWN = 5;

  private final Offline offline;
  private final TrainingSet.Builder job;
  private final String labels;
  private final JoinedView joined;
  private final Events events;
  private final String what;

  OneView(
      Offline offline, TrainingSet.Builder job, String labels, JoinedView joined, Events events) {
    this.offline = offline;
    this.job = job;
    this.labels = labels;
    this.joined = joined;
    this.events = events;
    this.what = "view " + joined.view().name();
  }

  /**
   * Makes a table with the label's row number {@code rn} and the features of each matched label.
   */
  Joined join(String rows, List<String> columns) {
    long unusable = events.countUnusable(offline);
    boolean asKnown = job.asKnown && joined.view().createdTime().isPresent();
    String source = asKnown ? known() : events.table();
    long outOfOrder = asKnown ? count(events.table()) - unusable - count(source) : 0;
    String times = offline.table();
    String labelKeys = labelKeys();
    String keys = sortedKeys(labelKeys);
    String since = asKnown ? "known" : "et";
    offline.run(
        what,
        "CREATE TABLE "
            + times
            + " AS SELECT l.rn, l.t, "
            + events.keys("l.")
            + ", e.since FROM (SELECT rn, t, "
            + keys
            + " FROM ("
            + labelKeys
            + ")) l ASOF JOIN (SELECT "
            + keys
            + ", "
            + since
            + " AS since FROM "
            + source
            + ") e ON "
            + events.sameKeys("l", "e")
            + " AND l.t >= e.since");
    long found = count(times);
    long alive =
        asKnown ? -1 : count("(SELECT 1 FROM " + times + " m WHERE true" + alive("m.since") + ")");
    offline.run(
        what,
        "CREATE TABLE "
            + rows
            + " AS SELECT m.rn, m.t, e.et, e.ct"
            + events.andFeatures("e.")
            + " FROM "
            + source
            + " e JOIN "
            + times
            + " m ON "
            + events.sameKeys("m", "e")
            + " AND m.since = e."
            + since
            + alive("e.et"));
    offline.run(what, "DROP TABLE " + times);
    // Each label that is left has one row or more. If there are no more rows, there are no ties.
    long duplicates = count(rows) == alive ? 0 : ties(rows);
    if (!asKnown && joined.view().createdTime().isPresent()) {
      refuseLate(rows);
    }
    long matched = count(rows);
    return new Joined(
        joined.view(),
        columns,
        matched,
        count(labels) - found,
        found - matched,
        unusable,
        outOfOrder,
        duplicates);
  }

  private long count(String rows) {
    return offline.numbers(what, "SELECT count(*) FROM " + rows)[0];
  }

  private String labelKeys() {
    List<String> select = new ArrayList<>(List.of("mlops4j_row AS rn", "mlops4j_time AS t"));
    Map<String, String> types = offline.columns("labels", "SELECT * FROM " + labels);
    int i = 0;
    for (Map.Entry<String, String> key : joined.keys().entrySet()) {
      String type = Offline.columnType("labels", types, key.getValue());
      Kind kind = Kind.of(type);
      Kind expected = events.keyKinds().get(i);
      if (kind != expected) {
        throw new DataException(
            what
                + ": key "
                + key.getKey()
                + " is "
                + expected
                + ", but column "
                + key.getValue()
                + " of the labels has type "
                + type
                + "; convert one of them in SQL",
            null);
      }
      select.add(kind.plain(Sql.name(key.getValue()), type) + " AS k" + i++);
    }
    return "SELECT " + String.join(", ", select) + " FROM " + labels;
  }

  /**
   * Returns the keys as the ASOF JOIN sorts them. Whole numbers of the labels that fit have 32 bits
   * there, because DuckDB sorts a key and a time in 16 bytes much faster than in more. Keys of
   * events that do not fit become null: no label has them.
   */
  private String sortedKeys(String labelKeys) {
    List<String> select = new ArrayList<>();
    for (int i = 0; i < events.keyKinds().size(); i++) {
      String key = "k" + i;
      select.add(
          events.keyKinds().get(i) == Kind.INTEGER && fitsInteger(labelKeys, key)
              ? "TRY_CAST(" + key + " AS INTEGER) AS " + key
              : key);
    }
    return String.join(", ", select);
  }

  private boolean fitsInteger(String labelKeys, String key) {
    long[] range =
        offline.numbers(what, "SELECT min(" + key + "), max(" + key + ") FROM (" + labelKeys + ")");
    return range[0] >= Integer.MIN_VALUE && range[1] <= Integer.MAX_VALUE;
  }

  private String alive(String event) {
    long lives = joined.view().livesMicros();
    return lives == Long.MAX_VALUE
        ? ""
        : " AND epoch_us(m.t) - epoch_us(" + event + ") <= " + lives;
  }

  /**
   * Makes a table of the rows that were the newest ones of their keys when they became known, each
   * with the time {@code known} of that. Rows that became known at the same time count as one step.
   */
  private String known() {
    String table = offline.table();
    offline.run(
        what,
        "CREATE TABLE "
            + table
            + " AS SELECT * EXCLUDE (top) FROM (SELECT *, greatest(et, ct) AS known,"
            + " max({'et': et, 'ct': ct}) OVER (PARTITION BY "
            + events.keys("")
            + " ORDER BY greatest(et, ct) RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS top FROM "
            + events.table()
            + " WHERE NOT ("
            + events.unusable()
            + ")) WHERE top = {'et': et, 'ct': ct}");
    return table;
  }

  /**
   * Of several rows of one time, leaves the one with the latest created time, and refuses those
   * that differ in nothing but their features.
   *
   * @return the labels that had several equal rows
   */
  private long ties(String rows) {
    long[] counts = offline.numbers(what, "SELECT count(*), count(DISTINCT rn) FROM " + rows);
    if (counts[0] == counts[1]) {
      return 0;
    }
    String several = offline.table();
    offline.run(
        what,
        "CREATE TABLE "
            + several
            + " AS SELECT * FROM "
            + rows
            + " WHERE rn IN (SELECT rn FROM "
            + rows
            + " GROUP BY rn HAVING count(*) > 1) QUALIFY ct = max(ct) OVER (PARTITION BY rn)");
    offline.run(what, "DELETE FROM " + rows + " WHERE rn IN (SELECT rn FROM " + several + ")");
    offline.run(what, "INSERT INTO " + rows + " SELECT DISTINCT * FROM " + several);
    long equal =
        offline
            .numbers(
                what,
                "SELECT count(*) FROM (SELECT rn FROM "
                    + several
                    + " GROUP BY rn HAVING count(*) > 1)")[0];
    long[] left = offline.numbers(what, "SELECT count(*), count(DISTINCT rn) FROM " + rows);
    if (left[0] != left[1]) {
      throw new DataException(
          what
              + ": found rows of the same "
              + String.join(", ", joined.view().keys())
              + " and "
              + joined.view().eventTime()
              + " with different features, which "
              + (left[0] - left[1])
              + " labels could take; the first are "
              + shown(
                  "(SELECT rn, any_value(et) AS et, any_value(ct) AS ct, any_value(t) AS t, count(*) AS n FROM "
                      + rows
                      + " GROUP BY rn HAVING count(*) > 1)",
                  ", n AS rows")
              + ". Aggregate them in the view's SQL, or add a created time that tells them apart",
          null);
    }
    return equal;
  }

  private void refuseLate(String rows) {
    long late = offline.numbers(what, "SELECT count(*) FROM " + rows + " WHERE ct > t")[0];
    if (late > 0) {
      throw new DataException(
          what
              + ": leakage: for "
              + late
              + " labels, the latest row became known only after the label's"
              + " time; the first are "
              + shown("(SELECT * FROM " + rows + " WHERE ct > t)", ", r.ct AS created")
              + ". Use asKnown() to take the rows that were known then",
          null);
    }
  }

  private String shown(String rows, String more) {
    String keys =
        joined.keys().values().stream()
            .distinct()
            .map(column -> "l." + Sql.name(column) + ", ")
            .reduce("", String::concat);
    return offline.rows(
        what,
        "SELECT "
            + keys
            + "r.t AS label, r.et AS event"
            + more
            + " FROM "
            + rows
            + " r JOIN "
            + labels
            + " l ON l.mlops4j_row = r.rn ORDER BY r.rn LIMIT "
            + SHOWN);
  }
}
