package io.mlops4j.monitor.live.watch.labels;

import io.mlops4j.monitor.live.rows.LabelKey;
import io.mlops4j.monitor.live.state.StateReader;
import io.mlops4j.monitor.live.state.StateWriter;
import io.mlops4j.monitor.performance.task.GroupNames;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Rows in the order of their arrival that are found by their key, in primitive arrays. The oldest
 * row leaves first. Several rows may have the same key. Not thread safe.
 *
 * <p>Rows are numbered from 0. They lie in chunks, which are freed when their last row leaves. A
 * hash table with linear probing holds the newest row of each key, and each row the one before it
 * with the same key. Numbers are stored without their high bits: no more than 2<sup>30</sup> rows
 * are there at a time, so the oldest row tells which number is meant.
 */
public final class KeyedRows {
  public static final int MOST = 1 << 30;
  static final long NONE = -1;

  private static final int CHUNK_BITS = 12;
  private static final int CHUNK = 1 << CHUNK_BITS;
  private static final int LOW_BITS = 0x7fffffff;
  private static final int EMPTY = -1;
  private static final int SMALLEST_TABLE = 64;

  private final int width;
  private final int groupColumns;
  private @Nullable Chunk[] chunks = new Chunk[4];
  private int[] table = emptyTable(SMALLEST_TABLE);
  private int keys;
  private long oldest;
  private long end;

  private static final class Chunk {
    final long[] high = new long[CHUNK];
    final long[] low = new long[CHUNK];
    final long[] at = new long[CHUNK];
    final int[] version = new int[CHUNK];
    final int[] before = new int[CHUNK];
    final byte[] state = new byte[CHUNK];
    final double[] values;
    final short[] groups;

    Chunk(int width, int groupColumns) {
      this.values = new double[CHUNK * width];
      this.groups = new short[CHUNK * groupColumns];
    }
  }

  /**
   * @param width the numbers of one row
   * @param groupColumns the group columns of one row
   */
  KeyedRows(int width, int groupColumns) {
    this.width = width;
    this.groupColumns = groupColumns;
  }

  /** Sets the number of the first row, while there is none. */
  void startAt(long row) {
    oldest = row;
    end = row;
  }

  private static int[] emptyTable(int size) {
    int[] empty = new int[size];
    Arrays.fill(empty, EMPTY);
    return empty;
  }

  int size() {
    return (int) (end - oldest);
  }

  /** The number of the oldest row, or of the next one if there is none. */
  long oldest() {
    return oldest;
  }

  /** The number of the next row to be added. */
  long end() {
    return end;
  }

  /** The bytes of all arrays. */
  long bytes() {
    long perRow = 8 + 8 + 8 + 4 + 4 + 1 + 8L * width + 2L * groupColumns;
    long used = Arrays.stream(chunks).filter(chunk -> chunk != null).count();
    return used * CHUNK * perRow + 4L * table.length + 8L * chunks.length;
  }

  /** Adds a row and returns its number. */
  long add(LabelKey key, long at, int version, byte state, double[] values, short[] groups) {
    if (size() >= MOST) {
      throw new IllegalStateException("the store is full: " + MOST + " rows");
    }
    long row = end++;
    Chunk chunk = chunkToFill(row);
    int i = index(row);
    chunk.high[i] = key.high();
    chunk.low[i] = key.low();
    chunk.at[i] = at;
    chunk.version[i] = version;
    chunk.state[i] = state;
    System.arraycopy(values, 0, chunk.values, i * width, width);
    System.arraycopy(groups, 0, chunk.groups, i * groupColumns, groupColumns);
    int place = place(key.high(), key.low());
    chunk.before[i] = table[place];
    table[place] = (int) row & LOW_BITS;
    if (chunk.before[i] == EMPTY && ++keys > table.length / 4 * 3) {
      rehash(2 * table.length);
    }
    return row;
  }

  private Chunk chunkToFill(long row) {
    if ((row >> CHUNK_BITS) - (oldest >> CHUNK_BITS) >= chunks.length) {
      Chunk[] more = new Chunk[2 * chunks.length];
      for (long c = oldest >> CHUNK_BITS; c < row >> CHUNK_BITS; c++) {
        more[(int) (c & (more.length - 1))] = chunks[(int) (c & (chunks.length - 1))];
      }
      chunks = more;
    }
    int at = (int) ((row >> CHUNK_BITS) & (chunks.length - 1));
    Chunk chunk = chunks[at];
    if (chunk == null) {
      chunk = new Chunk(width, groupColumns);
      chunks[at] = chunk;
    }
    return chunk;
  }

  private Chunk chunk(long row) {
    Chunk chunk = chunks[(int) ((row >> CHUNK_BITS) & (chunks.length - 1))];
    if (chunk == null || row < oldest || row >= end) {
      throw new IndexOutOfBoundsException("row " + row + " of " + oldest + " to " + end);
    }
    return chunk;
  }

