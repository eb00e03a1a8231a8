package io.mlops4j.monitor.profile.internal;

import io.mlops4j.error.DataException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The frame of every stored form: a magic number, a version, the length and, at the end, a checksum
 * of everything before it; big-endian.
 *
 * @param what the stored thing, for messages
 * @param magic the first four bytes
 * @param first the oldest readable version
 * @param version the version that is written, the newest readable one
 * @param source the method or file that the bytes should have been read from, for messages
 * @param remedy what to do about damaged bytes, for messages
 */
public record BinaryFrame(
    String what, int magic, int first, int version, String source, String remedy) {
  public static final int HEADER = 10;
  public static final int TRAILER = 4;

  public BinaryFrame(String what, int magic, int first, int version) {
    this(what, magic, first, version, "its toBytes()", "profile the rows again");
  }

  public byte[] around(byte[] payload) {
    return around(payload, payload.length);
  }

  /**
   * Returns a payload in its frame.
   *
   * @param length the bytes of the payload, from its beginning
   */
  public byte[] around(byte[] payload, int length) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.addExact(HEADER + TRAILER, length))
            .putInt(magic)
            .putShort((short) version)
            .putInt(length)
            .put(payload, 0, length);
    return bytes.putInt(checksum(bytes.array())).array();
  }

  /** Returns the version of bytes that are whole. */
  public int check(byte[] bytes) {
    ByteBuffer frame = ByteBuffer.wrap(bytes);
    if (bytes.length < HEADER + TRAILER || frame.getInt() != magic) {
      throw new DataException(
          "found %d bytes that do not start like a %s, expected the result of %s"
              .formatted(bytes.length, what, source),
          null);
    }
    int found = Short.toUnsignedInt(frame.getShort());
    if (found < first || found > version) {
      throw new DataException(
          "found a %s of version %d, expected %d to %d; read it with the mlops4j that wrote it"
              .formatted(what, found, first, version),
          null);
    }
    int expected = frame.getInt();
    int length = bytes.length - HEADER - TRAILER;
    if (expected != length) {
      throw damaged("found %d bytes of content, expected %d".formatted(length, expected), null);
    }
    if (frame.getInt(bytes.length - TRAILER) != checksum(bytes)) {
      throw damaged("the checksum does not match", null);
    }
    return found;
  }

  /** Returns the payload of bytes that were checked. */
  public ByteBuffer payload(byte[] bytes) {
    return ByteBuffer.wrap(bytes, HEADER, bytes.length - HEADER - TRAILER).slice();
  }

  public DataException damaged(String problem, @Nullable Throwable cause) {
    return new DataException("the " + what + " is damaged: " + problem + "; " + remedy, cause);
  }

  /** Computes the checksum of everything but the last four bytes. */
  public static int checksum(byte[] bytes) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes, 0, bytes.length - TRAILER);
    return (int) checksum.getValue();
  }
}
