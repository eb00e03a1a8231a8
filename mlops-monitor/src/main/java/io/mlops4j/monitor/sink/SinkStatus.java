package io.mlops4j.monitor.sink;

import java.util.Objects;
import java.util.Optional;

/**
 * The deliveries of a sink so far. Immutable.
 *
 * @param delivered alarms that were delivered
 * @param failed alarms that were not delivered, after all attempts
 * @param retries attempts after a first one that failed
 * @param failing whether the newest alarm was not delivered
 * @param lastFailure why the newest undelivered alarm was not delivered; empty if there was none
 */
public record SinkStatus(
    long delivered, long failed, long retries, boolean failing, Optional<String> lastFailure) {
  /**
   * Checks that nothing is null.
   *
   * @param delivered alarms that were delivered
   * @param failed alarms that were not delivered, after all attempts
   * @param retries attempts after a first one that failed
   * @param failing whether the newest alarm was not delivered
   * @param lastFailure why the newest undelivered alarm was not delivered
   */
  public SinkStatus {
    Objects.requireNonNull(lastFailure, "lastFailure");
  }
}
