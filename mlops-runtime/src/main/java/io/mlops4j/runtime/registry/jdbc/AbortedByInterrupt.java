package io.mlops4j.runtime.registry.jdbc;

import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.spi.AbstractInterruptibleChannel;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * Aborts a connection if its thread is interrupted while it waits for the database.
 *
 * <p>A thread that reads from a socket does not notice an interrupt, so it would wait on a dead
 * connection until the driver's time limit. Interruptible channels are the JDK's way of being told
 * of an interrupt without a thread that watches. An interrupt from before has no effect.
 */
final class AbortedByInterrupt extends AbstractInterruptibleChannel {
  private final Connection connection;
  private final boolean interruptedBefore;
  private final Object state = new Object();
  private boolean ended;
  private boolean aborted;

  /** Begins on this thread. */
  AbortedByInterrupt(Connection connection) {
    this.connection = connection;
    this.interruptedBefore = Thread.interrupted();
    begin();
  }

  /**
   * Ends on the thread that it began on, before somebody else gets the connection.
   *
   * @return whether the connection was left alone
   */
  boolean end() {
    try {
      end(true);
    } catch (AsynchronousCloseException interrupted) {
      // The statement that was aborted has failed, and says so.
    }
    if (interruptedBefore) {
      Thread.currentThread().interrupt();
    }
    synchronized (state) {
      ended = true;
      return !aborted;
    }
  }

  /** Runs on the thread that interrupts, which must not wait for a driver. */
  @Override
  protected void implCloseChannel() {
    Thread abort = new Thread(this::abort, "mlops4j-abort");
    abort.setDaemon(true);
    abort.start();
  }

  private void abort() {
    synchronized (state) {
      if (ended) {
        return; // the interrupt came at the end: another thread may use the connection by now
      }
      aborted = true;
      try {
        connection.abort(Runnable::run);
      } catch (SQLException | RuntimeException | AbstractMethodError e) {
        // The driver cannot abort: its own time limit ends the statement.
      }
    }
  }
}
