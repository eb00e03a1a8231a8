package io.mlops4j.runtime.feature.reading;

import io.mlops4j.feature.ReadOptions;
import io.mlops4j.feature.ReadProgress;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/** Counts what was read, for a listener. */
public final class ReadMeter {
  private final @Nullable Consumer<ReadProgress> listener;
  private final OptionalLong totalRows;
  private final long totalBytes;
  private final DoubleSupplier done;
  private long rows;
  private long bytes;
  private boolean ended;

  /**
   * Starts at no rows.
   *
   * @param options the listener, if there is one
   * @param totalRows the number of rows, if it is known
   * @param totalBytes the size of the files; 0 if there are none
   * @param done the part of the bytes that was read, 0 to 1
   */
  public ReadMeter(
      ReadOptions options, OptionalLong totalRows, long totalBytes, DoubleSupplier done) {
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
