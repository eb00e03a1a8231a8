package io.mlops4j.flink;

/** Which version a reference points to. Thread safe. */
interface AliasSource {
  /**
   * Reads the version now.
   *
   * @throws RuntimeException if the registry is away, or has no such version
   */
  PinnedModel read();

  /** Runs something again and again, on a thread of its own, until {@link #close}. */
  default void repeat(Runnable look) {}

  /** Ends the thread, without waiting for it. */
  default void close() {}
}
