package io.mlops4j.runtime.serving;

import io.mlops4j.spi.EngineSlot;
import io.mlops4j.spi.EngineValue;
import io.mlops4j.spi.StringColumn;

/** A slot that can be closed and cancelled, and does nothing else. */
class StubSlot implements EngineSlot {
  /** What a call left in it; plain, as what a real one holds. */
  int value;

  @Override
  public void shape(int input, long[] dims) {}

  @Override
  public long address(int input) {
    return 0;
  }

  @Override
  public boolean borrow(int input, long address, long bytes) {
    return false;
  }

  @Override
  public void strings(int input, StringColumn values) {}

  @Override
  public void value(int input, EngineValue nested) {}

  @Override
  public boolean into(int output, long address, long bytes) {
    return false;
  }

  @Override
  public void want(int output, boolean wanted) {}

  @Override
  public void run() {}

  @Override
  public EngineValue output(int output) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void cancel() {}

  @Override
  public void recycle() {}

  @Override
  public void close() {}
}
