package io.mlops4j.runtime.registry;

import io.mlops4j.registry.Progress;
import io.mlops4j.registry.ProgressListener;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Counts what long work has done, and tells it after every step and every few megabytes. */
final class Meter implements LongConsumer {
  private static final long EVERY = 4 << 20;

  private final ProgressListener listener;
  private final long totalBytes;
  private long total;
  private String at = "";
  private long done;
  private long bytes;
  private long told;
  private @Nullable Throwable refusal;

  private Meter(ProgressListener listener, long total, long totalBytes) {
    this.listener = listener;
    this.total = total;
    this.totalBytes = totalBytes;
  }

  static Meter of(Optional<ProgressListener> listener, long total, long totalBytes) {
    return new Meter(listener.orElse(progress -> {}), total, totalBytes);
  }

  void expect(long more) {
    total += more;
  }

  void at(String what) {
    at = what;
  }

  void done() {
    done++;
    total = Math.max(total, done);
    tell();
  }

  /**
   * Tells once more what is told already, so that the listener may end work that is not counted.
   */
  void again() {
    tell();
  }

  long bytes() {
    return bytes;
  }

  /** Whether the listener threw this to end the work. */
  boolean isRefusal(Throwable e) {
    return refusal == e;
  }

  @Override
  public void accept(long more) {
    bytes += more;
    if (bytes - told >= EVERY) {
      tell();
    }
  }

  private void tell() {
    told = bytes;
    try {
      listener.onProgress(new Progress(at, done, total, bytes, totalBytes));
    } catch (RuntimeException | Error e) {
      refusal = e;
      throw e;
    }
  }
}
