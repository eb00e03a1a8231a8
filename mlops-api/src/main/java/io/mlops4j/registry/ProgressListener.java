package io.mlops4j.registry;

/** Is notified of the progress of long work, and may end it. */
@FunctionalInterface
public interface ProgressListener {
  /**
   * Notifies of progress. The thread that does the work calls the listener and waits for it. It is
   * called after every file or version, and within large files after some megabytes. An exception
   * ends the work as if it had not begun, and is passed unchanged to the caller of the work. Throw
   * {@link java.util.concurrent.CancellationException} to cancel.
   *
   * @param now the progress
   */
  void onProgress(Progress now);
}
