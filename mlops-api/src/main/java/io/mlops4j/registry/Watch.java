package io.mlops4j.registry;

/** Somebody who is told of the changes of an alias. Thread safe. */
public interface Watch extends AutoCloseable {
  /**
   * Ends it: after this returned, the listener is not told any more; called from within the
   * listener, after the listener returned. A second call does nothing.
   */
  @Override
  void close();
}
