package io.mlops4j.runtime.view;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.feature.FeatureWriter;
import io.mlops4j.feature.WriteOptions;
import io.mlops4j.runtime.feature.DataFiles;
import io.mlops4j.runtime.feature.duckdb.DuckDbFiles;
import io.mlops4j.runtime.internal.duckdb.DuckDb;
import io.mlops4j.runtime.internal.duckdb.DuckDbSettings;
import io.mlops4j.runtime.internal.duckdb.Sql;
import io.mlops4j.runtime.internal.file.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.jspecify.annotations.Nullable;

/**
 * One job in a DuckDB of its own, which ends with the job. Spills to a temporary folder. For one
 * thread.
 */
final class Offline implements AutoCloseable {
  private final DuckDb database;
  private final Connection connection;
  private final Path spill;
  private final Map<Path, Object> stamps = new HashMap<>();
  private final IdentityHashMap<FeatureSource, String> copies = new IdentityHashMap<>();
  private int tables;

  private Offline(DuckDb database, Path spill) {
    this.database = database;
    this.connection = database.connection();
    this.spill = spill;
  }

  /** Opens an empty database. */
  static Offline open() {
    Path spill = null;
    try {
      spill = Files.createTempDirectory("mlops4j-features");
      return new Offline(DuckDb.open(new DuckDbSettings(0, 0, spill, List.of(), false)), spill);
    } catch (IOException | DataException e) {
      if (spill != null) {
        Disk.deleteQuietly(spill);
      }
      throw new DataException("feature views: " + e.getMessage(), e);
    }
  }

  /** Returns a new name for a table. */
  String table() {
    return "mlops4j_" + tables++;
  }

  Connection connection() {
    return connection;
  }

  /** Runs a statement. */
  void run(String what, String sql) {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw failed(what, e);
    }
  }

  /** Returns the numbers of the only row of a query; 0 for null. */
  long[] numbers(String what, String sql) {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      long[] numbers = new long[rows.getMetaData().getColumnCount()];
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = rows.getLong(i + 1);
      }
      return numbers;
    } catch (SQLException e) {
      throw failed(what, e);
    }
  }

  /** Returns rows as text for a message, such as {@code (origin JFK, at 2001-01-01)}. */
  String rows(String what, String sql) {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<String> texts = new ArrayList<>();
      int columns = rows.getMetaData().getColumnCount();
      while (rows.next()) {
        List<String> cells = new ArrayList<>();
        for (int i = 1; i <= columns; i++) {
          cells.add(rows.getMetaData().getColumnLabel(i) + " " + rows.getString(i));
        }
        texts.add("(" + String.join(", ", cells) + ")");
      }
      return String.join(", ", texts);
    } catch (SQLException e) {
      throw failed(what, e);
    }
  }

  /** Returns the columns of a query and their types. */
  Map<String, String> columns(String what, String query) {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("DESCRIBE SELECT * FROM (" + query + "\n)")) {
      Map<String, String> columns = new LinkedHashMap<>();
      while (rows.next()) {
        columns.put(rows.getString(1), rows.getString(2));
      }
      return columns;
    } catch (SQLException e) {
      throw failed(what, e);
    }
  }

  /**
   * Checks that a source can be read, notes the state of its files, and returns the query of its
   * rows.
   */
  String read(String what, FeatureSource source) {
    Path file = source.path();
    if (file != null) {
      note(what, file);
    }
    String sql = source.sql();
    if (sql != null) {
      noteFilesOf(what, sql);
      return sql;
    }
    return copies.computeIfAbsent(
        source, each -> file != null && each.isText() ? textRows(what, file) : copy(what, each));
  }

  private String textRows(String what, Path file) {
    try (BufferAllocator memory = new RootAllocator()) {
      return DuckDbFiles.textRows(file, database, memory);
    } catch (DataException e) {
      throw new DataException(what + ": " + e.getMessage(), e);
    }
  }

  /** Notes the state of the files that a query names. */
  void noteFilesOf(String what, String sql) {
    database.files(sql).forEach(file -> note(what, file));
  }

  /** Notes the state of a file for {@link #requireUnchanged}. */
  void note(String what, Path file) {
    stamps.putIfAbsent(file, stamp(what, file));
  }

  /** Returns a file that is deleted at the end of the job. */
  Path temporary(String name) {
    return spill.resolve(name);
  }

  /** Copies the rows of a reader to a file, because a job reads them more than once. */
  private String copy(String what, FeatureSource source) {
    Path copy = spill.resolve("rows-" + copies.size() + ".parquet");
    try (BufferAllocator memory = new RootAllocator();
        FeatureReader reader = source.open(memory);
        FeatureWriter writer = DataFiles.create(copy, WriteOptions.defaults())) {
      boolean known = false;
      for (FeatureBatch batch : reader) {
        writer.write(batch);
        known = true;
      }
      if (!known) {
        throw new DataException(
            "found no batch, expected one that names the columns; it may have no rows", null);
      }
      writer.commit();
    } catch (IllegalArgumentException | DataException e) {
      throw new DataException(what + ": cannot read " + source + ": " + e.getMessage(), e);
    }
    return "SELECT * FROM read_parquet(" + Sql.text(copy.toString()) + ")";
  }

  /** Throws if a file changed since it was first read. */
  void requireUnchanged() {
    stamps.forEach(
        (file, stamp) -> {
          if (!stamp.equals(stamp("source", file))) {
            throw new DataException(
                file
                    + ": changed while it was read; nothing was written. Run the job again when the"
                    + " file is complete",
                null);
          }
        });
  }

  private static Object stamp(String what, Path file) {
    try {
      BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
      return List.of(now.size(), now.lastModifiedTime(), String.valueOf(now.fileKey()));
    } catch (IOException e) {
      throw new DataException(what + ": cannot read " + file + "; check the path", e);
    }
  }

  static DataException failed(String what, SQLException e) {
    String message = String.valueOf(e.getMessage());
    return new DataException(
        what
            + ": "
            + message
                .lines()
                .filter(line -> !line.startsWith("Try setting ")) // of DuckDB, not of this library
                .limit(4)
                .reduce((a, b) -> a + " " + b)
                .orElse(""),
        e);
  }

  /** Requires a column of times, and returns its type. */
  static String timeType(String what, Map<String, String> columns, String name) {
    String type = columnType(what, columns, name);
    if (Kind.of(type) != Kind.TIME) {
      throw new DataException(
          what
              + ": column "
              + name
              + " has type "
              + type
              + ", expected a date or timestamp; convert it"
              + " in FeatureSource.sql, for example with "
              + (type.equals("VARCHAR") ? "CAST(%s AS TIMESTAMPTZ)" : "make_timestamp_ms(%s)")
                  .formatted(Sql.name(name)),
          null);
    }
    return type;
  }

  /** Requires a column, and returns its type. */
  static String columnType(String what, Map<String, String> columns, String name) {
    @Nullable String type = columns.get(name);
    if (type == null) {
      throw new DataException(
          what + ": found no column " + name + ", expected it among " + columns.keySet(), null);
    }
    return type;
  }

  @Override
  public void close() {
    try {
      database.close();
    } finally {
      Disk.deleteQuietly(spill);
    }
  }
}
