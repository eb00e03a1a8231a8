package io.mlops4j.registry;

/** A watch of an alias, returned by {@link RegistryReader#watch}. Thread safe. */
public interface Watch extends AutoCloseable {
  /**
   * Ends the watch. After this call has returned, the listener is not notified any more. If the
   * listener itself makes this call, its current notification is the last one. A second call does
   * nothing.
   */
  @Override
  void close();
}
