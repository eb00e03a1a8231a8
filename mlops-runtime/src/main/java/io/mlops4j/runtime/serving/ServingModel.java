package io.mlops4j.runtime.serving;

import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.Model;
import io.mlops4j.registry.AliasRecord;

/**
 * A model whose calls can be counted from outside. So a deployment can swap it, and no caller sees
 * a closed model. Thread safe.
 */
public interface ServingModel extends Model {
  /**
   * Gives the loaded model another identity, for example when an alias gets a new record for the
   * same version. Engine and slots are shared. Each identity is closed independently.
   *
   * @param alias the record that makes it serve
   * @param route the route of its events
   * @return a further identity, which the caller closes
   * @throws IllegalStateException if this one is closed
   */
  ServingModel withAlias(AliasRecord alias, InferenceEvent.Route route);

  /**
   * Gives the loaded model another identity with the same route.
   *
   * @param alias the record that makes it serve
   * @return a further identity, which the caller closes
   * @throws IllegalStateException if this one is closed
   */
  ServingModel withAlias(AliasRecord alias);

  /**
   * Gives the loaded model another identity for calls that may hang. Closing it ends its calls if
   * the engine can end them. No listener hears of its calls.
   *
   * @return a further identity, which the caller closes
   * @throws IllegalStateException if this one is closed
   */
  ServingModel forTrial();

  /**
   * Counts a call that is about to begin.
   *
   * @return false once closing began; after a true, {@link #release} must follow
   */
  boolean acquire();

  /** Returns what a successful {@link #acquire} counted; closing waits for it. */
  void release();

  /**
   * Throws if {@link #close} would throw now; closes nothing.
   *
   * @throws IllegalStateException if called from inside a call of this model, or calls run and the
   *     options refuse to close then
   */
  void checkClosable();

  /**
   * Closes like {@link #close}, but waits for running calls where {@code close} would refuse. A
   * second call waits for the first. Must not be called from inside a call of this model.
   */
  void drain();
}
