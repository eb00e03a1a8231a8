package io.mlops4j.runtime.deployment.alias;

import io.mlops4j.error.DeadlineException;
import io.mlops4j.error.InferenceException;
import io.mlops4j.error.IntegrityException;
import io.mlops4j.error.ModelInputException;
import io.mlops4j.error.ModelLoadException;
import io.mlops4j.error.OverloadedException;
import io.mlops4j.error.RegionException;
import io.mlops4j.error.RegistryException;
import io.mlops4j.error.UntrustedModelException;
import io.mlops4j.runtime.deployment.DeploymentStatus.Verdict;
import io.mlops4j.runtime.deployment.alias.acceptance.RejectedVersionException;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Distinguishes a verdict on a version from a passing failure, by the types of the exception and
 * its causes. Only a failure that repeats for the same bytes, card and policy is a verdict.
 */
final class Failures {
  private static final int DEEPEST = 100;

  private Failures() {}

  /** Returns the verdict; empty if a retry may succeed. */
  static Optional<Verdict> verdict(Throwable failure) {
    return isPassing(failure) ? Optional.empty() : Optional.ofNullable(of(failure));
  }

  private static @Nullable Verdict of(Throwable failure) {
    if (failure instanceof IntegrityException integrity) {
      return integrity.isMissing() ? null : Verdict.BYTES;
    }
    if (failure instanceof UntrustedModelException untrusted) {
      return untrusted.isSignatureMissing() ? null : Verdict.TRUST;
    }
    if (failure instanceof RegionException) {
      return Verdict.REGION;
    }
    if (failure instanceof RejectedVersionException rejected) {
      return rejected.verdict();
    }
    if (failure instanceof ModelLoadException) {
      return Verdict.LOAD;
    }
    return failure instanceof ModelInputException || failure instanceof InferenceException
        ? Verdict.ANSWERS
        : null;
  }

  /** Whether memory, time, an interrupt, a disk or a database was the cause. */
  private static boolean isPassing(Throwable failure) {
    Throwable cause = failure;
    for (int depth = 0; cause != null && depth < DEEPEST; depth++) {
      if (cause instanceof VirtualMachineError
          || cause instanceof InterruptedException
          || cause instanceof TimeoutException
          || cause instanceof RejectedExecutionException
          || cause instanceof IOException
          || (cause instanceof RegistryException && !(cause instanceof IntegrityException))
          || cause instanceof DeadlineException
          || cause instanceof OverloadedException) {
        return true;
      }
      cause = cause.getCause();
    }
    return false;
  }

  /** Returns a description for people; never empty. */
  static String reason(Throwable failure) {
    return failure.getMessage() == null ? failure.toString() : failure.getMessage();
  }
}