  private static int index(long row) {
    return (int) row & (CHUNK - 1);
  }

  /** Returns the newest row of a key, or {@link #NONE}. */
  long find(LabelKey key) {
    return whole(table[place(key.high(), key.low())]);
  }

  /** Returns the next older row of the same key, or {@link #NONE} if there is none any more. */
  long before(long row) {
    return whole(chunk(row).before[index(row)]);
  }

  private long whole(int stored) {
    long row = oldest + ((stored - (int) oldest) & LOW_BITS);
    return stored == EMPTY || row >= end ? NONE : row;
  }

  /** Removes the oldest row. */
  void removeOldest() {
    long row = oldest;
    Chunk chunk = chunk(row);
    int place = place(chunk.high[index(row)], chunk.low[index(row)]);
    if (table[place] == ((int) row & LOW_BITS)) {
      removeFrom(place);
      keys--;
    }
    oldest++;
    if (index(oldest) == 0) {
      chunks[(int) ((row >> CHUNK_BITS) & (chunks.length - 1))] = null;
    }
    if (table.length > SMALLEST_TABLE && keys < table.length / 8) {
      rehash(table.length / 2);
    }
  }

  /** The place of a key in the table, or the empty place where it belongs. */
  private int place(long high, long low) {
    int mask = table.length - 1;
    int place = (int) low & mask;
    while (table[place] != EMPTY && !isAt(table[place], high, low)) {
      place = (place + 1) & mask;
    }
    return place;
  }

  private boolean isAt(int stored, long high, long low) {
    long row = oldest + ((stored - (int) oldest) & LOW_BITS);
    Chunk chunk = chunk(row);
    return chunk.low[index(row)] == low && chunk.high[index(row)] == high;
  }

  /** Closes the gap, so that a search from any key's first place still finds it. */
  private void removeFrom(int gap) {
    int mask = table.length - 1;
    int hole = gap;
    for (int at = (hole + 1) & mask; table[at] != EMPTY; at = (at + 1) & mask) {
      long row = oldest + ((table[at] - (int) oldest) & LOW_BITS);
      int first = (int) chunk(row).low[index(row)] & mask;
      if (((at - first) & mask) >= ((at - hole) & mask)) {
        table[hole] = table[at];
        hole = at;
      }
    }
    table[hole] = EMPTY;
  }

  private void rehash(int size) {
    int[] old = table;
    table = emptyTable(size);
    for (int stored : old) {
      if (stored != EMPTY) {
        long row = oldest + ((stored - (int) oldest) & LOW_BITS);
        Chunk chunk = chunk(row);
        table[place(chunk.high[index(row)], chunk.low[index(row)])] = stored;
      }
    }
  }

  void write(StateWriter out) {
    out.put(size());
    for (long row = oldest; row < end; row++) {
      Chunk chunk = chunk(row);
      int i = index(row);
      out.put(chunk.high[i]).put(chunk.low[i]).put(chunk.at[i]);
      out.put(chunk.version[i]).put(chunk.state[i]);
      for (int column = 0; column < width; column++) {
        out.put(value(row, column));
      }
      out.put(groups(row));
    }
  }

  /**
   * Adds rows to an empty store.
   *
   * @param states the number of states
   */
  void read(StateReader in, int states, GroupNames names) {
    double[] values = new double[width];
    int size = in.length(29 + Double.BYTES * width);
    for (int row = 0; row < size; row++) {
      LabelKey key = new LabelKey(in.int64(), in.int64());
      long at = in.int64();
      int version = in.int32();
      byte state = in.int8();
      in.check(state >= 0 && state < states, "found the state " + state);
      Arrays.setAll(values, column -> in.number());
      add(key, at, version, state, values, names.read(in, groupColumns));
    }
  }

  LabelKey key(long row) {
    Chunk chunk = chunk(row);
    return new LabelKey(chunk.high[index(row)], chunk.low[index(row)]);
  }

  long at(long row) {
    return chunk(row).at[index(row)];
  }

  int version(long row) {
    return chunk(row).version[index(row)];
  }

  byte state(long row) {
    return chunk(row).state[index(row)];
  }

  void state(long row, byte state) {
    chunk(row).state[index(row)] = state;
  }

  double value(long row, int column) {
    return chunk(row).values[index(row) * width + column];
  }

  void value(long row, int column, double value) {
    chunk(row).values[index(row) * width + column] = value;
  }

  double[] values(long row) {
    int from = index(row) * width;
    return Arrays.copyOfRange(chunk(row).values, from, from + width);
  }

  short[] groups(long row) {
    int from = index(row) * groupColumns;
    return Arrays.copyOfRange(chunk(row).groups, from, from + groupColumns);
  }
}
