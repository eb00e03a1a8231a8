package io.mlops4j.runtime.feature.duckdb;

import io.mlops4j.error.DataException;
import io.mlops4j.runtime.internal.duckdb.DuckDb;
import io.mlops4j.runtime.internal.duckdb.DuckDbSettings;
import io.mlops4j.runtime.internal.duckdb.Sql;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds where files are damaged, after a read failed. DuckDB reads several row groups at a time and
 * does not say which of them failed, so the files are read again, part by part.
 */
final class DamagedPlace {
  private DamagedPlace() {}

  /** Returns the row group of Parquet files and the column that cannot be read, or null. */
  static @Nullable String rowGroup(List<Path> files, List<String> columns) {
    try (DuckDb database = DuckDb.open(DuckDbSettings.of(files))) {
      for (Path file : files) {
        String list = Sql.exactly(List.of(file));
        long from = 0;
        for (int group = 0; ; group++) {
          List<@Nullable Long> size =
              database.numbers(
                  "SELECT max(row_group_num_rows) FROM parquet_metadata("
                      + list
                      + ") WHERE row_group_id = "
                      + group);
          Long rows = size.isEmpty() ? null : size.get(0);
          if (rows == null) {
            break;
          }
          for (String column : columns) {
            if (!isReadable(database, list, column, from, from + rows)) {
              return file
                  + ", row group "
                  + group
                  + " (rows "
                  + from
                  + " to "
                  + (from + rows - 1)
                  + "), column "
                  + column;
            }
          }
          from += rows;
        }
      }
      return null;
    } catch (DataException e) {
      return null; // the first failure is reported
    }
  }

  /** Returns the number of rows of Parquet files. */
  static List<@Nullable Long> rows(List<Path> files) {
    try (DuckDb database = DuckDb.open(DuckDbSettings.of(files))) {
      return database.numbers(
          "SELECT sum(num_rows) FROM parquet_file_metadata(" + Sql.exactly(files) + ")");
    } catch (DataException e) {
      return List.of();
    }
  }

  private static boolean isReadable(
      DuckDb database, String list, String column, long from, long end) {
    try {
      database.numbers(
          "SELECT CAST(max(hash("
              + Sql.name(column)
              + ")) > 0 AS INTEGER) FROM read_parquet("
              + list
              + ", file_row_number = true) WHERE file_row_number >= "
              + from
              + " AND file_row_number < "
              + end);
      return true;
    } catch (DataException e) {
      return false;
    }
  }

  /** Returns the first row of text files with a bad value, or null. */
  static @Nullable String row(TextFiles text, ParsedTypes parsed) {
    if (parsed.checks().isEmpty()) {
      return null;
    }
    String bad =
        parsed.checks().values().stream()
            .map(check -> "(" + check + ")")
            .collect(Collectors.joining(" OR "));
    try (DuckDb database = text.database()) {
      for (Path file : text.files()) {
        String sql =
            "SELECT \"row\" FROM (SELECT row_number() OVER () AS \"row\", %1$s AS bad FROM %2$s) WHERE bad LIMIT 1"
                .formatted(bad, text.source(file, parsed.types()));
        for (String row : database.texts(sql)) {
          return text.place(file, row);
        }
      }
      return null;
    } catch (DataException e) {
      return null;
    }
  }
}
