package io.mlops4j.runtime.internal.source;

import io.mlops4j.registry.Progress;
import io.mlops4j.registry.ProgressListener;
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
  private long told;
  private @Nullable Throwable refusal;

  private ProgressMeter(ProgressListener listener, long total, long totalBytes) {
    this.listener = listener;
    this.total = total;
    this.totalBytes = totalBytes;
  }

  /**
   * Counts from nothing.
   *
   * @param listener who is told, if anybody is
   * @param total how many steps there are
   * @param totalBytes how many bytes, 0 if that is not known
   * @return the meter
   */
  public static ProgressMeter of(Optional<ProgressListener> listener, long total, long totalBytes) {
    return new ProgressMeter(listener.orElse(progress -> {}), total, totalBytes);
  }

  /**
   * Tells of work that is followed by work of another meter.
   *
   * @param listener who is told of both together
   * @param steps how many steps follow
   * @param bytes how many bytes follow
   * @return who is to be told of the work before
   */
  public static ProgressListener before(ProgressListener listener, long steps, long bytes) {
    return now ->
        listener.onProgress(
            new Progress(
                now.at(), now.done(), now.total() + steps, now.bytes(), now.totalBytes() + bytes));
  }

  /**
   * Tells of work that follows work of another meter.
   *
   * @param listener who is told of both together
   * @param steps how many steps were done before
   * @param bytes how many bytes were read before
   * @return who is to be told of the work after
   */
  public static ProgressListener after(ProgressListener listener, long steps, long bytes) {
    return now ->
        listener.onProgress(
            new Progress(
                now.at(),
                now.done() + steps,
                now.total() + steps,
                now.bytes() + bytes,
                now.totalBytes() + bytes));
  }

  /**
   * Expects more steps than were known at first.
   *
   * @param more how many
   */
  public void expect(long more) {
    total += more;
  }

  /**
   * Begins a step.
   *
   * @param what what is worked on
   */
  public void at(String what) {
    at = what;
  }

  /** Ends a step. */
  public void done() {
    done++;
    total = Math.max(total, done);
    tell();
  }

  /**
   * Tells once more what is told already, so that the listener may end work that is not counted.
   */
  public void again() {
    tell();
  }

  /**
   * What was read.
   *
   * @return how many bytes
   */
  public long bytes() {
    return bytes;
  }

  /**
   * Whether the listener threw this to end the work.
   *
   * @param e what was thrown
   * @return whether it is the very same
   */
  public boolean isRefusal(Throwable e) {
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
