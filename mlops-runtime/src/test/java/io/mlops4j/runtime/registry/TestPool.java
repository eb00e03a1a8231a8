package io.mlops4j.runtime.registry;

import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Logger;
import javax.sql.DataSource;

/**
 * A pool of connections as an application has one. It counts who does not give back, hands out
 * connections in the mode that a test wants, and can be away or lose a connection in the middle.
 */
public final class TestPool implements DataSource, AutoCloseable {
  private final DataSource source;
  private final boolean automatic;
  private final Deque<Connection> idle = new ArrayDeque<>();
  private final Set<Connection> lent = new HashSet<>();
  private final AtomicInteger untilLost = new AtomicInteger(Integer.MAX_VALUE);
  private final Queue<String> prepared = new ConcurrentLinkedQueue<>();
  private int isolation = Connection.TRANSACTION_NONE;
  private int most = Integer.MAX_VALUE;
  private boolean away;
  private volatile Interceptor interceptor = sql -> {};

  /** Runs before a statement is prepared; may hang or fail. */
  public interface Interceptor {
    void before(String sql) throws SQLException;
  }

  public TestPool(DataSource source, boolean automatic) {
    this.source = source;
    this.automatic = automatic;
  }

  @Override
  public synchronized Connection getConnection() throws SQLException {
    refuseAway();
    awaitFree();
    Connection connection = idle.isEmpty() ? source.getConnection() : idle.pop();
    connection.setAutoCommit(automatic);
    if (isolation != Connection.TRANSACTION_NONE) {
      connection.setTransactionIsolation(isolation);
    }
    lent.add(connection);
    return (Connection)
        Proxy.newProxyInstance(
            TestPool.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (proxy, method, arguments) -> call(connection, method, arguments));
  }

  private void refuseAway() throws SQLException {
    if (away) {
      throw new SQLException("nobody listens there", "08001");
    }
  }

  private void awaitFree() throws SQLException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
    while (lent.size() >= most) {
      long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
      if (left <= 0) {
        throw new SQLTransientConnectionException("no connection came back");
      }
      try {
        wait(left);
      } catch (InterruptedException e) {
        throw new SQLException("interrupted while it waited for a connection", e);
      }
    }
  }

  private Object call(Connection connection, Method method, Object[] arguments) throws Throwable {
    if (method.getName().equals("close")) {
      takeBack(connection);
      return null;
    }
    if (method.getName().equals("prepareStatement")) {
      prepared.add(String.valueOf(arguments[0]));
      interceptor.before(String.valueOf(arguments[0]));
    }
    if (method.getName().equals("prepareStatement") || method.getName().equals("commit")) {
      loseIfItIsTime(connection);
    }
    try {
      return method.invoke(connection, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private void loseIfItIsTime(Connection connection) throws SQLException {
    if (untilLost.getAndUpdate(n -> n == Integer.MAX_VALUE ? n : n - 1) == 1) {
      untilLost.set(Integer.MAX_VALUE);
      connection.rollback();
      connection.close();
      throw new SQLException("the connection was lost", "08006");
    }
  }

  private synchronized void takeBack(Connection connection) throws SQLException {
    lent.remove(connection);
    notifyAll();
    if (away || connection.isClosed()) {
      connection.close();
      return;
    }
    if (connection.getAutoCommit() != automatic) {
      throw new AssertionError("a connection came back in another mode");
    }
    idle.push(connection);
  }

  /** From now on so many connections are lent at a time; who waits for one is refused at last. */
  synchronized void most(int connections) {
    most = connections;
  }

  /** From now on connections have an isolation, as {@link Connection} numbers them. */
  synchronized void isolation(int level) {
    isolation = level;
  }

  /** How often a statement was prepared that begins so. */
  long prepared(String beginning) {
    return prepared.stream().filter(sql -> sql.startsWith(beginning)).count();
  }

  /** Loses the connection at the n-th statement or commit from now on. */
  void loseAt(int statements) {
    untilLost.set(statements);
  }

  /** From now on, this runs before each statement. */
  public void intercept(Interceptor before) {
    interceptor = before;
  }

  synchronized int lent() {
    return lent.size();
  }

  public synchronized void away(boolean now) throws SQLException {
    away = now;
    while (!idle.isEmpty()) {
      idle.pop().close();
    }
  }

  @Override
  public void close() throws SQLException {
    away(true);
  }

  @Override
  public Connection getConnection(String user, String password) throws SQLException {
    return getConnection();
  }

  @Override
  public PrintWriter getLogWriter() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void setLogWriter(PrintWriter out) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void setLoginTimeout(int seconds) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int getLoginTimeout() {
    return 0;
  }

  @Override
  public Logger getParentLogger() {
    return Logger.getGlobal();
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    throw new SQLException("nothing to unwrap");
  }

  @Override
  public boolean isWrapperFor(Class<?> type) {
    return false;
  }
}
