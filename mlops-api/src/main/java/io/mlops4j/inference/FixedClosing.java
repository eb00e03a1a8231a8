package io.mlops4j.inference;

/** The choices of {@link Closing} that need no value. */
enum FixedClosing implements Closing {
  WAITS,
  REFUSES
}
