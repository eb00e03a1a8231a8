package io.mlops4j.monitor.profile.internal;

import java.util.Arrays;

/**
 * Adds floats and their squares without rounding, many at a time. A float has 24 bits, so sums of
 * many floats of similar size, and of their squares, are exact in doubles.
 *
 * <p>Let all values be below 2^E in size, and 0 or not below 2^(E-20). They are whole multiples of
 * 2^(E-43), and a thousand of them stay below 2^(E+10), which takes the 53 bits of a double.
 * Squares are multiples of 2^(2E-86). Each is split, by adding and subtracting 1.5 * 2^(2E+9), into
 * a multiple of 2^(2E-43) and a rest of at most half of that. A thousand of either again take 53
 * bits.
 *
 * <p>There are as many lanes of sums as a chunk has values, so that the compiler vectorises the
 * loops. After a thousand additions per lane, the sums move to the wide integers of {@link
 * Moments}. The loops that check a chunk only add up violations, for the same reason. A few values
 * of another size go to the wide integers one by one. Chunks that are short, or have more such
 * values, go there as a whole.
 */
public final class FloatMoments {
  private static final int LEAST = Chunk.SIZE / 4;
  private static final int MOST_ADDITIONS = 1024;
  private static final int SPREAD = 20;
  private static final int FEW = 16;

  /** Headroom above the largest value, so that a slightly larger one does not start anew. */
  private static final int HEADROOM = 2;

  private static final int BIAS = 127;
  private static final int MANTISSA = 23;
  private static final int SIZE = 0x7fffffff;
  private static final int NO_LOWEST = key(Float.floatToRawIntBits(Float.POSITIVE_INFINITY));
  private static final int NO_HIGHEST = key(Float.floatToRawIntBits(Float.NEGATIVE_INFINITY));

  private final Moments moments;
  private double[] sums = {};
  private double[] squares = {};
  private double[] rests = {};
  private int additions;
  private int below; // bits that no value reaches; 0 before the first chunk
  private int from; // bits that each value except 0 has at least
  private double splitter;
  private int lowest = NO_LOWEST;
  private int highest = NO_HIGHEST;

  public FloatMoments(Moments moments) {
    this.moments = moments;
  }

  /** Removes all values. Later ones are expected to have the same size. */
  public void clear() {
    if (additions > 0) {
      zero();
    }
    lowest = NO_LOWEST;
    highest = NO_HIGHEST;
  }

  private void zero() {
    Arrays.fill(sums, 0);
    Arrays.fill(squares, 0);
    Arrays.fill(rests, 0);
    additions = 0;
  }

  /** Orders bits like the values. */
  private static int key(int bits) {
    return bits ^ ((bits >> 31) & SIZE);
  }

  /**
   * Adds a chunk, except for some of its values.
   *
   * @param bits of floats, none -0
   * @param values the same as doubles
   * @param odd receives the values that were not added
   * @return the number of those values
   */
  public int add(int[] bits, double[] values, int length, double[] odd) {
    if (length < LEAST) {
      return moments.add(values, length, odd);
    }
    int odds = violations(bits, length);
    if (odds > FEW) {
      odds = fit(bits, length);
    }
    if (odds > FEW || (odds > 0 && !finite(bits, length))) {
      return moments.add(values, length, odd);
    }
    if (odds > 0) {
      addApart(bits, values, length, odd);
    } else {
      add(values, length);
    }
    if (newExtremes(bits, length) > 0) {
      extremes(bits, length);
    }
    moments.summed(length - odds, value(lowest), value(highest));
    return odds;
  }

  private static boolean finite(int[] bits, int length) {
    int last = Float.floatToRawIntBits(Float.MAX_VALUE);
    int others = 0;
    for (int i = 0; i < length; i++) {
      others += (last - (bits[i] & SIZE)) >>> 31;
    }
    return others == 0;
  }

