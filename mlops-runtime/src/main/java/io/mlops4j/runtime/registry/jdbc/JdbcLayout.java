package io.mlops4j.runtime.registry.jdbc;

import io.mlops4j.runtime.registry.store.Problems;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The tables of a registry. Their names begin with the registry's prefix.
 *
 * <pre>
 * layout         one row: the number of the layout, and the place of contents
 * model          the models; a row is held during a change of its model
 * version        the sealed manifest of each version, and its card
 * alias_record   one sealed record per change of an alias
 * change_record  one sealed record per change of versions' states
 * signature      signatures of versions, named by their digests
 * lease          the holders of a version, with expiry times
 * part           the contents of a version's files, in the order of the files' names
 * content        contents by digest, each stored once even when several versions use it
 * piece          the bytes of a content, one mebibyte a row; none if contents are in a folder
 * links          parents and data sets of 256 versions; rows or the table may be missing
 * </pre>
 *
 * <p>Documents are the same bytes as in a registry in a folder. The columns beside them repeat
 * parts of the documents for searches.
 *
 * <p>Older libraries refuse a registry with a higher layout number. The number is raised only if
 * they would misread or damage the registry. They name the columns that they use, so new tables and
 * new nullable columns do not raise it. It becomes 2 with the first removal of an alias or the
 * first retirement of a model, which changes no table.
 */
final class JdbcLayout {
  /** The layout that opening a registry upgrades it to. */
  static final int VERSION = 1;

  private static final int WITH_REMOVALS = 2;
  private static final int MOST_TRIES = 10;
  private static final String STORE = "mlops4j-registry";

  private static final String LINKS_TABLE =
      "CREATE TABLE IF NOT EXISTS $links (model VARCHAR(128) NOT NULL, block INTEGER NOT NULL, "
          + "document BYTES NOT NULL, PRIMARY KEY (model, block))";

  /** The statements from each layout to the next. {@code BYTES} stands for the binary type. */
  private static final List<List<String>> STEPS =
      List.of(
          List.of(
              "CREATE TABLE IF NOT EXISTS $model (model VARCHAR(128) NOT NULL, "
                  + "generation BIGINT NOT NULL, PRIMARY KEY (model))",
              "CREATE TABLE IF NOT EXISTS $version (model VARCHAR(128) NOT NULL, "
                  + "seq INTEGER NOT NULL, digest VARCHAR(160) NOT NULL, "
                  + "card_digest VARCHAR(160) NOT NULL, ended VARCHAR(160) NOT NULL, "
                  + "manifest BYTES NOT NULL, card BYTES NOT NULL, PRIMARY KEY (model, seq))",
              "CREATE INDEX IF NOT EXISTS #version_content ON $version "
                  + "(model, digest, card_digest)",
              "CREATE TABLE IF NOT EXISTS $alias_record (model VARCHAR(128) NOT NULL, "
                  + "alias VARCHAR(128) NOT NULL, seq BIGINT NOT NULL, document BYTES NOT NULL, "
                  + "PRIMARY KEY (model, alias, seq))",
              "CREATE TABLE IF NOT EXISTS $change_record (model VARCHAR(128) NOT NULL, "
                  + "seq BIGINT NOT NULL, document BYTES NOT NULL, PRIMARY KEY (model, seq))",
              "CREATE TABLE IF NOT EXISTS $signature (model VARCHAR(128) NOT NULL, "
                  + "seq INTEGER NOT NULL, signature VARCHAR(80) NOT NULL, bundle BYTES NOT NULL, "
                  + "PRIMARY KEY (model, seq, signature))",
              "CREATE TABLE IF NOT EXISTS $lease (model VARCHAR(128) NOT NULL, "
                  + "seq INTEGER NOT NULL, lease VARCHAR(60) NOT NULL, document BYTES NOT NULL, "
                  + "PRIMARY KEY (model, seq, lease))",
              "CREATE TABLE IF NOT EXISTS $content (content VARCHAR(160) NOT NULL, "
                  + "size BIGINT NOT NULL, generation BIGINT NOT NULL, PRIMARY KEY (content))",
              "CREATE TABLE IF NOT EXISTS $part (model VARCHAR(128) NOT NULL, "
                  + "seq INTEGER NOT NULL, part INTEGER NOT NULL, content VARCHAR(160) NOT NULL, "
                  + "PRIMARY KEY (model, seq, part))",
              "CREATE INDEX IF NOT EXISTS #part_content ON $part (content)",
              "CREATE TABLE IF NOT EXISTS $piece (content VARCHAR(160) NOT NULL, "
                  + "piece INTEGER NOT NULL, bytes BYTES NOT NULL, PRIMARY KEY (content, piece))",
              LINKS_TABLE));

  private static final String LAYOUT_TABLE =
      "CREATE TABLE IF NOT EXISTS $layout (id INTEGER NOT NULL, store VARCHAR(40) NOT NULL, layout"
          + " INTEGER NOT NULL, contents VARCHAR(40) NOT NULL, registry VARCHAR(40) NOT NULL,"
          + " PRIMARY KEY (id))";

