package io.mlops4j.monitor.log.row;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.SortedMap;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.util.ArrowBufPointer;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;

/**
 * SHA-256 of the features of a row: for each column, in the order of the names, its name, its type
 * and the bits of its value.
 */
public final class RowDigest {
  static final int BYTES = 32;

  private final MessageDigest sha256 = sha256();
  private final List<Column> columns;

  private record Column(String head, FieldVector values) {}

  /**
   * @param columns by name, none of them dictionary-encoded
   */
  public RowDigest(SortedMap<String, FieldVector> columns) {
    this.columns =
        columns.entrySet().stream()
            .map(
                column ->
                    new Column(
                        column.getKey() + '\0' + column.getValue().getField().getType() + '\0',
                        column.getValue()))
            .toList();
  }

  public byte[] of(int row) {
    for (Column column : columns) {
      sha256.update(column.head().getBytes(StandardCharsets.UTF_8));
      add(column.values(), row);
    }
    return sha256.digest();
  }

  private void add(FieldVector column, int row) {
    if (column.isNull(row)) {
      sha256.update((byte) 0);
      return;
    }
    sha256.update((byte) 1);
    byte[] value = bytes(column, row);
    sha256.update(ByteBuffer.allocate(4).putInt(0, value.length));
    sha256.update(value);
  }

  /** The bits of plain values; other values, whose text tells all of their bits, as text. */
  private static byte[] bytes(FieldVector column, int row) {
    ArrowBufPointer pointer;
    if (column instanceof BaseFixedWidthVector fixed && !(column instanceof BitVector)) {
      pointer = fixed.getDataPointer(row);
    } else if (column instanceof BaseVariableWidthVector variable) {
      pointer = variable.getDataPointer(row);
    } else {
      return Vectors.bytes(column, row);
    }
    byte[] bytes = new byte[Math.toIntExact(pointer.getLength())];
    ArrowBuf buffer = pointer.getBuf();
    if (buffer != null && bytes.length > 0) {
      buffer.getBytes(pointer.getOffset(), bytes);
    }
    return bytes;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
