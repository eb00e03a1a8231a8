package io.mlops4j.runtime.deployment.alias;

import io.mlops4j.error.ModelLoadException;
import org.jspecify.annotations.Nullable;

/** A candidate that loads, but whose answers disqualify it. */
final class SelfTestException extends ModelLoadException {
  private static final long serialVersionUID = 1L;

  SelfTestException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
