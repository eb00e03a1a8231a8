package io.mlops4j.monitor.profile;

import io.mlops4j.error.DataException;
import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the binary form that {@link Profile#toBytes} describes.
 *
 * <p>The checksum finds accidents; what a wrong writer could get past it is checked as well, and
 * nothing is allocated by a length that the bytes do not have.
 */
final class ProfileReader {
  private static final int MOST_ZEROS = 1 << 13;

  private final ByteBuffer in;

  private ProfileReader(ByteBuffer in) {
    this.in = in;
  }

  static Profile read(byte[] bytes) {
    checkFrame(bytes);
    int length = bytes.length - ProfileWriter.HEADER - 4;
    try {
      return new ProfileReader(ByteBuffer.wrap(bytes, ProfileWriter.HEADER, length).slice())
          .payload();
    } catch (BufferUnderflowException e) {
      throw damaged("a column is longer than the bytes", e);
    }
  }

  private static void checkFrame(byte[] bytes) {
    ByteBuffer frame = ByteBuffer.wrap(bytes);
    if (bytes.length < ProfileWriter.HEADER + 4 || frame.getInt() != ProfileWriter.MAGIC) {
      throw new DataException(
          "found "
              + bytes.length
              + " bytes that do not begin as a profile, expected what Profile.toBytes() gave",
          null);
    }
    int version = Short.toUnsignedInt(frame.getShort());
    if (version != ProfileWriter.VERSION) {
      throw new DataException(
          "found a profile of version %d, expected %d; read it with the mlops4j that wrote it"
              .formatted(version, ProfileWriter.VERSION),
          null);
    }
    int expected = frame.getInt();
    int found = bytes.length - ProfileWriter.HEADER - 4;
    if (expected != found) {
      throw damaged("found %d bytes of columns, expected %d".formatted(found, expected), null);
    }
    if (frame.getInt(bytes.length - 4) != ProfileWriter.checksum(bytes)) {
      throw damaged("the checksum does not match", null);
    }
  }

  private static DataException damaged(String what, @Nullable Throwable cause) {
    return new DataException("the profile is damaged: " + what + "; profile the rows again", cause);
  }

  private static void check(boolean right, String what) {
    if (!right) {
      throw damaged(what, null);
    }
  }

  private Profile payload() {
    long rows = in.getLong();
    int size = length(in.getInt(), 6);
    List<ColumnProfile> columns = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      columns.add(column(rows));
    }
    check(!in.hasRemaining(), "bytes are left over");
    check(
        columns.stream().map(ColumnProfile::name).distinct().count() == size,
        "a column is there twice");
    return new Profile(rows, columns);
  }

  /** A length of things, checked against the bytes that they must at least take. */
  private int length(int found, int bytesEach) {
    check(found >= 0 && (long) found * bytesEach <= in.remaining(), "found the length " + found);
    return found;
  }

  private ColumnProfile column(long rows) {
    String name = new String(text(), StandardCharsets.UTF_8);
    Role role = pick(ProfileWriter.ROLES);
    int kind = in.get();
    return switch (kind) {
      case ProfileWriter.NUMBERS -> numbers(name, role, rows);
      case ProfileWriter.CATEGORIES -> categories(name, role, rows);
      case ProfileWriter.SKIPPED ->
          new SkippedColumn(
              name, role, pick(ProfileWriter.REASONS), new String(text(), StandardCharsets.UTF_8));
      default -> throw damaged("found kind " + kind, null);
    };
  }

  private <T> T pick(List<T> values) {
    int index = in.get();
    check(index >= 0 && index < values.size(), "found the choice " + index);
    return values.get(index);
  }

  private byte[] text() {
    byte[] bytes = new byte[length(in.getInt(), 1)];
    in.get(bytes);
    return bytes;
  }

  private NumberProfile numbers(String name, Role role, long rows) {
    boolean exact = in.get() != 0;
    int size = length(in.getInt(), 24);
    check(size >= 1 && size <= NumberBins.MOST, "found " + size + " bins");
    double[] edges = ascending(size - 1);
    double[] positions = ascending(size);
    NumberBins bins = new NumberBins(edges, positions, exact);
    long[] counts = counts(size);
    long missing = count();
    long infinite = count();
    double min = in.getDouble();
    double max = in.getDouble();
    ExactMoments moments = new ExactMoments(count(), integer(), integer());
    check(moments.count() + infinite == sum(counts), "the counts of " + name + " differ");
    check(sum(counts) + missing == rows, "the counts of " + name + " are not its rows");
    return new NumberProfile(name, role, bins, counts, missing, infinite, min, max, moments);
  }

  private double[] ascending(int size) {
    double[] values = new double[size];
    for (int i = 0; i < size; i++) {
      values[i] = in.getDouble();
      check(Double.isFinite(values[i]), "an edge is not finite");
      check(i == 0 || values[i] > values[i - 1], "edges do not ascend");
    }
    return values;
  }

  private long[] counts(int size) {
    long[] counts = new long[size];
    Arrays.setAll(counts, bin -> count());
    return counts;
  }

  private long count() {
    long count = in.getLong();
    check(count >= 0, "found the count " + count);
    return count;
  }

  private static long sum(long[] counts) {
    return Arrays.stream(counts).sum();
  }

  private BigInteger integer() {
    int zeros = in.getInt();
    check(zeros >= 0 && zeros <= MOST_ZEROS, "found " + zeros + " zero bits");
    byte[] bytes = text();
    check(bytes.length > 0, "an integer is empty");
    return new BigInteger(bytes).shiftLeft(zeros);
  }

  private CategoryProfile categories(String name, Role role, long rows) {
    boolean all = in.get() != 0;
    boolean numbers = in.get() != 0;
    int size = length(in.getInt(), 12);
    check(size <= CategoryBins.MOST_NAMED, "found " + size + " categories");
    TextIndex named = new TextIndex();
    long[] counts = new long[size + 1];
    for (int bin = 0; bin < size; bin++) {
      byte[] text = text();
      check(named.add(text, text.length) == bin, "a category is there twice");
      counts[bin] = count();
    }
    counts[size] = count();
    long missing = count();
    check(sum(counts) + missing == rows, "the counts of " + name + " are not its rows");
    return new CategoryProfile(name, role, new CategoryBins(named, all, numbers), counts, missing);
  }
}
