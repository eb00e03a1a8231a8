package io.mlops4j.runtime.registry.jdbc;

import io.mlops4j.error.RegistryException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The tables of a registry, whose names begin with what the registry was opened with.
 *
 * <pre>
 * layout         one row: which layout this is, and where contents lie
 * model          the models; a row is held while something about its model is decided
 * version        what belongs to each version, sealed, and its card
 * alias_record   one sealed record per change of an alias
 * change_record  one sealed record per change of versions' states
 * signature      signatures of versions, named by their digests
 * lease          who uses a version, until when
 * part           which contents the files of a version have, in the order of their names
 * content        contents by digest, each once however many versions have it
 * piece          the bytes of a content, a mebibyte in a row; none if contents lie in a folder
 * links          what 256 versions were made from; rows or the table may be missing
 * </pre>
 *
 * <p>Documents are the same bytes as in a registry in a folder. The columns beside them say what
 * the documents say, so that they can be found.
 *
 * <p>The layout's number is raised only when older libraries would misread or damage a registry;
 * they refuse a higher one. They name the columns that they know, so that new tables and new
 * columns that may be null do not raise it. It is 2 from the first removal of an alias or
 * retirement of a model on, which changes no table.
 */
public final class JdbcLayout {
  /** What opening a registry moves it on to. */
  static final int VERSION = 1;

  private static final int WITH_REMOVALS = 2;
  private static final int MOST_TRIES = 10;
  private static final String STORE = "mlops4j-registry";

  private static final String LINKS_TABLE =
      "CREATE TABLE IF NOT EXISTS $links (model VARCHAR(128) NOT NULL, block INTEGER NOT NULL, "
          + "document BYTES NOT NULL, PRIMARY KEY (model, block))";

  /**
   * The statements that lead from each layout to the next; {@code BYTES} is the database's type.
   */
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

  public JdbcLayout(Database database) {
    this(database, STEPS, WITH_REMOVALS);
  }

  /** For tests of layouts to come. */
  public JdbcLayout(Database database, List<List<String>> steps) {
    this(database, steps, steps.size());
  }

  private JdbcLayout(Database database, List<List<String>> steps, int newest) {
    this.database = database;
    this.steps = steps;
    this.newest = newest;
  }

  /** Keeps libraries out that know neither of removed aliases nor of retired models. */
  void allowRemovals() {
    database.run(
        "raise the layout",
        session ->
            session.update(
                "UPDATE $layout SET layout = ? WHERE id = 1 AND layout < ?",
                WITH_REMOVALS,
                WITH_REMOVALS));
  }

  /**
   * The only row of the table of layouts.
   *
   * @param store what wrote it
   * @param layout its number
   * @param contents {@code database} or {@code folder}
   * @param registry a name that this registry was given when it was made
   */
  public record Described(String store, int layout, String contents, String registry) {}

  /** Opens a registry's tables, makes those that are not there, and moves older ones on. */
  public Described open(String contents) {
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
        // Another process may make or move the same; where the schema is missing, it is made.
        last = e;
        if (Database.isUnknownSchema(e)) {
          makeSchema();
        }
      }
    }
    throw database.trouble(
        "make the registry's tables", last == null ? new SQLException("they vanish") : last);
  }

  /** Refuses to go on where {@link #open} would make a registry. */
  public void requireMade() {
    try {
      if (readRow().isPresent()) {
        return;
      }
    } catch (SQLException e) {
      if (!Database.isUnknown(e) && !Database.isNoDatabase(e)) {
        throw database.trouble("read the registry's tables", e);
      }
    }
    throw new RegistryException(
        database
            + ", table "
            + database.naming().table("layout")
            + ": found no registry, expected one; check the address, the schema and the prefix, or"
            + " publish a first model, which makes one",
        null);
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
        session -> {
          database.at(session.address());
          return session.first(
              "SELECT store, layout, contents, registry FROM $layout WHERE id = 1",
              row ->
                  new Described(
                      row.getString(1), row.getInt(2), row.getString(3), row.getString(4)));
        });
  }

  private Described check(Described found) {
    String table = database + ", table " + database.naming().table("layout");
    if (!found.store().equals(STORE)) {
      throw new RegistryException(
          table
              + ": found the store "
              + found.store()
              + ", expected a registry; open it with another schema or prefix",
          null);
    }
    if (found.layout() > newest) {
      throw new RegistryException(
          table
              + ": found layout "
              + found.layout()
              + ", expected at most "
              + newest
              + "; a newer mlops4j wrote this registry, use that version or a later one",
          null);
    }
    return found;
  }

  private void make(int from, String contents) throws SQLException {
    database.once(
        session -> {
          for (String statement : statements(from)) {
            make(session, statement);
          }
          return from == 0
              ? session.update(
                  "INSERT INTO $layout (id, store, layout, contents, registry) "
                      + "VALUES (1, ?, ?, ?, ?)",
                  STORE,
                  steps.size(),
                  contents,
                  UUID.randomUUID().toString())
              : session.update(
                  "UPDATE $layout SET layout = ? WHERE id = 1 AND layout = ?", steps.size(), from);
        });
  }

  private static int make(JdbcTransaction session, String statement) throws SQLException {
    String bytes = session.product().equals("PostgreSQL") ? "BYTEA" : "BLOB";
    return session.update(statement.replace("BYTES", bytes));
  }

  /** Makes the table of links, which registries of older libraries do not have. */
  void makeLinks() {
    database.run("make the table of links", session -> make(session, LINKS_TABLE));
  }

  private List<String> statements(int from) {
    List<String> statements = new ArrayList<>();
    if (from == 0) {
      statements.add(LAYOUT_TABLE);
    }
    steps.subList(from, steps.size()).forEach(statements::addAll);
    return statements;
  }

  private void makeSchema() {
    try {
      database.once(
          session -> session.update("CREATE SCHEMA IF NOT EXISTS " + database.naming().schema()));
    } catch (SQLException e) {
      throw database.trouble("make the schema " + database.naming().schema(), e);
    }
  }
}
