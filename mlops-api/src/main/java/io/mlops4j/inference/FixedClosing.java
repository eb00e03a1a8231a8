package io.mlops4j.inference;

/** The choices of {@link Closing} without a value of their own. */
enum FixedClosing implements Closing {
  WAITS,
  REFUSES
}
