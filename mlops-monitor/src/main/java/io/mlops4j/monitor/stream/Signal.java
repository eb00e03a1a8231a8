package io.mlops4j.monitor.stream;

/** The answer of a detector to one value. */
public enum Signal {
  /** No change is visible. */
  STABLE,

  /**
   * A change is likely but not certain. {@link ConformalMartingale} and {@link EDetector} warn,
   * {@link Adwin} does not.
   */
  WARNING,

  /** The stream has changed. The detector starts anew with the next value. */
  CHANGE
}
