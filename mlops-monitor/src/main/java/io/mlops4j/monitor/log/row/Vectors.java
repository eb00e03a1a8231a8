package io.mlops4j.monitor.log.row;

import io.mlops4j.internal.ValueCopies;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Objects;
import org.apache.arrow.vector.BaseIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.UInt8Vector;
import org.apache.arrow.vector.ValueVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.util.TransferPair;
import org.apache.arrow.vector.util.VectorAppender;
import org.jspecify.annotations.Nullable;

/** Copies of ranges of rows, and keys as text. */
public final class Vectors {
  private Vectors() {}

  /** Appends a range of rows of a column to a column of the same type. */
  public static void append(FieldVector target, FieldVector source, int from, int rows) {
    if (rows == 0) {
      return;
    }
    if (ValueCopies.isOfEmptyLists(target)) {
      int before = target.getValueCount();
      for (int row = 0; row < rows; row++) {
        ValueCopies.copy(source, from + row, target, before + row);
      }
      target.setValueCount(before + rows);
      return;
    }
    if (from == 0 && rows == source.getValueCount()) {
      source.accept(new VectorAppender(target), null);
      return;
    }
    TransferPair pair = source.getTransferPair(source.getAllocator());
    pair.splitAndTransfer(from, rows);
    try (ValueVector part = pair.getTo()) {
      part.accept(new VectorAppender(target), null);
    }
  }

  /** Appends a range of rows of one file to rows of the same file. */
  public static void append(VectorSchemaRoot target, VectorSchemaRoot source, int from, int rows) {
    for (int i = 0; i < target.getFieldVectors().size(); i++) {
      append(target.getVector(i), source.getVector(i), from, rows);
    }
    target.setRowCount(target.getRowCount() + rows);
  }

  /** A text column of a file. */
  public static VarCharVector text(VectorSchemaRoot root, String name) {
    return (VarCharVector) Objects.requireNonNull(root.getVector(name), name);
  }

  public static String text(VarCharVector vector, int row) {
    return new String(vector.get(row), StandardCharsets.UTF_8);
  }

  /**
   * Returns a key as text, or null for null. Whole numbers are decimal text, bytes are hexadecimal.
   */
  public static @Nullable String key(FieldVector vector, int row) {
    if (vector.isNull(row)) {
      return null;
    }
    if (vector instanceof VarCharVector text) {
      return text(text, row);
    }
    if (vector instanceof UInt8Vector unsigned) {
      return Long.toUnsignedString(unsigned.get(row));
    }
    if (vector instanceof BaseIntVector ints) {
      return Long.toString(ints.getValueAsLong(row));
    }
    Object value = vector.getObject(row);
    return value instanceof byte[] bytes ? HexFormat.of().formatHex(bytes) : String.valueOf(value);
  }

  /** Returns the bytes of a value, or those of its text. */
  static byte[] bytes(FieldVector vector, int row) {
    Object value = vector.getObject(row);
    return value instanceof byte[] bytes
        ? bytes
        : String.valueOf(value).getBytes(StandardCharsets.UTF_8);
  }
}