  private final Database database;
  private final List<List<String>> steps;
  private final int newest;

  JdbcLayout(Database database) {
    this(database, STEPS, WITH_REMOVALS);
  }

  /** For tests of future layouts. */
  JdbcLayout(Database database, List<List<String>> steps) {
    this(database, steps, steps.size());
  }

  private JdbcLayout(Database database, List<List<String>> steps, int newest) {
    this.database = database;
    this.steps = steps;
    this.newest = newest;
  }

  /** Prevents libraries without removed aliases and retired models from opening this registry. */
  void allowRemovals() {
    database.update(
        "raise the layout",
        "UPDATE $layout SET layout = ? WHERE id = 1 AND layout < ?",
        WITH_REMOVALS,
        WITH_REMOVALS);
  }

  /**
   * The only row of the table of layouts.
   *
   * @param store the kind of store
   * @param layout the number of the layout
   * @param contents {@code database} or {@code folder}
   * @param registry the unique name of this registry
   */
  record Described(String store, int layout, String contents, String registry) {}

  /** Opens a registry's tables. Creates missing tables and upgrades older ones. */
  Described open(String contents) {
    SQLException last = null;
    for (int tries = 0; tries < MOST_TRIES; tries++) {
      try {
        Optional<Described> found = read();
        if (found.isPresent() && check(found.get()).layout() >= steps.size()) {
          return found.get();
        }
        int from = found.map(Described::layout).orElse(0);
        make(from, contents);
      } catch (SQLException e) {
        // Another process may create or upgrade the same tables. A missing schema is created.
        last = e;
        if (Database.isUnknownSchema(e)) {
          makeSchema();
        }
      }
    }
    throw database.trouble(
        "make the registry's tables",
        last == null ? new SQLException("the tables disappeared") : last);
  }

  /** Throws if {@link #open} would create a registry. */
  void requireMade() {
    try {
      if (readRow().isPresent()) {
        return;
      }
    } catch (SQLException e) {
      if (!Database.isUnknown(e) && !Database.isNoDatabase(e)) {
        throw database.trouble("read the registry's tables", e);
      }
    }
    throw Problems.refused(
        database.place("layout"),
        "no registry",
        "one; check the address, the schema and the prefix, or publish a first model, which makes"
            + " one");
  }

  private Optional<Described> read() throws SQLException {
    try {
      return readRow();
    } catch (SQLException e) {
      if (Database.isUnknown(e)) {
        return Optional.empty();
      }
      throw database.trouble("read the registry's tables", e);
    }
  }

  private Optional<Described> readRow() throws SQLException {
    return database.once(
        transaction -> {
          database.at(transaction.address());
          return transaction.first(
              "SELECT store, layout, contents, registry FROM $layout WHERE id = 1",
              row ->
                  new Described(
                      row.getString(1), row.getInt(2), row.getString(3), row.getString(4)));
        });
  }

  private Described check(Described found) {
    String table = database.place("layout");
    if (!found.store().equals(STORE)) {
      throw Problems.refused(
          table, "the store " + found.store(), "a registry; open it with another schema or prefix");
    }
    if (found.layout() > newest) {
      throw Problems.refused(
          table,
          "layout " + found.layout(),
          "at most "
              + newest
              + "; a newer mlops4j wrote this registry, use that version or a later one");
    }
    return found;
  }

  private void make(int from, String contents) throws SQLException {
    database.once(
        transaction -> {
          if (from == 0) {
            make(transaction, LAYOUT_TABLE);
          }
          for (List<String> step : steps.subList(from, steps.size())) {
            for (String statement : step) {
              make(transaction, statement);
            }
          }
          return from == 0
              ? transaction.update(
                  "INSERT INTO $layout (id, store, layout, contents, registry) "
                      + "VALUES (1, ?, ?, ?, ?)",
                  STORE,
                  steps.size(),
                  contents,
                  UUID.randomUUID().toString())
              : transaction.update(
                  "UPDATE $layout SET layout = ? WHERE id = 1 AND layout = ?", steps.size(), from);
        });
  }

  private static int make(JdbcTransaction transaction, String statement) throws SQLException {
    String bytes = transaction.product().equals("PostgreSQL") ? "BYTEA" : "BLOB";
    return transaction.update(statement.replace("BYTES", bytes));
  }

  /** Creates the table of links, which registries of older libraries do not have. */
  void makeLinks() {
    database.run("make the table of links", transaction -> make(transaction, LINKS_TABLE));
  }

  private void makeSchema() {
    try {
      database.once(
          transaction ->
              transaction.update("CREATE SCHEMA IF NOT EXISTS " + database.prefix().schema()));
    } catch (SQLException e) {
      throw database.trouble("make the schema " + database.prefix().schema(), e);
    }
  }
}
