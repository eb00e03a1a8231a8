package io.mlops4j.model;

/** The null policies that need no value. */
enum FixedNullPolicy implements NullPolicy {
  REJECT,
  NAN
}
