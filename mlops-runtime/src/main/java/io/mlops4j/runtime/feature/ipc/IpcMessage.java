package io.mlops4j.runtime.feature.ipc;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Predicate;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.memory.ArrowBuf;
import org.jspecify.annotations.Nullable;

/** One message: its metadata and the position of its body. */
record IpcMessage(IpcBytes bytes, Message metadata, long body) {
  /** The first bytes of every message since Arrow 0.15. */
  static final int CONTINUATION = -1;

  private static final int PREFIX = 8;

  /**
   * Reads a message's metadata.
   *
   * @param limit the end of all messages
   * @return null at the end of the messages
   */
  static @Nullable IpcMessage read(IpcBytes bytes, long position, long limit) throws IOException {
    if (position == limit) {
      return null; // a stream may end without an end mark
    }
    ByteBuffer prefix = bytes.read(position, PREFIX);
    int length = prefix.getInt(4);
    if (prefix.getInt(0) != CONTINUATION || length < 0) {
      throw new IOException("found no message at position " + position);
    }
    if (length == 0) {
      return null;
    }
    long body = position + PREFIX + length;
    Message metadata = Message.getRootAsMessage(bytes.read(position + PREFIX, length));
    if (metadata.bodyLength() < 0 || body > limit - metadata.bodyLength()) {
      throw new IOException(
          "found "
              + (limit - body)
              + " bytes for the body at position "
              + body
              + ", expected "
              + metadata.bodyLength()
              + "; the file is truncated or damaged, write or copy it again");
    }
    return new IpcMessage(bytes, metadata, body);
  }

  long bodyLength() {
    return metadata.bodyLength();
  }

  /**
   * Reads the body.
   *
   * @param needed the buffers of rows that are needed; others are left as they are
   */
  void readBody(ArrowBuf into, Predicate<Integer> needed) throws IOException {
    if (!(metadata.headerType() == MessageHeader.RecordBatch
        && metadata.header(new RecordBatch()) instanceof RecordBatch rows)) {
      bytes.read(body, bodyLength(), into, 0);
      into.writerIndex(bodyLength());
      return;
    }
    long start = 0; // neighbours are read at once
    long end = 0;
    for (int i = 0; i < rows.buffersLength(); i++) {
      Buffer buffer = rows.buffers(i);
      if (buffer.offset() < 0
          || buffer.length() < 0
          || buffer.offset() > bodyLength() - buffer.length()) {
        throw new IOException(
            "found a buffer at "
                + buffer.offset()
                + " of "
                + buffer.length()
                + " bytes, expected one in a body of "
                + bodyLength());
      }
      if (!needed.test(i) || buffer.length() == 0) {
        continue;
      }
      if (buffer.offset() < end || buffer.offset() > end + 64) {
        bytes.read(body + start, end - start, into, start);
        start = buffer.offset();
      }
      end = buffer.offset() + buffer.length();
    }
    bytes.read(body + start, end - start, into, start);
    into.writerIndex(bodyLength());
  }

  long end() {
    return body + bodyLength();
  }
}
