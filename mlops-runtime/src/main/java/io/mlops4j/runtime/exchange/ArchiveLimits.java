package io.mlops4j.runtime.exchange;

/**
 * How much a stranger's archive may be before it is refused. Counted while it is read, whatever the
 * archive says of itself. Immutable: every method returns a changed copy.
 */
public final class ArchiveLimits {
  private static final ArchiveLimits DEFAULTS = new ArchiveLimits(10_000, 64L << 30, 200, 16);

  private final int entries;
  private final long bytes;
  private final int ratio;
  private final int depth;

  private ArchiveLimits(int entries, long bytes, int ratio, int depth) {
    this.entries = entries;
    this.bytes = bytes;
    this.ratio = ratio;
    this.depth = depth;
  }

  /**
   * 10 000 entries, 64 GiB, 200 bytes out of one, 16 folders in folders.
   *
   * @return the limits of a reading that names none
   */
  public static ArchiveLimits withDefaults() {
    return DEFAULTS;
  }

  /**
   * Bounds the number of files.
   *
   * @param most at least 1
   * @return a changed copy
   * @throws IllegalArgumentException if it is below 1
   */
  public ArchiveLimits entries(int most) {
    return new ArchiveLimits((int) positive("entries", most), bytes, ratio, depth);
  }

  /**
   * Bounds the size of all files together, once they are unpacked.
   *
   * @param most at least 1
   * @return a changed copy
   * @throws IllegalArgumentException if it is below 1
   */
  public ArchiveLimits bytes(long most) {
    return new ArchiveLimits(entries, positive("bytes", most), ratio, depth);
  }

  /**
   * Bounds how many bytes one byte of a compressed file may become. What {@link ModelArchive}
   * writes is not compressed.
   *
   * @param most at least 1
   * @return a changed copy
   * @throws IllegalArgumentException if it is below 1
   */
  public ArchiveLimits ratio(int most) {
    return new ArchiveLimits(entries, bytes, (int) positive("ratio", most), depth);
  }

  /**
   * Bounds how many folders a file may lie in.
   *
   * @param most at least 1
   * @return a changed copy
   * @throws IllegalArgumentException if it is below 1
   */
  public ArchiveLimits depth(int most) {
    return new ArchiveLimits(entries, bytes, ratio, (int) positive("depth", most));
  }

  private static long positive(String name, long most) {
    if (most < 1) {
      throw new IllegalArgumentException(name + ": found " + most + ", expected at least 1");
    }
    return most;
  }

  int entries() {
    return entries;
  }

  long bytes() {
    return bytes;
  }

  int ratio() {
    return ratio;
  }

  int depth() {
    return depth;
  }
}
