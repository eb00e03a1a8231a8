package io.mlops4j.model;

/** The null policies without a value of their own. */
enum FixedNullPolicy implements NullPolicy {
  REJECT,
  NAN
}
