package io.mlops4j.runtime.deployment.alias.acceptance;

import io.mlops4j.error.ModelLoadException;
import io.mlops4j.runtime.deployment.DeploymentStatus.Verdict;
import org.jspecify.annotations.Nullable;

/** A version that loads, but must not serve. */
public final class RejectedVersionException extends ModelLoadException {
  private static final long serialVersionUID = 1L;

  private final Verdict verdict;

  /**
   * Creates the exception.
   *
   * @param verdict which part of the version is at fault
   * @param message what was found, what was expected, and what to do
   * @param cause the failure behind it, or null
   */
  public RejectedVersionException(Verdict verdict, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.verdict = verdict;
  }

  /** {@return which part of the version is at fault} */
  public Verdict verdict() {
    return verdict;
  }
}
