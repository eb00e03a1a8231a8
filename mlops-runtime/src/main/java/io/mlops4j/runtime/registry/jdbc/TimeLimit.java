package io.mlops4j.runtime.registry.jdbc;

import io.mlops4j.internal.Spans;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/**
 * The time limit of a statement. The database cancels a statement that takes longer. If the
 * database does not answer at all, the connection is closed a little later. Immutable.
 */
final class TimeLimit {
  private static final int GRACE_MILLIS = 5000;

  private final Duration limit;

  TimeLimit(Duration limit) {
    this.limit = limit;
  }

  private int seconds() {
    return (int) limit.plusNanos(999_999_999).toSeconds();
  }

  /** Limits one statement. */
  void apply(PreparedStatement statement) throws SQLException {
    statement.setQueryTimeout(seconds());
  }

  /**
   * The limits that a connection had before.
   *
   * @param network milliseconds; -1 if the limit was not changed
   * @param statement seconds; -1 if unknown
   */
  record Before(int network, int statement) {
    /** Restores both limits, because some databases apply a statement's limit to its connection. */
    void restore(Connection connection) throws SQLException {
      NetworkLimit.restore(connection, network);
      if (statement >= 0) {
        try (Statement any = connection.createStatement()) {
          if (any.getQueryTimeout() != statement) {
            any.setQueryTimeout(statement);
          }
        }
      }
    }
  }

  /** Limits a connection, unless it has a stricter limit or its driver has no limits. */
  Before begin(Connection connection) {
    int statement = -1;
    try (Statement any = connection.createStatement()) {
      statement = any.getQueryTimeout();
    } catch (SQLException | RuntimeException | AbstractMethodError e) {
      // The driver has no limits, or the connection is lost and the first statement will fail.
    }
    int network = NetworkLimit.begin(connection, seconds() * 1000 + GRACE_MILLIS);
    return new Before(network, statement);
  }

  @Override
  public String toString() {
    return Spans.text(limit);
  }
}
