package io.mlops4j.monitor.profile.internal;

import java.util.Arrays;

/**
 * Estimates the number of distinct values with 2048 registers of a byte (Flajolet and others,
 * "HyperLogLog", 2007). The estimator is Ertl's ("New cardinality estimation algorithms for
 * HyperLogLog sketches", 2017), which needs no table of corrections. The standard error is 1.04 /
 * sqrt(2048) = 2.3 %, less for few values.
 *
 * <p>The upper 11 bits of a hash choose a register. It keeps the largest number of leading zeros,
 * plus one, of the bits below. Registers depend on the set of values only, and are merged by their
 * maximum.
 *
 * <p>Hashes: for a number that is a float, its 32 bits, mixed one to one (lowbias32 of Wellons,
 * 2018), in the upper half of 64 bits. For any other number, its 64 bits mixed by the finaliser of
 * splitmix64 (Steele, Lea and Flood, 2014). For a text, FNV-1a over its UTF-8 bytes, mixed
 * likewise. So a number has one hash, whatever type held it.
 */
public final class HyperLogLog {
  public static final int REGISTERS = 1 << 11;

  /** The largest possible register: a hash has 53 bits after those that choose. */
  public static final int GREATEST = 54;

  /** The last of the 21 bits of a float's hash after those that choose, shifted up. */
  private static final int LAST_FLOAT_BIT = 1 << 10;

  private static final int INDEX_SHIFT = 21;

  /** Chunks of floats after which most values no longer raise a register. */
  private static final int RISING = 32;

  private final byte[] registers;
  private int rising = RISING;

  public HyperLogLog() {
    this(new byte[REGISTERS]);
  }

  /**
   * Takes ownership of registers.
   *
   * @param registers {@link #REGISTERS} of them, from 0 to {@link #GREATEST}
   */
  public HyperLogLog(byte[] registers) {
    this.registers = registers;
  }

  /** Removes all values. */
  public void clear() {
    Arrays.fill(registers, (byte) 0);
    rising = RISING;
  }

  public static int mix(int bits) {
    int x = bits;
    x ^= x >>> 16;
    x *= 0x7feb352d;
    x ^= x >>> 15;
    x *= 0x846ca68b;
    return x ^ (x >>> 16);
  }

  public static long mix(long bits) {
    long x = bits;
    x = (x ^ (x >>> 30)) * 0xbf58476d1ce4e5b9L;
    x = (x ^ (x >>> 27)) * 0x94d049bb133111ebL;
    return x ^ (x >>> 31);
  }

  /** Adds numbers, none of them NaN. */
  public void add(Chunk chunk) {
    if (!chunk.floats) {
      for (int i = 0; i < chunk.length; i++) {
        add(chunk.values[i]);
      }
      return;
    }
    int[] bits = chunk.bits;
    int[] hashes = chunk.hashes;
    for (int i = 0; i < chunk.length; i++) { // a separate loop, so that the compiler vectorises it
      hashes[i] = mix(bits[i]);
    }
    if (rising > 0) {
      rising--;
      raise(hashes, chunk.length);
      return;
    }
    for (int i = 0; i < chunk.length; i++) {
      addFloat(hashes[i]);
    }
  }

  /** Adds hashes of floats without a branch, because which registers rise is unpredictable yet. */
  private void raise(int[] hashes, int length) {
    for (int i = 0; i < length; i++) {
      int register = hashes[i] >>> INDEX_SHIFT;
      registers[register] = (byte) Math.max(registers[register], rank(hashes[i]));
    }
  }

  private static int rank(int hash) {
    return Integer.numberOfLeadingZeros((hash << 11) | LAST_FLOAT_BIT) + 1;
  }

  private void addFloat(int hash) {
    int rank = rank(hash);
    int register = hash >>> INDEX_SHIFT;
    if (registers[register] < rank) {
      registers[register] = (byte) rank;
    }
  }

  /** Adds a number that is neither NaN nor -0. */
  public void add(double value) {
    float narrow = (float) value;
    if (narrow == value) {
      addFloat(mix(Float.floatToRawIntBits(narrow)));
    } else {
      addHash(mix(Double.doubleToRawLongBits(value)));
    }
  }

  /** Adds a text. */
  public void add(byte[] utf8, int length) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < length; i++) {
      hash = (hash ^ (utf8[i] & 0xff)) * 0x100000001b3L;
    }
    addHash(mix(hash));
  }

  /** Adds a whole number that a double cannot hold. */
  public void addLong(long value) {
    addHash(mix(value));
  }

  private void addHash(long hash) {
    int rank = Long.numberOfLeadingZeros((hash << 11) | (1 << 10)) + 1;
    int register = (int) (hash >>> 53);
    if (registers[register] < rank) {
      registers[register] = (byte) rank;
    }
  }

  public HyperLogLog copy() {
    return new HyperLogLog(registers.clone());
  }

  public byte[] registers() {
    return registers.clone();
  }

  public HyperLogLog plus(HyperLogLog other) {
    byte[] greatest = registers.clone();
    for (int i = 0; i < REGISTERS; i++) {
      greatest[i] = (byte) Math.max(registers[i], other.registers[i]);
    }
    return new HyperLogLog(greatest);
  }

  /** Ertl's algorithm 6. */
  public long estimate() {
    int[] having = new int[GREATEST + 1];
    for (byte register : registers) {
      having[register]++;
    }
    double z = REGISTERS * tau(1 - having[GREATEST] / (double) REGISTERS);
    for (int k = GREATEST - 1; k >= 1; k--) {
      z = 0.5 * (z + having[k]);
    }
    z += REGISTERS * sigma(having[0] / (double) REGISTERS);
    return Math.round(REGISTERS / (2 * Math.log(2)) * REGISTERS / z);
  }

  private static double sigma(double share) {
    if (share == 1) {
      return Double.POSITIVE_INFINITY;
    }
    double x = share;
    double y = 1;
    double z = x;
    for (double before = -1; z != before; y += y) {
      x *= x;
      before = z;
      z += x * y;
    }
    return z;
  }

  private static double tau(double share) {
    if (share == 0 || share == 1) {
      return 0;
    }
    double x = share;
    double y = 1;
    double z = 1 - x;
    for (double before = -1; z != before; ) {
      x = Math.sqrt(x);
      before = z;
      y *= 0.5;
      z -= (1 - x) * (1 - x) * y;
    }
    return z / 3;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof HyperLogLog that && Arrays.equals(registers, that.registers);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(registers);
  }
}
