package io.mlops4j.runtime.serving;

import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.Model;
import io.mlops4j.registry.AliasRecord;

/**
 * A model whose calls can be counted from outside, so that a deployment can swap it without a
 * caller ever seeing a closed one. Thread safe.
 */
public interface ServingModel extends Model {
  /**
   * The same loaded model under another identity, as when an alias moves without a change of the
   * version. Engine and slots are shared; each identity is closed independently.
   *
   * @param alias the record that makes it serve
   * @param route how the events of the new identity are marked
   * @return a further identity, which the caller closes
   * @throws IllegalStateException if this one is closed
   */
  ServingModel withAlias(AliasRecord alias, InferenceEvent.Route route);

  /**
   * The same loaded model under another identity, whose events have this one's route.
   *
   * @param alias the record that makes it serve
   * @return a further identity, which the caller closes
   * @throws IllegalStateException if this one is closed
   */
  ServingModel withAlias(AliasRecord alias);

  /**
   * The same loaded model under another identity, for calls that may hang: closing it ends them in
   * the engine, where the engine can. No listener hears of its calls.
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

  /** Ends what a successful {@link #acquire} began; closing waits for it. */
  void release();

  /**
   * Tells what {@link #close} would refuse now; closes nothing.
   *
   * @throws IllegalStateException if it were asked from within a call of this model, or calls run
   *     and the choice was to refuse then
   */
  void checkClosable();

  /**
   * Closes as {@link #close} does, but waits for running calls where that would refuse. A second
   * call does nothing. Not to be called from within a call of this model.
   */
  void drain();
}
