package io.mlops4j.monitor.log;

import io.mlops4j.error.DataException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The counts of a log, and what the disk does not allow now. Thread safe. */
final class LogCounts {
  private static final Logger LOG = LoggerFactory.getLogger(PredictionLog.class);

  private final AtomicLong written = new AtomicLong();
  private final AtomicLong acknowledged = new AtomicLong();
  private final AtomicLong dropped = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();
  private final AtomicLong lost = new AtomicLong();
  private final AtomicLong failures = new AtomicLong();
  private final AtomicLong failedCalls = new AtomicLong();
  private final AtomicReference<@Nullable String> problem = new AtomicReference<>();
  private final AtomicReference<@Nullable String> unloggable = new AtomicReference<>();

  void written(long rows) {
    written.addAndGet(rows);
    if (rows > 0) {
      unloggable.set(null);
    }
  }

  void acknowledged(long rows) {
    acknowledged.addAndGet(rows);
  }

  void dropped(long rows) {
    dropped.addAndGet(rows);
  }

  void failedCall() {
    failedCalls.incrementAndGet();
  }

  /**
   * Counts rows that cannot be logged. Logs the first failure, then each time the number doubles.
   */
  void failed(long rows, String what, Throwable e) {
    failed.addAndGet(rows);
    if (rows > 0) {
      unloggable.set(what + ": " + e.getMessage());
    }
    long number = failures.incrementAndGet();
    if (Long.bitCount(number) == 1) {
      try {
        LOG.warn("{} (failure {} of this log): {}", what, number, e.getMessage(), e);
      } catch (RuntimeException | Error notLogged) {
        failures.incrementAndGet(); // an appender that fails must not end the thread of the log
      }
    }
  }

  /** Counts rows that the disk had not taken when the log was closed. */
  void lost(long rows) {
    failed.addAndGet(rows);
    lost.addAndGet(rows);
  }

  /**
   * @throws DataException if rows were lost
   */
  void checkNoneLost(Path folder) {
    if (lost.get() > 0) {
      throw new DataException(
          "%s: lost %d rows when the prediction log was closed, because the disk did not take them (%s); all rows before are acknowledged; free space before the next start"
              .formatted(folder, lost.get(), problem.get()),
          null);
    }
  }

  @Nullable String problem() {
    return problem.get();
  }

  void problem(String what, Throwable e) {
    if (problem.getAndSet(what) == null) {
      LOG.error("{}; rows wait in memory, the next try is in a second", what, e);
    }
  }

  void recovered() {
    if (problem.getAndSet(null) != null) {
      LOG.info("the prediction log writes again");
    }
  }

  LogStatus status(long tornBytes, long bytesOnDisk, int files) {
    String disk = problem.get();
    return new LogStatus(
        written.get(),
        acknowledged.get(),
        dropped.get(),
        failed.get(),
        failedCalls.get(),
        tornBytes,
        bytesOnDisk,
        files,
        Optional.ofNullable(disk == null ? unloggable.get() : disk));
  }
}
