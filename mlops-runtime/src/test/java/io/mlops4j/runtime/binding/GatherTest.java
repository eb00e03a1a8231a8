package io.mlops4j.runtime.binding;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.model.ElementType;
import io.mlops4j.runtime.memory.Native;
import java.util.Arrays;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GatherTest {
  private static final int GUARD = 64;
  private static final byte UNTOUCHED = 0x55;

  /** The value of a cell, small enough for 16 bits and different in neighbouring cells. */
  private static short value(int row, int column) {
    return (short) (row * 31 + column * 7);
  }

  /** Rows of four and more columns are written in blocks whose length depends on the width. */
  @ParameterizedTest
  @CsvSource({
    "1, 4",
    "127, 4",
    "128, 33",
    "129, 31",
    "4096, 32",
    "4097, 32",
    "8193, 16",
    "127, 1024",
    "129, 1024",
    "300, 1100",
    "1, 1100",
    "26113, 5",
    "26111, 6"
  })
  void everyValueIsWrittenOnceWhereItBelongs(int rows, int columns) {
    ElementType[] types = new ElementType[columns];
    Arrays.fill(types, ElementType.INT32);
    check(rows, columns, types);
  }

  @Test
  void columnsOfAnotherTypeFollowThoseThatAreWrittenTogether() {
    ElementType[] types = new ElementType[7];
    Arrays.fill(types, ElementType.INT32);
    types[5] = ElementType.INT16;
    check(37_000, 7, types); // 28 bytes a row: blocks of 37 376 and 128 rows
    check(37_377, 7, types);
    types[0] = ElementType.INT16; // no four columns together
    check(300, 7, types);
  }

  private static void check(int rows, int columns, ElementType[] types) {
    long bytes = 4L * rows * columns;
    try (RootAllocator memory = new RootAllocator();
        ArrowBuf source = memory.buffer(bytes);
        ArrowBuf target = memory.buffer(bytes + 2 * GUARD)) {
      long[] from = new long[columns];
      for (int column = 0; column < columns; column++) {
        from[column] = source.memoryAddress() + 4L * rows * column;
        for (int row = 0; row < rows; row++) {
          if (types[column] == ElementType.INT16) {
            Native.putShort(from[column] + 2L * row, value(row, column));
          } else {
            Native.putInt(from[column] + 4L * row, value(row, column));
          }
        }
      }
      Native.fill(target.memoryAddress(), target.capacity(), UNTOUCHED);
      long to = target.memoryAddress() + GUARD;
      assertThat(Gather.rows(from, types, columns, to, ElementType.INT32, rows)).isTrue();
      int wrong = 0;
      for (int row = 0; row < rows; row++) {
        for (int column = 0; column < columns; column++) {
          long at = to + 4L * ((long) row * columns + column);
          wrong += Native.getInt(at) == value(row, column) ? 0 : 1;
        }
      }
      assertThat(wrong).isZero();
      for (int i = 0; i < GUARD; i++) {
        assertThat(Native.getByte(to - 1 - i)).isEqualTo(UNTOUCHED);
        assertThat(Native.getByte(to + bytes + i)).isEqualTo(UNTOUCHED);
      }
    }
  }
}
