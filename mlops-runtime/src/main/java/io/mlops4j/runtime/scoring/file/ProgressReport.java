package io.mlops4j.runtime.scoring.file;

import io.mlops4j.runtime.scoring.ScoringProgress;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Notifies a listener about five times a second. One thread. */
final class ProgressReport {
  private static final long EVERY = TimeUnit.MILLISECONDS.toNanos(200);

  private final Consumer<? super ScoringProgress> listener;
  private final OptionalLong total;
  private final long resumed;
  private final LongSupplier nanos;
  private final long begin;
  private long last;

  ProgressReport(
      Consumer<? super ScoringProgress> listener,
      OptionalLong total,
      long resumed,
      LongSupplier nanos) {
    this.listener = listener;
    this.total = total;
    this.resumed = resumed;
    this.nanos = nanos;
    this.begin = nanos.getAsLong();
    this.last = begin;
  }

  void written(long rows) {
    if (nanos.getAsLong() - last >= EVERY) {
      ended(rows);
    }
  }

  void ended(long rows) {
    last = nanos.getAsLong();
    double seconds = (last - begin) / 1e9;
    double speed = seconds <= 0 ? 0 : (rows - resumed) / seconds;
    Optional<Duration> remaining =
        speed <= 0 || total.isEmpty()
            ? Optional.empty()
            : Optional.of(Duration.ofMillis((long) (1e3 * (total.getAsLong() - rows) / speed)));
    listener.accept(new ScoringProgress(rows, total, speed, remaining));
  }
}
