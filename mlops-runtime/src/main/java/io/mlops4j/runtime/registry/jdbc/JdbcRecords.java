package io.mlops4j.runtime.registry.jdbc;

import io.mlops4j.runtime.registry.store.Records;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Records as rows of a table, numbered within a key.
 *
 * @param storage creates the error for a missing record
 * @param table the table's name in statements
 * @param columns the columns of the key
 * @param key the key's values
 */
record JdbcRecords(
    JdbcStorage storage, Database database, String table, String columns, List<String> key)
    implements Records {

  private String where() {
    return " WHERE " + columns.replace(",", " = ? AND") + " = ?";
  }

  private Object[] values(Object... more) {
    return Stream.concat(key.stream(), Stream.of(more)).toArray();
  }

  @Override
  public long last(long known) {
    // Does not start at the known number, which this transaction may be too old to see.
    return database.number("SELECT MAX(seq) FROM " + table + where(), values());
  }

  @Override
  public byte[] read(long number) {
    String sql = "SELECT document FROM " + table + where() + " AND seq = ?";
    return database
        .first("read", sql, row -> row.getBytes(1), values(number))
        .orElseThrow(() -> storage.missing(place(number)));
  }

  @Override
  public LongFunction<byte[]> inOrder() {
    Pages<byte[]> pages = new Pages<>(this::page);
    return number -> pages.find(number).orElseThrow(() -> storage.missing(place(number)));
  }

  /** Returns the documents from a number on, as many as fit in a page. */
  private NavigableMap<Long, byte[]> page(long first) {
    String sql =
        "SELECT seq, document FROM (SELECT seq, document, SUM(OCTET_LENGTH(document)) "
            + "OVER (ORDER BY seq) - OCTET_LENGTH(document) AS bytes_before FROM "
            + table
            + where()
            + " AND seq >= ? AND seq < ?) p WHERE bytes_before < ?";
    return database.run(
        "read",
        transaction -> {
          NavigableMap<Long, byte[]> page = new TreeMap<>();
          transaction.each(
              sql,
              row -> page.put(row.getLong(1), row.getBytes(2)),
              values(first, first + Pages.ROWS, Pages.BYTES));
          return page;
        });
  }

  @Override
  public boolean claim(long number, byte[] document) {
    String marks = "?, ".repeat(key.size());
    String sql =
        "INSERT INTO " + table + " (" + columns + ", seq, document) VALUES (" + marks + "?, ?)";
    return database.claim(
        "store record " + number + " of " + String.join("@", key),
        transaction -> transaction.update(sql, values(number, document)));
  }

  @Override
  public <T> T reading(Supplier<T> work) {
    return database.run("read", transaction -> work.get());
  }

  @Override
  public String place(long number) {
    return database.place(table.substring(1)) + ", " + key + " " + number;
  }
}
