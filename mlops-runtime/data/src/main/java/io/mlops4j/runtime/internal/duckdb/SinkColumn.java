package io.mlops4j.runtime.internal.duckdb;

import java.nio.ByteBuffer;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;

/**
 * Copies ranges of a column of Arrow to DuckDB's vectors, by address. It is the opposite of {@link
 * Column}.
 *
 * <p>A range always becomes the first values of a vector: the elements of the lists of a range lie
 * side by side in Arrow, and DuckDB takes lists with any offset.
 */
abstract class SinkColumn {
  /** Chooses how a column is copied. {@link SinkType} has accepted its type. */
  static SinkColumn of(Field field) {
    ArrowType type = field.getType();
    return switch (type.getTypeID()) {
      case Struct ->
          new NestedSinks.Structs(field.getChildren().stream().map(SinkColumn::of).toList());
      case List, LargeList, Map -> new NestedSinks.Lists(of(field.getChildren().get(0)));
      case FixedSizeList ->
          new NestedSinks.Arrays(
              of(field.getChildren().get(0)), ((ArrowType.FixedSizeList) type).getListSize());
      case Utf8, LargeUtf8, Utf8View -> new TextSink(true);
      case Binary, LargeBinary, BinaryView, FixedSizeBinary -> new TextSink(false);
      default -> FlatSinks.of(type);
    };
  }

  /**
   * Copies values.
   *
   * @param from the vector of Arrow
   * @param start the first value
   * @param count the number of values
   * @param to the vector of DuckDB, which has room for them
   */
  final void copy(FieldVector from, int start, int count, ByteBuffer to) {
    if (count == 0) {
      return;
    }
    copyValues(from, start, count, to);
    long validity = from.getValidityBufferAddress();
    if (!Bits.allSet(validity, start, count)) {
      Bits.copy(validity, start, Natives.writableValidity(to, count), 0, count);
      for (int i = 0; i < count; i++) {
        if (from.isNull(start + i)) {
          clear(to, i, 1);
        }
      }
    }
  }

  /** Copies values, but not which ones are null. */
  abstract void copyValues(FieldVector from, int start, int count, ByteBuffer to);

  /**
   * Makes values null. DuckDB expects that the fields of a struct that is null are null, too, and
   * so the elements of an array.
   */
  void clear(ByteBuffer vector, int start, int count) {
    long validity = Natives.writableValidity(vector, (long) start + count);
    for (int i = 0; i < count; i++) {
      Bits.set(validity, (long) start + i, false);
    }
  }
}
