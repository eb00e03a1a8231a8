package io.mlops4j.runtime.feature;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.feature.ReadOptions;
import io.mlops4j.internal.Suggestions;
import io.mlops4j.runtime.internal.duckdb.DuckDb;
import io.mlops4j.runtime.internal.duckdb.DuckDbSettings;
import io.mlops4j.runtime.internal.duckdb.Sql;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.arrow.memory.BufferAllocator;

/** Reads files and queries through DuckDB. */
final class DuckDbFiles {
  private DuckDbFiles() {}

  static FeatureReader open(
      DataFormat format, List<Path> files, ReadOptions options, BufferAllocator allocator) {
    String names = files.stream().map(Path::toString).collect(Collectors.joining(", "));
    String source = FileSql.files(format, files, options);
    boolean cast = format != DataFormat.CSV; // DuckDB parses CSV as the types
    DuckDb database = DuckDb.open(settings(options, files));
    try {
      FileStamps stamps = FileStamps.of(files);
      checkColumns(database.columns("SELECT * FROM " + source), options);
      FeatureReader rows =
          database.query(FileSql.select(source, options, cast), options.batchRows(), allocator);
      return new QueryReader(database, rows, names, stamps);
    } catch (RuntimeException e) {
      database.close();
      throw QueryReader.named(names, e);
    }
  }

  static FeatureReader query(String sql, ReadOptions options, BufferAllocator allocator) {
    DuckDb database = DuckDb.open(settings(options, List.of()));
    try {
      String source = "query(" + Sql.text(sql) + ")"; // accepts one SELECT and nothing else
      checkColumns(database.columns("SELECT * FROM " + source), options);
      FeatureReader rows =
          database.query(FileSql.select(source, options, true), options.batchRows(), allocator);
      return new QueryReader(database, rows, "the query", FileStamps.of(List.of()));
    } catch (RuntimeException e) {
      database.close();
      throw QueryReader.named("the query", e);
    }
  }

  private static DuckDbSettings settings(ReadOptions options, List<Path> files) {
    return new DuckDbSettings(
        options.threads().orElse(0),
        options.memoryBytes().orElse(0),
        options.spill().orElse(null),
        files);
  }

  private static void checkColumns(List<String> found, ReadOptions options) {
    for (String column : options.columns()) {
      if (!found.contains(column)) {
        throw new DataException(
            "found no column " + column + " among " + found + Suggestions.hint(column, found),
            null);
      }
    }
  }
}
