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
 * Connections of a driver on the class path, of which one is kept for the next transaction: enough
 * for one thread. Others are made when they are needed, and closed.
 */
public final class DriverConnections implements Connections {
  /** After this time the kept one is asked whether it is still there. */
  private static final long TRUSTED_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final int SECONDS_TO_ANSWER = 5;

  /** The drivers that this library is tried with. */
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
   * Connections to an address.
   *
   * @throws RegistryException if no driver on the class path knows it
   */
  public static DriverConnections to(String url, Properties properties) {
    Properties copy = new Properties();
    properties.stringPropertyNames().forEach(key -> copy.put(key, properties.getProperty(key)));
    try {
      DriverManager.getDriver(url);
    } catch (SQLException e) {
      throw new RegistryException(
          Connections.shown(url)
              + ": found no driver for this address, expected one on the class path; add "
              + artifact(url)
              + ", or check how the address begins",
          e);
    }
    return new DriverConnections(url, copy);
  }

  private static String artifact(String url) {
    String[] parts = url.split(":", 3);
    return ARTIFACTS.getOrDefault(parts.length > 1 ? parts[1] : "", "the database's JDBC driver");
  }

  @Override
  public Connections existing() {
    return url.startsWith("jdbc:h2:") && !url.toUpperCase(Locale.ROOT).contains(";IFEXISTS=")
        ? new DriverConnections(url + ";IFEXISTS=TRUE", properties)
        : this;
  }

  @Override
  public String address() {
    return Connections.shown(url);
  }

  @Override
  public Connection take() throws SQLException {
    Kept last = kept.getAndSet(null);
    if (last != null) {
      if (System.nanoTime() - last.nanos() < TRUSTED_NANOS
          || last.connection().isValid(SECONDS_TO_ANSWER)) {
        return last.connection();
      }
      last.connection().close();
    }
    return DriverManager.getConnection(url, properties);
  }

  @Override
  public void giveBack(Connection connection, boolean whole) throws SQLException {
    if (!whole || closed || !kept.compareAndSet(null, new Kept(connection, System.nanoTime()))) {
      connection.close();
    } else if (closed) {
      close(); // it was closed meanwhile, perhaps before this one was kept
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
        // The other end closes it.
      }
    }
  }
}
