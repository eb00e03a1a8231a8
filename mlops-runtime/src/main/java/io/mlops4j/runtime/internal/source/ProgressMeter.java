package io.mlops4j.runtime.internal.source;

import io.mlops4j.registry.Progress;
import io.mlops4j.registry.ProgressListener;
import io.mlops4j.registry.PublishOptions;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Counts the progress of long work and reports it after every step and every few megabytes. Not
 * thread safe.
 */
public final class ProgressMeter implements LongConsumer {
  private static final long EVERY = 4 << 20;

  private final ProgressListener listener;
  private final long totalBytes;
  private long total;
  private String at = "";
  private long done;
  private long bytes;
  private long reported;
  private @Nullable Throwable refusal;

  private ProgressMeter(ProgressListener listener, long total, long totalBytes) {
    this.listener = listener;
    this.total = total;
    this.totalBytes = totalBytes;
  }

  /**
   * Starts at zero.
   *
   * @param total the number of steps
   * @param totalBytes the number of bytes, or 0 if it is unknown
   */
  public static ProgressMeter of(Optional<ProgressListener> listener, long total, long totalBytes) {
    return new ProgressMeter(listener.orElse(progress -> {}), total, totalBytes);
  }

  /** Starts the first of two passes over the files that are published, such as copying them. */
  public static ProgressMeter ofFirstPass(PublishOptions options, long steps, long bytes) {
    return of(options.listener().map(told -> shifted(told, 0, 0, steps, bytes)), steps, bytes);
  }

  /** Returns the options for the publishing that follows {@link #ofFirstPass}. */
  public static PublishOptions forSecondPass(PublishOptions options, long steps, long bytes) {
    return options
        .listener()
        .map(told -> shifted(told, steps, bytes, steps, bytes))
        .map(told -> options.toBuilder().listener(told).build())
        .orElse(options);
  }

  private static ProgressListener shifted(
      ProgressListener listener, long done, long bytes, long moreTotal, long moreTotalBytes) {
    return now ->
        listener.onProgress(
            new Progress(
                now.at(),
                now.done() + done,
                now.total() + moreTotal,
                now.bytes() + bytes,
                now.totalBytes() + moreTotalBytes));
  }

  /** Adds steps to the total. */
  public void expect(long more) {
    total += more;
  }

  /** Begins a step on the named thing. */
  public void at(String what) {
    at = what;
  }

  /** Ends a step. */
  public void done() {
    done++;
    total = Math.max(total, done);
    report();
  }

  /** Reports the same progress again, so that the listener can cancel work that is not counted. */
  public void again() {
    report();
  }

  /** Returns the number of bytes so far. */
  public long bytes() {
    return bytes;
  }

  /** Returns whether the listener threw this exception to cancel the work. */
  public boolean isRefusal(Throwable e) {
    return refusal == e;
  }

  @Override
  public void accept(long more) {
    bytes += more;
    if (bytes - reported >= EVERY) {
      report();
    }
  }

  private void report() {
    reported = bytes;
    try {
      listener.onProgress(new Progress(at, done, total, bytes, totalBytes));
    } catch (RuntimeException | Error e) {
      refusal = e;
      throw e;
    }
  }
}
