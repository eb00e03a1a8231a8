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
   * @param now the newest record
   */
  void onChange(AliasRecord now);

  /**
   * The alias cannot be looked at: the store is away or damaged. Told once, until it can be looked
   * at again; meanwhile the registry tries as often as before.
   *
   * @param trouble what went wrong
   */
  default void onTrouble(RuntimeException trouble) {}
}
