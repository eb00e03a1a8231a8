package io.mlops4j.bench.live;

import io.mlops4j.bench.live.Layout.CategoryColumn;
import io.mlops4j.bench.live.Layout.NumberColumn;
import io.mlops4j.bench.live.Layout.Width;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Types;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * The days of a CSV file with a column {@code time}: text, whole numbers and other numbers, as
 * DuckDB recognises them. Each text column also has the value {@link #RENAMED}, which no row has.
 */
final class RealRows {
  static final String RENAMED = "renamed";

  private static final String QUERY =
      "SELECT * EXCLUDE (time), epoch(time::TIMESTAMP)::BIGINT AS time FROM read_csv(?)"
          + " ORDER BY time";

  private final SortedMap<LocalDate, Rows> days = new TreeMap<>();
  private final Layout layout;

  /** Days of rows in true order, for tests as well. */
  RealRows(Rows all) {
    layout = all.layout;
    Map<Long, List<Integer>> byDay = new LinkedHashMap<>();
    for (int row = 0; row < all.size(); row++) {
      byDay
          .computeIfAbsent(
              Math.floorDiv(all.seconds[row], FlightHistory.DAY), day -> new ArrayList<>())
          .add(row);
    }
    byDay.forEach(
        (day, rows) ->
            days.put(
                LocalDate.ofEpochDay(day),
                all.pick(rows.stream().mapToInt(Integer::intValue).toArray())));
  }

  static RealRows read(Path file) throws IOException {
    try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
        PreparedStatement query = duckdb.prepareStatement(QUERY)) {
      query.setString(1, file.toString());
      try (ResultSet row = query.executeQuery()) {
        return new RealRows(new Reading(row).all());
      }
    } catch (SQLException e) {
      throw new IOException(file + " cannot be read by DuckDB: " + e.getMessage(), e);
    }
  }

  Layout layout() {
    return layout;
  }

  /** Copies of the days from one on and before another. */
  List<Rows> days(LocalDate from, LocalDate to) {
    return days.subMap(from, to).values().stream()
        .map(rows -> rows.pick(IntStream.range(0, rows.size()).toArray()))
        .toList();
  }

  /** The dates of these days. */
  List<LocalDate> dates(LocalDate from, LocalDate to) {
    return List.copyOf(days.subMap(from, to).keySet());
  }

  /** Rows of a result. */
  private static final class Reading {
    private final List<Integer> numbers = new ArrayList<>();
    private final List<NumberColumn> numberColumns = new ArrayList<>();
    private final List<Integer> texts = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
    private final List<Map<String, Integer>> codes = new ArrayList<>();
    private final List<double[]> rows = new ArrayList<>();
    private final List<Long> seconds = new ArrayList<>();

    Reading(ResultSet row) throws SQLException {
      ResultSetMetaData columns = row.getMetaData();
      int time = columns.getColumnCount();
      for (int at = 1; at < time; at++) {
        int type = columns.getColumnType(at);
        if (type == Types.VARCHAR) {
          texts.add(at);
          names.add(columns.getColumnName(at));
          codes.add(new LinkedHashMap<>(Map.of(RENAMED, 0)));
        } else {
          numbers.add(at);
          Width width = type == Types.DOUBLE ? Width.DOUBLE : Width.SHORT;
          numberColumns.add(new NumberColumn(columns.getColumnName(at), width));
        }
      }
      while (row.next()) {
        seconds.add(row.getLong(time));
        rows.add(values(row));
      }
    }

    private double[] values(ResultSet row) throws SQLException {
      double[] values = new double[numbers.size() + texts.size()];
      for (int i = 0; i < numbers.size(); i++) {
        double number = row.getDouble(numbers.get(i));
        values[i] = row.wasNull() ? Double.NaN : number;
      }
      for (int i = 0; i < texts.size(); i++) {
        String text = row.getString(texts.get(i));
        Map<String, Integer> known = codes.get(i);
        values[numbers.size() + i] =
            text == null ? -1 : known.computeIfAbsent(text, added -> known.size());
      }
      return values;
    }

    Rows all() {
      List<CategoryColumn> categories = new ArrayList<>();
      for (int i = 0; i < names.size(); i++) {
        categories.add(new CategoryColumn(names.get(i), List.copyOf(codes.get(i).keySet())));
      }
      Rows all = new Rows(new Layout(numberColumns, categories), rows.size());
      for (int row = 0; row < all.size(); row++) {
        for (int i = 0; i < all.numbers.length; i++) {
          all.numbers[i][row] = rows.get(row)[i];
        }
        for (int i = 0; i < all.codes.length; i++) {
          all.codes[i][row] = (int) rows.get(row)[all.numbers.length + i];
        }
        all.seconds[row] = seconds.get(row);
        all.keys[row] = row;
      }
      return all;
    }
  }
}
