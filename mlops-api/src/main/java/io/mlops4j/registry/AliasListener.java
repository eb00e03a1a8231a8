package io.mlops4j.registry;

/**
 * Is notified of the changes of an alias. Thread safety is not needed: calls come one at a time.
 */
@FunctionalInterface
public interface AliasListener {
  /**
   * Notifies of a newer record of the alias. If records follow one another quickly, some may be
   * skipped, but never the newest; {@link ModelRegistry#history} has all of them. Calls come one at
   * a time on the registry's thread, and other watches wait for them. Exceptions are logged, and
   * the watch continues.
   *
   * @param now the newest record, which names a version
   */
  void onChange(AliasRecord now);

  /**
   * Notifies that the alias was removed: its newest record points to no version. It is called like
   * {@link #onChange}, and instead of it. If the alias is assigned again, {@link #onChange} is
   * called. The default does nothing, so a deployment keeps serving the last version.
   *
   * @param removal the newest record, which says who removed the alias, and why
   */
  default void onRemoval(AliasRecord removal) {}

  /**
   * Notifies that the alias cannot be read, because the store cannot be reached or is damaged. It
   * is called once until the alias can be read again. Meanwhile the registry tries as often as
   * before.
   *
   * @param trouble the failure
   */
  default void onTrouble(RuntimeException trouble) {}
}
