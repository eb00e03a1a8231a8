package io.mlops4j.runtime.feature;

import io.mlops4j.feature.ReadOptions;
import io.mlops4j.feature.ReadProgress;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/** Counts what was read, for a listener. */
final class ReadMeter {
  private final @Nullable Consumer<ReadProgress> listener;
  private final OptionalLong totalRows;
  private final long totalBytes;
  private final DoubleSupplier done;
  private long rows;
  private long bytes;
  private boolean ended;

  /**
   * @param totalRows the number of rows, if it is known
   * @param done the part of the bytes that was read, 0 to 1
   */
  ReadMeter(ReadOptions options, OptionalLong totalRows, long totalBytes, DoubleSupplier done) {
    this.listener = options.progressListener().orElse(null);
    this.totalRows = totalRows;
    this.totalBytes = totalBytes;
    this.done = done;
  }

  void read(int more) {
    rows += more;
    if (listener != null) {
      bytes = Math.max(bytes, (long) (totalBytes * Math.min(1, done.getAsDouble())));
      report(bytes);
    }
  }

  void end() {
    if (!ended) {
      ended = true;
      report(totalBytes);
    }
  }

  private void report(long read) {
    if (listener != null) {
      listener.accept(new ReadProgress(rows, totalRows, read, totalBytes));
    }
  }
}
