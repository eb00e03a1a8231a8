package io.mlops4j.runtime.deployment.alias;

import io.mlops4j.error.ModelLoadException;
import io.mlops4j.runtime.deployment.DeploymentStatus.Verdict;
import org.jspecify.annotations.Nullable;

/** A version that loads, but must not serve. */
final class RejectedVersionException extends ModelLoadException {
  private static final long serialVersionUID = 1L;

  private final Verdict verdict;

  RejectedVersionException(Verdict verdict, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.verdict = verdict;
  }

  Verdict verdict() {
    return verdict;
  }
}
