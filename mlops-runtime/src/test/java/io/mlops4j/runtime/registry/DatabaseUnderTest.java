package io.mlops4j.runtime.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.fixture.Postgres;
import io.mlops4j.fixture.TestPool;
import io.mlops4j.model.ModelRef;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryOptions;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;

/** A registry in a database: each folder of a test has tables of its own there. */
public final class DatabaseUnderTest extends Intruder {
  private static final AtomicInteger NUMBER = new AtomicInteger();

  public final TestPool pool;
  private final DataSource source;
  private final Map<Path, String> prefixes = new HashMap<>();
  private String prefix = "";

  private DatabaseUnderTest(DataSource source, boolean automatic) {
    this.source = source;
    this.pool = new TestPool(source, automatic);
  }

  public static DatabaseUnderTest postgres() {
    return new DatabaseUnderTest(Postgres.source(), true);
  }

  /** In memory, and with connections that are not in automatic mode. */
  public static DatabaseUnderTest h2() {
    JdbcDataSource source = new JdbcDataSource();
    source.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
    return new DatabaseUnderTest(source, false);
  }

  @Override
  public ModelRegistry open(Path folder, RegistryOptions options) {
    return builder(folder).options(options).open();
  }

  JdbcModelRegistry.Builder builder(Path folder) {
    prefix = prefixes.computeIfAbsent(folder, key -> "t" + NUMBER.incrementAndGet() + "_");
    return JdbcModelRegistry.builder(pool).prefix(prefix);
  }

  public String prefix() {
    return prefix;
  }

  @Override
  public void takeAway() throws SQLException {
    pool.away(true);
  }

  @Override
  public void bringBack() throws SQLException {
    pool.away(false);
  }

  /** Changes something by hand; {@code $} stands for the prefix. */
  public int update(String sql, Object... values) throws SQLException {
    try (Connection connection = source.getConnection();
        PreparedStatement statement = connection.prepareStatement(sql.replace("$", prefix))) {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      return statement.executeUpdate();
    }
  }

  byte[] bytes(String sql, Object... values) throws SQLException {
    return first(sql, row -> row.getBytes(1), values);
  }

  String text(String sql, Object... values) throws SQLException {
    return first(sql, row -> row.getString(1), values);
  }

  /** Reads one row. */
  private interface Row<T> {
    T read(ResultSet row) throws SQLException;
  }

  private <T> T first(String sql, Row<T> reader, Object... values) throws SQLException {
    try (Connection connection = source.getConnection();
        PreparedStatement statement = connection.prepareStatement(sql.replace("$", prefix))) {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      try (ResultSet rows = statement.executeQuery()) {
        rows.next();
        return reader.read(rows);
      }
    }
  }

  public long count(String sql) throws SQLException {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql.replace("$", prefix))) {
      rows.next();
      return rows.getLong(1);
    }
  }

  /** Only this version's: another one may have the same content. */
  @Override
  public void damageBytes(ModelVersion version) throws SQLException {
    String content =
        text(
            "SELECT content FROM $part WHERE model = ? AND seq = ? AND part = 1",
            version.name(),
            version.number());
    String damaged = "sha256:" + String.format("%064d", NUMBER.incrementAndGet());
    byte[] piece = bytes("SELECT bytes FROM $piece WHERE content = ? AND piece = 1", content);
    piece[piece.length / 2] ^= 1;
    update(
        "INSERT INTO $content (content, size, generation) VALUES (?, ?, 0)", damaged, piece.length);
    update("INSERT INTO $piece (content, piece, bytes) VALUES (?, 1, ?)", damaged, piece);
    update(
        "UPDATE $part SET content = ? WHERE model = ? AND seq = ? AND part = 1",
        damaged,
        version.name(),
        version.number());
  }

  @Override
  byte[] record(ModelRef alias, long number) throws SQLException {
    return bytes(
        "SELECT document FROM $alias_record WHERE model = ? AND alias = ? AND seq = ?",
        alias.name(),
        alias.alias().orElseThrow(),
        number);
  }

  @Override
  void put(ModelRef alias, long number, byte[] document) throws SQLException {
    update(
        "UPDATE $alias_record SET document = ? WHERE model = ? AND alias = ? AND seq = ?",
        document,
        alias.name(),
        alias.alias().orElseThrow(),
        number);
  }

  @Override
  long last(ModelRef alias) throws SQLException {
    return first(
        "SELECT MAX(seq) FROM $alias_record WHERE model = ? AND alias = ?",
        row -> row.getLong(1),
        alias.name(),
        alias.alias().orElseThrow());
  }

  @Override
  byte[] change(String model, long number) throws SQLException {
    return bytes("SELECT document FROM $change_record WHERE model = ? AND seq = ?", model, number);
  }

  @Override
  void putChange(String model, long number, byte[] document) throws SQLException {
    update(
        "UPDATE $change_record SET document = ? WHERE model = ? AND seq = ?",
        document,
        model,
        number);
  }

  @Override
  public void damageSignature(ModelVersion version) throws SQLException {
    byte[] bundle =
        bytes(
            "SELECT bundle FROM $signature WHERE model = ? AND seq = ?",
            version.name(),
            version.number());
    bundle[bundle.length / 2] ^= 1;
    update(
        "UPDATE $signature SET bundle = ? WHERE model = ? AND seq = ?",
        bundle,
        version.name(),
        version.number());
  }

  @Override
  public void cutRecord(String text, long number) throws SQLException {
    ModelRef ref = ModelRef.parse(text);
    update(
        "DELETE FROM $alias_record WHERE model = ? AND alias = ? AND seq = ?",
        ref.name(),
        ref.alias().orElseThrow(),
        number);
  }

  @Override
  public void cutVersion(ModelVersion version) throws SQLException {
    for (String table : new String[] {"version", "part"}) {
      update(
          "DELETE FROM $" + table + " WHERE model = ? AND seq = ?",
          version.name(),
          version.number());
    }
  }

  @Override
  public boolean hasBytes(ModelVersion version) throws SQLException {
    return count(
            "SELECT COUNT(*) FROM $part p JOIN $piece c ON c.content = p.content WHERE p.seq = "
                + version.number())
        > 0;
  }

  /** After all registries were closed. */
  public void checkAndClose() throws SQLException {
    assertThat(pool.lent()).as("connections that were not given back").isZero();
    pool.close();
  }
}
