package io.mlops4j.monitor.sink;

import io.mlops4j.error.DataException;
import java.util.Optional;

/** Counts the deliveries of a sink. Thread safe. */
final class Deliveries {
  private SinkStatus status = new SinkStatus(0, 0, 0, false, Optional.empty());

  synchronized void delivered() {
    status =
        new SinkStatus(
            status.delivered() + 1, status.failed(), status.retries(), false, status.lastFailure());
  }

  synchronized void retried() {
    status =
        new SinkStatus(
            status.delivered(),
            status.failed(),
            status.retries() + 1,
            status.failing(),
            status.lastFailure());
  }

  /** Counts a failure and returns the exception to throw. */
  synchronized DataException failed(String why, Throwable cause) {
    status =
        new SinkStatus(
            status.delivered(), status.failed() + 1, status.retries(), true, Optional.of(why));
    return new DataException(why, cause);
  }

  synchronized SinkStatus status() {
    return status;
  }
}
