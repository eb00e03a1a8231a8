package io.mlops4j.monitor.drift;

import java.util.Locale;

/**
 * The verdict of a {@link DriftReport} on the data set as a whole. Single columns <em>drift</em> or
 * are <em>stable</em>. Drift of a data set is <em>widespread</em>, <em>limited</em> or none.
 */
public enum DataSetDrift {
  /** No column could be judged, so nothing is known. */
  NOT_JUDGED,
  /** Columns were judged and none of them drifted. */
  NONE,
  /** Columns drifted, but fewer than widespread drift needs. */
  LIMITED,
  /**
   * The share of drifted columns among the judged ones reaches {@link DriftPolicy#dataSetBound}, or
   * a key feature drifted.
   */
  WIDESPREAD;

  /** {@return the verdict in words; for example {@code limited drift}} */
  @Override
  public String toString() {
    return switch (this) {
      case NOT_JUDGED -> "not judged";
      case NONE -> "no drift";
      default -> name().toLowerCase(Locale.ROOT) + " drift";
    };
  }
}
