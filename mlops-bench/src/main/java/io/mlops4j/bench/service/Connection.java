package io.mlops4j.bench.service;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * A kept-alive connection of one thread. It parses no more of a response than it must, because the
 * client shares the processors with the server that is measured.
 */
final class Connection implements AutoCloseable {
  private static final int LONGEST_HEAD = 8192;
  private static final String LENGTH = "content-length: ";

  private final Socket socket;
  private final OutputStream out;
  private final InputStream in;
  private final byte[] head = new byte[LONGEST_HEAD];

  Connection(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(30_000);
    out = socket.getOutputStream();
    in = new BufferedInputStream(socket.getInputStream(), 1 << 14);
  }

  /** Sends a request and reads its response, whose status must be 200. */
  void call(byte[] request) throws IOException {
    out.write(request);
    int length = 0;
    while (!endsHead(length)) {
      int next = in.read();
      if (next < 0 || length == LONGEST_HEAD) {
        throw new EOFException("found no whole response, expected one");
      }
      head[length++] = (byte) next;
    }
    if (head[9] != '2') {
      throw new IOException(
          "found the response " + new String(head, 0, length, StandardCharsets.US_ASCII));
    }
    in.skipNBytes(contentLength(length));
  }

  private boolean endsHead(int length) {
    return length >= 4
        && head[length - 1] == '\n'
        && head[length - 2] == '\r'
        && head[length - 3] == '\n';
  }

  private int contentLength(int length) throws IOException {
    String text = new String(head, 0, length, StandardCharsets.US_ASCII).toLowerCase(Locale.ROOT);
    int at = text.indexOf(LENGTH);
    if (at < 0) {
      throw new IOException("found no Content-Length in " + text);
    }
    int from = at + LENGTH.length();
    return Integer.parseInt(text, from, text.indexOf('\r', from), 10);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
