package io.mlops4j.monitor.profile;

import io.mlops4j.monitor.profile.SkippedColumn.Reason;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.zip.CRC32C;

/** Writes the binary form that {@link Profile#toBytes} describes. */
final class ProfileWriter {
  static final int MAGIC = 0x4d4c5046; // "MLPF"
  static final int VERSION = 1;
  static final int HEADER = 10;
  static final int NUMBERS = 0;
  static final int CATEGORIES = 1;
  static final int SKIPPED = 2;
  static final List<Role> ROLES = List.of(Role.FEATURE, Role.OUTPUT);
  static final List<Reason> REASONS = List.of(Reason.IDENTIFIER_LIKE, Reason.UNSUPPORTED_TYPE);

  private final DataOutputStream out;

  private ProfileWriter(DataOutputStream out) {
    this.out = out;
  }

  static byte[] write(long rows, Collection<ColumnProfile> columns) {
    ByteArrayOutputStream payload = new ByteArrayOutputStream();
    try {
      new ProfileWriter(new DataOutputStream(payload)).payload(rows, columns);
    } catch (IOException e) {
      throw new UncheckedIOException("memory does not fail", e);
    }
    return framed(payload.toByteArray());
  }

  private static byte[] framed(byte[] payload) {
    ByteBuffer bytes =
        ByteBuffer.allocate(HEADER + payload.length + 4)
            .putInt(MAGIC)
            .putShort((short) VERSION)
            .putInt(payload.length)
            .put(payload);
    return bytes.putInt(checksum(bytes.array())).array();
  }

  /** Of everything but the last four bytes. */
  static int checksum(byte[] bytes) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes, 0, bytes.length - 4);
    return (int) checksum.getValue();
  }

  private void payload(long rows, Collection<ColumnProfile> columns) throws IOException {
    out.writeLong(rows);
    out.writeInt(columns.size());
    for (ColumnProfile column : columns) {
      text(column.name().getBytes(StandardCharsets.UTF_8));
      out.writeByte(ROLES.indexOf(column.role()));
      column(column);
    }
  }

  private void column(ColumnProfile column) throws IOException {
    if (column instanceof NumberProfile numbers) {
      numbers(numbers);
    } else if (column instanceof CategoryProfile categories) {
      categories(categories);
    } else {
      skipped((SkippedColumn) column);
    }
  }

  private void numbers(NumberProfile numbers) throws IOException {
    out.writeByte(NUMBERS);
    out.writeBoolean(numbers.exact());
    out.writeInt(numbers.bins().size());
    doubles(numbers.edges());
    doubles(numbers.positions());
    longs(numbers.counts());
    out.writeLong(numbers.missing());
    out.writeLong(numbers.infinite());
    out.writeDouble(numbers.min());
    out.writeDouble(numbers.max());
    out.writeLong(numbers.moments().count());
    integer(numbers.moments().sum());
    integer(numbers.moments().squares());
  }

  private void categories(CategoryProfile categories) throws IOException {
    CategoryBins bins = categories.bins();
    long[] counts = categories.counts();
    out.writeByte(CATEGORIES);
    out.writeBoolean(bins.all());
    out.writeBoolean(bins.numbers());
    out.writeInt(bins.named());
    for (int bin = 0; bin < bins.named(); bin++) {
      text(bins.text(bin));
      out.writeLong(counts[bin]);
    }
    out.writeLong(categories.rest());
    out.writeLong(categories.missing());
  }

  private void skipped(SkippedColumn column) throws IOException {
    out.writeByte(SKIPPED);
    out.writeByte(REASONS.indexOf(column.reason()));
    text(column.detail().getBytes(StandardCharsets.UTF_8));
  }

  private void text(byte[] utf8) throws IOException {
    out.writeInt(utf8.length);
    out.write(utf8);
  }

  private void doubles(double[] values) throws IOException {
    for (double value : values) {
      out.writeDouble(value);
    }
  }

  private void longs(long[] values) throws IOException {
    for (long value : values) {
      out.writeLong(value);
    }
  }

  private void integer(BigInteger value) throws IOException {
    int zeros = Math.max(0, value.getLowestSetBit());
    byte[] bytes = value.shiftRight(zeros).toByteArray();
    out.writeInt(zeros);
    out.writeInt(bytes.length);
    out.write(bytes);
  }
}
