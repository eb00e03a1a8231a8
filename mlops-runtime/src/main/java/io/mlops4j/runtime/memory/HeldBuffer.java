package io.mlops4j.runtime.memory;

import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.ForeignAllocation;

/** Buffers over memory that Arrow did not allocate. Stateless. */
public final class HeldBuffer {
  private HeldBuffer() {}

  /**
   * Wraps memory.
   *
   * @param allocator counts the buffer
   * @param address the address of the first byte
   * @param bytes the number of bytes, at least 1
   * @param release called once: when the last reference is released, or if wrapping fails. Arrow
   *     itself calls it for some failures and not for others
   * @return a buffer; the caller closes it
   */
  public static ArrowBuf wrap(
      BufferAllocator allocator, long address, long bytes, Runnable release) {
    Held held = new Held(address, bytes, release);
    boolean wrapped = false;
    try {
      ArrowBuf buffer = allocator.wrapForeignAllocation(held);
      wrapped = true;
      return buffer;
    } finally {
      if (!wrapped) {
        held.release0();
      }
    }
  }

  private static final class Held extends ForeignAllocation {
    private final Runnable release;
    private final AtomicBoolean released = new AtomicBoolean();

    Held(long address, long bytes, Runnable release) {
      super(bytes, address);
      this.release = release;
    }

    @Override
    protected void release0() {
      if (!released.getAndSet(true)) {
        release.run();
      }
    }
  }
}
