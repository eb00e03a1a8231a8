package io.mlops4j.runtime.cache;

import java.io.IOException;
import java.nio.file.Path;

/** A kept file is not as it was written, or somebody else may have written it. */
public final class RefusedException extends IOException {
  private static final long serialVersionUID = 1;

  /**
   * Says what is wrong.
   *
   * @param file the file or folder
   * @param found what was found
   * @param expected what was expected
   */
  public RefusedException(Path file, String found, String expected) {
    super(file + ": found " + found + ", expected " + expected);
  }
}
