package io.mlops4j.error;

import org.jspecify.annotations.Nullable;

/**
 * The common type of all failures outside the caller's code: of files, engines, registries and
 * data.
 *
 * <p>Only this library can add direct subclasses, because the constructor is package-private. The
 * class is not {@code sealed}, so a new subclass does not break a {@code switch}. Catch this type
 * to catch all of them. Exceptions of other libraries appear only as a cause.
 */
public abstract class MlopsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  MlopsException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
