package io.mlops4j.monitor;

/** The parts of a monitor that can be switched off; see {@link MonitorBuilder#without}. */
public enum Watched {
  /** The features of the reference are compared with those of the calls. */
  FEATURES,
  /** The outputs of the reference are compared with the answers of the calls. */
  OUTPUTS,
  /** Single values and columns are checked against the reference and the card. */
  QUALITY,
  /** Answers are compared with labels that arrive later; needs labels. */
  PERFORMANCE
}
