package io.mlops4j.monitor.stream;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;

/** Writes the form that {@link ChangeDetector#toBytes} describes. */
final class SnapshotWriter {
  private ByteBuffer out = ByteBuffer.allocate(256);

  SnapshotWriter(SnapshotKind kind) {
    out.putInt(SnapshotKind.MAGIC);
    put(kind).put((byte) SnapshotKind.VERSION);
  }

  SnapshotWriter put(byte value) {
    room(Byte.BYTES).put(value);
    return this;
  }

  /** Writes the place of a constant among those of its type. */
  <E extends Enum<E>> SnapshotWriter put(E constant) {
    E[] constants = constant.getDeclaringClass().getEnumConstants();
    return put((byte) Arrays.asList(constants).indexOf(constant));
  }

  SnapshotWriter put(int value) {
    room(Integer.BYTES).putInt(value);
    return this;
  }

  SnapshotWriter put(long value) {
    room(Long.BYTES).putLong(value);
    return this;
  }

  SnapshotWriter put(double value) {
    room(Double.BYTES).putDouble(value);
    return this;
  }

  SnapshotWriter put(double[] values) {
    for (double value : values) {
      put(value);
    }
    return this;
  }

  SnapshotWriter put(long[] values) {
    for (long value : values) {
      put(value);
    }
    return this;
  }

  private ByteBuffer room(int bytes) {
    if (out.remaining() < bytes) {
      out = ByteBuffer.allocate(Math.multiplyExact(2, out.capacity())).put(out.flip());
    }
    return out;
  }

  byte[] finish() {
    CRC32C checksum = new CRC32C();
    checksum.update(out.array(), 0, out.position());
    put((int) checksum.getValue());
    return Arrays.copyOf(out.array(), out.position());
  }
}
