package io.mlops4j.runtime.deployment.alias;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * When a judgement that failed is retried, and which failures are logged as warnings: the first of
 * a series, and then one a minute. One thread at a time.
 */
final class JudgeRetries {
  private static final Duration FIRST = Duration.ofSeconds(1);
  private static final Duration MOST = Duration.ofSeconds(30);
  private static final Duration QUIET = Duration.ofMinutes(1);

  private int failures;
  private Instant failedAt = Instant.EPOCH;
  private Duration pause = Duration.ZERO;
  private @Nullable Instant warnedAt;

  /** Whether the pause after the last failure still lasts. A clock that was set back ends it. */
  boolean pauses(Instant now) {
    return failures > 0 && !now.isBefore(failedAt) && now.isBefore(failedAt.plus(pause));
  }

  /** Whether the last failure was before that time. */
  boolean failedBefore(Instant time) {
    return failedAt.isBefore(time);
  }

  /** Begins a pause, and returns whether the failure is to be logged as a warning. */
  boolean failed(Instant now) {
    failures++;
    failedAt = now;
    pause = failures > 5 ? MOST : FIRST.multipliedBy(1L << (failures - 1));
    boolean warns =
        warnedAt == null || now.isBefore(warnedAt) || !now.isBefore(warnedAt.plus(QUIET));
    if (warns) {
      warnedAt = now;
    }
    return warns;
  }

  void succeeded() {
    failures = 0;
    warnedAt = null;
  }

  /** How many judgements failed since the last one that succeeded. */
  int failures() {
    return failures;
  }
}
