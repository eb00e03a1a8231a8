package io.mlops4j.runtime.registry.jdbc;

import io.mlops4j.error.RegistryException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Connections of a driver on the class path. One stays open for the next transaction, which is
 * enough for one thread. Further connections are opened when needed and then closed.
 */
public final class DriverConnections implements Connections {
  /** A connection that was idle for longer is validated before its next use. */
  private static final long TRUSTED_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final int SECONDS_TO_ANSWER = 5;

  /** The drivers that this library is tested with. */
  private static final Map<String, String> ARTIFACTS =
      Map.of("postgresql", "org.postgresql:postgresql 42.7.8", "h2", "com.h2database:h2 2.4.240");

  private final String url;
  private final Properties properties;
  private final AtomicReference<@Nullable Kept> kept = new AtomicReference<>();
  private volatile boolean closed;

  private record Kept(Connection connection, long nanos) {}

  private DriverConnections(String url, Properties properties) {
    this.url = url;
    this.properties = properties;
  }

  /**
   * Returns the connections to an address.
   *
   * @throws RegistryException if no driver on the class path knows the address
   */
  public static DriverConnections to(String url, Properties properties) {
    Properties copy = new Properties();
    properties.stringPropertyNames().forEach(key -> copy.put(key, properties.getProperty(key)));
    try {
      DriverManager.getDriver(url);
    } catch (SQLException e) {
      String[] parts = url.split(":", 3);
      String product = parts.length > 1 ? parts[1] : "";
      throw new RegistryException(
          Connections.shown(url)
              + ": found no driver for this address, expected one on the class path; add "
              + ARTIFACTS.getOrDefault(product, "the database's JDBC driver")
              + ", or check how the address begins",
          e);
    }
    return new DriverConnections(url, copy);
  }

  @Override
  public Connections existing() {
    return url.startsWith("jdbc:h2:") && !url.toUpperCase(Locale.ROOT).contains(";IFEXISTS=")
        ? new DriverConnections(url + ";IFEXISTS=TRUE", properties)
        : this;
  }

  @Override
  public Connections another() {
    return new DriverConnections(url, properties);
  }

  @Override
  public String address() {
    return Connections.shown(url);
  }

  @Override
  public Connection take() throws SQLException {
    if (closed) { // a late connection would open an H2 file anew, or keep its server
      throw new SQLException("connections to " + address() + " are closed");
    }
    Kept last = kept.getAndSet(null);
    if (last != null) {
      if (System.nanoTime() - last.nanos() < TRUSTED_NANOS || isValid(last.connection())) {
        return last.connection();
      }
      last.connection().close();
    }
    return DriverManager.getConnection(url, properties);
  }

  private static boolean isValid(Connection connection) throws SQLException {
    AbortedByInterrupt waiting = new AbortedByInterrupt(connection);
    boolean valid = false;
    try {
      valid = connection.isValid(SECONDS_TO_ANSWER);
    } finally {
      valid &= waiting.end();
    }
    return valid;
  }

  @Override
  public void giveBack(Connection connection, boolean whole) throws SQLException {
    if (!whole || closed || !kept.compareAndSet(null, new Kept(connection, System.nanoTime()))) {
      connection.close();
    } else if (closed) {
      close(); // this source was closed at the same time
    }
  }

  @Override
  public void close() {
    closed = true;
    Kept last = kept.getAndSet(null);
    if (last != null) {
      try {
        last.connection().close();
      } catch (SQLException e) {
        // The database closes its end.
      }
    }
  }
}
