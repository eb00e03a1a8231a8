package io.mlops4j.runtime.feature.jdbc;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.feature.ReadOptions;
import io.mlops4j.model.ElementType;
import io.mlops4j.runtime.feature.reading.ColumnChecks;
import io.mlops4j.runtime.feature.reading.DataReader;
import io.mlops4j.runtime.feature.reading.FileStamps;
import io.mlops4j.runtime.feature.reading.ReadMeter;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import javax.sql.DataSource;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A query of a database. Rows are streamed: drivers such as PostgreSQL's fetch some rows at a time
 * only without auto-commit, only forward, and with a fetch size.
 */
public final class JdbcQuery implements AutoCloseable {
  private final Connection connection;
  private final boolean autoCommit;
  private final boolean readOnly;
  private @Nullable PreparedStatement statement;

  private JdbcQuery(Connection connection) throws SQLException {
    this.connection = connection;
    this.autoCommit = connection.getAutoCommit();
    this.readOnly = connection.isReadOnly();
  }

  /**
   * Starts a query, by the rules of {@code DataFiles.query}.
   *
   * @param database where the connection comes from; the reader closes the connection
   * @param sql one query in the dialect of the database
   * @param options columns, types, rows of a batch, features
   * @param parameters the values of the question marks
   * @param allocator where batches are allocated; it must outlive the reader and retained batches
   * @return a reader; the caller closes it
   * @throws IllegalArgumentException if the options have a filter
   * @throws DataException if the query fails, or a column is missing or cannot be read
   */
  public static FeatureReader start(
      DataSource database,
      String sql,
      ReadOptions options,
      List<?> parameters,
      BufferAllocator allocator) {
    Objects.requireNonNull(sql, "sql");
    if (options.filter().isPresent()) {
      throw new IllegalArgumentException(
          "options: found a filter for a query of a database, expected none; write the condition"
              + " into the query");
    }
    JdbcQuery query = open(database);
    try {
      return query.read(sql, options, parameters, allocator);
    } catch (SQLException | RuntimeException e) {
      try {
        query.close();
      } catch (SQLException | RuntimeException failed) {
        e.addSuppressed(failed);
      }
      throw e instanceof SQLException failed
          ? failed("cannot be started", failed)
          : (RuntimeException) e;
    }
  }

  private static JdbcQuery open(DataSource database) {
    try {
      Connection connection = database.getConnection();
      try {
        return new JdbcQuery(connection);
      } catch (SQLException e) {
        connection.close();
        throw e;
      }
    } catch (SQLException e) {
      throw failed("cannot connect to the database", e);
    }
  }

  static DataException failed(String what, SQLException e) {
    return new DataException(
        "the query: " + what + ": " + e.getMessage() + " (SQL state " + e.getSQLState() + ")", e);
  }

  private FeatureReader read(
      String sql, ReadOptions options, List<?> parameters, BufferAllocator allocator)
      throws SQLException {
    connection.setAutoCommit(false);
    connection.setReadOnly(true);
    PreparedStatement prepared =
        connection.prepareStatement(sql, ResultSet.TYPE_FORWARD_ONLY, ResultSet.CONCUR_READ_ONLY);
    statement = prepared;
    prepared.setFetchSize(options.batchRows());
    for (int i = 0; i < parameters.size(); i++) {
      prepared.setObject(i + 1, parameters.get(i));
    }
    ResultSet rows = prepared.executeQuery();
    List<JdbcColumn> columns = columns(rows.getMetaData(), options);
    Schema schema = new Schema(columns.stream().map(JdbcColumn::field).toList());
    try {
      ColumnChecks.checkFeatures(schema, options);
    } catch (DataException e) {
      throw new DataException("the query: cannot be read: " + e.getMessage(), e);
    }
    JdbcRows reader = new JdbcRows(rows, columns, schema, options.batchRows(), allocator);
    return new DataReader(
        FeatureReader.of(reader),
        () -> close(reader),
        e -> e,
        FileStamps.of(List.of()),
        new ReadMeter(options, OptionalLong.empty(), 0, () -> 0));
  }

  private void close(JdbcRows reader) {
    try (this) {
      reader.close();
    } catch (SQLException e) {
      throw failed("cannot be closed", e);
    } catch (IOException e) {
      throw new DataException("the query: cannot be closed: " + e.getMessage(), e);
    }
  }

  private static List<JdbcColumn> columns(ResultSetMetaData found, ReadOptions options)
      throws SQLException {
    Map<String, Integer> places = places(found, options);
    ColumnChecks.checkNames(List.copyOf(places.keySet()), List.copyOf(options.types().keySet()));
    Map<String, ElementType> types = options.types();
    List<JdbcColumn> columns = new ArrayList<>();
    for (Map.Entry<String, Integer> place : places.entrySet()) {
      String name = place.getKey();
      columns.add(JdbcColumn.of(found, place.getValue(), name, types.get(name)));
    }
    return columns;
  }

  /**
   * Returns the number of each column to read. A database may return the names of a query in upper
   * case, so a chosen column may differ in case if only one column does.
   */
  private static Map<String, Integer> places(ResultSetMetaData found, ReadOptions options)
      throws SQLException {
    List<String> names = new ArrayList<>();
    for (int i = 1; i <= found.getColumnCount(); i++) {
      names.add(found.getColumnLabel(i));
    }
    Map<String, Integer> places = new LinkedHashMap<>();
    for (String column : options.columns().isEmpty() ? names : options.columns()) {
      int at = names.indexOf(column);
      List<String> alike = names.stream().filter(column::equalsIgnoreCase).toList();
      if (at < 0 && alike.size() == 1) {
        at = names.indexOf(alike.get(0));
      }
      boolean named = at >= 0 && !names.get(at).equals(column); // in another case
      try {
        ColumnChecks.checkNames(names, named ? List.of() : List.of(column));
      } catch (DataException e) {
        throw new DataException("the query: cannot be read: " + e.getMessage(), e);
      }
      places.put(column, at + 1);
    }
    return places;
  }

  /** Ends the query and gives the connection back as it was. */
  @Override
  public void close() throws SQLException {
    try (connection) {
      if (statement != null) {
        statement.close();
      }
      if (!connection.isClosed()) {
        connection.rollback();
        connection.setReadOnly(readOnly);
        connection.setAutoCommit(autoCommit);
      }
    }
  }
}
