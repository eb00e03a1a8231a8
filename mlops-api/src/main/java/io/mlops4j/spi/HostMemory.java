package io.mlops4j.spi;

/** Host memory that the runtime counts. Thread safe. */
public interface HostMemory {
  /**
   * Allocates zeroed memory.
   *
   * @param bytes how many, 0 or more
   * @param alignment a power of two
   * @return the address
   */
  long allocate(long bytes, int alignment);

  /**
   * Frees what {@link #allocate} gave.
   *
   * @param address exactly the address that was given; it is not to be used again
   */
  void free(long address);
}
