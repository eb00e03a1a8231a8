package io.mlops4j.registry;

/**
 * A store of immutable model versions and of the aliases that point to them. {@link RegistryReader}
 * reads, {@link RegistryWriter} changes, {@link RegistryAuditor} proves what happened.
 *
 * <p>References are text in the forms of {@link io.mlops4j.model.ModelRef}. A registry is thread
 * safe, and many processes may use one store at the same time. The code that opened a registry
 * closes it.
 *
 * <p>Exceptions that all methods share:
 *
 * <ul>
 *   <li>{@link IllegalStateException} after the registry was closed
 *   <li>{@link IllegalArgumentException} for a reference of another form
 *   <li>{@link io.mlops4j.error.RegistryException} for a version that does not exist, or for an
 *       alias where a version is expected; the message lists what exists. Methods that return
 *       records of an alias return none instead, because the alias may be assigned later
 *   <li>{@link io.mlops4j.error.IntegrityException} for a broken digest or history
 * </ul>
 */
public interface ModelRegistry
    extends RegistryReader, RegistryWriter, RegistryAuditor, AutoCloseable {
  /**
   * Closes the registry, its watches and its leases. A second call does nothing. Sources that were
   * returned stay valid.
   */
  @Override
  void close();
}
