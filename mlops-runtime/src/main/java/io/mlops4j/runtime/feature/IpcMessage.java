package io.mlops4j.runtime.feature;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.arrow.flatbuf.Message;
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

  void readBody(ArrowBuf into) throws IOException {
    bytes.read(body, bodyLength(), into);
  }

  long end() {
    return body + bodyLength();
  }
}
