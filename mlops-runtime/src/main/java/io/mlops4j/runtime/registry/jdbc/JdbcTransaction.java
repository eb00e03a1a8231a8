package io.mlops4j.runtime.registry.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Statements within one transaction. In their texts {@code $} stands for the prefix of the
 * registry's table names. Values are always parameters.
 */
final class JdbcTransaction {
  private final Connection connection;
  private final TablePrefix prefix;
  private final TimeLimit limit;

  JdbcTransaction(Connection connection, TablePrefix prefix, TimeLimit limit) {
    this.connection = connection;
    this.prefix = prefix;
    this.limit = limit;
  }

  /** Reads one row. */
  interface Row<T> {
    T read(ResultSet row) throws SQLException;
  }

  /** Takes one row. */
  interface RowConsumer {
    void take(ResultSet row) throws SQLException;
  }

  <T> List<T> list(String sql, Row<T> reader, Object... values) throws SQLException {
    List<T> list = new ArrayList<>();
    each(sql, row -> list.add(reader.read(row)), values);
    return list;
  }

  /** Passes each row to a consumer. */
  void each(String sql, RowConsumer consumer, Object... values) throws SQLException {
    try (PreparedStatement statement = prepare(sql, values);
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        consumer.take(rows);
      }
    }
  }

  /** Reads the first row, if there is one. */
  <T> Optional<T> first(String sql, Row<T> reader, Object... values) throws SQLException {
    try (PreparedStatement statement = prepare(sql, values);
        ResultSet rows = statement.executeQuery()) {
      return rows.next() ? Optional.of(reader.read(rows)) : Optional.empty();
    }
  }

  /** Reads the number in the only row of an aggregate. Returns 0 for null. */
  long number(String sql, Object... values) throws SQLException {
    return first(sql, row -> row.getLong(1), values).orElse(0L);
  }

  /** Returns the number of changed rows. */
  int update(String sql, Object... values) throws SQLException {
    try (PreparedStatement statement = prepare(sql, values)) {
      return statement.executeUpdate();
    }
  }

  private PreparedStatement prepare(String sql, Object... values) throws SQLException {
    PreparedStatement statement = connection.prepareStatement(prefix.in(sql));
    try {
      limit.apply(statement);
      for (int i = 0; i < values.length; i++) {
        set(statement, i + 1, values[i]);
      }
      return statement;
    } catch (SQLException | RuntimeException e) {
      statement.close();
      throw e;
    }
  }

  private static void set(PreparedStatement statement, int at, Object value) throws SQLException {
    if (value instanceof String text) {
      statement.setString(at, text);
    } else if (value instanceof byte[] bytes) {
      statement.setBytes(at, bytes);
    } else {
      statement.setLong(at, ((Number) value).longValue());
    }
  }

  /** Returns the database's product name. */
  String product() throws SQLException {
    return connection.getMetaData().getDatabaseProductName();
  }

  /** Returns the database's address without secrets. */
  String address() throws SQLException {
    return Connections.shown(String.valueOf(connection.getMetaData().getURL()));
  }
}
