package io.mlops4j.runtime.view;

import io.mlops4j.error.DataException;
import io.mlops4j.runtime.internal.duckdb.Sql;
import io.mlops4j.runtime.view.Events.Column;
import io.mlops4j.runtime.view.TrainingSet.Builder.JoinedView;
import io.mlops4j.runtime.view.TrainingSet.Joined;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Joins views to labels.
 *
 * <p>DuckDB's ASOF JOIN sorts all columns that it returns, and takes any of several rows with the
 * same time. So it only finds the time of the row here, from the keys and times alone. A hash join
 * with the labels then takes the features of exactly these rows. It sorts less, and it returns all
 * rows of a time, so that ties are seen.
 */
final class PointInTimeJoin {
  private static final int SHOWN = 5;

  private final Offline offline;
  private final TrainingSet.Builder job;
  private final String labels;
  private final String labelRows;
  private final Map<String, String> labelColumns;

  PointInTimeJoin(Offline offline, TrainingSet.Builder job) {
    this.offline = offline;
    this.job = job;
    this.labels = offline.table();
    this.labelRows = offline.read("labels", job.labels);
    this.labelColumns = offline.columns("labels", labelRows);
  }

  TrainingSet write(Path file) {
    readLabels();
    List<Joined> joined = new ArrayList<>();
    List<String> select =
        new ArrayList<>(labelColumns.keySet().stream().map(each -> "l." + Sql.name(each)).toList());
    Map<String, Column> features = new LinkedHashMap<>();
    StringBuilder from = new StringBuilder(labels + " l");
    for (JoinedView view : job.views) {
      requireKeysInLabels(view);
      Events events = ViewRows.of(offline, view.view(), null);
      List<String> names = names(view, events, features);
      String rows = offline.table();
      joined.add(new OneView(offline, job, labels, view, events).join(rows, names));
      new LookAhead(offline, labels, events).check(job.lookAheadChecks);
      for (int i = 0; i < names.size(); i++) {
        select.add(rows + ".f" + i + " AS " + Sql.name(names.get(i)));
      }
      from.append(" LEFT JOIN ")
          .append(rows)
          .append(" ON l.mlops4j_row = ")
          .append(rows)
          .append(".rn");
    }
    String query =
        "SELECT " + String.join(", ", select) + " FROM " + from + " ORDER BY l.mlops4j_row";
    return new TrainingFile(offline, job, labels).write(file, query, features, joined);
  }

  private void readLabels() {
    String type = Offline.timeType("labels", labelColumns, job.time);
    for (String target : job.targets) {
      Offline.columnType("labels", labelColumns, target);
    }
    offline.run(
        "labels",
        "CREATE TABLE "
            + labels
            + " AS SELECT row_number() OVER () AS mlops4j_row, "
            + Kind.moment(Sql.name(job.time), type, false)
            + " AS mlops4j_time, * FROM ("
            + labelRows
            + "\n)");
    requireNoNull(job.time);
  }

  private void requireKeysInLabels(JoinedView view) {
    view.keys()
        .values()
        .forEach(
            column -> {
              Offline.columnType("labels", labelColumns, column);
              requireNoNull(column);
            });
  }

  private void requireNoNull(String column) {
    String isNull = " FROM " + labels + " WHERE " + Sql.name(column) + " IS NULL";
    long nulls = offline.numbers("labels", "SELECT count(*)" + isNull)[0];
    if (nulls > 0) {
      throw new DataException(
          "labels: found "
              + nulls
              + " rows without "
              + column
              + ", expected a key and a time in each"
              + " row; the first rows are "
              + offline.rows(
                  "labels",
                  "SELECT mlops4j_row AS row, "
                      + Sql.names(List.copyOf(labelColumns.keySet()))
                      + isNull
                      + " ORDER BY mlops4j_row LIMIT "
                      + SHOWN)
              + ". Leave such rows out",
          null);
    }
  }

  /** Returns the names of a view's features in the file, and refuses those that are taken. */
  private List<String> names(JoinedView view, Events events, Map<String, Column> features) {
    List<String> names = new ArrayList<>();
    for (Column feature : events.features()) {
      String name = view.prefix() + feature.name();
      if (job.targets.contains(feature.name())) {
        throw new DataException(
            "view "
                + view.view().name()
                + ": feature "
                + feature.name()
                + " has the name of a label,"
                + " expected no label among the features; rename the feature if it is another value,"
                + " otherwise remove it from the view",
            null);
      }
      if (labelColumns.containsKey(name) || features.put(name, feature) != null) {
        throw new IllegalArgumentException(
            "view "
                + view.view().name()
                + ": feature "
                + name
                + " has the name of another column of"
                + " the training set; add the view with a prefix, or rename the feature");
      }
      names.add(name);
    }
    return names;
  }

  /** Returns the names of columns for a message. */
  static String listed(List<String> names) {
    return names.stream().collect(Collectors.joining(", "));
  }
}
