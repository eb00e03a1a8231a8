package io.mlops4j.spark;

import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.SmallIntVector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.spark.sql.execution.vectorized.WritableColumnVector;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.unsafe.Platform;

/** Copies columns of numbers without nulls at once, between the memory of Spark and of Arrow. */
final class NumberCopy {
  private NumberCopy() {}

  /** Returns false if the vector does not hold numbers; then nothing is copied. */
  static boolean copy(ColumnVector from, int rows, FieldVector to) {
    Object values;
    if (to instanceof Float4Vector) {
      values = from.getFloats(0, rows);
    } else if (to instanceof Float8Vector) {
      values = from.getDoubles(0, rows);
    } else if (to instanceof BigIntVector) {
      values = from.getLongs(0, rows);
    } else if (to instanceof IntVector) {
      values = from.getInts(0, rows);
    } else if (to instanceof SmallIntVector) {
      values = from.getShorts(0, rows);
    } else if (to instanceof TinyIntVector) {
      values = from.getBytes(0, rows);
    } else {
      return false;
    }
    put(values, (BaseFixedWidthVector) to, rows);
    return true;
  }

  /** Fills a vector from an array of its own type. */
  static void put(Object array, BaseFixedWidthVector to, int rows) {
    if (to.getValueCapacity() < rows) {
      to.allocateNew(rows);
    }
    Platform.copyMemory(
        array,
        Platform.BYTE_ARRAY_OFFSET,
        null,
        to.getDataBufferAddress(),
        (long) rows * to.getTypeWidth());
    to.getValidityBuffer().setOne(0, (rows + 7L) / 8);
    to.setValueCount(rows);
  }

  /** Returns false if the vector does not hold numbers; then nothing is copied. */
  static boolean copy(FieldVector from, int count, WritableColumnVector to) {
    if (!(from instanceof BaseFixedWidthVector numbers) || numbers.getTypeWidth() == 0) {
      return false;
    }
    byte[] bytes = new byte[count * numbers.getTypeWidth()];
    Platform.copyMemory(
        null, numbers.getDataBufferAddress(), bytes, Platform.BYTE_ARRAY_OFFSET, bytes.length);
    if (from instanceof Float4Vector) {
      to.putFloatsLittleEndian(0, count, bytes, 0);
    } else if (from instanceof Float8Vector) {
      to.putDoublesLittleEndian(0, count, bytes, 0);
    } else if (from instanceof BigIntVector) {
      to.putLongsLittleEndian(0, count, bytes, 0);
    } else if (from instanceof IntVector) {
      to.putIntsLittleEndian(0, count, bytes, 0);
    } else if (from instanceof SmallIntVector) {
      to.putShorts(0, count, bytes, 0);
    } else {
      to.putBytes(0, count, bytes, 0);
    }
    return true;
  }
}
