package io.mlops4j.monitor.log.row;

import io.mlops4j.inference.PredictionId;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The texts of prediction ids, one after the other, and their hashes. Equal to those of {@link
 * PredictionId#toString} and {@link Hashes#ofId}, without objects: ids of one process begin alike,
 * so that the beginning is hashed once. Not thread safe.
 */
final class IdTexts {
  /** 16 and 16 hexadecimal digits, 10 decimal ones, and what is between them. */
  private static final int MOST_BYTES = 44;

  private static final byte[] DIGITS = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  private byte[] bytes = new byte[64 * MOST_BYTES];
  private int[] ends = new int[64];
  private int count;

  /** The beginning of the ids of a process; empty before the first id. */
  private byte[] begin = {};

  private long process;
  private long hashOfBegin;

  void clear() {
    count = 0;
  }

  /** Adds the text of an id and returns its hash. */
  long add(long idProcess, long call, int row) {
    if (begin.length == 0 || idProcess != process) {
      begin(idProcess);
    }
    int start = length();
    if (start + MOST_BYTES > bytes.length) {
      bytes = Arrays.copyOf(bytes, 2 * bytes.length);
    }
    if (count == ends.length) {
      ends = Arrays.copyOf(ends, 2 * count);
    }
    System.arraycopy(begin, 0, bytes, start, begin.length);
    int at = start + begin.length;
    at = putHex(call, at);
    bytes[at++] = '-';
    at = putDecimal(row, at);
    ends[count++] = at;
    return Hashes.end(Hashes.add(hashOfBegin, bytes, start + begin.length, at));
  }

  private void begin(long of) {
    process = of;
    String text = new PredictionId(of, 0, 0).toString();
    begin = text.substring(0, text.indexOf('-') + 1).getBytes(StandardCharsets.US_ASCII);
    hashOfBegin = Hashes.add(Hashes.beginOfId(), begin, 0, begin.length);
  }

  private int putHex(long value, int at) {
    int digits = Math.max(1, (67 - Long.numberOfLeadingZeros(value)) >> 2);
    for (int i = digits - 1; i >= 0; i--) {
      bytes[at + digits - 1 - i] = DIGITS[(int) (value >>> (4 * i)) & 15];
    }
    return at + digits;
  }

  private int putDecimal(int value, int at) {
    int end = at;
    for (int rest = value; rest > 9; rest /= 10) {
      end++;
    }
    int rest = value;
    for (int i = end; i >= at; i--) {
      bytes[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    return end + 1;
  }

  int count() {
    return count;
  }

  /** The bytes of all texts. */
  int length() {
    return count == 0 ? 0 : ends[count - 1];
  }

  /** All texts, of which {@link #length} bytes are valid. */
  byte[] bytes() {
    return bytes;
  }

  /** Where a text ends. */
  int end(int i) {
    return ends[i];
  }
}
