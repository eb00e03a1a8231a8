package io.mlops4j.registry;

import java.util.Objects;

/**
 * The progress of long work. Immutable and thread safe.
 *
 * @param at the current item: a file's name while publishing, a version or an alias while verifying
 * @param done the number of files, or of versions and records, that are done
 * @param total the number of all of them; it grows if more are found
 * @param bytes the number of bytes of models that were read
 * @param totalBytes the number of all bytes; 0 if it is not known
 */
public record Progress(String at, long done, long total, long bytes, long totalBytes) {
  /**
   * Checks the parts.
   *
   * @param at the current item: a file's name while publishing, a version or an alias while
   *     verifying
   * @param done the number of files, or of versions and records, that are done
   * @param total the number of all of them; it grows if more are found
   * @param bytes the number of bytes of models that were read
   * @param totalBytes the number of all bytes; 0 if it is not known
   */
  public Progress {
    Objects.requireNonNull(at, "at");
  }
}
