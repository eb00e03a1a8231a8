package io.mlops4j.runtime.internal.cache;

import java.io.IOException;
import java.nio.file.Path;

/** Thrown when a cached file was changed, or could have been written by another user. */
public final class RefusedException extends IOException {
  private static final long serialVersionUID = 1;

  /**
   * Creates an exception.
   *
   * @param file the file or folder
   * @param found what was found
   * @param expected what was expected
   */
  public RefusedException(Path file, String found, String expected) {
    super(file + ": found " + found + ", expected " + expected);
  }
}
