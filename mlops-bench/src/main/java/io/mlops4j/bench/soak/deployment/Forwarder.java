package io.mlops4j.bench.soak.deployment;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A network between a service and a server, which can be cut, or lose what is sent. It holds back
 * nothing, as a network does: sockets that wait for more to send delay each answer by 40 ms.
 */
final class Forwarder implements AutoCloseable {
  private final ServerSocket door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final int to;
  private volatile boolean cut;
  private volatile boolean loses;

  /** Connections on which something was lost. They never work again, and nobody is told. */
  private final Set<Socket> dead = ConcurrentHashMap.newKeySet();

  Forwarder(int to) throws IOException {
    this.to = to;
    daemon(this::accept);
  }

  int port() {
    return door.getLocalPort();
  }

  /** Ends all connections, and each that is made from now on. */
  void cut() throws IOException {
    cut = true;
    for (Socket socket : open) {
      socket.close();
    }
  }

  /**
   * Loses everything on all connections, and on those that are made from now on, also after it was
   * mended.
   */
  void lose() {
    loses = true;
    dead.addAll(open);
  }

  void mend() {
    cut = false;
    loses = false;
  }

  private void accept() {
    while (!door.isClosed()) {
      try {
        Socket from = door.accept();
        if (cut) {
          from.close();
          continue;
        }
        forward(from);
      } catch (IOException e) {
        // the forwarder is closed
      }
    }
  }

  /** A connection to a server that is away ends, as it would without the forwarder. */
  private void forward(Socket from) throws IOException {
    Socket there;
    try {
      there = new Socket(InetAddress.getLoopbackAddress(), to);
    } catch (IOException e) {
      from.close();
      return;
    }
    from.setTcpNoDelay(true);
    there.setTcpNoDelay(true);
    open.add(from);
    open.add(there);
    if (loses) {
      dead.add(from);
      dead.add(there);
    }
    daemon(() -> copy(from, there));
    daemon(() -> copy(there, from));
  }

  private void copy(Socket from, Socket there) {
    try (from;
        there) {
      InputStream in = from.getInputStream();
      byte[] bytes = new byte[8192];
      for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
        if (!dead.contains(from)) {
          there.getOutputStream().write(bytes, 0, n);
        }
      }
    } catch (IOException e) {
      // either side has ended
    } finally {
      open.removeAll(Set.of(from, there));
      dead.removeAll(Set.of(from, there));
    }
  }

  private static void daemon(Runnable work) {
    Thread thread = new Thread(work, "forwarder");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    door.close();
    cut();
  }
}
