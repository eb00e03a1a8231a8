package io.mlops4j.runtime.registry.jdbc;

import io.mlops4j.error.RegistryException;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Transactions on somebody's source of connections. Whatever the connections' own mode, a
 * transaction is committed or rolled back as a whole, and its connection given back as it was.
 *
 * <p>A transaction that lost a race, by a unique key, a serialisation failure, a deadlock or a lock
 * that took too long, is done again from the start: what it decides by, it reads again. Work that
 * is asked for within other work on the same thread belongs to the same transaction.
 */
public final class Database {
  private static final Logger LOG = LoggerFactory.getLogger(Database.class);
  private static final int MOST_TRIES = 100;

  private final Connections connections;
  private final TablePrefix naming;

  // One for each registry, as a thread may be at work in two; empty outside of transactions.
  @SuppressWarnings("ThreadLocalUsage")
  private final ThreadLocal<@Nullable JdbcTransaction> current = new ThreadLocal<>();

  private final TimeLimit limit;
  private volatile String address;

  public Database(Connections connections, TablePrefix naming, Duration limit) {
    this.connections = connections;
    this.naming = naming;
    this.limit = new TimeLimit(limit);
    this.address = connections.address();
  }

  /** What is done in one transaction, perhaps several times. */
  interface Work<T> {
    T in(JdbcTransaction session) throws SQLException;
  }

  /** Carries an exception out of work within work. */
  private static final class Unfinished extends RuntimeException {
    private static final long serialVersionUID = 1L;
    final SQLException why;

    Unfinished(SQLException why) {
      super(why);
      this.why = why;
    }
  }

