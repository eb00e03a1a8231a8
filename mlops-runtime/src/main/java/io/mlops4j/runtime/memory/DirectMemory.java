package io.mlops4j.runtime.memory;

import io.mlops4j.error.InferenceException;
import io.mlops4j.spi.HostMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Host memory in direct buffers, with a count of its bytes. Thread safe.
 *
 * <p>An engine that needs a buffer instead of an address gets it from {@link #buffer}. A block
 * lives until {@link #free}, even if it is not referenced any more, so {@link #bytes} shows leaks.
 */
public final class DirectMemory implements HostMemory {
  /** The alignment that engines prefer: a cache line, and the widest vector register. */
  public static final int ALIGNMENT = 64;

  /** The largest number of bytes of one tensor: the limit of a buffer, minus room for alignment. */
  public static final long LIMIT = Integer.MAX_VALUE - 128;

  private final Map<Long, Block> blocks = new ConcurrentHashMap<>();
  private final AtomicLong bytes = new AtomicLong();

  /** Creates a memory without blocks. */
  public DirectMemory() {}

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if a block would exceed 2 GiB, the size of a buffer, or the
   *     alignment is not a power of two
   * @throws OutOfMemoryError if the JVM's limit on direct memory is reached ({@code
   *     -XX:MaxDirectMemorySize}, by default the maximum heap)
   */
  @Override
  public long allocate(long bytes, int alignment) {
    if (alignment < 1 || Integer.bitCount(alignment) != 1) {
      throw new IllegalArgumentException(
          "alignment: found " + alignment + ", expected a power of two");
    }
    long reserved = bytes + alignment - 1;
    if (bytes < 0 || reserved > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "bytes: found " + bytes + ", expected 0 to " + (Integer.MAX_VALUE - alignment + 1));
    }
    return register(ByteBuffer.allocateDirect((int) reserved), (int) bytes, alignment);
  }

  /**
   * Allocates memory for one call, aligned by {@link #ALIGNMENT}. The size depends on the call's
   * data, so a failed allocation only fails this call.
   *
   * @param bytes the number of bytes, 0 or more
   * @return the address of the first byte
   * @throws InferenceException if the JVM's limit on direct memory is reached
   */
  public long allocateForCall(long bytes) {
    try {
      return allocate(bytes, ALIGNMENT);
    } catch (OutOfMemoryError e) {
      throw new InferenceException(
          "cannot allocate "
              + bytes
              + " bytes of native memory ("
              + e.getMessage()
              + "); split the batch, or raise the limit with"
              + " -XX:MaxDirectMemorySize",
          e);
    }
  }

  private long register(ByteBuffer root, int size, int alignment) {
    long start = BufferAccess.address(root);
    int skip = (int) (-start & (alignment - 1));
    blocks.put(start + skip, new Block(root, root.slice(skip, size)));
    bytes.addAndGet(root.capacity());
    return start + skip;
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if the address was not returned by this memory, or was freed
   */
  @Override
  public void free(long address) {
    Block block = blocks.remove(address);
    if (block == null) {
      throw unknown(address);
    }
    bytes.addAndGet(-block.root.capacity());
    BufferAccess.free(block.root);
  }

  /**
   * Returns the buffer of a block in the machine's byte order, with its own position and limit. Do
   * not use it after the block is freed.
   *
   * @param address an address that {@link #allocate} returned
   * @param bytes the number of bytes of the buffer
   * @return a new direct buffer
   * @throws IllegalArgumentException if the address was not returned by this memory, was freed, or
   *     its block has fewer bytes
   */
  public ByteBuffer buffer(long address, long bytes) {
    Block block = blocks.get(address);
    if (block == null) {
      throw unknown(address);
    }
    if (bytes < 0 || bytes > block.aligned.capacity()) {
      throw new IllegalArgumentException(
          "bytes: found " + bytes + ", expected 0 to " + block.aligned.capacity());
    }
    return block.aligned.slice(0, (int) bytes).order(ByteOrder.nativeOrder());
  }

  /**
   * Returns the number of allocated bytes, with padding for alignment.
   *
   * @return bytes
   */
  public long bytes() {
    return bytes.get();
  }

  /**
   * Returns the number of allocated blocks.
   *
   * @return 0 if all were freed
   */
  public int blocks() {
    return blocks.size();
  }

  private static IllegalArgumentException unknown(long address) {
    return new IllegalArgumentException(
        "address: found 0x" + Long.toHexString(address) + ", expected one allocated here");
  }

  private record Block(ByteBuffer root, ByteBuffer aligned) {}
}
