package io.mlops4j.runtime.internal.duckdb;

import io.mlops4j.runtime.memory.Native;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.complex.LargeListVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;

/** Copies lists, maps, arrays and structs. */
final class NestedSinks {
  private NestedSinks() {}

  /** Lists and maps: DuckDB has an offset and a length of 8 bytes for each. */
  static final class Lists extends SinkColumn {
    private final SinkColumn elements;

    Lists(SinkColumn elements) {
      this.elements = elements;
    }

    @Override
    void copyValues(FieldVector from, int start, int count, ByteBuffer to) {
      int first = offset(from, start);
      int end = offset(from, start + count);
      long entries = Natives.data(to, 16L * count);
      for (int i = 0; i < count; i++) {
        long at = offset(from, start + i);
        Native.putLong(entries + 16L * i, at - first);
        Native.putLong(entries + 16L * i + 8, offset(from, start + i + 1) - at);
      }
      ByteBuffer child = Natives.reserve(to, (long) end - first);
      elements.copy(data(from), first, end - first, child);
    }

    private static FieldVector data(FieldVector from) {
      return from instanceof LargeListVector large
          ? large.getDataVector()
          : ((ListVector) from).getDataVector();
    }

    private static int offset(FieldVector from, int row) {
      return from instanceof LargeListVector
          ? Math.toIntExact(from.getOffsetBuffer().getLong(8L * row))
          : from.getOffsetBuffer().getInt(4L * row);
    }
  }

  /** Arrays of a fixed size. */
  static final class Arrays extends SinkColumn {
    private final SinkColumn elements;
    private final int size;

    Arrays(SinkColumn elements, int size) {
      this.elements = elements;
      this.size = size;
    }

    @Override
    void copyValues(FieldVector from, int start, int count, ByteBuffer to) {
      elements.copy(
          ((FixedSizeListVector) from).getDataVector(),
          Math.multiplyExact(start, size),
          Math.multiplyExact(count, size),
          Natives.arrayChild(to));
    }

    @Override
    void clear(ByteBuffer vector, int start, int count) {
      super.clear(vector, start, count);
      elements.clear(Natives.arrayChild(vector), start * size, count * size);
    }
  }

  /** Structs. */
  static final class Structs extends SinkColumn {
    private final List<SinkColumn> fields;

    Structs(List<SinkColumn> fields) {
      this.fields = fields;
    }

    @Override
    void copyValues(FieldVector from, int start, int count, ByteBuffer to) {
      List<FieldVector> children = ((StructVector) from).getChildrenFromFields();
      for (int i = 0; i < fields.size(); i++) {
        fields.get(i).copy(children.get(i), start, count, Natives.structChild(to, i));
      }
    }

    @Override
    void clear(ByteBuffer vector, int start, int count) {
      super.clear(vector, start, count);
      for (int i = 0; i < fields.size(); i++) {
        fields.get(i).clear(Natives.structChild(vector, i), start, count);
      }
    }
  }
}
