package io.mlops4j.monitor.profile;

import io.mlops4j.error.DataException;
import io.mlops4j.monitor.profile.internal.CategoryBins;
import io.mlops4j.monitor.profile.internal.ExactMoments;
import io.mlops4j.monitor.profile.internal.HyperLogLog;
import io.mlops4j.monitor.profile.internal.NumberBins;
import io.mlops4j.monitor.profile.internal.TextIndex;
import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads the binary form that {@link Profile#toBytes} describes.
 *
 * <p>The checksum detects accidental damage. Values that only a wrong writer could produce are
 * checked too. No memory is allocated for a length that exceeds the bytes.
 */
final class ProfileReader {
  private static final int MOST_ZEROS = 1 << 13;

  /**
   * A vector has such an integer for each component. With a larger bound, a few bytes could take
   * much memory.
   */
  private static final int MOST_ZEROS_OF_FLOATS = 1 << 9;

  private final ByteBuffer in;
  private final int version;

  private ProfileReader(ByteBuffer in, int version) {
    this.in = in;
    this.version = version;
  }

  static Profile read(byte[] bytes) {
    int version = ProfileWriter.FRAME.check(bytes);
    try {
      return new ProfileReader(ProfileWriter.FRAME.payload(bytes), version).payload();
    } catch (BufferUnderflowException e) {
      throw damaged("a column is longer than the bytes", e);
    } catch (ArithmeticException e) {
      throw damaged("counts leave the range of a long", e);
    }
  }

  private static DataException damaged(String what, @Nullable Throwable cause) {
    return ProfileWriter.FRAME.damaged(what, cause);
  }

  private static void check(boolean right, String what) {
    if (!right) {
      throw damaged(what, null);
    }
  }

  private Profile payload() {
    long rows = count();
    int size = length(in.getInt(), 6);
    List<ColumnProfile> columns = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      columns.add(column(rows));
    }
    check(!in.hasRemaining(), "bytes are left over");
    check(
        columns.stream().map(ColumnProfile::name).distinct().count() == size,
        "a column occurs twice");
    return new Profile(rows, columns);
  }

  /** Checks a number of elements against the bytes that they take at least. */
  private int length(int found, int bytesEach) {
    check(found >= 0 && (long) found * bytesEach <= in.remaining(), "found the length " + found);
    return found;
  }

  private ColumnProfile column(long rows) {
    String name = new String(text(), StandardCharsets.UTF_8);
    Role role = pick(ProfileWriter.ROLES);
    int kind = in.get();
    check(version > 1 || kind <= ProfileWriter.SKIPPED, "found kind " + kind);
    return switch (kind) {
      case ProfileWriter.NUMBERS -> numbers(name, role, rows);
      case ProfileWriter.CATEGORIES -> categories(name, role, rows);
      case ProfileWriter.SKIPPED ->
          new SkippedColumn(
              name, role, pick(ProfileWriter.REASONS), new String(text(), StandardCharsets.UTF_8));
      case ProfileWriter.TIMES -> times(name, role, rows);
      case ProfileWriter.VECTORS -> vectors(name, role, rows);
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
    ExactMoments moments = new ExactMoments(count(), integer(MOST_ZEROS), integer(MOST_ZEROS));
    check(sum(moments.count(), infinite) == sum(counts), "the counts of " + name + " differ");
    check(sum(sum(counts), missing) <= rows, "the counts of " + name + " exceed its rows");
    check(moments.arePossible(min, max), "no numbers have the figures of " + name);
    return new NumberProfile(
        name, role, bins, counts, missing, infinite, min, max, moments, distinct());
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

  private static long sum(long... counts) {
    return Arrays.stream(counts).reduce(0, Math::addExact);
  }

  private BigInteger integer(int mostZeros) {
    int zeros = in.getInt();
    check(zeros >= 0 && zeros <= mostZeros, "found " + zeros + " zero bits");
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
      check(named.add(text, text.length) == bin, "a category occurs twice");
      counts[bin] = count();
    }
    counts[size] = count();
    long missing = count();
    check(sum(sum(counts), missing) <= rows, "the counts of " + name + " exceed its rows");
    CategoryProfile categories =
        new CategoryProfile(
            name,
            role,
            new CategoryBins(named, all, numbers),
            counts,
            missing,
            unnamed(counts[size]));
    categories.lengths(); // their sum must fit into a long too
    return categories;
  }

  private @Nullable UnnamedTexts unnamed(long texts) {
    HyperLogLog distinct = distinct();
    return distinct == null ? null : new UnnamedTexts(distinct, lengths(texts));
  }

  private TextLengths lengths(long texts) {
    int shortest = in.getInt();
    int longest = in.getInt();
    long total = in.getLong();
    try {
      return new TextLengths(texts, shortest, longest, total);
    } catch (IllegalArgumentException e) {
      throw damaged(String.valueOf(e.getMessage()), e);
    }
  }

  private @Nullable HyperLogLog distinct() {
    int form = version == 1 ? ProfileWriter.UNKNOWN : in.get();
    byte[] registers = new byte[HyperLogLog.REGISTERS];
    switch (form) {
      case ProfileWriter.UNKNOWN -> {
        return null;
      }
      case ProfileWriter.SPARSE -> sparse(registers);
      case ProfileWriter.DENSE -> in.get(registers);
      default -> throw damaged("found the form " + form, null);
    }
    for (byte register : registers) {
      check(register >= 0 && register <= HyperLogLog.GREATEST, "found the register " + register);
    }
    return new HyperLogLog(registers);
  }

  private void sparse(byte[] registers) {
    int used = length(in.getInt(), 3);
    for (int i = 0, last = -1; i < used; i++) {
      int index = Short.toUnsignedInt(in.getShort());
      check(index > last && index < registers.length, "found the register number " + index);
      registers[index] = in.get();
      check(registers[index] != 0, "a listed register is 0");
      last = index;
    }
  }

  private TimeProfile times(String name, Role role, long rows) {
    long present = count();
    long missing = count();
    check(sum(present, missing) <= rows, "the times of " + name + " exceed its rows");
    Instant earliest = instant();
    Instant latest = instant();
    check(!latest.isBefore(earliest), "the times of " + name + " end before they begin");
    HyperLogLog distinct = distinct();
    check(distinct != null, "the distinct times are missing");
    return new TimeProfile(
        name,
        role,
        present,
        missing,
        present == 0 ? null : earliest,
        present == 0 ? null : latest,
        Objects.requireNonNull(distinct));
  }

  private Instant instant() {
    long second = in.getLong();
    int nanosecond = in.getInt();
    check(nanosecond >= 0 && nanosecond < 1_000_000_000, "found " + nanosecond + " nanoseconds");
    try {
      return Instant.ofEpochSecond(second, nanosecond);
    } catch (DateTimeException e) {
      throw damaged("found the second " + second, e);
    }
  }

  private VectorProfile vectors(String name, Role role, long rows) {
    int dimension = length(in.getInt(), 9);
    check(dimension > 0, "found vectors without components");
    long missing = count();
    long unusable = count();
    BigInteger[] sums = new BigInteger[dimension];
    Arrays.setAll(sums, component -> integer(MOST_ZEROS_OF_FLOATS));
    NumberProfile norms = numbers(VectorProfile.norm(name), role, rows);
    NumberProfile projections = numbers(VectorProfile.projection(name), role, rows);
    check(
        norms.missing() == sum(missing, unusable) && projections.missing() == norms.missing(),
        "the norms of " + name + " are not those of its vectors");
    return new VectorProfile(name, role, sums, missing, unusable, norms, projections);
  }
}
