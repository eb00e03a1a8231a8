package io.mlops4j.monitor.live.rows;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.internal.NumberVectors;
import java.util.List;
import java.util.Objects;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.util.MemoryUtil;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Field;
import org.jspecify.annotations.Nullable;

/**
 * Columns of numbers, booleans and texts with room for a number of rows, to which rows of batches
 * are copied by address. Not thread safe.
 */
final class BlockColumns implements AutoCloseable {
  private static final byte ALL = (byte) 0xff;

  /** Texts of a call in one column that surely fit into an empty block, which has 256 rows. */
  private static final long LONGEST_TEXTS = 256L * BlockTexts.BYTES_OF_A_ROW;

  private final int capacity;
  private final VectorSchemaRoot root;
  private final FeatureBatch batch;
  private final Field[] fields;
  private final int[] widths; // 0 for a bit
  private final long[] values;
  private final long[] validity;
  private final boolean[] nulls;
  private final @Nullable BlockTexts[] texts; // null for a column of another kind
  private int rows;

  private BlockColumns(VectorSchemaRoot root, int capacity) {
    int columns = root.getFieldVectors().size();
    this.capacity = capacity;
    this.root = root;
    this.batch = FeatureBatch.of(root);
    this.fields = new Field[columns];
    this.widths = new int[columns];
    this.values = new long[columns];
    this.validity = new long[columns];
    this.nulls = new boolean[columns];
    this.texts = new BlockTexts[columns];
    for (int i = 0; i < columns; i++) {
      FieldVector vector = root.getVector(i);
      fields[i] = vector.getField();
      if (vector instanceof VarCharVector text) {
        texts[i] = new BlockTexts(text, capacity);
      } else {
        vector.setInitialCapacity(capacity);
        vector.allocateNew();
        widths[i] = NumberVectors.width(vector);
        values[i] = vector.getDataBufferAddress();
      }
      validity[i] = vector.getValidityBufferAddress();
      nulls[i] = true;
    }
    clear();
  }

  /**
   * The bytes of a row; -1 if a column is of another kind, or has far longer texts than there is
   * room for.
   */
  static int bytesOfRow(FeatureBatch like) {
    int bytes = 0;
    for (FieldVector vector : like.root().getFieldVectors()) {
      if (BlockTexts.isText(vector)) {
        long its = BlockTexts.bytes((VarCharVector) vector, like.rows());
        if (its < 0 || its > LONGEST_TEXTS) {
          return -1;
        }
        bytes += BlockTexts.BYTES_OF_A_ROW + Integer.BYTES + 1;
      } else if (NumberVectors.isNumber(vector)) {
        bytes += NumberVectors.width(vector) + 1;
      } else {
        return -1;
      }
    }
    return bytes;
  }

  static BlockColumns of(FeatureBatch like, int capacity, BufferAllocator allocator) {
    VectorSchemaRoot root = VectorSchemaRoot.create(like.root().getSchema(), allocator);
    try {
      return new BlockColumns(root, capacity);
    } catch (RuntimeException | Error e) {
      root.close();
      throw e;
    }
  }

  /** Whether rows of a batch can be added: it has the same columns, and its buffers hold them. */
  boolean accepts(FeatureBatch other) {
    List<FieldVector> columns = other.root().getFieldVectors();
    int count = other.rows();
    if (columns.size() != fields.length) {
      return false;
    }
    for (int i = 0; i < fields.length; i++) {
      FieldVector vector = columns.get(i);
      if (!hasField(i, vector)
          || vector.getValueCount() != count
          || vector.getValidityBuffer().capacity() < (count + 7) / 8
          || !fits(i, vector, count)) {
        return false;
      }
    }
    return true;
  }

  private boolean fits(int column, FieldVector vector, int count) {
    BlockTexts text = texts[column];
    return text == null
        ? vector.getDataBuffer().capacity() >= bytes(column, count)
        : text.fits((VarCharVector) vector, count);
  }

