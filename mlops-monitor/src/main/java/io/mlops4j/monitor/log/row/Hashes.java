package io.mlops4j.monitor.log.row;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** 64-bit hashes of what a row can be found by. */
public final class Hashes {
  private Hashes() {}

  public static long ofId(String id) {
    return of(id.getBytes(StandardCharsets.UTF_8), 1);
  }

  public static long ofKey(String column, String value) {
    return of((column + '\0' + value).getBytes(StandardCharsets.UTF_8), 2);
  }

  public static long ofTrace(String traceId) {
    return of(traceId.getBytes(StandardCharsets.UTF_8), 3);
  }

  /** FNV-1a with the finaliser of MurmurHash3. */
  static long of(byte[] bytes, long seed) {
    return end(add(begin(seed), bytes, 0, bytes.length));
  }

  private static long begin(long seed) {
    return 0xcbf29ce484222325L ^ seed;
  }

  /** The hash of an id before its first byte, for {@link #add}. */
  static long beginOfId() {
    return begin(1);
  }

  /** Adds a range of bytes to a hash that has not ended. */
  static long add(long begun, byte[] bytes, int from, int to) {
    long hash = begun;
    for (int i = from; i < to; i++) {
      hash = (hash ^ (bytes[i] & 0xff)) * 0x100000001b3L;
    }
    return hash;
  }

  static long end(long begun) {
    long hash = begun;
    hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
    hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return hash ^ (hash >>> 33);
  }

  /** A growing list of hashes. */
  public static final class Collected {
    private long[] values = new long[64];
    private int size;

    void add(long hash) {
      if (size == values.length) {
        values = Arrays.copyOf(values, 2 * size);
      }
      values[size++] = hash;
    }

    public void addAll(Collected others) {
      if (size + others.size > values.length) {
        values = Arrays.copyOf(values, Math.max(2 * values.length, size + others.size));
      }
      System.arraycopy(others.values, 0, values, size, others.size);
      size += others.size;
    }

    long[] toArray() {
      return Arrays.copyOf(values, size);
    }

    /** Each hash once. */
    public long[] distinct() {
      return Arrays.stream(values, 0, size).distinct().toArray();
    }

    public int size() {
      return size;
    }

    void cutTo(int kept) {
      size = kept;
    }
  }
}
