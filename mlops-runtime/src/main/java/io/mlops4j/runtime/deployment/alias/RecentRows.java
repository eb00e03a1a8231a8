package io.mlops4j.runtime.deployment.alias;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.internal.BatchLending;
import io.mlops4j.runtime.deployment.Deployment;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A few rows of a recent batch, which the next version must answer before it serves. A call costs
 * one read of a flag, and once a minute a copy of these rows. Thread safe.
 */
final class RecentRows implements AutoCloseable {
  static final int MOST_ROWS = 32;
  private static final long MOST_BYTES = 1 << 20;
  private static final Duration AGE = Duration.ofMinutes(1);
  private static final Logger LOG = LoggerFactory.getLogger(Deployment.class);

  private final BufferAllocator allocator;
  private final Clock clock;
  private final AtomicBoolean wanted = new AtomicBoolean(true);
  private @Nullable FeatureBatch kept;
  private Instant since = Instant.EPOCH;
  private boolean closed;

  RecentRows(BufferAllocator allocator, Clock clock) {
    this.allocator = allocator;
    this.clock = clock;
  }

  /** Returns whether the next batch that is offered will be copied. */
  boolean wantsRows() {
    return wanted.get();
  }

  /** Copies the first rows of a batch that was answered, if rows are wanted; never throws. */
  void offer(FeatureBatch batch) {
    if (wantsRows() && wanted.compareAndSet(true, false)) {
      try {
        keep(batch);
      } catch (RuntimeException | Error e) { // the caller has its answer
        LOG.debug("no rows are kept for the next version", e);
      }
    }
  }

  private void keep(FeatureBatch batch) {
    int rows = Math.min(MOST_ROWS, batch.rows());
    try (FeatureBatch first = batch.slice(0, rows)) {
      long bytes = 0;
      for (FieldVector vector : first.root().getFieldVectors()) {
        bytes += vector.getBufferSize();
      }
      if (rows == 0 || bytes > MOST_BYTES) {
        return;
      }
      // Borrowed rows are copied; a further handle would keep the caller's whole batch.
      try (FeatureBatch view = FeatureBatch.of(first.root(), first.dictionaries());
          FeatureBatch lent = BatchLending.lend(view, allocator)) {
        replace(lent.retain());
      }
    }
  }

  private synchronized void replace(@Nullable FeatureBatch rows) {
    FeatureBatch before = kept;
    kept = closed ? null : rows;
    since = clock.instant();
    if (before != null) {
      before.close();
    }
    if (closed && rows != null) {
      rows.close();
    }
  }

  /** Requests new rows if the present ones are old; never waits. */
  synchronized void renew() {
    if (!closed && Duration.between(since, clock.instant()).compareTo(AGE) >= 0) {
      since = clock.instant();
      wanted.set(true);
    }
  }

  /** The rows, which the caller closes; null if there are none. */
  synchronized @Nullable FeatureBatch rows() {
    return kept == null ? null : kept.retain();
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    wanted.set(false);
    replace(null);
  }
}
