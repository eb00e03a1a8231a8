package io.mlops4j.runtime.registry.jdbc;

import io.mlops4j.error.RegistryException;
import io.mlops4j.model.Digest;
import io.mlops4j.runtime.internal.document.Document;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Transactions on a source of connections. A transaction is committed or rolled back as a whole,
 * and its connection is given back in the mode that it had.
 *
 * <p>A transaction is repeated from the start if it lost a race: by a unique key, a serialisation
 * failure, a deadlock or a lock timeout. It then reads again everything that it decides by. Work
 * inside other work of the same thread joins the same transaction.
 */
final class Database {
  private static final Logger LOG = LoggerFactory.getLogger(Database.class);
  private static final int MOST_TRIES = 100;

  private final Connections connections;
  private final TablePrefix prefix;

  // One for each registry, because a thread may work in two. Empty outside of transactions.
  @SuppressWarnings("ThreadLocalUsage")
  private final ThreadLocal<@Nullable JdbcTransaction> current = new ThreadLocal<>();

  private final TimeLimit limit;
  private volatile String address;

  Database(Connections connections, TablePrefix prefix, Duration limit) {
    this.connections = connections;
    this.prefix = prefix;
    this.limit = new TimeLimit(limit);
    this.address = connections.address();
  }

  /** The work of one transaction, which may run several times. */
  interface Work<T> {
    T in(JdbcTransaction transaction) throws SQLException;
  }

  /** The work of one transaction that also reads or writes files. */
  interface FileWork<T> {
    T in(JdbcTransaction transaction) throws SQLException, IOException;
  }

  /** Carries an exception out of joined work. */
  private static final class Unfinished extends RuntimeException {
    private static final long serialVersionUID = 1L;
    final SQLException why;

    Unfinished(SQLException why) {
      super(why);
      this.why = why;
    }
  }

  /** Runs work in a transaction. Repeats it if it lost a race. */
  <T> T run(String what, Work<T> work) {
    JdbcTransaction joined = current.get();
    return joined == null ? repeated(what, work, false).orElseThrow() : join(joined, work);
  }

