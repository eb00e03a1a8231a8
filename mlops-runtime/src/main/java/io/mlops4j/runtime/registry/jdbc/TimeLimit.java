package io.mlops4j.runtime.registry.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/**
 * How long a statement may take: the database is asked to cancel it then. A database that does not
 * answer at all cannot do that, so the connection is given up a little later. Immutable.
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
   * How a connection was limited before.
   *
   * @param network milliseconds; -1 if it was not changed
   * @param statement seconds; -1 if that cannot be known
   */
  record Before(int network, int statement) {
    /** Some databases keep a statement's limit for the connection. */
    void restore(Connection connection) throws SQLException {
      if (network >= 0) {
        connection.setNetworkTimeout(Runnable::run, network);
      }
      if (statement >= 0) {
        try (Statement any = connection.createStatement()) {
          if (any.getQueryTimeout() != statement) {
            any.setQueryTimeout(statement);
          }
        }
      }
    }
  }

  /** Limits a connection, unless it is limited more strictly or its driver cannot. */
  Before begin(Connection connection) {
    int statement = -1;
    int network = -1;
    try (Statement any = connection.createStatement()) {
      statement = any.getQueryTimeout();
      int millis = seconds() * 1000 + GRACE_MILLIS;
      int found = connection.getNetworkTimeout();
      if (found == 0 || found > millis) {
        connection.setNetworkTimeout(Runnable::run, millis);
        network = found;
      }
    } catch (SQLException | RuntimeException | AbstractMethodError e) {
      // A driver without it, or a connection that is lost: the first statement says so.
    }
    return new Before(network, statement);
  }

  @Override
  public String toString() {
    return limit.toString();
  }
}
