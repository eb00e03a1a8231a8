package io.mlops4j.runtime.registry.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import javax.sql.DataSource;

/** A source of connections. */
public interface Connections extends AutoCloseable {
  Connection take() throws SQLException;

  /**
   * Takes a connection back.
   *
   * @param whole false if something failed on the connection
   */
  void giveBack(Connection connection, boolean whole) throws SQLException;

  /** Returns this source for existing databases only, if the driver would create a missing one. */
  default Connections existing() {
    return this;
  }

  /** Returns this source, or an equal one that is closed alone. */
  default Connections another() {
    return this;
  }

  /** Returns the database's address without secrets, for messages. */
  default String address() {
    return "a database";
  }

  @Override
  default void close() {}

  /** Returns the connections of a source that its owner closes. */
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

  /** Returns a database's address without secrets. */
  static String shown(String url) {
    return url.replaceAll("[?;].*", "")
        .replaceAll("//[^/@]*@", "//")
        .replaceAll(":[^:/@]+/[^@]*@", ":@"); // jdbc:oracle:thin:scott/tiger@//host
  }
}
