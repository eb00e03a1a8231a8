package io.mlops4j.runtime.deployment.alias;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A network to a server. What it loses makes a connection dead, of which neither side is told. */
final class LossyNetwork implements AutoCloseable {
  private final ServerSocket door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final Set<Socket> dead = ConcurrentHashMap.newKeySet();
  private final int to;
  private volatile boolean loses;

  LossyNetwork(int to) throws IOException {
    this.to = to;
    daemon(this::accept);
  }

  int port() {
    return door.getLocalPort();
  }

  /** All connections, and those that are made until it is mended, are dead from now on. */
  void lose() {
    loses = true;
    dead.addAll(open);
  }

  void mend() {
    loses = false;
  }

  private void accept() {
    try {
      while (true) {
        Socket from = door.accept();
        Socket there = new Socket(InetAddress.getLoopbackAddress(), to);
        open.add(from);
        open.add(there);
        if (loses) {
          dead.add(from);
          dead.add(there);
        }
        daemon(() -> copy(from, there));
        daemon(() -> copy(there, from));
      }
    } catch (IOException closed) {
      // the end
    }
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
    } catch (IOException ended) {
      // either side has closed it
    }
  }

  private static void daemon(Runnable work) {
    Thread thread = new Thread(work, "network");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    door.close();
    for (Socket socket : open) {
      socket.close();
    }
  }
}
