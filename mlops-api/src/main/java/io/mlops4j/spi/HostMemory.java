package io.mlops4j.spi;

/** Host memory whose size the runtime counts. Thread safe. */
public interface HostMemory {
  /**
   * Allocates memory that is filled with zeros. The caller frees it.
   *
   * @param bytes the number of bytes, 0 or more
   * @param alignment a power of two
   * @return the address of the first byte
   */
  long allocate(long bytes, int alignment);

  /**
   * Frees memory that {@link #allocate} returned.
   *
   * @param address exactly the address that {@link #allocate} returned; do not use it again
   */
  void free(long address);
}
