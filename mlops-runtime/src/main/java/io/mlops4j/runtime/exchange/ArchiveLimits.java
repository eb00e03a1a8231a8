package io.mlops4j.runtime.exchange;

/**
 * The limits beyond which an archive is rejected. They are compared with the bytes that are read,
 * not with the sizes that the archive claims. Immutable: every method returns a changed copy.
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
   * Returns the default limits: 10 000 entries, 64 GiB, ratio 200, depth 16.
   *
   * @return the defaults
   */
  public static ArchiveLimits withDefaults() {
    return DEFAULTS;
  }

  /**
   * Limits the number of entries.
   *
   * @param most at least 1
   * @return a changed copy
   * @throws IllegalArgumentException if it is below 1
   */
  public ArchiveLimits entries(int most) {
    return new ArchiveLimits((int) positive("entries", most), bytes, ratio, depth);
  }

  /**
   * Limits the sum of the unpacked sizes in bytes.
   *
   * @param most at least 1
   * @return a changed copy
   * @throws IllegalArgumentException if it is below 1
   */
  public ArchiveLimits bytes(long most) {
    return new ArchiveLimits(entries, positive("bytes", most), ratio, depth);
  }

  /**
   * Limits the unpacked bytes per compressed byte of an entry. Entries that {@link ModelArchive}
   * writes are not compressed.
   *
   * @param most at least 1
   * @return a changed copy
   * @throws IllegalArgumentException if it is below 1
   */
  public ArchiveLimits ratio(int most) {
    return new ArchiveLimits(entries, bytes, (int) positive("ratio", most), depth);
  }

  /**
   * Limits the number of folders above a file.
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
