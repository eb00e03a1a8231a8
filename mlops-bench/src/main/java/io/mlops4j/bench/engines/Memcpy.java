package io.mlops4j.bench.engines;

import io.mlops4j.bench.ratios.Side;
import java.nio.ByteBuffer;

/** Copies the bytes of 32 float columns one after the other, and does nothing else. */
final class Memcpy implements Side {
  private final ByteBuffer[] columns = new ByteBuffer[Mlp32.FEATURES];
  private final ByteBuffer copy;

  Memcpy(int rows) {
    float[] values = Mlp32.rows(rows);
    copy = RawBest.direct(values.length * Float.BYTES);
    for (int i = 0; i < columns.length; i++) {
      columns[i] = RawBest.direct(rows * Float.BYTES);
      columns[i].asFloatBuffer().put(0, Mlp32.column(values, i));
    }
  }

  @Override
  public float run() {
    int at = 0;
    for (ByteBuffer column : columns) {
      copy.put(at, column, 0, column.capacity());
      at += column.capacity();
    }
    return copy.getFloat(0);
  }

  @Override
  public void close() {}
}
