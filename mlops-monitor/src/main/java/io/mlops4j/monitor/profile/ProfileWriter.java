package io.mlops4j.monitor.profile;

import io.mlops4j.monitor.profile.SkippedColumn.Reason;
import io.mlops4j.monitor.profile.internal.BinaryFrame;
import io.mlops4j.monitor.profile.internal.CategoryBins;
import io.mlops4j.monitor.profile.internal.HyperLogLog;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Writes the binary form that {@link Profile#toBytes} describes. */
final class ProfileWriter {
  static final BinaryFrame FRAME = new BinaryFrame("profile", 0x4d4c5046, 1, 2); // "MLPF"
  static final int NUMBERS = 0;
  static final int CATEGORIES = 1;
  static final int SKIPPED = 2;
  static final int TIMES = 3;
  static final int VECTORS = 4;
  static final int UNKNOWN = 0;
  static final int SPARSE = 1;
  static final int DENSE = 2;
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
    return FRAME.around(payload.toByteArray());
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
      out.writeByte(NUMBERS);
      numbers(numbers);
    } else if (column instanceof CategoryProfile categories) {
      out.writeByte(CATEGORIES);
      categories(categories);
    } else if (column instanceof TimeProfile times) {
      out.writeByte(TIMES);
      times(times);
    } else if (column instanceof VectorProfile vectors) {
      out.writeByte(VECTORS);
      vectors(vectors);
    } else {
      skipped((SkippedColumn) column);
    }
  }

  private void numbers(NumberProfile numbers) throws IOException {
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
    distinct(numbers.registers());
  }

  private void categories(CategoryProfile categories) throws IOException {
    CategoryBins bins = categories.bins();
    long[] counts = categories.counts();
    out.writeBoolean(bins.all());
    out.writeBoolean(bins.numbers());
    out.writeInt(bins.named());
    for (int bin = 0; bin < bins.named(); bin++) {
      text(bins.text(bin));
      out.writeLong(counts[bin]);
    }
    out.writeLong(categories.rest());
    out.writeLong(categories.missing());
    UnnamedTexts unnamed = categories.unnamed();
    distinct(unnamed == null ? null : unnamed.distinct());
    if (unnamed != null) {
      out.writeInt(unnamed.lengths().shortest());
      out.writeInt(unnamed.lengths().longest());
      out.writeLong(unnamed.lengths().total());
    }
  }

  private void times(TimeProfile times) throws IOException {
    out.writeLong(times.present());
    out.writeLong(times.missing());
    instant(times.earliest().orElse(Instant.EPOCH));
    instant(times.latest().orElse(Instant.EPOCH));
    distinct(times.registers());
  }

  private void instant(Instant time) throws IOException {
    out.writeLong(time.getEpochSecond());
    out.writeInt(time.getNano());
  }

  private void vectors(VectorProfile vectors) throws IOException {
    out.writeInt(vectors.dimension());
    out.writeLong(vectors.missing());
    out.writeLong(vectors.unusable());
    for (BigInteger sum : vectors.sums()) {
      integer(sum);
    }
    numbers(vectors.norms());
    numbers(vectors.projections());
  }

  /** Writes registers in the shorter form. */
  private void distinct(@Nullable HyperLogLog distinct) throws IOException {
    if (distinct == null) {
      out.writeByte(UNKNOWN);
      return;
    }
    byte[] registers = distinct.registers();
    int[] used =
        IntStream.range(0, registers.length).filter(index -> registers[index] != 0).toArray();
    if (3 * used.length + 4 >= registers.length) {
      out.writeByte(DENSE);
      out.write(registers);
      return;
    }
    out.writeByte(SPARSE);
    out.writeInt(used.length);
    for (int index : used) {
      out.writeShort(index);
      out.writeByte(registers[index]);
    }
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
