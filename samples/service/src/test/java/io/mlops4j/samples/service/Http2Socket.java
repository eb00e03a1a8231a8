package io.mlops4j.samples.service;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A client of HTTP/2 (RFC 9113) that sends the frames that a test says, also those that no library
 * sends.
 */
final class Http2Socket implements AutoCloseable {
  static final int DATA = 0;
  static final int HEADERS = 1;
  static final int RST_STREAM = 3;
  static final int SETTINGS = 4;
  static final int PING = 6;
  static final int GOAWAY = 7;
  static final int END_STREAM = 1;
  private static final int ACK = 1;
  private static final int END_HEADERS = 4;
  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private final Socket socket;
  private final DataInputStream in;

  /** What the server sent; the content has a character for each byte. */
  record Frame(int type, int flags, int stream, String content) {
    /** The error code of a GOAWAY or RST_STREAM. */
    int error() {
      byte[] bytes = content.getBytes(StandardCharsets.ISO_8859_1);
      return ByteBuffer.wrap(bytes).getInt(type == GOAWAY ? 4 : 0);
    }
  }

  private Http2Socket(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new DataInputStream(socket.getInputStream());
  }

  /** Connects, and sends the preface with these settings. */
  static Http2Socket connect(int port, Map<Integer, Integer> settings) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(20_000);
    socket.setTcpNoDelay(true);
    Http2Socket http2 = new Http2Socket(socket);
    socket.getOutputStream().write(PREFACE);
    ByteBuffer content = ByteBuffer.allocate(6 * settings.size());
    settings.forEach((name, value) -> content.putShort(name.shortValue()).putInt(value));
    http2.send(SETTINGS, 0, 0, content.array());
    return http2;
  }

  void send(int type, int flags, int stream, byte[] content) throws IOException {
    ByteBuffer frame = ByteBuffer.allocate(9 + content.length);
    frame.put((byte) (content.length >> 16)).putShort((short) content.length);
    frame.put((byte) type).put((byte) flags).putInt(stream).put(content);
    socket.getOutputStream().write(frame.array());
  }

  /** Begins a call of a method of the service. */
  void call(int stream, String method) throws IOException {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    header(block, ":method", "POST");
    header(block, ":scheme", "http");
    header(block, ":path", "/inference.GRPCInferenceService/" + method);
    header(block, ":authority", "localhost");
    header(block, "te", "trailers");
    header(block, "content-type", "application/grpc");
    send(HEADERS, END_HEADERS, stream, block.toByteArray());
  }

  /** A literal header that is not indexed (RFC 7541, 6.2.2). */
  private static void header(ByteArrayOutputStream block, String name, String value) {
    block.write(0);
    for (String text : new String[] {name, value}) {
      block.write(text.length()); // below 127: one byte, no Huffman code
      block.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }
  }

  /** A message with its prefix of five bytes. */
  static byte[] message(byte[] content) {
    return ByteBuffer.allocate(5 + content.length)
        .put((byte) 0)
        .putInt(content.length)
        .put(content)
        .array();
  }

  /** The next frame that is no answer to the settings; null if the server has disconnected. */
  @Nullable Frame read() throws IOException {
    while (true) {
      try {
        int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
        Frame frame =
            new Frame(
                in.readUnsignedByte(),
                in.readUnsignedByte(),
                in.readInt(),
                new String(in.readNBytes(length), StandardCharsets.ISO_8859_1));
        if (frame.type() == SETTINGS && frame.flags() == 0) {
          send(SETTINGS, ACK, 0, new byte[0]);
        } else if (frame.type() != SETTINGS) {
          return frame;
        }
      } catch (EOFException | SocketException e) {
        return null;
      }
    }
  }

  /** Reads until a frame of this type; null if the server disconnects before. */
  @Nullable Frame read(int type) throws IOException {
    Frame frame = read();
    while (frame != null && frame.type() != type) {
      frame = read();
    }
    return frame;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
