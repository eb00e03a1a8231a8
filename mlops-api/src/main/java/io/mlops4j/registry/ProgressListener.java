package io.mlops4j.registry;

/** Is told how far long work has come, and may end it. */
@FunctionalInterface
public interface ProgressListener {
  /**
   * Takes note, on the thread that works, which waits: after every file or version, and within
   * large files after some megabytes. Whatever this throws ends the work as if it had never begun,
   * and reaches whoever asked for it unchanged; {@link java.util.concurrent.CancellationException}
   * says best what is meant.
   *
   * @param now how far it is
   */
  void onProgress(Progress now);
}
