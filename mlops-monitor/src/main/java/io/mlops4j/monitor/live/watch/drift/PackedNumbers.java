package io.mlops4j.monitor.live.watch.drift;

import io.mlops4j.monitor.profile.NumberProfile;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.profile.Role;
import io.mlops4j.monitor.profile.internal.ExactMoments;
import io.mlops4j.monitor.profile.internal.NumberBins;
import io.mlops4j.monitor.profile.parts.NumberParts;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A profile of one column of numbers in one array of some hundred bytes, a tenth of its memory or
 * less. A monitor keeps many windows, and what it keeps is copied by each collection of the garbage
 * collector, which stops all calls meanwhile. The number of distinct values, which no comparison
 * reads, is not kept.
 *
 * <p>The array has the counts, most of them a byte, and the other figures. Bins are shared by all
 * windows.
 */
final class PackedNumbers {
  /** The most bytes of a number of 64 bits, seven bits each. */
  private static final int LONGEST = 10;

  /** The numbers beside the counts. */
  private static final int OTHERS = 9;

  private static final int SEVEN = 7;
  private static final int LOW = 0x7f;

  private final String name;
  private final Role role;
  private final NumberBins bins;
  private final long rows;
  private final byte[] figures;

  private PackedNumbers(String name, Role role, NumberBins bins, long rows, byte[] figures) {
    this.name = name;
    this.role = role;
    this.bins = bins;
    this.rows = rows;
    this.figures = figures;
  }

  /**
   * Packs a profile.
   *
   * @param before an earlier window of the column, whose bins are shared if they are equal, or null
   * @return null if the profile has not exactly one column, of numbers
   */
  static @Nullable PackedNumbers of(Profile profile, @Nullable PackedNumbers before) {
    List<String> columns = profile.columns();
    if (columns.size() == 1 && profile.column(columns.get(0)) instanceof NumberProfile numbers) {
      NumberBins its = NumberParts.bins(numbers);
      NumberBins bins = before != null && before.bins.equals(its) ? before.bins : its;
      return new PackedNumbers(
          numbers.name(), numbers.role(), bins, profile.rows(), packed(numbers));
    }
    return null;
  }

  private static byte[] packed(NumberProfile numbers) {
    long[] counts = NumberParts.counts(numbers);
    ExactMoments moments = NumberParts.moments(numbers);
    byte[] sum = moments.sum().toByteArray();
    byte[] squares = moments.squares().toByteArray();
    ByteBuffer out =
        ByteBuffer.allocate(LONGEST * (counts.length + OTHERS) + sum.length + squares.length);
    for (long count : counts) {
      put(out, count);
    }
    put(out, numbers.missing());
    put(out, numbers.infinite());
    out.putDouble(numbers.min()).putDouble(numbers.max());
    put(out, moments.count());
    put(out, moments.sum());
    put(out, moments.squares());
    return Arrays.copyOf(out.array(), out.position());
  }

  /** Returns the profile, without the number of distinct values. */
  Profile profile() {
    ByteBuffer in = ByteBuffer.wrap(figures);
    long[] counts = new long[bins.size()];
    Arrays.setAll(counts, bin -> number(in));
    long missing = number(in);
    long infinite = number(in);
    double min = in.getDouble();
    double max = in.getDouble();
    ExactMoments moments = new ExactMoments(number(in), integer(in), integer(in));
    return NumberParts.profile(
        rows, name, role, bins, counts, missing, infinite, min, max, moments);
  }

  private static void put(ByteBuffer out, long number) {
    long left = number;
    for (; (left & ~LOW) != 0; left >>>= SEVEN) {
      out.put((byte) (left | LOW + 1));
    }
    out.put((byte) left);
  }

  private static long number(ByteBuffer in) {
    long number = 0;
    byte next = in.get();
    int shift = 0;
    for (; next < 0; next = in.get(), shift += SEVEN) {
      number |= (long) (next & LOW) << shift;
    }
    return number | (long) next << shift;
  }

  /** Sums of floats, in units of 2^-1075, end with hundreds of zero bits. */
  private static void put(ByteBuffer out, BigInteger value) {
    int zeros = Math.max(0, value.getLowestSetBit());
    byte[] bytes = value.shiftRight(zeros).toByteArray();
    put(out, zeros);
    put(out, bytes.length);
    out.put(bytes);
  }

  private static BigInteger integer(ByteBuffer in) {
    int zeros = (int) number(in);
    byte[] bytes = new byte[(int) number(in)];
    in.get(bytes);
    return new BigInteger(bytes).shiftLeft(zeros);
  }
}
