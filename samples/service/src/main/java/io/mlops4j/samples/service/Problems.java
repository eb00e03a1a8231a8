package io.mlops4j.samples.service;

import io.mlops4j.error.CircuitOpenException;
import io.mlops4j.error.DeadlineException;
import io.mlops4j.error.InferenceException;
import io.mlops4j.error.ModelInputException;
import io.mlops4j.error.OverloadedException;
import io.mlops4j.samples.service.inference.Problem;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says what a failure means to the caller. Clients get a message and never a stack trace. */
final class Problems {
  private static final Logger LOG = LoggerFactory.getLogger(Problems.class);

  private Problems() {}

  static Problem of(Throwable failure) {
    if (failure instanceof Problem problem) {
      return problem;
    }
    String message = String.valueOf(failure.getMessage());
    if (failure instanceof ModelInputException) {
      return new Problem(Problem.Kind.BAD_INPUT, message);
    }
    if (failure instanceof OverloadedException) {
      return new Problem(Problem.Kind.UNAVAILABLE, message);
    }
    if (failure instanceof CircuitOpenException open) {
      return Problem.unavailable(
          "too many calls failed, so the model is not called before %s; try again then"
              .formatted(open.nextTrial()),
          Duration.between(Instant.now(), open.nextTrial()));
    }
    if (failure instanceof DeadlineException) {
      return new Problem(Problem.Kind.DEADLINE, message);
    }
    return failed(failure);
  }

  /** The library's message names files of this machine, so only the log has it. */
  private static Problem failed(Throwable failure) {
    String number = Long.toHexString(ThreadLocalRandom.current().nextLong());
    LOG.error("a call failed, as failure {}", number, failure);
    String what =
        failure instanceof InferenceException
            ? "the model failed, although names, types and shapes are right; try other values or fewer rows"
            : "the service failed";
    return new Problem(
        Problem.Kind.INTERNAL,
        what + "; the log of the service has the cause of failure " + number);
  }

  static int status(Problem problem) {
    return switch (problem.kind()) {
      case BAD_INPUT -> 400;
      case NOT_FOUND -> 404;
      case TOO_LARGE -> 413;
      case UNSUPPORTED -> 422;
      case UNAVAILABLE -> 503;
      case DEADLINE -> 504;
      case INTERNAL -> 500;
    };
  }
}
