package io.mlops4j.runtime.deployment.alias;

import io.mlops4j.error.ModelLoadException;
import org.jspecify.annotations.Nullable;

/** A candidate whose inputs or outputs do not match those that callers use. */
final class IncompatibleException extends ModelLoadException {
  private static final long serialVersionUID = 1L;

  IncompatibleException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