  /** Runs work that also reads or writes files, as {@link #run} does. */
  <T> T work(String what, FileWork<T> work) throws IOException {
    try {
      return run(
          what,
          transaction -> {
            try {
              return work.in(transaction);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** Runs work within a transaction, for callers that cannot throw SQLException. */
  static <T> T join(JdbcTransaction transaction, Work<T> work) {
    try {
      return work.in(transaction);
    } catch (SQLException e) {
      throw new Unfinished(e);
    }
  }

  /**
   * Inserts rows with a unique key. Returns false if another process was faster. Inside other work,
   * a lost race repeats the whole work instead.
   */
  boolean claim(String what, Work<Integer> work) {
    return current.get() == null ? repeated(what, work, true).orElse(0) == 1 : run(what, work) == 1;
  }

  /** Returns empty only if {@code claim} is set and a unique key was taken. */
  private <T> Optional<T> repeated(String what, Work<T> work, boolean claim) {
    for (int tries = 1; ; tries++) {
      try {
        return Optional.of(once(work));
      } catch (SQLException e) {
        if (claim && isTaken(e)) {
          return Optional.empty();
        }
        if (!isLostRace(e) || tries == MOST_TRIES) {
          throw trouble(what, e);
        }
        LockSupport.parkNanos(
            ThreadLocalRandom.current().nextLong(TimeUnit.MILLISECONDS.toNanos(tries)));
      }
    }
  }

  /** Runs work once, in a new transaction. */
  <T> T once(Work<T> work) throws SQLException {
    Connection connection = connections.take();
    AbortedByInterrupt waiting = new AbortedByInterrupt(connection);
    boolean automatic = true;
    boolean committed = false;
    TimeLimit.Before before = limit.begin(connection);
    try {
      automatic = connection.getAutoCommit();
      if (automatic) {
        connection.setAutoCommit(false);
      }
      JdbcTransaction transaction = new JdbcTransaction(connection, prefix, limit);
      current.set(transaction);
      T result = work.in(transaction);
      connection.commit();
      committed = true;
      return result;
    } catch (Unfinished e) {
      throw e.why;
    } finally {
      current.remove();
      giveBack(connection, automatic, committed, before, waiting);
    }
  }

  /** Never throws, because the transaction may be committed. The next user sees the failure. */
  private void giveBack(
      Connection connection,
      boolean automatic,
      boolean committed,
      TimeLimit.Before before,
      AbortedByInterrupt waiting) {
    boolean whole = false;
    try {
      try {
        if (!committed) {
          connection.rollback();
        }
        if (automatic) {
          connection.setAutoCommit(true);
        }
        before.restore(connection);
        whole = true;
      } finally {
        whole &= waiting.end();
        connections.giveBack(connection, whole);
      }
    } catch (SQLException e) {
      LOG.debug("a connection could not be given back as it was", e);
    }
  }

  <T> List<T> list(String what, String sql, JdbcTransaction.Row<T> reader, Object... values) {
    return run(what, transaction -> transaction.list(sql, reader, values));
  }

  <T> Optional<T> first(String what, String sql, JdbcTransaction.Row<T> reader, Object... values) {
    return run(what, transaction -> transaction.first(sql, reader, values));
  }

  long number(String sql, Object... values) {
    return run("read", transaction -> transaction.number(sql, values));
  }

  int update(String what, String sql, Object... values) {
    return run(what, transaction -> transaction.update(sql, values));
  }

  private static String state(SQLException e) {
    return String.valueOf(e.getSQLState());
  }

  /** Returns whether a unique key is taken. */
  private static boolean isTaken(SQLException e) {
    return state(e).startsWith("23");
  }

  private static boolean isLostRace(SQLException e) {
    return isTaken(e)
        || state(e).startsWith("40") // serialisation, deadlock
        || state(e).equals("55P03") // a lock: PostgreSQL
        || state(e).equals("HYT00"); // a lock: H2
  }

  /** Returns whether a table or schema does not exist. */
  static boolean isUnknown(SQLException e) {
    return state(e).equals("42P01") || state(e).startsWith("42S0") || isUnknownSchema(e);
  }

  static boolean isUnknownSchema(SQLException e) {
    return state(e).equals("3F000") || state(e).equals("90079");
  }

  /** Returns whether the database itself does not exist. */
  static boolean isNoDatabase(SQLException e) {
    return state(e).equals("3D000") // PostgreSQL
        || state(e).equals("90146") // H2
        || state(e).equals("90149");
  }

  private static boolean isAway(SQLException e) {
    return state(e).startsWith("08")
        || state(e).startsWith("57P")
        || e instanceof SQLTransientConnectionException
        || e instanceof SQLNonTransientConnectionException
        || e instanceof SQLRecoverableException;
  }

  /** Returns whether the time limit of a statement ended it. */
  private static boolean isLate(SQLException e) {
    return e instanceof SQLTimeoutException || state(e).equals("57014");
  }

  RegistryException trouble(String what, SQLException e) {
    return new RegistryException(
        address + ": cannot " + what + " (" + e.getMessage() + "), expected " + expected(e), e);
  }

  private String expected(SQLException e) {
    if (isLate(e) && !isLostRace(e)) {
      return "an answer within "
          + limit
          + "; nothing was changed, check what keeps the database busy or locked, or allow more"
          + " with statementTimeout";
    }
    if (isAway(e) && Thread.currentThread().isInterrupted()) {
      return "a thread that is not interrupted while it waits; its connection was aborted, and a"
          + " running change may have been made, check before you repeat it";
    }
    if (isAway(e)) {
      return "a database that can be reached; check that it runs, its address and the pool's "
          + "size, then try again; a running change may have been made, check before you repeat it";
    }
    if (isLostRace(e)) {
      return "to win the race after " + MOST_TRIES + " tries; nothing was changed, try again";
    }
    if (state(e).startsWith("28")) {
      return "a user and a password that the database knows; nothing was changed, check both";
    }
    return "the registry's tables, "
        + prefix.table("...")
        + ", and the right to read and write them; nothing was changed, check schema, prefix, "
        + "permissions and space";
  }

  void at(String address) {
    this.address = address;
  }

  void close() {
    connections.close();
  }

  TablePrefix prefix() {
    return prefix;
  }

  /** Returns where a table is, for messages. */
  String place(String table) {
    return address + ", table " + prefix.table(table);
  }

  /** Returns where a version is, for messages. */
  String place(String model, int number) {
    return place("version") + ", " + model + ":" + number;
  }

  /** Parses a digest in a column beside the documents of a version. */
  Digest digest(String model, int number, String column, String text) {
    try {
      return Digest.parse(text);
    } catch (IllegalArgumentException e) {
      throw Document.damaged(place(model, number) + ", column " + column, '"' + text + '"');
    }
  }

  /** Returns the address, for messages. */
  @Override
  public String toString() {
    return address;
  }
}
