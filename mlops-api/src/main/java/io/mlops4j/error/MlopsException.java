package io.mlops4j.error;

import org.jspecify.annotations.Nullable;

/**
 * Root of everything that goes wrong outside the caller's code: files, engines, registries, data.
 *
 * <p>The family is closed by this class's constructor rather than by {@code sealed}, so that kinds
 * can be added without breaking a {@code switch}. Catch this type to catch all of them. The cause
 * is kept; exceptions of vendor libraries never leave the package that uses the vendor, they are
 * kept only as a cause.
 */
public abstract class MlopsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  MlopsException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