  /** Whether a vector has the field of a column, and so its type. */
  @SuppressWarnings("ReferenceEquality") // to compare the names only once
  private boolean hasField(int column, FieldVector vector) {
    Field field = vector.getField();
    if (field == fields[column]) {
      return true;
    }
    boolean same = field.equals(fields[column]);
    fields[column] = same ? field : fields[column];
    return same;
  }

  private long bytes(int column, int count) {
    return widths[column] == 0 ? (count + 7) / 8 : (long) widths[column] * count;
  }

  /** Adds the rows of a batch that is {@linkplain #accepts accepted}, for which there is room. */
  void add(FeatureBatch other) {
    List<FieldVector> columns = other.root().getFieldVectors();
    int count = other.rows();
    for (int i = 0; i < fields.length; i++) {
      FieldVector vector = columns.get(i);
      BlockTexts text = texts[i];
      if (text == null) {
        addValues(i, vector.getDataBufferAddress(), 0, count);
      } else {
        text.add((VarCharVector) vector, count, rows);
      }
      long validAt = vector.getValidityBufferAddress();
      addNulls(i, isValid(validAt, count) ? 0 : validAt, 0, count);
    }
    rows += count;
  }

  /** Adds a range of the rows of columns that are like these. */
  void add(BlockColumns other, int from, int count) {
    for (int i = 0; i < fields.length; i++) {
      BlockTexts text = texts[i];
      if (text == null) {
        addValues(i, other.values[i], from, count);
      } else {
        text.add(Objects.requireNonNull(other.texts[i]), from, count, rows);
      }
      addNulls(i, other.nulls[i] ? other.validity[i] : 0, from, count);
    }
    rows += count;
  }

  private void addValues(int column, long valuesAt, int from, int count) {
    int width = widths[column];
    long to = values[column];
    if (width == 0) {
      copyBits(valuesAt, from, to, count);
    } else if (count == 1 && width == Integer.BYTES) {
      MemoryUtil.putInt(to + 4L * rows, MemoryUtil.getInt(valuesAt + 4L * from));
    } else {
      MemoryUtil.copyMemory(
          valuesAt + (long) width * from, to + (long) width * rows, (long) width * count);
    }
  }

  /**
   * @param nullsAt the address of the validity; 0 if there are no nulls
   */
  private void addNulls(int column, long nullsAt, int from, int count) {
    if (nullsAt != 0) {
      nulls[column] = true;
      copyBits(nullsAt, from, validity[column], count);
    }
  }

  /** Whether no row is null. By address, because Arrow checks each access to a buffer. */
  private static boolean isValid(long address, int count) {
    int whole = count / 8;
    for (int i = 0; i < whole; i++) {
      if (MemoryUtil.getByte(address + i) != ALL) {
        return false;
      }
    }
    int rest = (1 << (count % 8)) - 1;
    return rest == 0 || (MemoryUtil.getByte(address + whole) & rest) == rest;
  }

  private void copyBits(long source, int from, long to, int count) {
    for (int i = 0; i < count; i++) {
      int bit = MemoryUtil.getByte(source + (from + i) / 8) >> ((from + i) % 8) & 1;
      long at = to + (rows + i) / 8;
      int mask = 1 << ((rows + i) % 8);
      int old = MemoryUtil.getByte(at);
      MemoryUtil.putByte(at, (byte) (bit == 1 ? old | mask : old & ~mask));
    }
  }

  int rows() {
    return rows;
  }

  int capacity() {
    return capacity;
  }

  /** The rows, valid until the next change. */
  FeatureBatch batch() {
    for (BlockTexts text : texts) {
      if (text != null) {
        text.written(rows);
      }
    }
    root.setRowCount(rows);
    return batch;
  }

  /** Removes all rows. */
  void clear() {
    rows = 0;
    for (int i = 0; i < fields.length; i++) {
      BlockTexts text = texts[i];
      if (text != null) {
        text.clear();
      }
      if (nulls[i]) {
        nulls[i] = false;
        for (int at = 0; at < (capacity + 7) / 8; at++) {
          MemoryUtil.putByte(validity[i] + at, ALL);
        }
      }
    }
  }

  @Override
  public void close() {
    root.close();
  }
}
