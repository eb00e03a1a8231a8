package io.mlops4j.registry;

import io.mlops4j.model.ModelVersion;
import java.time.Instant;

/**
 * Prevents a version from being deleted, and its bytes from being removed, while a process uses it,
 * even without an alias. The registry renews the lease while the process lives and the registry is
 * open. Thread safe.
 *
 * <p>A lease counts for one hour beyond {@link #until}, because clocks differ: the clock of the
 * process that holds it may be up to an hour behind the clock of the process that deletes. After a
 * crash, the lease therefore ends by itself within 70 minutes.
 */
public interface Lease extends AutoCloseable {
  /**
   * Returns the version that is leased.
   *
   * @return the version
   */
  ModelVersion version();

  /**
   * Returns the time until which the lease holds without renewal, by the clock of this process.
   *
   * @return a time that advances while the store can be reached
   */
  Instant until();

  /**
   * Ends the lease. A second call does nothing. If the store cannot be reached, the lease ends by
   * itself later.
   */
  @Override
  void close();
}
