package io.mlops4j.runtime.view;

import io.mlops4j.error.DataException;
import io.mlops4j.runtime.internal.duckdb.Sql;
import io.mlops4j.runtime.view.Events.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes the rows of a view a table of DuckDB. */
final class ViewRows {
  private final Offline offline;
  private final FeatureView view;
  private final String what;

  private ViewRows(Offline offline, FeatureView view) {
    this.offline = offline;
    this.view = view;
    this.what = "view " + view.name();
  }

  /**
   * Computes the rows of a view.
   *
   * @param until leaves out rows of the source that were not known at this time; null for all rows
   */
  static Events of(Offline offline, FeatureView view, @Nullable Long until) {
    return new ViewRows(offline, view).events(until);
  }

  private Events events(@Nullable Long until) {
    String rows = offline.read(what, view.source());
    if (until != null) {
      rows = known(rows, until);
    }
    boolean computed = view.sql().isPresent() || view.transform() != null;
    if (view.sql().isPresent()) {
      offline.run(what, "CREATE OR REPLACE VIEW source AS SELECT * FROM (" + rows + "\n)");
      rows = view.sql().get();
      offline.noteFilesOf(what, rows);
    }
    FeatureView.JavaStep<?> step = view.transform();
    if (step != null) {
      rows = "SELECT * FROM " + JavaRows.transformed(offline, what, rows, step);
    }
    Map<String, String> columns = offline.columns(what, rows);
    List<Kind> keyKinds = new ArrayList<>();
    List<String> select = new ArrayList<>();
    for (String key : view.keys()) {
      String type = Offline.columnType(what, columns, key);
      Kind kind = Kind.of(type);
      if (kind == null || !kind.isKey()) {
        throw new DataException(
            what
                + ": key "
                + key
                + " has type "
                + type
                + ", expected texts, whole numbers or booleans;"
                + " convert it in SQL",
            null);
      }
      select.add(kind.plain(Sql.name(key), type) + " AS k" + keyKinds.size());
      keyKinds.add(kind);
    }
    String event =
        Kind.moment(
            Sql.name(view.eventTime()), Offline.timeType(what, columns, view.eventTime()), true);
    select.add(event + " AS et");
    String created = view.createdTime().orElse(null);
    select.add(
        (created == null
                ? event
                : "coalesce("
                    + Kind.moment(Sql.name(created), Offline.timeType(what, columns, created), true)
                    + ", "
                    + event
                    + ")")
            + " AS ct");
    List<Column> features = features(columns);
    for (int i = 0; i < features.size(); i++) {
      select.add(stored(features.get(i)) + " AS f" + i);
    }
    String table = offline.table();
    // What SQL or Java computed is kept, because it is read more than once.
    offline.run(
        what,
        "CREATE "
            + (computed || view.source().path() == null ? "TABLE " : "VIEW ")
            + table
            + " AS SELECT "
            + String.join(", ", select)
            + " FROM ("
            + rows
            + "\n)");
    return new Events(view, table, keyKinds, features);
  }

  /**
   * Sums of whole numbers have 128 bits in DuckDB, which no model takes and no file of ours holds.
   */
  private static String stored(Column feature) {
    String name = Sql.name(feature.name());
    return feature.type().equals("HUGEINT") || feature.type().equals("UBIGINT")
        ? name + "::BIGINT"
        : name;
  }

  /** An expression for one value of a column. */
  private static String single(String name, String type) {
    if (type.endsWith("]")) {
      return "list_avg(" + name + ") or " + name + "[1]";
    } else if (type.startsWith("STRUCT(")) {
      return name + ".field";
    } else if (type.startsWith("MAP(")) {
      return name + "['key']";
    }
    return name + "::DOUBLE";
  }

  private List<Column> features(Map<String, String> columns) {
    List<Column> features = new ArrayList<>();
    columns.forEach(
        (name, type) -> {
          if (view.keys().contains(name)
              || name.equals(view.eventTime())
              || name.equals(view.createdTime().orElse(null))) {
            return;
          }
          Kind kind = Kind.of(type);
          if (kind == null) {
            throw new DataException(
                what
                    + ": feature "
                    + name
                    + " has type "
                    + type
                    + ", expected booleans, whole numbers of at most 64 bits, floats, texts or"
                    + " times; convert it in SQL, for example with "
                    + single(name, type),
                null);
          }
          features.add(new Column(name, type, kind));
        });
    if (features.isEmpty()) {
      throw new DataException(
          what
              + ": found no features, only the keys and times "
              + columns.keySet()
              + "; expected at least one more column",
          null);
    }
    return features;
  }

  /** Returns the rows of the source that were known at a time. */
  private String known(String rows, long until) {
    Map<String, String> columns = offline.columns(what, rows);
    List<String> times = new ArrayList<>(List.of(view.eventTime()));
    view.createdTime().ifPresent(times::add);
    List<String> conditions = new ArrayList<>();
    for (String time : times) {
      if (!columns.containsKey(time)) {
        throw new DataException(
            what
                + ": the source has no column "
                + time
                + ", expected the view's times in the source,"
                + " too, to check that later rows do not change earlier values; name the source's"
                + " column so, or switch the check off with lookAheadChecks(0)",
            null);
      }
      String micros = Kind.micros(Sql.name(time), Offline.timeType(what, columns, time), true);
      conditions.add("coalesce(" + micros + ", " + until + ") <= " + until);
    }
    return "SELECT * FROM (" + rows + "\n) WHERE " + String.join(" AND ", conditions);
  }
}
