package io.mlops4j.runtime.view;

import io.mlops4j.error.DataException;
import io.mlops4j.error.RegistryException;
import io.mlops4j.runtime.registry.jdbc.Connections;
import io.mlops4j.runtime.registry.jdbc.DriverConnections;
import io.mlops4j.runtime.registry.jdbc.NetworkLimit;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;

/**
 * A store in a table of a database that any number of threads and processes share. Tested with
 * PostgreSQL 14 and later, and with H2 2.4. The application adds the driver. Thread safe.
 *
 * <p>The table is {@code mlops4j_online_feature} in the default schema of the connections. It has
 * one row for each key of each version of a view. A write replaces a row in one statement that
 * compares both rows, so an older row never replaces a newer one.
 *
 * <p>If PostgreSQL does not answer, a read fails after 5 seconds, and a write after two minutes,
 * unless the connections have stricter limits. This does not limit the time to get a connection:
 * set the limit of the pool, or {@code loginTimeout} of the driver. For a server of H2, set {@code
 * NETWORK_TIMEOUT} in the address.
 */
public final class JdbcOnlineStore implements OnlineStore {
  private static final String TABLE = "mlops4j_online_feature";
  private static final String COLUMNS =
      "view_name, entity_key, event_us, created_us, expires_us, content";
  private static final int MOST_KEYS = 256;
  private static final int MOST_TRIES = 100;

  /** As of a store in Redis: a caller waits for rows, and a database that answers is faster. */
  private static final Duration READ_LIMIT = Duration.ofSeconds(5);

  /** A write may wait for the locks of others, and a deletion takes a while. */
  private static final Duration WRITE_LIMIT = Duration.ofMinutes(2);

  private final Connections connections;
  private final Duration readLimit;
  private final String write;

  private JdbcOnlineStore(Connections connections, Duration readLimit) {
    this.connections = connections;
    this.readLimit = readLimit;
    this.write = run("open the store", WRITE_LIMIT, JdbcOnlineStore::prepare);
  }

  /**
   * Opens a store, and creates its table if it is missing.
   *
   * @param source the source of connections, best a pool; the caller closes it after the store
   * @return the store, which the caller closes
   * @throws DataException if the database cannot be reached, or is neither PostgreSQL nor H2
   */
  public static OnlineStore open(DataSource source) {
    return open(source, READ_LIMIT);
  }

  static OnlineStore open(DataSource source, Duration readLimit) {
    return new JdbcOnlineStore(Connections.of(Objects.requireNonNull(source, "source")), readLimit);
  }

  /**
   * Opens a store at an address with one connection, which is enough for a tool. For calls of many
   * threads, pass a pool as a {@link DataSource}.
   *
   * @param address for example {@code jdbc:postgresql://host/database}
   * @param properties the driver's properties, for example {@code user} and {@code password};
   *     copied
   * @return the store, which the caller closes
   * @throws DataException if no driver on the class path knows the address, the database cannot be
   *     reached, or is neither PostgreSQL nor H2
   */
  public static OnlineStore open(String address, Properties properties) {
    Objects.requireNonNull(address, "address");
    Objects.requireNonNull(properties, "properties");
    try {
      return new JdbcOnlineStore(DriverConnections.to(address, properties), READ_LIMIT);
    } catch (RegistryException e) {
      throw new DataException(String.valueOf(e.getMessage()), e);
    }
  }

  private static String prepare(Connection connection) throws SQLException {
    String product = connection.getMetaData().getDatabaseProductName().toLowerCase(Locale.ROOT);
    boolean postgres = product.equals("postgresql");
    if (!postgres && !product.equals("h2")) {
      throw new DataException(
          "online store: found "
              + product
              + ", expected PostgreSQL or H2; implement OnlineStore for"
              + " other databases",
          null);
    }
    create(connection, postgres ? "BYTEA" : "VARBINARY");
    return postgres ? postgresWrite() : h2Write();
  }

