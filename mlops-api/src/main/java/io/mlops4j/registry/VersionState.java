package io.mlops4j.registry;

/**
 * What may be done with a version. It moves between the first three at will; removal is for ever.
 * The last one is a state of models.
 */
public enum VersionState {
  /** Usable without a reservation; every version begins so. */
  ACTIVE,

  /**
   * Still usable by number and by alias, but not advised: a bare name means it only when there is
   * nothing better.
   */
  DEPRECATED,

  /**
   * No alias can be made to name it and no bare name means it, but its bytes are still there, until
   * the grace period is over; until then it can be restored.
   */
  DELETED,

  /** Its bytes are gone. Its number, digests and card stay, and the number is never used again. */
  REMOVED,

  /**
   * The model as a whole is retired. Found only in records of a model, never as the state of a
   * version: its versions keep the states that they had.
   */
  RETIRED
}
