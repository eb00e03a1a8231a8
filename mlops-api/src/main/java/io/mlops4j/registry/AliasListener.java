package io.mlops4j.registry;

/**
 * Is notified of the changes of an alias. It need not be thread safe, because a watch calls it from
 * one thread at a time.
 */
@FunctionalInterface
public interface AliasListener {
  /**
   * Notifies of a newer record of the alias. If records follow one another quickly, some may be
   * skipped, but never the newest; {@link ModelRegistry#history} has all of them. The registry
   * calls its listeners one at a time on its own thread, so a slow listener delays all watches.
   * Exceptions are logged, and the watch continues.
   *
   * @param now the newest record, which names a version
   */
  void onChange(AliasRecord now);

  /**
   * Notifies that the alias was removed: its newest record points to no version. It is called in
   * place of {@link #onChange}, by the same rules. If the alias is assigned again, {@link
   * #onChange} is called. The default does nothing, so a deployment keeps serving the last version.
   *
   * @param removal the newest record, which says who removed the alias, and why
   */
  default void onRemoval(AliasRecord removal) {}

  /**
   * Notifies that the alias cannot be read, because the store cannot be reached or is damaged. It
   * is called once for each outage. During the outage the registry reads the alias as often as
   * before.
   *
   * @param trouble the failure
   */
  default void onTrouble(RuntimeException trouble) {}
}
