package io.mlops4j.monitor.stream;

import io.mlops4j.error.DataException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.function.Function;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Reads the form that {@link ChangeDetector#toBytes} describes. The checksum detects accidental
 * damage. States that no detector can have are refused too, and no memory is allocated for a length
 * that exceeds the bytes.
 */
final class SnapshotReader {
  private final ByteBuffer in;

  private SnapshotReader(ByteBuffer in) {
    this.in = in;
  }

  /** Returns the class of a snapshot with a whole header. */
  static SnapshotKind kind(byte[] bytes) {
    Objects.requireNonNull(bytes, "bytes");
    ByteBuffer in = ByteBuffer.wrap(bytes);
    SnapshotKind[] kinds = SnapshotKind.values();
    if (bytes.length < SnapshotKind.HEADER + SnapshotKind.TRAILER
        || in.getInt() != SnapshotKind.MAGIC
        || in.get(Integer.BYTES) < 0
        || in.get(Integer.BYTES) >= kinds.length) {
      throw new DataException(
          "found %d bytes that do not start like the snapshot of a detector, expected the result of"
                  .formatted(bytes.length)
              + " its toBytes()",
          null);
    }
    return kinds[in.get()];
  }

  /**
   * Reads a whole snapshot.
   *
   * @param body reads everything between header and checksum
   */
  static <T> T read(byte[] bytes, SnapshotKind expected, Function<SnapshotReader, T> body) {
    SnapshotKind found = kind(bytes);
    if (found != expected) {
      throw new DataException(
          "found the snapshot of a %s, expected one of a %s"
              .formatted(found.className(), expected.className()),
          null);
    }
    ByteBuffer in =
        ByteBuffer.wrap(bytes, 0, bytes.length - SnapshotKind.TRAILER)
            .position(SnapshotKind.HEADER - 1);
    int version = in.get();
    if (version != SnapshotKind.VERSION) {
      throw new DataException(
          "found a snapshot of version %d, expected %d; read it with the mlops4j that wrote it"
              .formatted(version, SnapshotKind.VERSION),
          null);
    }
    try {
      check(checksum(bytes) == ByteBuffer.wrap(bytes).getInt(in.limit()), "its checksum is wrong");
      T detector = body.apply(new SnapshotReader(in));
      check(!in.hasRemaining(), "bytes are left over");
      return detector;
    } catch (BufferUnderflowException e) {
      throw damaged("it ends too early", e);
    } catch (IllegalArgumentException | ArithmeticException e) { // from settings or sums
      throw damaged(String.valueOf(e.getMessage()), e);
    }
  }

  private static int checksum(byte[] bytes) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes, 0, bytes.length - SnapshotKind.TRAILER);
    return (int) checksum.getValue();
  }

  private static DataException damaged(String what, @Nullable Throwable cause) {
    return new DataException(
        "the snapshot is damaged: " + what + "; restore another one, or start a new detector",
        cause);
  }

  static void check(boolean right, String what) {
    if (!right) {
      throw damaged(what, null);
    }
  }

  /** Reads the number of a constant. */
  <E extends Enum<E>> E constant(Class<E> type) {
    E[] constants = type.getEnumConstants();
    int index = in.get();
    check(index >= 0 && index < constants.length, "found the choice " + index);
    return constants[index];
  }

  boolean flag() {
    int flag = in.get();
    check(flag == 0 || flag == 1, "found the flag " + flag);
    return flag == 1;
  }

  int integer() {
    return in.getInt();
  }

  long integer64() {
    return in.getLong();
  }

  long count() {
    long count = in.getLong();
    check(count >= 0, "found the count " + count);
    return count;
  }

  /** Reads a number of elements that take some bytes each. */
  int length(int bytesEach) {
    int length = in.getInt();
    check(length >= 0 && (long) length * bytesEach <= in.remaining(), "found the length " + length);
    return length;
  }

  double number() {
    double number = in.getDouble();
    check(!Double.isNaN(number), "a number is NaN");
    return number;
  }

  double finite() {
    double number = in.getDouble();
    check(Double.isFinite(number), "found the number " + number);
    return number;
  }

  /** Reads a number from 0 to infinity. */
  double positive() {
    double number = in.getDouble();
    check(number >= 0, "found the number " + number);
    return number;
  }

  long[] counts(int length) {
    long[] counts = new long[length];
    for (int i = 0; i < length; i++) {
      counts[i] = count();
    }
    return counts;
  }
}
