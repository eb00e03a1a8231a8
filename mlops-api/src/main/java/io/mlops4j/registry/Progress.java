package io.mlops4j.registry;

import java.util.Objects;

/**
 * How far long work has come.
 *
 * @param at what is worked on: a file's name while publishing, a version or an alias while
 *     verifying
 * @param done how many files, or versions and records, are done
 * @param total how many there are; grows if more are found meanwhile
 * @param bytes how many bytes of models were read
 * @param totalBytes how many bytes there are, 0 when that is not known
 */
public record Progress(String at, long done, long total, long bytes, long totalBytes) {
  /**
   * Checks the parts.
   *
   * @param at what is worked on: a file's name while publishing, a version or an alias while
   *     verifying
   * @param done how many files, or versions and records, are done
   * @param total how many there are; grows if more are found meanwhile
   * @param bytes how many bytes of models were read
   * @param totalBytes how many bytes there are, 0 when that is not known
   */
  public Progress {
    Objects.requireNonNull(at, "at");
  }
}
