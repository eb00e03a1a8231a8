package io.mlops4j.runtime.view;

import io.mlops4j.error.DataException;
import io.mlops4j.runtime.view.FeatureRow.Names;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The values of a row as bytes: the number 1, the number of columns, and for each its name, its
 * kind and its value. Equal rows have equal bytes.
 */
final class RowBytes {
  private static final int FORMAT = 1;
  private static final int NULL = 0;

  /** The names of the row that was read last: nearly all rows of a view share them. */
  private volatile Names last = new Names(List.of());

  static byte[] write(List<String> names, @Nullable Object[] values) {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream(values.length * 24 + 8);
      DataOutputStream out = new DataOutputStream(bytes);
      out.writeByte(FORMAT);
      out.writeShort(values.length);
      for (int i = 0; i < values.length; i++) {
        text(out, names.get(i));
        value(out, values[i]);
      }
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // in memory
    }
  }

  private static void value(DataOutputStream out, @Nullable Object value) throws IOException {
    if (value == null) {
      out.writeByte(NULL);
    } else if (value instanceof Boolean flag) {
      out.writeByte(Kind.BOOLEAN.code());
      out.writeBoolean(flag);
    } else if (value instanceof Long number) {
      out.writeByte(Kind.INTEGER.code());
      out.writeLong(number);
    } else if (value instanceof Float number) {
      out.writeByte(Kind.FLOAT.code());
      out.writeInt(Float.floatToIntBits(number));
    } else if (value instanceof Double number) {
      out.writeByte(Kind.DOUBLE.code());
      out.writeLong(Double.doubleToLongBits(number));
    } else if (value instanceof String string) {
      out.writeByte(Kind.TEXT.code());
      text(out, string);
    } else if (value instanceof Instant time) {
      out.writeByte(Kind.TIME.code());
      out.writeLong(Times.micros(time));
    } else {
      throw new IllegalArgumentException("value: found " + value.getClass());
    }
  }

  private static void text(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  FeatureRow read(OnlineStore.Row row) {
    ByteBuffer in = ByteBuffer.wrap(row.content());
    try {
      int format = in.get();
      if (format != FORMAT) {
        throw damaged(row, "format " + format + ", expected " + FORMAT, null);
      }
      int columns = in.getShort() & 0xffff;
      List<String> names = new ArrayList<>(columns);
      @Nullable Object[] values = new @Nullable Object[columns];
      for (int i = 0; i < columns; i++) {
        names.add(text(in));
        values[i] = value(in, row);
      }
      Names shared = last;
      if (!shared.names.equals(names)) {
        shared = new Names(names);
        last = shared;
      }
      return new FeatureRow(shared, values, row.eventMicros());
    } catch (BufferUnderflowException e) {
      throw damaged(row, row.content().length + " bytes, expected more", e);
    }
  }

  private static @Nullable Object value(ByteBuffer in, OnlineStore.Row row) {
    int tag = in.get();
    if (tag == NULL) {
      return null;
    }
    Kind kind = Kind.of(tag);
    if (kind == null) {
      throw damaged(row, "a value of kind " + tag, null);
    }
    return switch (kind) {
      case BOOLEAN -> in.get() != 0;
      case INTEGER -> in.getLong();
      case FLOAT -> Float.intBitsToFloat(in.getInt());
      case DOUBLE -> Double.longBitsToDouble(in.getLong());
      case TEXT -> text(in);
      case TIME -> Times.instant(in.getLong());
    };
  }

  private static String text(ByteBuffer in) {
    int length = in.getInt();
    if (length < 0 || length > in.remaining()) {
      throw new BufferUnderflowException();
    }
    byte[] bytes = new byte[length];
    in.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static DataException damaged(
      OnlineStore.Row row, String found, @Nullable Throwable cause) {
    return new DataException(
        "online store: the row of key "
            + row.key()
            + " is damaged: found "
            + found
            + "; write the row again, for example with a Materialization",
        cause);
  }
}
