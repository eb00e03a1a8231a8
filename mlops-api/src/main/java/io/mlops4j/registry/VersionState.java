package io.mlops4j.registry;

/**
 * The state of a version. A version moves freely between the first three states; removal is
 * permanent. The last value is a state of models.
 */
public enum VersionState {
  /** Usable without restriction. Every version begins in this state. */
  ACTIVE,

  /**
   * Still usable by number and by alias, but not recommended. A bare name means it only if the
   * model has no active version.
   */
  DEPRECATED,

  /**
   * Not usable by alias or by a bare name. Its bytes stay until the grace period is over, and until
   * then it can be restored.
   */
  DELETED,

  /**
   * Its bytes were removed. Its number, digests and card stay, and the number is never used again.
   */
  REMOVED,

  /**
   * The model as a whole is retired. Only records of a model have this value, never the status of a
   * version: versions keep their states.
   */
  RETIRED
}
