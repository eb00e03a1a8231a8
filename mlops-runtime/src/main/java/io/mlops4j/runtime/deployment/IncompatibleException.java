package io.mlops4j.runtime.deployment;

import io.mlops4j.error.ModelLoadException;
import org.jspecify.annotations.Nullable;

/** A candidate that does not take or give what the callers of a deployment use. */
final class IncompatibleException extends ModelLoadException {
  private static final long serialVersionUID = 1L;

  IncompatibleException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
