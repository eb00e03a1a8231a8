package io.mlops4j.runtime.view;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.SocketFactory;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * One connection that speaks RESP2, the protocol of Redis and Valkey. Commands are written
 * together, then their answers are read. For one thread.
 */
final class RedisConnection implements AutoCloseable {
  private static final int LARGEST = 64 << 20;
  private static final byte[] END = {'\r', '\n'};

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;

  /** An answer of the server that is an error. The connection stays usable. */
  static final class RefusedException extends IOException {
    private static final long serialVersionUID = 1L;

    RefusedException(String message) {
      super(message);
    }
  }

  private RedisConnection(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
    this.out = new BufferedOutputStream(socket.getOutputStream(), 1 << 16);
  }

  static RedisConnection open(String host, int port, boolean tls, Duration timeout)
      throws IOException {
    int millis = Math.toIntExact(timeout.toMillis());
    Socket socket =
        (tls ? SSLSocketFactory.getDefault() : SocketFactory.getDefault()).createSocket();
    try {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(millis);
      socket.connect(new InetSocketAddress(host, port), millis);
      if (socket instanceof SSLSocket secure) {
        SSLParameters parameters = secure.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm(
            "HTTPS"); // the certificate must name the host
        secure.setSSLParameters(parameters);
        secure.startHandshake();
      }
      return new RedisConnection(socket);
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Appends a command, which {@link #flush} sends. */
  void send(byte[]... parts) throws IOException {
    head('*', parts.length);
    for (byte[] part : parts) {
      head('$', part.length);
      out.write(part);
      out.write(END);
    }
  }

  private void head(char kind, int number) throws IOException {
    out.write(kind);
    out.write(bytes(Integer.toString(number)));
    out.write(END);
  }

  void flush() throws IOException {
    out.flush();
  }

  /** Returns an answer: a {@link Long}, a {@link String}, bytes, a list of these, or null. */
  @Nullable Object answer() throws IOException {
    int kind = in.read();
    String line = line();
    return switch (kind) {
      case '+' -> line;
      case '-' -> throw new RefusedException(line);
      case ':' -> Long.valueOf(line);
      case '$' -> bulk(length(line));
      case '*' -> items(length(line));
      default -> throw new IOException("found an answer of kind " + kind + ", expected RESP2");
    };
  }

  private List<@Nullable Object> items(int count) throws IOException {
    List<@Nullable Object> items = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      items.add(answer());
    }
    return items;
  }

  private byte @Nullable [] bulk(int length) throws IOException {
    if (length < 0) {
      return null;
    }
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length || in.read() != '\r' || in.read() != '\n') {
      throw new EOFException("the server closed the connection");
    }
    return bytes;
  }

  private static int length(String line) throws IOException {
    int length = Integer.parseInt(line);
    if (length > LARGEST) {
      throw new IOException("found an answer of " + length + " bytes, expected at most " + LARGEST);
    }
    return length;
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\r'; c = in.read()) {
      if (c < 0) {
        throw new EOFException("the server closed the connection");
      }
      line.append((char) c);
    }
    if (in.read() != '\n') {
      throw new IOException("found a line without end, expected RESP2");
    }
    return line.toString();
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      // The server closes its end.
    }
  }
}
