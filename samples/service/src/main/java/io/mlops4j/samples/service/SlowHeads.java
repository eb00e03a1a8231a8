package io.mlops4j.samples.service;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.AbstractConnector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.component.LifeCycle;

/**
 * Closes connections on which the head of a request is still on its way after a time; Jetty limits
 * only the time between two of its bytes. Bodies are the matter of {@link WholeBody}.
 */
final class SlowHeads implements Connection.Listener, LifeCycle.Listener {
  private final Server server;
  private final Duration patience;

  private SlowHeads(Server server, Duration patience) {
    this.server = server;
    this.patience = patience;
  }

  /** Watches all connections of a server that is not started yet. */
  static void limit(Server server, Duration patience) {
    server.addEventListener(new SlowHeads(server, patience));
  }

  @Override
  public void lifeCycleStarting(LifeCycle starting) {
    server.getBeans(AbstractConnector.class).forEach(connector -> connector.addBean(this));
  }

  @Override
  public void onOpened(Connection connection) {
    lookLater(connection, 0, 0, false);
  }

  private void lookLater(Connection connection, long requests, long bytes, boolean begun) {
    server
        .getScheduler()
        .schedule(
            () -> look(connection, requests, bytes, begun),
            patience.toNanos(),
            TimeUnit.NANOSECONDS);
  }

  /**
   * Bytes that arrive while no request does, and all earlier ones are answered, are those of a
   * head. A head may have begun just now, so only the second look in a row closes. An answer of 100
   * (Continue) counts as one, so after it the body of a later request has the time of a head, too.
   */
  private void look(Connection connection, long requests, long bytes, boolean begun) {
    if (!connection.getEndPoint().isOpen()) {
      return;
    }
    long requestsNow = connection.getMessagesIn();
    long bytesNow = connection.getBytesIn();
    boolean head =
        requestsNow == requests && requestsNow <= connection.getMessagesOut() && bytesNow > bytes;
    if (head && begun) {
      connection.close();
    } else {
      lookLater(connection, requestsNow, bytesNow, head);
    }
  }
}
