package io.mlops4j.monitor.sink;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * One POST over HTTP/1.1 to an address that was checked before.
 *
 * <p>{@code java.net.http.HttpClient} looks the name up again by itself, so the address that was
 * checked need not be the one that it connects to (DNS rebinding), and its threads end only when
 * the collector finds it. Here the connection goes to the checked address, TLS verifies the
 * certificate for the name, no redirect is followed, and the answer's body is not read.
 */
final class HttpPost {
  private static final int MOST_HEADER_BYTES = 16_384;

  /**
   * The answer of a server.
   *
   * @param headers by name in lower case
   */
  record Answer(int status, Map<String, String> headers) {}

  private final Endpoint endpoint;
  private final SSLSocketFactory tls;
  private final Duration limit;

  /**
   * @param limit the longest time of one attempt
   */
  HttpPost(Endpoint endpoint, SSLSocketFactory tls, Duration limit) {
    this.endpoint = endpoint;
    this.tls = tls;
    this.limit = limit;
  }

  Answer send(InetAddress address, Map<String, String> headers, byte[] body) throws IOException {
    CountDownLatch done = new CountDownLatch(1);
    try (Socket socket = new Socket()) {
      Thread deadline = new Thread(() -> closeLate(socket, done), "mlops4j-webhook-deadline");
      deadline.setDaemon(true);
      deadline.start();
      try {
        return exchange(socket, address, headers, body);
      } catch (IOException e) {
        if (socket.isClosed() || e instanceof SocketTimeoutException) {
          throw (IOException)
              new SocketTimeoutException("no answer within " + limit.toMillis() + " ms")
                  .initCause(e);
        }
        throw e;
      } finally {
        done.countDown();
      }
    }
  }

  /** Reads and writes of sockets cannot be interrupted, but closing the socket ends them. */
  private void closeLate(Socket socket, CountDownLatch done) {
    try {
      if (!done.await(limit.toNanos(), TimeUnit.NANOSECONDS)) {
        socket.close();
      }
    } catch (InterruptedException | IOException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Answer exchange(
      Socket plain, InetAddress address, Map<String, String> headers, byte[] body)
      throws IOException {
    plain.connect(new InetSocketAddress(address, endpoint.port()), millis());
    plain.setSoTimeout(millis());
    Socket socket = endpoint.secure() ? secured(plain) : plain;
    StringBuilder head = new StringBuilder();
    head.append("POST ").append(endpoint.target()).append(" HTTP/1.1\r\n");
    head.append("Host: ").append(endpoint.authority()).append("\r\n");
    headers.forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
    head.append("Content-Length: ").append(body.length).append("\r\n");
    head.append("Connection: close\r\n\r\n");
    OutputStream out = socket.getOutputStream();
    out.write(head.toString().getBytes(StandardCharsets.ISO_8859_1));
    out.write(body);
    out.flush();
    return answer(new Head(socket.getInputStream()));
  }

  private int millis() {
    return (int) Math.min(Integer.MAX_VALUE, Math.max(1, limit.toMillis()));
  }

  private Socket secured(Socket plain) throws IOException {
    SSLSocket socket = (SSLSocket) tls.createSocket(plain, endpoint.host(), endpoint.port(), false);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    boolean literal = endpoint.isLiteral6() || endpoint.host().matches("[0-9.]+");
    if (!literal) {
      parameters.setServerNames(List.of(new SNIHostName(endpoint.host())));
    }
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    return socket;
  }

  private static Answer answer(Head head) throws IOException {
    while (true) {
      String line = head.line();
      if (!line.matches("HTTP/1\\.[01] [1-5][0-9][0-9]( .*)?")) {
        throw new IOException("found an answer that is not HTTP/1.1");
      }
      int status = Integer.parseInt(line.substring(9, 12));
      Map<String, String> headers = new TreeMap<>();
      for (String header = head.line(); !header.isEmpty(); header = head.line()) {
        int colon = header.indexOf(':');
        if (colon > 0) {
          headers.put(
              header.substring(0, colon).toLowerCase(Locale.ROOT),
              header.substring(colon + 1).trim());
        }
      }
      boolean interim = status < 200;
      if (!interim) {
        return new Answer(status, headers);
      }
    }
  }

  /** Reads the lines of an answer's head, of a bounded size. */
  private static final class Head {
    private final InputStream in;
    private int bytes;

    Head(InputStream in) {
      this.in = new BufferedInputStream(in);
    }

    String line() throws IOException {
      StringBuilder line = new StringBuilder();
      for (int c = in.read(); c != '\n'; c = in.read()) {
        if (c < 0) {
          throw new EOFException("the server closed the connection without an answer");
        }
        if (++bytes > MOST_HEADER_BYTES) {
          throw new IOException("found more than " + MOST_HEADER_BYTES + " bytes of headers");
        }
        line.append((char) c);
      }
      int end = line.length();
      return end > 0 && line.charAt(end - 1) == '\r' ? line.substring(0, end - 1) : line.toString();
    }
  }
}
