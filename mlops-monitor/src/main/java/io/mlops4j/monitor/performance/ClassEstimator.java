package io.mlops4j.monitor.performance;

import io.mlops4j.monitor.internal.Figures;
import io.mlops4j.monitor.live.state.StateReader;
import io.mlops4j.monitor.live.state.StateWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/** Several classes, each against the rest. */
final class ClassEstimator extends PerformanceEstimator {
  private static final String USE = "add(double[][] probabilities)";

  private final List<ScoreEstimator> classes;

  private ClassEstimator(List<ScoreEstimator> classes, long missing) {
    super(0x4d4c4343, USE, classes.get(0).rows(), missing); // "MLCC"
    this.classes = List.copyOf(classes);
  }

  @Override
  public int classes() {
    return classes.size();
  }

  /** Replaces the probabilities of a row by calibrated ones that add up to 1. */
  private double[] calibrated(double[] probabilities) {
    double[] calibrated = new double[probabilities.length];
    Arrays.setAll(calibrated, c -> classes.get(c).probability(probabilities[c]));
    double sum = Arrays.stream(calibrated).sum();
    Arrays.setAll(calibrated, c -> sum > 0 ? calibrated[c] / sum : 1.0 / calibrated.length);
    return calibrated;
  }

  @Override
  public Sums window() {
    return new Sums(this);
  }

  /** {@return the number of classes and of reference rows} */
  @Override
  public String toString() {
    return "PerformanceEstimator of %d classes and %s rows"
        .formatted(classes(), Figures.of(rows()));
  }

  private static boolean isComplete(double[] probabilities) {
    return Arrays.stream(probabilities).noneMatch(Double::isNaN);
  }

  /** Labelled probabilities. */
  static final class Fitting extends Builder {
    private final int classes;

    Fitting(int classes) {
      super("add(int[] labels, double[][] probabilities)");
      if (classes < 2) {
        throw new IllegalArgumentException("classes = " + classes + ": at least 2 are needed");
      }
      this.classes = classes;
    }

    @Override
    public Builder add(int[] labels, double[][] probabilities) {
      MultiClassPerformance.of(classes, labels, probabilities); // checks both
      for (int row = 0; row < labels.length; row++) {
        for (int c = 0; c < classes; c++) {
          if (Double.isInfinite(probabilities[row][c])) {
            throw new IllegalArgumentException(
                "probabilities[%s][%s] = %s: a probability of a reference row is finite, or NaN where there is none"
                    .formatted(row, c, probabilities[row][c]));
          }
        }
      }
      for (int row = 0; row < labels.length; row++) {
        boolean complete =
            labels[row] != MultiClassPerformance.UNKNOWN && isComplete(probabilities[row]);
        keep(labels[row], probabilities[row], complete);
      }
      return this;
    }

    @Override
    String answer() {
      return "probabilities";
    }

    @Override
    ClassEstimator fit(List<double[]> rows, long missing) {
      double[] labels = column(rows, classes);
      return new ClassEstimator(
          IntStream.range(0, classes)
              .mapToObj(
                  c ->
                      ScoreEstimator.fit(
                          Arrays.stream(labels).map(label -> label == c ? 1 : 0).toArray(),
                          column(rows, c),
                          0.5,
                          0))
              .toList(),
          missing);
    }
  }

  /** For each class a window of its probability, and its rows as they were predicted. */
  static final class Sums extends Window {
    private final ClassEstimator of;
    private final List<ScoreEstimator.Sums> scores;
    private final List<ClassSums> sums;

    private Sums(ClassEstimator of) {
      super(of);
      this.of = of;
      this.scores = of.classes.stream().map(ScoreEstimator::window).toList();
      this.sums = of.classes.stream().map(one -> new ClassSums()).toList();
    }

    @Override
    public void add(double[][] probabilities) {
      for (double[] row : Objects.requireNonNull(probabilities, "probabilities")) {
        if (row.length != of.classes()) {
          throw new IllegalArgumentException(
              "probabilities has length %s: one for each of %s classes is needed"
                  .formatted(row.length, of.classes()));
        }
      }
      for (double[] row : probabilities) {
        if (isComplete(row)) {
          count(row);
        } else {
          missing++;
        }
      }
    }

