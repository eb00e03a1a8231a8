package io.mlops4j.runtime.internal.duckdb;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import java.io.IOException;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Properties;
import org.apache.arrow.memory.BufferAllocator;
import org.duckdb.DuckDBConnection;
import org.duckdb.DuckDBFunctions;
import org.duckdb.DuckDBPreparedStatement;
import org.duckdb.DuckDBTableFunctionBuilder;

/**
 * A DuckDB database in memory, and the door to it for the rest of this module. It reads local files
 * only, and neither downloads nor loads extensions. For one thread at a time.
 */
public final class DuckDb implements AutoCloseable {
  private static final String ARTIFACT = "org.duckdb:duckdb_jdbc:2.0.0.1";

  private final DuckDBConnection connection;

  private DuckDb(DuckDBConnection connection) {
    this.connection = connection;
  }

  /**
   * Opens an empty database.
   *
   * @param settings threads, memory and which files may be read
   * @throws DataException if DuckDB is missing or of a version that does not work
   */
  public static DuckDb open(DuckDbSettings settings) {
    try {
      Natives.load();
      Properties properties = new Properties();
      properties.setProperty("jdbc_stream_results", "true");
      DuckDBConnection connection =
          DriverManager.getConnection("jdbc:duckdb:", properties).unwrap(DuckDBConnection.class);
      DuckDb opened = new DuckDb(connection);
      try {
        settings.statements().forEach(opened::execute);
      } catch (RuntimeException e) {
        opened.close();
        throw e;
      }
      return opened;
    } catch (LinkageError e) {
      throw new DataException(
          "CSV, Parquet and JSON files and SQL are read by DuckDB, which is missing or of another"
              + " version; add the dependency "
              + ARTIFACT,
          e);
    } catch (SQLException e) {
      throw new DataException("DuckDB cannot be started: " + e.getMessage(), e);
    }
  }

  /**
   * Runs a statement to its end.
   *
   * @param sql a statement, never text from outside; names are quoted by {@link Sql}
   * @param parameters values of its question marks
   * @throws DataException if it fails
   */
  public void execute(String sql, Object... parameters) {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      bind(statement, List.of(parameters));
      statement.execute();
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  /**
   * Starts a query. Rows are produced while they are read. Columns without an Arrow type, such as
   * UUID, are read as text.
   *
   * @param sql a query without parameters; names and texts in it are quoted by {@link Sql}
   * @param batchRows the most rows of a batch
   * @param allocator where batches are allocated; it must outlive the reader and retained batches
   * @return a reader; the caller closes it before this database
   * @throws DataException if it fails; the reader's iterator throws it for later failures
   */
  public FeatureReader query(String sql, int batchRows, BufferAllocator allocator) {
    try {
      return start(sql, batchRows, allocator);
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  private FeatureReader start(String sql, int batchRows, BufferAllocator allocator)
      throws SQLException {
    DuckDBPreparedStatement statement = connection.prepare(sql);
    try {
      List<String> names = new ArrayList<>();
      List<DuckType> types = new ArrayList<>();
      describe(statement, names, types);
      if (!types.stream().allMatch(DuckType::isSupported)) {
        statement.close();
        return start(asText(sql, names, types), batchRows, allocator);
      }
      ChunkReader reader =
          new ChunkReader(statement, statement.query(), names, types, batchRows, allocator);
      return new Query(reader, FeatureReader.of(reader));
    } catch (SQLException | RuntimeException e) {
      statement.close();
      throw e;
    }
  }

  private static void describe(
      DuckDBPreparedStatement statement, List<String> names, List<DuckType> types)
      throws SQLException {
    ResultSetMetaData columns = statement.getMetaData();
    for (int i = 1; i <= columns.getColumnCount(); i++) {
      names.add(columns.getColumnName(i));
      types.add(DuckType.parse(columns.getColumnTypeName(i)));
    }
  }

  private static String asText(String sql, List<String> names, List<DuckType> types) {
    List<String> columns = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      String name = Sql.name(names.get(i));
      columns.add(types.get(i).isSupported() ? name : "CAST(" + name + " AS VARCHAR) AS " + name);
    }
    return "SELECT " + String.join(", ", columns) + " FROM (" + sql + "\n)";
  }

  /**
   * Returns the names of the columns of a query without running it.
   *
   * @param sql a query
   * @throws DataException if it cannot be prepared, for example because a file is missing
   */
  public List<String> columns(String sql) {
    try (DuckDBPreparedStatement statement = connection.prepare(sql)) {
      List<String> names = new ArrayList<>();
      describe(statement, names, new ArrayList<>());
      return names;
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  /** Makes batches readable by the name of the source. */
  void register(RowSource source) {
    try (DuckDBTableFunctionBuilder function = DuckDBFunctions.tableFunction()) {
      function.withName(RowSource.NAME).withFunction(source).register(connection);
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  private static void bind(PreparedStatement statement, List<?> parameters) throws SQLException {
    for (int i = 0; i < parameters.size(); i++) {
      statement.setObject(i + 1, parameters.get(i));
    }
  }

  static DataException failed(SQLException e) {
    return new DataException(String.valueOf(e.getMessage()), e);
  }

  /** Ends running queries and frees the database. A second call does nothing. */
  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  private record Query(ChunkReader reader, FeatureReader batches) implements FeatureReader {
    @Override
    public Iterator<FeatureBatch> iterator() {
      return batches.iterator();
    }

    @Override
    public void close() {
      batches.close();
      try {
        reader.close();
      } catch (IOException e) {
        throw new DataException("cannot end the query: " + e.getMessage(), e);
      }
    }
  }
}