  private static final class Taken extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Taken(SQLException why) {
      super(why);
    }
  }

  private static final class Failed extends RuntimeException {
    private static final long serialVersionUID = 1L;
    final IOException why;

    Failed(IOException why) {
      super(why);
      this.why = why;
    }
  }

  /** Does some work in a transaction, again if it lost a race. */
  <T> T run(String what, Work<T> work) {
    JdbcTransaction joined = current.get();
    if (joined != null) {
      return join(joined, work);
    }
    for (int tries = 1; ; tries++) {
      try {
        return once(work);
      } catch (SQLException e) {
        if (!isLostRace(e) || tries == MOST_TRIES) {
          throw trouble(what, e);
        }
        LockSupport.parkNanos(
            ThreadLocalRandom.current().nextLong(TimeUnit.MILLISECONDS.toNanos(tries)));
      }
    }
  }

  /** What is done in one transaction and also reads or writes files. */
  interface FileWork<T> {
    T in(JdbcTransaction session) throws SQLException, IOException;
  }

  /** The same as {@link #run} for work that also reads or writes files. */
  <T> T work(String what, FileWork<T> work) throws IOException {
    try {
      return run(
          what,
          session -> {
            try {
              return work.in(session);
            } catch (IOException e) {
              throw new Failed(e);
            }
          });
    } catch (Failed e) {
      throw e.why;
    }
  }

  /** Within a transaction, for code that cannot throw what the database throws. */
  static <T> T join(JdbcTransaction session, Work<T> work) {
    try {
      return work.in(session);
    } catch (SQLException e) {
      throw new Unfinished(e);
    }
  }

  /**
   * Writes what may be there only once: false when somebody else was faster. Within other work that
   * is not told but does the whole again.
   */
  boolean claim(String what, Work<Integer> work) {
    if (current.get() != null) {
      return run(what, work) == 1;
    }
    try {
      return run(what, session -> untilTaken(session, work)) == 1;
    } catch (Taken e) {
      return false;
    }
  }

  private static int untilTaken(JdbcTransaction session, Work<Integer> work) throws SQLException {
    try {
      return work.in(session);
    } catch (SQLException e) {
      if (isTaken(e)) {
        throw new Taken(e);
      }
      throw e;
    }
  }

  /** Does some work in a transaction of its own. */
  <T> T once(Work<T> work) throws SQLException {
    Connection connection = connections.take();
    boolean automatic = true;
    boolean committed = false;
    TimeLimit.Before before = limit.begin(connection);
    try {
      automatic = connection.getAutoCommit();
      if (automatic) {
        connection.setAutoCommit(false);
      }
      JdbcTransaction session = new JdbcTransaction(connection, naming, limit);
      current.set(session);
      T result = work.in(session);
      connection.commit();
      committed = true;
      return result;
    } catch (Unfinished e) {
      throw e.why;
    } finally {
      current.remove();
      giveBack(connection, automatic, committed, before);
    }
  }

  /** What fails here fails for whoever gets the connection next; a commit stays a commit. */
  private void giveBack(
      Connection connection, boolean automatic, boolean committed, TimeLimit.Before before) {
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
        connections.giveBack(connection, whole);
      }
    } catch (SQLException e) {
      LOG.debug("a connection could not be given back as it was", e);
    }
  }

  /** A unique key. */
  private static boolean isTaken(SQLException e) {
    return String.valueOf(e.getSQLState()).startsWith("23");
  }

  private static boolean isLostRace(SQLException e) {
    String state = String.valueOf(e.getSQLState());
    return isTaken(e)
        || state.startsWith("40") // serialisation, deadlock
        || state.equals("55P03") // a lock: PostgreSQL
        || state.equals("HYT00"); // a lock: H2
  }

  /** Whether a table or schema is not there. */
  static boolean isUnknown(SQLException e) {
    String state = String.valueOf(e.getSQLState());
    return state.equals("42P01") || state.startsWith("42S0") || isUnknownSchema(e);
  }

  static boolean isUnknownSchema(SQLException e) {
    return String.valueOf(e.getSQLState()).equals("3F000")
        || String.valueOf(e.getSQLState()).equals("90079");
  }

  /** Whether the database itself is not there. */
  static boolean isNoDatabase(SQLException e) {
    String state = String.valueOf(e.getSQLState());
    return state.equals("3D000") // PostgreSQL
        || state.equals("90146") // H2
        || state.equals("90149");
  }

  private static boolean isAway(SQLException e) {
    String state = String.valueOf(e.getSQLState());
    return state.startsWith("08")
        || state.startsWith("57P")
        || e instanceof SQLTransientConnectionException
        || e instanceof SQLNonTransientConnectionException
        || e instanceof SQLRecoverableException;
  }

  /** Whether the time limit of a statement ended it. */
  private static boolean isLate(SQLException e) {
    return e instanceof SQLTimeoutException || String.valueOf(e.getSQLState()).equals("57014");
  }

  RegistryException trouble(String what, SQLException e) {
    String found = address + ": cannot " + what + " (" + e.getMessage() + "), expected ";
    if (isLate(e) && !isLostRace(e)) {
      return new RegistryException(
          found
              + "an answer within "
              + limit
              + "; nothing was changed, check what keeps the database busy or locked, or allow more"
              + " with statementTimeout",
          e);
    }
    if (isAway(e)) {
      return new RegistryException(
          found
              + "a database that can be reached; check that it runs, its address and the pool's "
              + "size, then try again; a change that was under way was made or not, look first",
          e);
    }
    if (isLostRace(e)) {
      return new RegistryException(
          found + "to win the race after " + MOST_TRIES + " tries; nothing was changed, try again",
          e);
    }
    if (String.valueOf(e.getSQLState()).startsWith("28")) {
      return new RegistryException(
          found + "a user and a password that the database knows; nothing was changed, check both",
          e);
    }
    return new RegistryException(
        found
            + "the registry's tables, "
            + naming.table("...")
            + ", and the right to read and write them; nothing was changed, check schema, prefix, "
            + "permissions and space",
        e);
  }

  void at(String address) {
    this.address = address;
  }

  public void close() {
    connections.close();
  }

  public TablePrefix naming() {
    return naming;
  }

  /** Where it is, for messages. */
  @Override
  public String toString() {
    return address;
  }
}
