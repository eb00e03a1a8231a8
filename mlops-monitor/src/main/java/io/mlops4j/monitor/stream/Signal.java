package io.mlops4j.monitor.stream;

/** The answer of an {@link EDetector} to one value. */
public enum Signal {
  /** No change is visible. */
  STABLE,

  /** A change is likely but not certain. */
  WARNING,

  /** The stream has changed. The detector starts anew with the next value. */
  CHANGE
}
