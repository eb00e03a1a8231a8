package io.mlops4j.monitor.performance;

import io.mlops4j.monitor.stats.QuantileBins;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.DoubleToIntFunction;

/**
 * Expected calibration error: by how much probabilities differ from observed shares, {@code sum
 * over bins of n_b / n |mean probability - share of events|}. By default it uses {@value #BINS}
 * bins of about equally many rows, cut at quantiles. Equal probabilities stay together, equal edges
 * are merged, and empty bins count as 0. Bins of equal width, {@code [i/10, (i + 1)/10)} with the
 * last one closed, leave most rows of a rare event in a single bin.
 *
 * <p>The standard error is the delta method's with bins and signs held fixed: that of the mean of
 * {@code sign_b (probability - event)}. The error itself is biased upwards, by about {@code sqrt(2
 * / pi) sqrt(p (1 - p) bins / n)} for a perfectly calibrated model. Compare only values of about
 * equally many rows.
 *
 * <p>Immutable and thread safe.
 */
public final class CalibrationError {
  /** The default number of bins. */
  public static final int BINS = 10;

  private static final CalibrationError DEFAULTS = new CalibrationError(false, BINS);

  private final boolean equalWidths;
  private final int bins;

  private CalibrationError(boolean equalWidths, int bins) {
    this.equalWidths = equalWidths;
    this.bins = bins;
  }

  /** {@return the error in ten bins of equal counts} */
  public static CalibrationError withDefaults() {
    return DEFAULTS;
  }

  /**
   * Returns the same error with bins that are cut at equal steps of [0, 1], not at quantiles of the
   * probabilities.
   *
   * @return a changed copy
   */
  public CalibrationError withEqualWidths() {
    return new CalibrationError(true, bins);
  }

  /**
   * Returns the same error with another number of bins.
   *
   * @param count at least 2
   * @return a changed copy
   * @throws IllegalArgumentException if there are fewer than 2
   */
  public CalibrationError withBins(int count) {
    if (count < 2) {
      throw new IllegalArgumentException("count = " + count + ": at least 2 bins are needed");
    }
    return new CalibrationError(equalWidths, count);
  }

  /**
   * Compares probabilities with outcomes.
   *
   * @param probabilities in [0, 1], none NaN
   * @param happened whether the event happened, one for each row
   * @return the error in [0, 1]; undefined without rows or if a value is not a probability
   * @throws IllegalArgumentException if the lengths differ
   */
  public Metric of(double[] probabilities, boolean[] happened) {
    Objects.requireNonNull(probabilities, "probabilities");
    Objects.requireNonNull(happened, "happened");
    if (probabilities.length != happened.length) {
      throw new IllegalArgumentException(
          probabilities.length
              + " probabilities, "
              + happened.length
              + " events: each row needs one of each");
    }
    if (probabilities.length == 0) {
      return new Metric.Undefined("no labelled row");
    }
    if (!Arrays.stream(probabilities).allMatch(p -> p >= 0 && p <= 1)) {
      return new Metric.Undefined("a score lies outside [0, 1] and is not a probability");
    }
    return measured(probabilities, happened);
  }

  private Metric measured(double[] probabilities, boolean[] happened) {
    DoubleToIntFunction bin =
        equalWidths
            ? probability -> Math.min((int) Math.floor(probability * bins), bins - 1)
            : QuantileBins.of(probabilities, bins)::indexOf;
    double[] gaps = new double[bins];
    for (int row = 0; row < probabilities.length; row++) {
      gaps[bin.applyAsInt(probabilities[row])] += gap(probabilities[row], happened[row]);
    }
    double[] signed = new double[probabilities.length];
    for (int row = 0; row < signed.length; row++) {
      signed[row] =
          Math.signum(gaps[bin.applyAsInt(probabilities[row])])
              * gap(probabilities[row], happened[row]);
    }
    return new Metric.Value(
        Arrays.stream(gaps).map(Math::abs).sum() / signed.length, Averages.standardError(signed));
  }

  private static double gap(double probability, boolean happened) {
    return probability - (happened ? 1 : 0);
  }
}
