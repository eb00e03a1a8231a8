package io.mlops4j.runtime.view;

import io.mlops4j.error.DataException;
import io.mlops4j.runtime.internal.duckdb.Sql;
import io.mlops4j.runtime.view.Events.Column;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The newest row of each key at a time, as a table of DuckDB with the columns of {@link Events}.
 *
 * @param events the rows of the view
 * @param table the name of the table
 * @param keys the number of rows
 * @param unusable the rows of the view without key or time
 */
record NewestRows(Events events, String table, long keys, long unusable) {
  private static final int SHOWN = 5;

  /** Finds the rows that had happened and were known at a time, and had not expired. */
  static NewestRows of(Offline offline, Events events, long until) {
    FeatureView view = events.view();
    String what = "view " + view.name();
    long lives = view.livesMicros();
    String known =
        events.table()
            + " WHERE NOT ("
            + events.unusable()
            + ") AND greatest(et, ct) <= make_timestamp("
            + until
            + ")"
            + (lives == Long.MAX_VALUE ? "" : " AND " + until + " - epoch_us(et) <= " + lives);
    String newest = offline.table();
    offline.run(
        what,
        "CREATE TABLE "
            + newest
            + " AS SELECT "
            + events.keys("")
            + ", max(et) AS et FROM "
            + known
            + " GROUP BY ALL");
    String table = offline.table();
    offline.run(
        what,
        "CREATE TABLE "
            + table
            + " AS SELECT DISTINCT "
            + events.keys("e.")
            + ", e.et, e.ct"
            + events.andFeatures("e.")
            + " FROM (SELECT * FROM "
            + known
            + ") e JOIN "
            + newest
            + " n ON "
            + events.sameKeys("e", "n")
            + " AND e.et = n.et QUALIFY e.ct = max(e.ct) OVER (PARTITION BY "
            + events.keys("e.")
            + ")");
    long keys = offline.numbers(what, "SELECT count(*) FROM " + newest)[0];
    long rows = offline.numbers(what, "SELECT count(*) FROM " + table)[0];
    if (rows != keys) {
      List<String> names = new ArrayList<>();
      for (int i = 0; i < view.keys().size(); i++) {
        names.add("k" + i + " AS " + Sql.name(view.keys().get(i)));
      }
      throw new DataException(
          what
              + ": found rows of the same "
              + String.join(", ", view.keys())
              + " and "
              + view.eventTime()
              + " with different features for "
              + (rows - keys)
              + " keys or more; the first are "
              + offline.rows(
                  what,
                  "SELECT "
                      + String.join(", ", names)
                      + ", et AS event, count(*) AS rows FROM "
                      + table
                      + " GROUP BY ALL HAVING count(*) > 1 ORDER BY ALL LIMIT "
                      + SHOWN)
              + ". Aggregate them in the view's SQL, or add a created time that tells them apart",
          null);
    }
    offline.run(what, "DROP TABLE " + newest);
    long unusable = events.countUnusable(offline);
    return new NewestRows(events, table, keys, unusable);
  }

  /** The position of each feature, sorted by name, as rows are stored. */
  static List<Integer> byName(List<Column> features) {
    return IntStream.range(0, features.size())
        .boxed()
        .sorted(Comparator.comparing(i -> features.get(i).name()))
        .toList();
  }

  /** Returns expressions for keys, times and features, sorted by name, that {@link Cells} reads. */
  static String plain(Events events, String prefix) {
    List<String> select = new ArrayList<>();
    for (int i = 0; i < events.keyKinds().size(); i++) {
      select.add(prefix + "k" + i);
    }
    select.add("epoch_us(" + prefix + "et)");
    select.add("epoch_us(" + prefix + "ct)");
    for (int i : byName(events.features())) {
      Column feature = events.features().get(i);
      select.add(feature.kind().plain(prefix + "f" + i, feature.type()));
    }
    return String.join(", ", select);
  }

  /** Reads what {@link #plain} selects. */
  static final class Reader {
    private final Events events;
    private final List<Column> features;
    final List<String> names;

    Reader(Events events) {
      this.events = events;
      this.features = byName(events.features()).stream().map(events.features()::get).toList();
      this.names = features.stream().map(Column::name).toList();
    }

    List<@Nullable Object> key(ResultSet rows) throws SQLException {
      List<@Nullable Object> key = new ArrayList<>();
      for (int i = 0; i < events.keyKinds().size(); i++) {
        key.add(Cells.read(rows, i + 1, events.keyKinds().get(i)));
      }
      return key;
    }

    OnlineStore.Row row(ResultSet rows) throws SQLException {
      int times = events.keyKinds().size();
      long event = rows.getLong(times + 1);
      return new OnlineStore.Row(
          KeyText.of(events.view(), key(rows)),
          event,
          rows.getLong(times + 2),
          Times.expires(event, events.view().livesMicros()),
          RowBytes.write(names, values(rows)));
    }

    @Nullable Object[] values(ResultSet rows) throws SQLException {
      int first = events.keyKinds().size() + 3;
      @Nullable Object[] values = new @Nullable Object[features.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = Cells.read(rows, first + i, features.get(i).kind());
      }
      return values;
    }
  }
}
