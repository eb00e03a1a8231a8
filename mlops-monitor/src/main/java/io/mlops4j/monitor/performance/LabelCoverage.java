package io.mlops4j.monitor.performance;

import io.mlops4j.monitor.internal.Figures;
import java.time.Instant;

/**
 * The predictions that figures cover.
 *
 * @param from the beginning of the window, by the monitor's clock
 * @param to its end: the beginning of the next period, or the newest time if that is earlier
 * @param predicted the rows that the version answered in the window; 0 or more
 * @param labelled those with a label; 0 or more
 * @param used the labelled rows that the figures are computed from: fewer than {@code labelled} if
 *     the rows did not fit the bound of {@link io.mlops4j.monitor.PerformancePolicy#rows}; then
 *     they are the newest days, or a random sample of one day
 * @param unanswered the rows whose answer was null or NaN; they are in no figure
 * @param waiting the rows that still wait for their label
 * @param completeUntil the watermark: labels of earlier predictions are complete, because at most 1
 *     % of them still wait or their time has ended
 */
public record LabelCoverage(
    Instant from,
    Instant to,
    long predicted,
    long labelled,
    long used,
    long unanswered,
    long waiting,
    Instant completeUntil) {

  /** {@return the share of predictions with a label; 0 to 1; 0 without predictions} */
  public double share() {
    return predicted == 0 ? 0 : (double) labelled / predicted;
  }

  /** {@return the labelled rows, their share and the watermark} */
  @Override
  public String toString() {
    return "%s of %s rows labelled (%s), complete until %s"
        .formatted(
            Figures.of(labelled), Figures.of(predicted), Figures.share(share()), completeUntil);
  }
}
