package io.mlops4j.registry;

/** Is told of the changes of an alias. */
@FunctionalInterface
public interface AliasListener {
  /**
   * The alias has a newer record than the one told before. Records that followed one another
   * quickly may be left out, the newest never is; {@link ModelRegistry#history} has them all. One
   * call at a time, on the registry's thread, which other watches wait for. What this throws is
   * logged, and the watch goes on.
   *
   * @param now the newest record, which names a version
   */
  void onChange(AliasRecord now);

  /**
   * The alias was removed: its newest record names no version. Called like {@link #onChange}, and
   * instead of it. The alias may be assigned again later, which calls {@link #onChange}. Does
   * nothing unless implemented, so whoever serves the last version goes on serving it.
   *
   * @param removal the newest record, which says who removed the alias and why
   */
  default void onRemoval(AliasRecord removal) {}

  /**
   * The alias cannot be looked at: the store is away or damaged. Told once, until it can be looked
   * at again; meanwhile the registry tries as often as before.
   *
   * @param trouble what went wrong
   */
  default void onTrouble(RuntimeException trouble) {}
}
