package io.mlops4j.runtime.internal.duckdb;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.duckdb.DuckDBConnection;
import org.duckdb.DuckDBDriver;
import org.duckdb.DuckDBPreparedStatement;
import org.jspecify.annotations.Nullable;

/**
 * A DuckDB database in memory, and the door to it for the rest of this module. It reads local files
 * only, and neither downloads nor loads extensions. For one thread at a time.
 */
public final class DuckDb implements AutoCloseable {
  private final DuckDBConnection connection;

  private DuckDb(DuckDBConnection connection) {
    this.connection = connection;
  }

  /**
   * Opens an empty database.
   *
   * @param settings threads, memory and which files may be read
   * @throws DataException if DuckDB is missing, or of another version than {@link TestedDuckDb}
   */
  public static DuckDb open(DuckDbSettings settings) {
    try {
      Properties properties = new Properties();
      properties.setProperty("jdbc_stream_results", "true");
      // DriverManager knows the drivers of the first class loader only, and a cluster has many.
      DuckDBConnection connection =
          new DuckDBDriver().connect("jdbc:duckdb:", properties).unwrap(DuckDBConnection.class);
      DuckDb opened = new DuckDb(connection);
      try {
        TestedDuckDb.check(connection);
        settings.statements().forEach(opened::execute);
      } catch (SQLException | RuntimeException | LinkageError e) {
        opened.close();
        throw e;
      }
      return opened;
    } catch (LinkageError e) {
      throw TestedDuckDb.other("no usable DuckDB: " + e, e);
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
   * <p>A query without rows gives one batch without rows, which has its columns.
   *
   * @param sql a query without parameters; names and texts in it are quoted by {@link Sql}
   * @param batchRows the most rows of a batch
   * @param allocator where batches are allocated; it must outlive the reader and retained batches
   * @return a reader; the caller closes it before this database
   * @throws DataException if it fails; the reader's iterator throws it for later failures
   */
  public Rows query(String sql, int batchRows, BufferAllocator allocator) {
    try {
      return start(sql, batchRows, allocator);
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  private Rows start(String sql, int batchRows, BufferAllocator allocator) throws SQLException {
    DuckDBPreparedStatement statement = connection.prepare(sql);
    try {
      checkNoParameters(statement);
      List<String> names = new ArrayList<>();
      List<DuckType> types = new ArrayList<>();
      describe(statement, names, types);
      if (!types.stream().allMatch(DuckType::isSupported)) {
        statement.close();
        return start(asText(sql, names, types), batchRows, allocator);
      }
      ChunkReader reader =
          new ChunkReader(statement, statement.query(), names, types, batchRows, allocator);
      return new Rows(statement, reader, FeatureReader.of(reader));
    } catch (SQLException | RuntimeException e) {
      statement.close();
      throw e;
    }
  }

  /** Executing such a statement ends the process. */
  private static void checkNoParameters(DuckDBPreparedStatement statement) throws SQLException {
    int count = statement.getParameterMetaData().getParameterCount();
    if (count > 0) {
      throw new DataException(
          "found " + count + " parameters in the SQL, expected none; write values into it", null);
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
   * Returns the columns of a query without running it, and the text of their types in DuckDB.
   *
   * @param sql a query
   * @throws DataException if it cannot be prepared, for example because a file is missing
   */
  public Map<String, String> columns(String sql) {
    try (DuckDBPreparedStatement statement = connection.prepare(sql)) {
      checkNoParameters(statement);
      Map<String, String> columns = new LinkedHashMap<>();
      ResultSetMetaData found = statement.getMetaData();
      for (int i = 1; i <= found.getColumnCount(); i++) {
        columns.put(found.getColumnName(i), found.getColumnTypeName(i));
      }
      return columns;
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  /** Returns the Arrow field of a column of a query; text if its type has none. */
  public static Field field(String name, String type) {
    DuckType parsed = DuckType.parse(type);
    return parsed.isSupported()
        ? parsed.field(name)
        : Field.nullable(name, ArrowType.Utf8.INSTANCE);
  }

  /**
   * Returns the values of the first row of a query as numbers; null stays null, and true is 1.
   *
   * @param sql a query
   * @return no values if there is no row
   * @throws DataException if it fails
   */
  public List<@Nullable Long> numbers(String sql) {
    try (PreparedStatement statement = connection.prepareStatement(sql);
        ResultSet rows = statement.executeQuery()) {
      List<@Nullable Long> numbers = new ArrayList<>();
      int columns = rows.getMetaData().getColumnCount();
      for (int i = 1; i <= columns && (i > 1 || rows.next()); i++) {
        long number = rows.getLong(i);
        numbers.add(rows.wasNull() ? null : number);
      }
      return numbers;
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  /**
   * Returns the first column of a query as texts.
   *
   * @param sql a query, never text from outside
   * @throws DataException if it fails
   */
  public List<String> texts(String sql) {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      return text(statement);
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  /**
   * Returns the files that a query names, in tables such as {@code 'flights.parquet'} and in the
   * arguments of table functions such as {@code read_csv}; also by patterns. A name that the query
   * computes is not found.
   *
   * @param sql a query
   * @return existing files; none for a query that cannot be parsed
   * @throws DataException if a folder cannot be searched
   */
  public List<Path> files(String sql) {
    try (PreparedStatement parse = connection.prepareStatement("SELECT json_serialize_sql(?)");
        PreparedStatement search = connection.prepareStatement("SELECT file FROM glob(?)")) {
      parse.setString(1, sql);
      List<Path> files = new ArrayList<>();
      for (String name : NamedFiles.of(text(parse).get(0))) {
        search.setString(1, name);
        // Path.of throws for addresses on some systems.
        text(search).stream()
            .map(File::new)
            .filter(File::isFile)
            .map(File::toPath)
            .forEach(files::add);
      }
      return files;
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  private static List<String> text(PreparedStatement statement) throws SQLException {
    try (ResultSet rows = statement.executeQuery()) {
      List<String> texts = new ArrayList<>();
      while (rows.next()) {
        texts.add(rows.getString(1));
      }
      return texts;
    }
  }

  /** Returns the connection, for queries whose rows are read one by one. Do not close it. */
  public Connection connection() {
    return connection;
  }

  DuckDBPreparedStatement prepare(String sql) throws SQLException {
    return connection.prepare(sql);
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

  /** The rows of a running query. */
  public static final class Rows implements FeatureReader {
    private final DuckDBPreparedStatement statement;
    private final ChunkReader reader;
    private final FeatureReader batches;

    private Rows(DuckDBPreparedStatement statement, ChunkReader reader, FeatureReader batches) {
      this.statement = statement;
      this.reader = reader;
      this.batches = batches;
    }

    /** Returns the columns. */
    public Schema schema() {
      return reader.readSchema();
    }

    /** Returns the part of the source that was read, 0 to 1; 0 if DuckDB does not tell it. */
    public double done() {
      try {
        return Math.max(0, statement.getQueryProgress().getPercentage()) / 100;
      } catch (SQLException e) {
        return 0;
      }
    }

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
