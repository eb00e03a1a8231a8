package io.mlops4j.runtime.scoring.file;

import io.mlops4j.error.DataException;
import org.jspecify.annotations.Nullable;

/** Thrown when the rows that were written are right, and the same call can go on. */
final class ResumableException extends DataException {
  private static final long serialVersionUID = 1L;

  ResumableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
