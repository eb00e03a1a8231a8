package io.mlops4j.flink;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Answers with their labels as bytes, and the counts of all rows. Rows are in the order of the
 * hashes of their keys. Beyond its most rows it holds those with the lowest hashes: a uniform
 * sample, which is the same in whatever order and by however many subtasks the rows were added.
 *
 * <p>The bytes: the format, the numbers of an answer, the three counts, and for each row its hash,
 * label and numbers. Immutable.
 */
final class LabelledRows {
  private static final int FORMAT = 1;
  private static final int HEADER = 2 * Integer.BYTES + 3 * Long.BYTES;

  private final byte[] array;
  private final ByteBuffer bytes;

  private LabelledRows(byte[] array) {
    this.array = array;
    this.bytes = ByteBuffer.wrap(array);
    if (bytes.getInt(0) != FORMAT) {
      throw new IllegalStateException(
          "labelled rows: found format %d in the state of the job, expected %d"
              .formatted(bytes.getInt(0), FORMAT));
    }
  }

  static LabelledRows fromBytes(byte[] bytes) {
    return new LabelledRows(bytes);
  }

  byte[] toBytes() {
    return array;
  }

  /** The number of numbers of one answer. */
  int width() {
    return bytes.getInt(Integer.BYTES);
  }

  long predicted() {
    return bytes.getLong(2 * Integer.BYTES);
  }

  long labelled() {
    return bytes.getLong(2 * Integer.BYTES + Long.BYTES);
  }

  long unanswered() {
    return bytes.getLong(2 * Integer.BYTES + 2 * Long.BYTES);
  }

  private int stride() {
    return (2 + width()) * Long.BYTES;
  }

  /** The number of rows that are held. */
  int size() {
    return (bytes.capacity() - HEADER) / stride();
  }

  private long hash(int row) {
    return bytes.getLong(HEADER + row * stride());
  }

  double label(int row) {
    return bytes.getDouble(HEADER + row * stride() + Long.BYTES);
  }

  double number(int row, int column) {
    return bytes.getDouble(HEADER + row * stride() + (2 + column) * Long.BYTES);
  }

  /** Returns the rows of both, at most so many. */
  LabelledRows merge(LabelledRows other, int most) {
    int rows = (int) Math.min(most, (long) size() + other.size());
    byte[] merged = allocate(rows, width());
    ByteBuffer all =
        header(
            merged,
            width(),
            predicted() + other.predicted(),
            labelled() + other.labelled(),
            unanswered() + other.unanswered());
    int mine = 0;
    int its = 0;
    for (int row = 0; row < rows; row++) {
      boolean takeMine = its == other.size() || (mine < size() && hash(mine) <= other.hash(its));
      LabelledRows from = takeMine ? this : other;
      int at = HEADER + (takeMine ? mine++ : its++) * stride();
      all.put(from.array, at, stride());
    }
    return new LabelledRows(merged);
  }

  private static byte[] allocate(int rows, int width) {
    return new byte[Math.addExact(HEADER, Math.multiplyExact(rows, (2 + width) * Long.BYTES))];
  }

  private static ByteBuffer header(
      byte[] array, int width, long predicted, long labelled, long unanswered) {
    return ByteBuffer.wrap(array)
        .putInt(FORMAT)
        .putInt(width)
        .putLong(predicted)
        .putLong(labelled)
        .putLong(unanswered);
  }

  /** A hash of a key whose bits are all mixed: FNV-1a, then the finaliser of MurmurHash3. */
  static long hash(String key) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < key.length(); i++) {
      hash = (hash ^ key.charAt(i)) * 0x100000001b3L;
    }
    hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
    hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return hash ^ (hash >>> 33);
  }

  /** Gathers rows. One thread. */
  static final class Builder {
    private final List<JoinedRow> rows = new ArrayList<>();
    private final int width;
    private long predicted;
    private long labelled;
    private long unanswered;

    Builder(int width) {
      this.width = width;
    }

    void add(JoinedRow row) {
      predicted++;
      labelled += row.hasLabel() ? 1 : 0;
      unanswered += row.isAnswered() ? 0 : 1;
      if (row.hasLabel() && row.isAnswered()) {
        rows.add(row);
      }
    }

    long predicted() {
      return predicted;
    }

    LabelledRows build(int most) {
      rows.sort(Comparator.comparingLong(JoinedRow::hash));
      List<JoinedRow> held = rows.subList(0, Math.min(most, rows.size()));
      byte[] array = allocate(held.size(), width);
      ByteBuffer bytes = header(array, width, predicted, labelled, unanswered);
      for (JoinedRow row : held) {
        bytes.putLong(row.hash()).putDouble(row.label());
        for (double number : row.numbers()) {
          bytes.putDouble(number);
        }
      }
      return new LabelledRows(array);
    }
  }
}
