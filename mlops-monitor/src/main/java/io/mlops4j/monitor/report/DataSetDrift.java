package io.mlops4j.monitor.report;

import java.util.Locale;

/**
 * What a {@link DriftReport} says of the data set as a whole. Columns <em>drift</em> or are
 * <em>stable</em>; drift of a data set is <em>widespread</em>, <em>limited</em> or none.
 */
public enum DataSetDrift {
  /** No column could be judged, so nothing is known. */
  NOT_JUDGED("not judged"),
  /** Columns were judged and none of them drifted. */
  NONE("no drift"),
  /** Columns drifted, but fewer than widespread drift takes. */
  LIMITED("limited drift"),
  /**
   * The share of drifted columns among those judged reaches {@link
   * io.mlops4j.monitor.drift.DriftPolicy#dataSetBound}, or a key feature drifted.
   */
  WIDESPREAD("widespread drift");

  private final String words;

  DataSetDrift(String words) {
    this.words = words;
  }

  /** The word in JSON. */
  String token() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * For people.
   *
   * @return for example {@code limited drift}
   */
  @Override
  public String toString() {
    return words;
  }
}