    private void count(double[] row) {
      double[] calibrated = of.calibrated(row);
      int predicted = MultiClassPerformance.mostProbable(row);
      for (int c = 0; c < row.length; c++) {
        scores.get(c).add(row[c]);
        sums.get(c).add(of.classes.get(c).group(row[c]), calibrated[c], c == predicted);
      }
    }

    @Override
    void addSums(Window other) {
      Sums its = (Sums) other;
      for (int c = 0; c < sums.size(); c++) {
        scores.get(c).include(its.scores.get(c));
        sums.get(c).add(its.sums.get(c));
      }
    }

    @Override
    void write(StateWriter out) {
      out.put(of.classes());
      scores.forEach(one -> out.put(one.toBytes()));
      sums.forEach(one -> one.write(out));
      out.put(missing);
    }

    @Override
    void read(StateReader in) {
      in.check(in.int32() == of.classes(), "it belongs to an estimator of other classes");
      for (int c = 0; c < sums.size(); c++) {
        scores.get(c).include(of.classes.get(c).window(in.bytes()));
      }
      sums.forEach(one -> one.read(in));
      missing = in.count();
    }

    @Override
    public Estimate estimate() {
      List<Estimate> each = scores.stream().map(Window::estimate).toList();
      long rows = each.get(0).rows();
      long most = each.stream().mapToLong(Estimate::outside).max().orElse(0);
      ExpectedClasses expected = new ExpectedClasses(of.classes, sums, rows);
      return new Estimate(
          rows, missing, most, expected.all(rocAuc(each)), of.limits(each.get(0), most));
    }

    /** The mean of the classes; its error is at most the mean of theirs. */
    private static Metric rocAuc(List<Estimate> each) {
      double sum = 0;
      double error = 0;
      for (Estimate one : each) {
        if (!(one.figure(ExpectedFigures.ROC_AUC) instanceof Metric.Value value)) {
          return one.figure(ExpectedFigures.ROC_AUC);
        }
        sum += value.value();
        error += value.standardError();
      }
      return new Metric.Value(sum / each.size(), error / each.size());
    }
  }

  private List<String> limits(Estimate first, long outside) {
    List<String> limits = new ArrayList<>();
    limits.add(first.limits().get(0));
    long calibrated = classes.stream().filter(ScoreEstimator::isCalibrated).count();
    limits.add(
        "Only the probabilities are seen: those of %d of %d classes are calibrated (%s reference rows)."
            .formatted(calibrated, classes(), Figures.of(rows())));
    if (outside > 0) {
      limits.add(
          "In up to %s rows the probability of a class is beyond the reference's, and counts as the nearest one."
              .formatted(Figures.of(outside)));
    }
    return limits;
  }

  /** Sums of one class: of the rows that were predicted as it, and of the others. */
  static final class ClassSums {
    private final long[] rows = new long[2 * ScoreBins.GROUPS];
    private final long[] events = new long[2];
    private long spread;

    void add(int group, double probability, boolean predicted) {
      int side = predicted ? 1 : 0;
      rows[side * ScoreBins.GROUPS + group]++;
      events[side] += Math.round(probability * ScoreEstimator.UNIT);
      spread += predicted ? Math.round(probability * (1 - probability) * ScoreEstimator.UNIT) : 0;
    }

    void add(ClassSums other) {
      for (int i = 0; i < rows.length; i++) {
        rows[i] += other.rows[i];
      }
      events[0] += other.events[0];
      events[1] += other.events[1];
      spread += other.spread;
    }

    void write(StateWriter out) {
      out.put(rows).put(events).put(spread);
    }

    void read(StateReader in) {
      in.counts(rows);
      in.counts(events);
      spread = in.count();
    }

    /** The rows of a group of probabilities that were predicted as the class, or were not. */
    long rows(int group, boolean predicted) {
      return rows[(predicted ? ScoreBins.GROUPS : 0) + group];
    }

    double predicted() {
      return Arrays.stream(rows, ScoreBins.GROUPS, rows.length).sum();
    }

    /** The expected rows of the class among those that were predicted as it, or were not. */
    double events(boolean predicted) {
      return events[predicted ? 1 : 0] / ScoreEstimator.UNIT;
    }

    /** The sum of q (1 - q) over the rows that were predicted as the class. */
    double spread() {
      return spread / ScoreEstimator.UNIT;
    }
  }
}
