package io.mlops4j.runtime.memory;

import io.mlops4j.error.InferenceException;
import io.mlops4j.spi.HostMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Host memory in direct buffers, counted by bytes. Thread safe.
 *
 * <p>An engine that takes buffers rather than addresses gets the buffer of an address by {@link
 * #buffer}. A block lives until {@link #free}, even when nothing refers to it any more, so that
 * {@link #bytes} shows leaks.
 */
public final class DirectMemory implements HostMemory {
  /** The alignment that engines prefer: a cache line and the widest vector register. */
  public static final int ALIGNMENT = 64;

  /** The most bytes of one tensor: a buffer's limit, less room for alignment. */
  public static final long LIMIT = Integer.MAX_VALUE - 128;

  private final Map<Long, Block> blocks = new ConcurrentHashMap<>();
  private final AtomicLong bytes = new AtomicLong();

  /** Creates a memory with nothing allocated. */
  public DirectMemory() {}

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if a block would exceed 2 GiB, the size of a buffer, or the
   *     alignment is no power of two
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
   * Allocates memory for one call, aligned by {@link #ALIGNMENT}. The call's data decide on the
   * size, so a failed allocation fails only this call.
   *
   * @param bytes how many
   * @return the address
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
   * @throws IllegalArgumentException if the address was not given by this memory, or was freed
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
   * The buffer of a block, in the machine's byte order: its own position and limit, shared memory.
   * It must not be used once the block is freed.
   *
   * @param address an address that {@link #allocate} gave
   * @param bytes how many bytes the buffer shall have
   * @return a new direct buffer
   * @throws IllegalArgumentException if the address was not given by this memory, was freed, or its
   *     block has fewer bytes
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
   * Returns how many bytes are allocated, padding for alignment included.
   *
   * @return bytes
   */
  public long bytes() {
    return bytes.get();
  }

  /**
   * Returns how many blocks are allocated.
   *
   * @return 0 when everything was freed
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
