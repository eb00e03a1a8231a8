package io.mlops4j.registry;

import io.mlops4j.model.ModelVersion;
import java.time.Instant;

/**
 * Keeps a version from being deleted and its bytes from going while a process uses it, also without
 * an alias. The registry renews it while the process lives and the registry is open. Thread safe.
 *
 * <p>A lease counts for one hour beyond {@link #until}, because clocks differ: the clock of the
 * process that holds it may be up to an hour behind the clock of the process that deletes. After a
 * crash, the lease therefore ends by itself within 70 minutes.
 */
public interface Lease extends AutoCloseable {
  /**
   * What is leased.
   *
   * @return the version
   */
  ModelVersion version();

  /**
   * Until when it holds without being renewed, by the clock of this process.
   *
   * @return a time that moves on while the store can be reached
   */
  Instant until();

  /** Ends the lease; a second call does nothing, and neither does an unreachable store. */
  @Override
  void close();
}
