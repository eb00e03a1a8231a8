package io.mlops4j.monitor.performance;

import io.mlops4j.monitor.internal.Figures;
import io.mlops4j.monitor.live.state.StateReader;
import io.mlops4j.monitor.live.state.StateWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;

/** Two classes; a window is sums for each bin of the score. */
final class ScoreEstimator extends PerformanceEstimator {
  static final double UNIT = 1 << 30;
  private static final String USE = "add(double[] scores)";

  private final ScoreCalibration calibration;
  private final ScoreBins bins;
  private final double threshold;
  private final double lowest;
  private final double highest;

  /** Takes labelled scores in ascending order, at least one. */
  private ScoreEstimator(double[] scores, double[] labels, double threshold, long missing) {
    super(0x4d4c4342, USE, scores.length, missing); // "MLCB"
    this.calibration = ScoreCalibration.fit(scores, labels);
    this.bins = new ScoreBins(scores, threshold, calibration::probability);
    this.threshold = threshold;
    this.lowest = scores[0];
    this.highest = scores[scores.length - 1];
  }

  /** Fits at least one row. */
  static ScoreEstimator fit(double[] labels, double[] scores, double threshold, long missing) {
    double[] negatives = BinaryPerformance.sortedScores(labels, scores, 0);
    double[] positives = BinaryPerformance.sortedScores(labels, scores, 1);
    double[] sorted = new double[labels.length];
    double[] happened = new double[labels.length];
    int n = 0;
    int p = 0;
    while (n + p < labels.length) {
      boolean isEvent =
          n == negatives.length || (p < positives.length && positives[p] < negatives[n]);
      happened[n + p] = isEvent ? 1 : 0;
      sorted[n + p] = isEvent ? positives[p] : negatives[n];
      p += isEvent ? 1 : 0;
      n += isEvent ? 0 : 1;
    }
    return new ScoreEstimator(sorted, happened, threshold, missing);
  }

  @Override
  public int classes() {
    return 2;
  }

  @Override
  public OptionalDouble threshold() {
    return OptionalDouble.of(threshold);
  }

  /** Whether scores are calibrated; if not, they are taken as probabilities. */
  boolean isCalibrated() {
    return calibration.isCalibrated();
  }

  @Override
  public double probability(double score) {
    return Double.isNaN(score) ? Double.NaN : calibration.probability(score);
  }

  /** The group of a score, whose share of events the reference has measured together. */
  int group(double score) {
    return bins.group(bins.indexOf(score));
  }

  /** The variance of the share of events in a group. */
  double variance(int group) {
    return bins.variance(group);
  }

  @Override
  public Sums window() {
    return new Sums(this);
  }

  /** A number that differs between estimators of other rows, for all practical purposes. */
  private long identity() {
    return 31L * Objects.hash(rows(), threshold, lowest, highest)
        + bins.identity(calibration::probability);
  }

  /** {@return the number of reference rows, and whether and why scores are calibrated} */
  @Override
  public String toString() {
    return "PerformanceEstimator of " + Figures.of(rows()) + " rows, " + calibration.reason();
  }

  private List<String> limits(long all, long outside) {
    List<String> limits = new ArrayList<>();
    limits.add(
        "Concept drift is not seen: if the same score now leads to other outcomes, no figure moves."
            + " Compare with the realised figures when labels arrive.");
    limits.add(
        "Only the score is seen: the scores are %s (%s reference rows)."
            .formatted(calibration.reason(), Figures.of(rows())));
    if (outside > 0) {
      limits.add(
          "%s of %s rows (%s) have a score beyond the reference's, %s to %s, and count as the nearest one."
              .formatted(
                  Figures.of(outside),
                  Figures.of(all),
                  Figures.share((double) outside / all),
                  Figures.of(lowest),
                  Figures.of(highest)));
    }
    return limits;
  }

  /** Labelled scores. */
  static final class Fitting extends Builder {
    private double threshold = 0.5;

    Fitting() {
      super("add(double[] labels, double[] scores)");
    }

    @Override
    public Builder add(double[] labels, double[] scores) {
      Objects.requireNonNull(labels, "labels");
      Objects.requireNonNull(scores, "scores");
      BinaryPerformance.checkLengths(labels, scores);
      for (int row = 0; row < labels.length; row++) {
        BinaryPerformance.checkLabel(labels[row], row);
        if (Double.isInfinite(scores[row])) {
          throw new IllegalArgumentException(
              "scores[%s] = %s: the score of a reference row is finite, or NaN where there is none"
                  .formatted(row, scores[row]));
        }
      }
      for (int row = 0; row < labels.length; row++) {
        boolean complete = !Double.isNaN(labels[row]) && !Double.isNaN(scores[row]);
        keep(labels[row], new double[] {scores[row]}, complete);
      }
      return this;
    }

    @Override
    public Builder threshold(double score) {
      if (!Double.isFinite(score)) {
        throw new IllegalArgumentException("threshold = " + score + ": a threshold is finite");
      }
      this.threshold = score;
      return this;
    }

    @Override
    String answer() {
      return "a score";
    }

    @Override
    ScoreEstimator fit(List<double[]> rows, long missing) {
      return ScoreEstimator.fit(column(rows, 1), column(rows, 0), threshold, missing);
    }
  }

  /** For each bin of the score its rows and the sums of p and p (1 - p). */
  static final class Sums extends Window {
    private final ScoreEstimator of;
    private final long[] rows;
    private final long[] events;
    private final long[] spread;

    private Sums(ScoreEstimator of) {
      super(of);
      this.of = of;
      this.rows = new long[of.bins.size()];
      this.events = new long[rows.length];
      this.spread = new long[rows.length];
    }

    @Override
    public void add(double... scores) {
      for (double score : scores) {
        if (Double.isNaN(score)) {
          missing++;
          continue;
        }
        double probability = of.calibration.probability(score);
        int bin = of.bins.indexOf(score);
        rows[bin]++;
        events[bin] += Math.round(probability * UNIT);
        spread[bin] += Math.round(probability * (1 - probability) * UNIT);
        outside += score < of.lowest || score > of.highest ? 1 : 0;
      }
    }

    @Override
    void addSums(Window other) {
      Sums its = (Sums) other;
      for (int bin = 0; bin < rows.length; bin++) {
        rows[bin] += its.rows[bin];
        events[bin] += its.events[bin];
        spread[bin] += its.spread[bin];
      }
    }

    @Override
    void write(StateWriter out) {
      out.put(of.identity()).put(rows).put(events).put(spread).put(missing).put(outside);
    }

    @Override
    void read(StateReader in) {
      in.check(in.int64() == of.identity(), "it belongs to another estimator");
      in.counts(rows);
      in.counts(events);
      in.counts(spread);
      missing = in.count();
      outside = in.count();
    }

    @Override
    public Estimate estimate() {
      ExpectedFigures figures =
          new ExpectedFigures(
              of.bins,
              rows,
              Arrays.stream(events).mapToDouble(sum -> sum / UNIT).toArray(),
              Arrays.stream(spread).mapToDouble(sum -> sum / UNIT).toArray());
      long all = Arrays.stream(rows).sum();
      return new Estimate(all, missing, outside, figures.all(), of.limits(all, outside));
    }
  }
}
