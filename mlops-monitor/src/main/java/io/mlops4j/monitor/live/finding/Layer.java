package io.mlops4j.monitor.live.finding;

/**
 * Where a subject lies on the way from the calls to the labels. A problem in one layer is a likely
 * cause of problems in the later ones.
 */
public enum Layer {
  /** A column of the calls. */
  INPUT,
  /** Whole rows, which repeat. Rows with a frozen column are more often equal. */
  ROWS,
  /** A column of the answers. */
  OUTPUT,
  /** The performance, and the delay of labels. */
  LABELS
}
