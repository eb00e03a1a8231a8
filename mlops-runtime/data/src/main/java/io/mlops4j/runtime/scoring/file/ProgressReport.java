package io.mlops4j.runtime.scoring.file;

import io.mlops4j.feature.ReadProgress;
import io.mlops4j.runtime.scoring.ScoringProgress;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Notifies a listener about five times a second. One thread. */
final class ProgressReport {
  private static final long EVERY = TimeUnit.MILLISECONDS.toNanos(200);

  private final @Nullable Consumer<? super ScoringProgress> listener;
  private final long resumed;
  private final LongSupplier nanos;
  private final long begin;
  private long last;
  private OptionalLong total = OptionalLong.empty();

  /** The number of all rows, which may be an estimate; NaN if there is none. */
  private double all = Double.NaN;

  ProgressReport(
      @Nullable Consumer<? super ScoringProgress> listener, long resumed, LongSupplier nanos) {
    this.listener = listener;
    this.resumed = resumed;
    this.nanos = nanos;
    this.begin = nanos.getAsLong();
    this.last = begin;
  }

  /** Notes how much of the input was read, which is ahead of what is written. */
  void read(ReadProgress now) {
    total = now.totalRows();
    all = total.isPresent() ? total.getAsLong() : now.rows() / now.fraction();
  }

  /**
   * @param durable the rows of these that a run after a kill finds
   */
  void written(long rows, OptionalLong durable) {
    if (nanos.getAsLong() - last >= EVERY) {
      report(rows, durable, Double.isNaN(all) ? Double.NaN : Math.min(1, rows / Math.max(1, all)));
    }
  }

  void ended(long rows) {
    all = rows;
    report(rows, OptionalLong.of(rows), 1);
  }

  private void report(long rows, OptionalLong durable, double fraction) {
    last = nanos.getAsLong();
    double seconds = (last - begin) / 1e9;
    double speed = seconds <= 0 ? 0 : (rows - resumed) / seconds;
    double left = (all - rows) / speed;
    Optional<Duration> remaining =
        Double.isFinite(left)
            ? Optional.of(Duration.ofMillis((long) (1e3 * Math.max(0, left))))
            : Optional.empty();
    if (listener != null) {
      listener.accept(new ScoringProgress(rows, durable, total, fraction, speed, remaining));
    }
  }
}
