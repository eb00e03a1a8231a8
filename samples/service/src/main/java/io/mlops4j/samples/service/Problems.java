package io.mlops4j.samples.service;

import io.mlops4j.error.CircuitOpenException;
import io.mlops4j.error.DeadlineException;
import io.mlops4j.error.InferenceException;
import io.mlops4j.error.ModelInputException;
import io.mlops4j.error.OverloadedException;
import io.mlops4j.samples.service.inference.Problem;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says what a failure means to the caller. Clients get a message and never a stack trace. What is
 * wrong with their input they read in the library's words. Thread safe.
 */
final class Problems {
  private static final Logger LOG = LoggerFactory.getLogger(Problems.class);

  private static final long PAUSE = TimeUnit.MINUTES.toNanos(1);
  private static final int MOST_CAUSES = 8;

  private final LongSupplier nanos;
  private final Map<String, Traced> traced = new ConcurrentHashMap<>();

  /**
   * @param nanos the time, such as {@link System#nanoTime}
   */
  Problems(LongSupplier nanos) {
    this.nanos = nanos;
  }

  Problem of(Throwable failure) {
    if (failure instanceof Problem problem) {
      return problem;
    }
    String message = String.valueOf(failure.getMessage());
    if (failure instanceof ModelInputException wrong) {
      // What follows advises the team that loads the model, not the caller.
      String expected = wrong.expected().split("; ", 2)[0];
      return Problem.badInput(
          "%s: found %s, expected %s".formatted(wrong.column(), wrong.found(), expected));
    }
    if (failure instanceof OverloadedException) {
      LOG.debug("a call was rejected: {}", message);
      return Problem.overloaded();
    }
    if (failure instanceof CircuitOpenException open) {
      return Problem.unavailable(
          "too many calls failed, so the model is not called before %s; try again then"
              .formatted(open.nextTrial()),
          Duration.between(Instant.now(), open.nextTrial()));
    }
    if (failure instanceof DeadlineException) {
      LOG.debug("a call took too long: {}", message);
      return new Problem(
          Problem.Kind.DEADLINE, "the call took too long; try again later, or with fewer rows");
    }
    return failed(failure);
  }

  /** The library's message names files of this machine, so only the log has it. */
  private Problem failed(Throwable failure) {
    String number = Long.toHexString(ThreadLocalRandom.current().nextLong());
    log(number, failure);
    String what =
        failure instanceof InferenceException
            ? "the model failed, although names, types and shapes are right; try other values or"
                + " fewer rows"
            : "the service failed";
    return new Problem(
        Problem.Kind.INTERNAL,
        what + "; the log of the service has the cause of failure " + number);
  }

  /** A failure whose stack trace is in the log. */
  private record Traced(String number, long at) {}

  /**
   * Writes the stack trace of each kind of failure once a minute, and otherwise a line, because a
   * model that fails at each call would soon fill the disk.
   */
  private void log(String number, Throwable failure) {
    long now = nanos.getAsLong();
    Traced last =
        traced.compute(
            kind(failure),
            (kind, before) ->
                before != null && now - before.at() < PAUSE ? before : new Traced(number, now));
    if (last.number().equals(number)) {
      LOG.error("a call failed, as failure {}", number, failure);
    } else {
      LOG.error(
          "a call failed, as failure {}: {}; the stack trace is that of failure {}",
          number,
          failure,
          last.number());
    }
  }

  /**
   * Names the classes and places of a failure and its causes, without the messages, which may
   * differ at each call.
   */
  private static String kind(Throwable failure) {
    return Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
        .limit(MOST_CAUSES) // causes may form a circle
        .map(each -> each.getClass().getName() + Stream.of(each.getStackTrace()).findFirst())
        .collect(Collectors.joining(" by "));
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
