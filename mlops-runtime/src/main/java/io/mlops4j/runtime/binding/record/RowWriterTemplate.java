package io.mlops4j.runtime.binding.record;

import java.lang.constant.ConstantDescs;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import org.jspecify.annotations.Nullable;

/**
 * The code of the classes that {@link WriterHandles} makes. It is never initialised itself. In a
 * copy of it the handles are constants, so the JIT compiles the copy to one piece of code.
 */
final class RowWriterTemplate implements RowWriter {
  private static final WriterHandles.Cells CELLS = cells();
  private static final MethodHandle C0 = CELLS.writer(0);
  private static final MethodHandle C1 = CELLS.writer(1);
  private static final MethodHandle C2 = CELLS.writer(2);
  private static final MethodHandle C3 = CELLS.writer(3);
  private static final MethodHandle C4 = CELLS.writer(4);
  private static final MethodHandle C5 = CELLS.writer(5);
  private static final MethodHandle C6 = CELLS.writer(6);
  private static final MethodHandle C7 = CELLS.writer(7);
  private static final MethodHandle C8 = CELLS.writer(8);
  private static final MethodHandle C9 = CELLS.writer(9);
  private static final MethodHandle C10 = CELLS.writer(10);
  private static final MethodHandle C11 = CELLS.writer(11);
  private static final MethodHandle C12 = CELLS.writer(12);
  private static final MethodHandle C13 = CELLS.writer(13);
  private static final MethodHandle C14 = CELLS.writer(14);
  private static final MethodHandle C15 = CELLS.writer(15);
  private static final long[] AT = CELLS.offsets();
  private static final @Nullable RowWriter REST = CELLS.rest();

  RowWriterTemplate() {}

  private static WriterHandles.Cells cells() {
    try {
      return MethodHandles.classData(
          MethodHandles.lookup(), ConstantDescs.DEFAULT_NAME, WriterHandles.Cells.class);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void write(long address, Record row) throws Throwable {
    C0.invokeExact(address + AT[0], row);
    C1.invokeExact(address + AT[1], row);
    C2.invokeExact(address + AT[2], row);
    C3.invokeExact(address + AT[3], row);
    C4.invokeExact(address + AT[4], row);
    C5.invokeExact(address + AT[5], row);
    C6.invokeExact(address + AT[6], row);
    C7.invokeExact(address + AT[7], row);
    C8.invokeExact(address + AT[8], row);
    C9.invokeExact(address + AT[9], row);
    C10.invokeExact(address + AT[10], row);
    C11.invokeExact(address + AT[11], row);
    C12.invokeExact(address + AT[12], row);
    C13.invokeExact(address + AT[13], row);
    C14.invokeExact(address + AT[14], row);
    C15.invokeExact(address + AT[15], row);
    if (REST != null) {
      REST.write(address, row);
    }
  }
}
