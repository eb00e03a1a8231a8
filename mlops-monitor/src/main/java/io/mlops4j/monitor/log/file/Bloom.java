package io.mlops4j.monitor.log.file;

import java.nio.ByteBuffer;

/**
 * A Bloom filter: it holds every hash that it was made of, and about one in 2000 others, with 16
 * bits or more a hash and six probes. Immutable.
 */
public final class Bloom {
  private static final int BITS_PER_HASH = 16;
  private static final int PROBES = 6;

  private final long[] words;

  private Bloom(long[] words) {
    this.words = words;
  }

  /** A power of two, because dividing by it costs little. Older files have other sizes. */
  private static int words(int hashes) {
    long words = Math.max(1, ((long) hashes * BITS_PER_HASH + 63) / 64);
    return Math.toIntExact(Long.highestOneBit(2 * words - 1));
  }

  public static Bloom of(long[] hashes) {
    long[] words = new long[words(hashes.length)];
    for (long hash : hashes) {
      for (int probe = 0; probe < PROBES; probe++) {
        long bit = bit(hash, probe, words.length);
        words[(int) (bit >>> 6)] |= 1L << bit;
      }
    }
    return new Bloom(words);
  }

  /** Reads all of a buffer whose bytes are a multiple of eight. */
  public static Bloom of(ByteBuffer bytes) {
    long[] words = new long[bytes.remaining() / Long.BYTES];
    bytes.asLongBuffer().get(words);
    return new Bloom(words);
  }

  public int bytes() {
    return words.length * Long.BYTES;
  }

  void putInto(ByteBuffer bytes) {
    for (long word : words) {
      bytes.putLong(word);
    }
  }

  public boolean mayHold(long hash) {
    for (int probe = 0; probe < PROBES; probe++) {
      long bit = bit(hash, probe, words.length);
      if ((words[(int) (bit >>> 6)] & 1L << bit) == 0) {
        return false;
      }
    }
    return true;
  }

  private static long bit(long hash, int probe, int words) {
    long step = (hash >>> 32) | 1;
    long value = hash + probe * step * 0x9e3779b97f4a7c15L;
    long bits = words * 64L;
    return (words & words - 1) == 0 ? value & bits - 1 : Long.remainderUnsigned(value, bits);
  }
}
