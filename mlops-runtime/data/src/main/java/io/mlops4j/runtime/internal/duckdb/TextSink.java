package io.mlops4j.runtime.internal.duckdb;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.arrow.vector.BaseLargeVariableWidthVector;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.BaseVariableWidthViewVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.FixedSizeBinaryVector;

/** Copies texts, all of a range in one call of DuckDB, and bytes. */
final class TextSink extends SinkColumn {
  private static final long NONE = -1;

  private final boolean utf8;
  private byte[] bytes = {};
  private int used;

  TextSink(boolean utf8) {
    this.utf8 = utf8;
  }

  @Override
  void copyValues(FieldVector from, int start, int count, ByteBuffer to) {
    long[] lengths = new long[count];
    used = 0;
    for (int i = 0; i < count; i++) {
      int begin = used;
      if (from.isNull(start + i)) {
        lengths[i] = NONE;
        continue;
      }
      take(from, start + i);
      lengths[i] = (long) used - begin;
      if (!utf8) { // DuckDB's call for all expects texts
        Natives.bytes(to, i, Arrays.copyOfRange(bytes, begin, used));
        used = 0;
      }
    }
    if (utf8) {
      setTexts(from, start, lengths, to);
    }
  }

  /** DuckDB rejects bytes that are not UTF-8, but does not tell their row. */
  private void setTexts(FieldVector from, int start, long[] lengths, ByteBuffer to) {
    try {
      Natives.texts(to, bytes, lengths, used);
    } catch (IllegalStateException e) {
      int begin = 0;
      for (int i = 0; i < lengths.length; i++) {
        int end = begin + (int) Math.max(0, lengths[i]);
        if (!isUtf8(begin, end)) {
          throw new IllegalArgumentException(
              "%s: found bytes that are not UTF-8 in value %d of a batch"
                  .formatted(from.getName(), start + i),
              e);
        }
        begin = end;
      }
      throw e;
    }
  }

  private boolean isUtf8(int begin, int end) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, begin, end - begin));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  private void take(FieldVector from, int row) {
    if (from instanceof BaseVariableWidthVector) {
      int offset = from.getOffsetBuffer().getInt(4L * row);
      take(from, offset, from.getOffsetBuffer().getInt(4L * row + 4) - offset);
    } else if (from instanceof BaseLargeVariableWidthVector) {
      long offset = from.getOffsetBuffer().getLong(8L * row);
      take(from, offset, from.getOffsetBuffer().getLong(8L * row + 8) - offset);
    } else {
      byte[] value =
          from instanceof FixedSizeBinaryVector fixed
              ? fixed.get(row)
              : ((BaseVariableWidthViewVector) from).get(row);
      reserve(from, value.length);
      System.arraycopy(value, 0, bytes, used, value.length);
      used += value.length;
    }
  }

  private void take(FieldVector from, long offset, long length) {
    reserve(from, length);
    from.getDataBuffer().getBytes(offset, bytes, used, (int) length);
    used += (int) length;
  }

  private void reserve(FieldVector from, long more) {
    long needed = used + more;
    if (needed > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          from.getName() + ": found 2 GB of texts in 2048 rows; write shorter texts or lists");
    }
    if (needed > bytes.length) {
      int larger = (int) Math.min(Integer.MAX_VALUE - 8, Math.max(needed, 2L * bytes.length));
      bytes = Arrays.copyOf(bytes, larger);
    }
  }
}