  private static void create(Connection connection, String bytes) throws SQLException {
    try (ResultSet table =
        connection
            .getMetaData()
            .getTables(
                connection.getCatalog(),
                connection.getSchema(),
                bytes.equals("BYTEA") ? TABLE : TABLE.toUpperCase(Locale.ROOT),
                null)) {
      if (table.next()) {
        return; // a reader needs no right to create tables
      }
    }
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE TABLE IF NOT EXISTS "
              + TABLE
              + " (view_name VARCHAR(300) NOT NULL, entity_key"
              + " VARCHAR(1500) NOT NULL, event_us BIGINT NOT NULL, created_us BIGINT NOT NULL,"
              + " expires_us BIGINT NOT NULL, content "
              + bytes
              + " NOT NULL, PRIMARY KEY (view_name, entity_key))");
      statement.execute(
          "CREATE INDEX IF NOT EXISTS " + TABLE + "_expiry ON " + TABLE + " (expires_us)");
    }
  }

  private static String postgresWrite() {
    return "INSERT INTO "
        + TABLE
        + " AS t ("
        + COLUMNS
        + ") VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (view_name, entity_key) DO UPDATE SET event_us ="
        + " excluded.event_us, created_us = excluded.created_us, expires_us = excluded.expires_us,"
        + " content = excluded.content WHERE (excluded.event_us, excluded.created_us,"
        + " excluded.content) > (t.event_us, t.created_us, t.content)";
  }

  private static String h2Write() {
    return "MERGE INTO "
        + TABLE
        + " t USING (VALUES (CAST(? AS VARCHAR), CAST(? AS VARCHAR), CAST(? AS"
        + " BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS VARBINARY))) s ("
        + COLUMNS
        + ") ON t.view_name = s.view_name AND t.entity_key = s.entity_key WHEN MATCHED AND"
        + " (s.event_us, s.created_us, s.content) > (t.event_us, t.created_us, t.content) THEN"
        + " UPDATE SET event_us = s.event_us, created_us = s.created_us, expires_us = s.expires_us,"
        + " content = s.content WHEN NOT MATCHED THEN INSERT ("
        + COLUMNS
        + ") VALUES (s.view_name, s.entity_key, s.event_us,"
        + " s.created_us, s.expires_us, s.content)";
  }

  @Override
  public int write(String view, List<Row> rows) {
    Objects.requireNonNull(view, "view");
    // In one order in all processes, so that two batches do not wait for each other.
    List<Row> sorted = rows.stream().sorted(Comparator.comparing(Row::key)).toList();
    if (sorted.isEmpty()) {
      return 0;
    }
    return run(
        "write rows",
        WRITE_LIMIT,
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(write)) {
            for (Row row : sorted) {
              statement.setString(1, view);
              statement.setString(2, row.key());
              statement.setLong(3, row.eventMicros());
              statement.setLong(4, row.createdMicros());
              statement.setLong(5, row.expiresMicros());
              statement.setBytes(6, row.content());
              statement.addBatch();
            }
            int written = 0;
            for (int count : statement.executeBatch()) {
              written += count == 0 ? 0 : 1; // a driver that rewrites batches counts all of them
            }
            return written;
          }
        });
  }

  @Override
  public Map<String, Row> read(String view, Collection<String> keys) {
    Objects.requireNonNull(view, "view");
    List<String> all = List.copyOf(keys);
    Map<String, Row> found = new HashMap<>();
    if (all.isEmpty()) {
      return found;
    }
    return run(
        "read rows",
        readLimit,
        connection -> {
          found.clear();
          for (int from = 0; from < all.size(); from += MOST_KEYS) {
            read(
                connection, view, all.subList(from, Math.min(all.size(), from + MOST_KEYS)), found);
          }
          return found;
        });
  }

  private static void read(
      Connection connection, String view, List<String> keys, Map<String, Row> found)
      throws SQLException {
    String marks = String.join(", ", Collections.nCopies(keys.size(), "?"));
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT entity_key, event_us, created_us, expires_us, content FROM "
                + TABLE
                + " WHERE view_name = ? AND entity_key IN ("
                + marks
                + ")")) {
      statement.setString(1, view);
      for (int i = 0; i < keys.size(); i++) {
        statement.setString(i + 2, keys.get(i));
      }
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          String key = rows.getString(1);
          found.put(
              key,
              new Row(key, rows.getLong(2), rows.getLong(3), rows.getLong(4), rows.getBytes(5)));
        }
      }
    }
  }

  @Override
  public long deleteExpired(Instant before) {
    long micros = Times.micros(before);
    return run(
        "delete expired rows",
        WRITE_LIMIT,
        connection -> {
          try (PreparedStatement statement =
              connection.prepareStatement("DELETE FROM " + TABLE + " WHERE expires_us < ?")) {
            statement.setLong(1, micros);
            return statement.executeUpdate();
          }
        });
  }

  @Override
  public void close() {
    connections.close();
  }

  private interface Work<T> {
    T on(Connection connection) throws SQLException;
  }

  /** Runs work in one transaction, and again if it lost a race. */
  private <T> T run(String what, Duration limit, Work<T> work) {
    for (int tries = 1; ; tries++) {
      try {
        return once(limit, work);
      } catch (SQLException e) {
        String state = String.valueOf(e.getSQLState());
        boolean race =
            state.startsWith("40")
                || state.startsWith("23")
                || state.equals("55P03")
                || state.equals("HYT00");
        if (!race || tries == MOST_TRIES) {
          throw new DataException(
              "online store in "
                  + connections.address()
                  + ": cannot "
                  + what
                  + ": "
                  + e.getMessage()
                  + "; check the database and the rights of its user, and try again",
              e);
        }
        LockSupport.parkNanos(
            ThreadLocalRandom.current().nextLong(TimeUnit.MILLISECONDS.toNanos(tries)));
      }
    }
  }

  private <T> T once(Duration limit, Work<T> work) throws SQLException {
    Connection connection = connections.take();
    boolean whole = false;
    try {
      boolean automatic = connection.getAutoCommit();
      int network = NetworkLimit.begin(connection, (int) limit.toMillis());
      try {
        connection.setAutoCommit(false);
        T result = work.on(connection);
        connection.commit();
        restore(connection, automatic, network);
        whole = true;
        return result;
      } catch (SQLException | RuntimeException e) {
        try {
          connection.rollback();
          restore(connection, automatic, network);
        } catch (SQLException lost) {
          e.addSuppressed(lost); // the first exception says why
        }
        throw e;
      }
    } finally {
      connections.giveBack(connection, whole);
    }
  }

  private static void restore(Connection connection, boolean automatic, int network)
      throws SQLException {
    connection.setAutoCommit(automatic);
    NetworkLimit.restore(connection, network);
  }
}
