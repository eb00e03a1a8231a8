package io.mlops4j.runtime.internal.file;

import java.io.IOException;
import java.nio.file.Path;

/** Thrown when a cached file was changed, or when another user could have written it. */
public final class RefusedException extends IOException {
  private static final long serialVersionUID = 1;

  public RefusedException(Path file, String found, String expected) {
    super(file + ": found " + found + ", expected " + expected);
  }
}
