package io.mlops4j.runtime.registry.jdbc;

import io.mlops4j.runtime.registry.store.Records;
import java.io.IOException;
import java.util.Arrays;
import java.util.function.Supplier;

/**
 * Records as rows of a table, numbered within what a key says.
 *
 * @param storage for its errors
 * @param database where the table is
 * @param table its name in statements
 * @param columns the columns of the key
 * @param key the key's values
 */
record JdbcRecords(
    JdbcStorage storage,
    Database database,
    String table,
    String columns,
    java.util.List<String> key)
    implements Records {

  private String where() {
    return " WHERE " + columns.replace(",", " = ? AND") + " = ?";
  }

  private Object[] values(Object... more) {
    Object[] values = Arrays.copyOf(key.toArray(), key.size() + more.length);
    System.arraycopy(more, 0, values, key.size(), more.length);
    return values;
  }

  @Override
  public long last(long known) {
    // Without the known one, which this transaction may be too old to see.
    String sql = "SELECT MAX(seq) FROM " + table + where();
    return database.run("read", session -> session.number(sql, values()));
  }

  @Override
  public byte[] read(long number) {
    String sql = "SELECT document FROM " + table + where() + " AND seq = ?";
    return database
        .run("read", session -> session.first(sql, row -> row.getBytes(1), values(number)))
        .orElseThrow(() -> storage.missing(place(number)));
  }

  @Override
  public boolean claim(long number, byte[] document) {
    String marks = "?, ".repeat(key.size());
    String sql =
        "INSERT INTO " + table + " (" + columns + ", seq, document) VALUES (" + marks + "?, ?)";
    return database.claim(
        "store record " + number + " of " + String.join("@", key),
        session -> session.update(sql, values(number, document)));
  }

  @Override
  public <T> T reading(Supplier<T> work) {
    return database.run("read", session -> work.get());
  }

  @Override
  public String place(long number) {
    return database + ", table " + database.naming().in(table) + ", " + key + " " + number;
  }

  @Override
  public RuntimeException cannotStore(String what, IOException cause) {
    return storage.cannotStore(what, cause);
  }
}
