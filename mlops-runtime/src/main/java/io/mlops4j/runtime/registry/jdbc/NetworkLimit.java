package io.mlops4j.runtime.registry.jdbc;

import java.sql.Connection;
import java.sql.SQLException;

/** The time for which a connection waits for its database to answer. Stateless and thread safe. */
public final class NetworkLimit {
  private NetworkLimit() {}

  /**
   * Limits a connection, unless it has a stricter limit or its driver has no limits.
   *
   * @param connection the connection
   * @param millis the limit in milliseconds
   * @return the limit before, for {@link #restore}; -1 if it was not changed
   */
  public static int begin(Connection connection, int millis) {
    try {
      int found = connection.getNetworkTimeout();
      if (found == 0 || found > millis) {
        connection.setNetworkTimeout(Runnable::run, millis);
        return found;
      }
    } catch (SQLException | RuntimeException | AbstractMethodError e) {
      // The driver has no limits, or the connection is lost and the first statement will fail.
    }
    return -1;
  }

  /**
   * Gives a connection the limit that it had before.
   *
   * @param connection the connection
   * @param before what {@link #begin} returned
   * @throws SQLException if the connection is lost
   */
  public static void restore(Connection connection, int before) throws SQLException {
    if (before >= 0) {
      connection.setNetworkTimeout(Runnable::run, before);
    }
  }
}
