package io.mlops4j.runtime.registry.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import javax.sql.DataSource;

/** Where connections come from, and go back to. */
public interface Connections extends AutoCloseable {
  Connection take() throws SQLException;

  /**
   * Takes one back.
   *
   * @param whole whether nothing failed on it
   */
  void giveBack(Connection connection, boolean whole) throws SQLException;

  /** The same, but a database that is not there is not made, where a driver would make one. */
  default Connections existing() {
    return this;
  }

  /** Where they lead to, for messages, without what may be secret. */
  default String address() {
    return "a database";
  }

  @Override
  default void close() {}

  /** Those of somebody who also closes them. */
  static Connections of(DataSource source) {
    return new Connections() {
      @Override
      public Connection take() throws SQLException {
        try {
          return source.getConnection();
        } catch (RuntimeException e) {
          throw new SQLNonTransientConnectionException(e);
        }
      }

      @Override
      public void giveBack(Connection connection, boolean whole) throws SQLException {
        connection.close();
      }
    };
  }

  /** A database's address without what may be secret. */
  static String shown(String url) {
    return url.replaceAll("[?;].*", "")
        .replaceAll("//[^/@]*@", "//")
        .replaceAll(":[^:/@]+/[^@]*@", ":@"); // jdbc:oracle:thin:scott/tiger@//host
  }
}
