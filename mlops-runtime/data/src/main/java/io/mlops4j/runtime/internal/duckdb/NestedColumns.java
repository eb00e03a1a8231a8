package io.mlops4j.runtime.internal.duckdb;

import io.mlops4j.runtime.memory.Native;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;

/** Columns of lists, arrays, maps and structs. */
final class NestedColumns {
  private NestedColumns() {}

  /** Lists and maps: DuckDB has an offset and a length of 8 bytes for each. */
  static final class Lists extends Column {
    private final Column child;
    private long entries;
    private int used;

    Lists(ListVector to, Column child) {
      super(to);
      this.child = child;
    }

    @Override
    void begin(int rows) {
      super.begin(rows);
      child.begin(rows);
      used = 0;
    }

    @Override
    void open(ByteBuffer vector, long rows) {
      super.open(vector, rows);
      entries = Natives.data(vector, rows * 16);
      child.open(Natives.listChild(vector), rows == 0 ? 0 : Natives.listSize(vector));
    }

    @Override
    void copy(long from, int count, int at) {
      ListVector lists = (ListVector) vector();
      grow(at + count + 1);
      copyValidity(from, count, at);
      long offsets = lists.getOffsetBufferAddress() + 4L * at;
      Native.putInt(offsets, used);
      long runStart = 0;
      long runEnd = 0;
      for (int i = 0; i < count; i++) {
        if (isValid(from + i)) {
          long start = Native.getLong(entries + 16 * (from + i));
          long length = Native.getLong(entries + 16 * (from + i) + 8);
          if (start != runEnd) {
            copyRun(runStart, runEnd);
            runStart = start;
          }
          runEnd = start + length;
        }
        Native.putInt(offsets + 4L * (i + 1), Math.toIntExact(used + runEnd - runStart));
      }
      copyRun(runStart, runEnd);
    }

    /** Lists that lie beside each other are copied at once. */
    private void copyRun(long start, long end) {
      if (end > start) {
        int count = Math.toIntExact(end - start);
        child.copy(start, count, used);
        used += count;
      }
    }

    @Override
    void end(int rows) {
      ListVector lists = (ListVector) vector();
      child.end(used);
      lists.setLastSet(rows - 1);
      super.end(rows);
    }
  }

  /** Arrays of a fixed size. */
  static final class Arrays extends Column {
    private final Column child;
    private final int size;

    Arrays(FixedSizeListVector to, Column child) {
      super(to);
      this.child = child;
      this.size = to.getListSize();
    }

    @Override
    void begin(int rows) {
      super.begin(rows);
      child.begin(Math.multiplyExact(rows, size));
    }

    @Override
    void open(ByteBuffer vector, long rows) {
      super.open(vector, rows);
      child.open(Natives.arrayChild(vector), rows * size);
    }

    @Override
    void copy(long from, int count, int at) {
      grow(at + count);
      copyValidity(from, count, at);
      child.copy(from * size, Math.multiplyExact(count, size), Math.multiplyExact(at, size));
    }

    @Override
    void end(int rows) {
      child.end(rows * size);
      super.end(rows);
    }
  }

  /** Structs. */
  static final class Structs extends Column {
    private final List<Column> children;

    Structs(StructVector to, List<Column> children) {
      super(to);
      this.children = children;
    }

    @Override
    void begin(int rows) {
      super.begin(rows);
      children.forEach(child -> child.begin(rows));
    }

    @Override
    void open(ByteBuffer vector, long rows) {
      super.open(vector, rows);
      for (int i = 0; i < children.size(); i++) {
        children.get(i).open(Natives.structChild(vector, i), rows);
      }
    }

    @Override
    void copy(long from, int count, int at) {
      grow(at + count);
      copyValidity(from, count, at);
      children.forEach(child -> child.copy(from, count, at));
    }

    @Override
    void end(int rows) {
      children.forEach(child -> child.end(rows));
      super.end(rows);
    }
  }
}