  /** Adds the values without violation; a 0 replaces each of the others meanwhile. */
  private void addApart(int[] bits, double[] values, int length, double[] odd) {
    int odds = 0;
    for (int i = 0; i < length; i++) {
      if (violations(bits[i] & SIZE) > 0) {
        odd[odds++] = values[i];
        values[i] = 0;
      }
    }
    add(values, length);
    for (int i = 0, back = 0; back < odds; i++) {
      if (violations(bits[i] & SIZE) > 0) {
        values[i] = odd[back++];
      }
    }
  }

  private int violations(int[] bits, int length) {
    int violations = 0;
    for (int i = 0; i < length; i++) {
      violations += violations(bits[i] & SIZE);
    }
    return violations;
  }

  /** 1 if a size is 0 < size < from or size >= below, else 0. */
  private int violations(int size) {
    // After subtracting one, 0 is the largest.
    return ((below - 1 - size) >>> 31) + ((((size - 1) & SIZE) - (from - 1)) >>> 31);
  }

  /**
   * Starts anew with sums for values of another size, and returns how many values of the chunk
   * still do not fit.
   */
  private int fit(int[] bits, int length) {
    int greatest = 0;
    for (int i = 0; i < length; i++) {
      greatest = Math.max(greatest, bits[i] & SIZE);
    }
    int exponent = (greatest >>> MANTISSA) - BIAS + 1;
    if (exponent > BIAS || exponent - SPREAD <= -BIAS) {
      return length;
    }
    settle();
    fitBelow(exponent + HEADROOM);
    int odds = violations(bits, length);
    if (odds > FEW) {
      fitBelow(exponent);
      odds = violations(bits, length);
    }
    return odds;
  }

  private void fitBelow(int top) {
    below = Math.min(top + BIAS, 255) << MANTISSA;
    from = (top - SPREAD + BIAS) << MANTISSA;
    splitter = 1.5 * Math.scalb(1.0, 2 * top + 9);
  }

  private void add(double[] values, int length) {
    if (sums.length == 0) {
      sums = new double[Chunk.SIZE];
      squares = new double[Chunk.SIZE];
      rests = new double[Chunk.SIZE];
    }
    for (int i = 0; i < length; i++) {
      sums[i] += values[i];
    }
    for (int i = 0; i < length; i++) {
      double square = values[i] * values[i];
      double upper = square + splitter - splitter;
      squares[i] += upper;
      rests[i] += square - upper;
    }
    if (++additions == MOST_ADDITIONS) {
      settle();
    }
  }

  private int newExtremes(int[] bits, int length) {
    int low = lowest;
    int high = highest;
    int found = 0;
    for (int i = 0; i < length; i++) {
      int key = bits[i] ^ ((bits[i] >> 31) & SIZE);
      found += less(key, low) + less(high, key);
    }
    return found;
  }

  /**
   * 1 if a is less than b, else 0, by arithmetic, because HotSpot does not vectorise other forms.
   */
  private static int less(int a, int b) {
    int difference = a - b;
    return (difference ^ ((a ^ b) & (difference ^ a))) >>> 31;
  }

  private void extremes(int[] bits, int length) {
    int low = lowest;
    int high = highest;
    for (int i = 0; i < length; i++) {
      int key = key(bits[i]);
      low = Math.min(low, key);
      high = Math.max(high, key);
    }
    lowest = low;
    highest = high;
  }

  private static double value(int key) {
    return Float.intBitsToFloat(key(key));
  }

  /**
   * Moves the sums to the wide integers. Few additions leave room to join lanes before, without
   * rounding.
   */
  public void settle() {
    int lanes = sums.length;
    for (int joined = additions; joined > 0 && 2 * joined <= MOST_ADDITIONS; joined *= 2) {
      lanes /= 2;
      join(sums, lanes);
      join(squares, lanes);
      join(rests, lanes);
    }
    for (int i = 0; additions > 0 && i < lanes; i++) {
      moments.addToSum(sums[i]);
      moments.addToSquares(squares[i]);
      moments.addToSquares(rests[i]);
    }
    zero();
  }

  private static void join(double[] sums, int lanes) {
    for (int i = 0; i < lanes; i++) {
      sums[i] += sums[lanes + i];
    }
  }
}
