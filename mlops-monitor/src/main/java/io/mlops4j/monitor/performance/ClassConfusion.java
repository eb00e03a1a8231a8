package io.mlops4j.monitor.performance;

import java.util.Arrays;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * How often each of several classes was predicted as each class. Agrees with scikit-learn, {@code
 * zero_division=0}: a class that was never predicted has the precision 0, and one that never
 * happened the recall 0. A class that neither happened nor was predicted does not enter an average.
 *
 * <p>The standard errors are the delta method's on multinomial cells: with p the share of a cell
 * and g the derivative of the metric by it, {@code sqrt((sum p g^2 - (sum p g)^2) / n)}. The 0 of a
 * class without rows is treated as certain.
 *
 * <p>Immutable and thread safe.
 */
public final class ClassConfusion {
  private final long[][] counts;
  private final long rows;
  // shares of the rows that are of a class, and that were predicted as it
  private final double[] happened;
  private final double[] predicted;

  private ClassConfusion(long[][] counts) {
    this.counts = counts;
    this.rows = Arrays.stream(counts).flatMapToLong(Arrays::stream).sum();
    this.happened =
        Arrays.stream(counts)
            .mapToDouble(row -> (double) Arrays.stream(row).sum() / rows)
            .toArray();
    this.predicted =
        IntStream.range(0, counts.length)
            .mapToDouble(c -> (double) Arrays.stream(counts).mapToLong(row -> row[c]).sum() / rows)
            .toArray();
  }

  /**
   * Counts rows.
   *
   * @param classes the number of classes, at least 2
   * @param labels the class of each row, from 0
   * @param predictions the predicted class of each row
   * @return the counts
   * @throws IllegalArgumentException if the lengths differ, there are fewer than 2 classes or a
   *     class is out of range
   */
  public static ClassConfusion of(int classes, int[] labels, int[] predictions) {
    Objects.requireNonNull(labels, "labels");
    Objects.requireNonNull(predictions, "predictions");
    if (classes < 2) {
      throw new IllegalArgumentException("classes = " + classes + ": at least 2 are needed");
    }
    if (labels.length != predictions.length) {
      throw new IllegalArgumentException(
          labels.length
              + " labels, "
              + predictions.length
              + " predictions: each row needs one of each");
    }
    long[][] counts = new long[classes][classes];
    for (int row = 0; row < labels.length; row++) {
      counts[checked(labels[row], classes, "labels", row)][
          checked(predictions[row], classes, "predictions", row)]++;
    }
    return new ClassConfusion(counts);
  }

  /** By actual class and predicted class; not copied. */
  static ClassConfusion of(long[][] counts) {
    return new ClassConfusion(counts);
  }

  private static int checked(int value, int classes, String name, int row) {
    if (value < 0 || value >= classes) {
      throw new IllegalArgumentException(
          name + "[" + row + "] = " + value + ": classes go from 0 to " + (classes - 1));
    }
    return value;
  }

  /** {@return the number of classes; 2 or more} */
  public int classes() {
    return counts.length;
  }

  /** {@return the number of rows; the sum of all counts} */
  public long rows() {
    return rows;
  }

  /**
   * Returns the number of rows with a label and a prediction.
   *
   * @param label the actual class, from 0
   * @param prediction the predicted class
   * @return the rows with both
   */
  public long count(int label, int prediction) {
    return counts[label][prediction];
  }

  /**
   * Compares one class with all others: its precision, recall and F1.
   *
   * @param label the class, from 0, that counts as the event
   * @return the four counts
   */
  public ConfusionMatrix oneVersusRest(int label) {
    long hits = counts[label][label];
    long ofClass = Arrays.stream(counts[label]).sum();
    long alarms = Arrays.stream(counts).mapToLong(row -> row[label]).sum();
    return new ConfusionMatrix(rows - ofClass - alarms + hits, alarms - hits, ofClass - hits, hits);
  }

  /**
   * Share of rows whose class was predicted.
   *
   * @return the accuracy, binomial error; undefined without rows
   */
  public Metric accuracy() {
    return precision(Averaging.MICRO);
  }

  /**
   * Precision over all classes.
   *
   * @param averaging how the classes count
   * @return the average; undefined without rows
   */
  public Metric precision(Averaging averaging) {
    return average(averaging, Part.PRECISION);
  }

  /**
   * Recall over all classes. Weighted, it is the accuracy.
   *
   * @param averaging how the classes count
   * @return the average; undefined without rows
   */
  public Metric recall(Averaging averaging) {
    return average(averaging, Part.RECALL);
  }

  /**
   * F1 over all classes; macro and weighted, the mean of the classes' F1.
   *
   * @param averaging how the classes count
   * @return the average; undefined without rows
   */
  public Metric f1(Averaging averaging) {
    return average(averaging, Part.F1);
  }

  /**
   * F-beta over all classes; macro and weighted, the mean of the classes' F-beta.
   *
   * @param beta the weight of recall, positive and finite, as in {@link ConfusionMatrix#fBeta}
   * @param averaging how the classes count
   * @return the average; undefined without rows
   * @throws IllegalArgumentException if beta is not positive and finite
   */
  public Metric fBeta(double beta, Averaging averaging) {
    return average(averaging, Part.fBeta(beta));
  }

  /**
   * Mean of the recalls of the classes that have rows: the accuracy to expect if all of them were
   * equally common. Unlike {@link #recall} with {@link Averaging#MACRO} it leaves out a class that
   * was predicted and never happened, as scikit-learn does.
   *
   * @return the mean; undefined without rows
   */
  public Metric balancedAccuracy() {
    if (rows == 0) {
      return new Metric.Undefined("no labelled row");
    }
    double present = Arrays.stream(happened).filter(share -> share > 0).count();
    double[][] slopes = new double[classes()][classes()];
    double value = 0;
    for (int c = 0; c < classes(); c++) {
      value += Part.RECALL.value(share(c), happened[c], predicted[c]) / present;
      addSlopes(slopes, c, 1 / present, Part.RECALL);
    }
    return new Metric.Value(value, standardError(slopes));
  }

  /**
   * Matthews correlation of several classes (Gorodkin's R<sub>K</sub>, 2004). With t and p the
   * shares of rows that are of a class and that were predicted as it, and a the accuracy, {@code (a
   * - sum t p) / sqrt((1 - sum t^2)(1 - sum p^2))}.
   *
   * @return the correlation, at most 1, 0 for chance; undefined if all rows are of one class or
   *     were predicted as one, where scikit-learn returns 0
   */
  public Metric matthewsCorrelation() {
    double expected = 0;
    double truth = 1;
    double decision = 1;
    double excess = 0;
    for (int c = 0; c < classes(); c++) {
      if (rows == 0 || happened[c] == 1 || predicted[c] == 1) {
        return new Metric.Undefined(
            rows == 0
                ? "no labelled row"
                : "all " + rows + " rows are of one class or were predicted as one");
      }
      expected += happened[c] * predicted[c];
      truth -= happened[c] * happened[c];
      decision -= predicted[c] * predicted[c];
      excess += share(c);
    }
    excess -= expected;
    double scale = Math.sqrt(truth * decision);
    double[][] slopes = new double[classes()][classes()];
    for (int i = 0; i < classes(); i++) {
      for (int j = 0; j < classes(); j++) {
        double ofExcess = (i == j ? 1 : 0) - predicted[i] - happened[j];
        slopes[i][j] =
            (ofExcess + excess * (predicted[j] / decision + happened[i] / truth)) / scale;
      }
    }
    return new Metric.Value(excess / scale, standardError(slopes));
  }

  /**
   * Cohen's kappa (Cohen 1960, 1968): with w the weight of a disagreement, s the shares of the
   * cells, t and p those of actual and predicted classes, {@code 1 - sum w s / sum w t p}. Here
   * every wrong class counts the same.
   *
   * @return kappa, at most 1, 0 for chance; undefined without rows, or if all rows are of one class
   *     and were predicted as it
   */
  public Metric cohensKappa() {
    return cohensKappa(KappaWeights.NONE);
  }

  /**
   * Cohen's kappa in which a disagreement counts by the distance of the classes' numbers, for
   * classes that are ordered and equally spaced.
   *
   * @return kappa, as {@link #cohensKappa()}
   */
  public Metric linearKappa() {
    return cohensKappa(KappaWeights.LINEAR);
  }

  /**
   * Cohen's kappa in which a disagreement counts by the square of the distance of the classes'
   * numbers: a large one counts more.
   *
   * @return kappa, as {@link #cohensKappa()}
   */
  public Metric quadraticKappa() {
    return cohensKappa(KappaWeights.QUADRATIC);
  }

  Metric cohensKappa(KappaWeights weights) {
    double observed = 0;
    double expected = 0;
    double[] ofRow = new double[classes()];
    double[] ofColumn = new double[classes()];
    for (int i = 0; i < classes(); i++) {
      for (int j = 0; j < classes() && rows > 0; j++) {
        double weight = weights.of(i, j);
        observed += weight * counts[i][j] / rows;
        expected += weight * happened[i] * predicted[j];
        ofRow[i] += weight * predicted[j];
        ofColumn[j] += weight * happened[i];
      }
    }
    if (expected == 0) {
      return new Metric.Undefined(
          rows == 0
              ? "no labelled row"
              : "all " + rows + " rows are of one class and were predicted as it");
    }
    double ratio = observed / expected;
    double[][] slopes = new double[classes()][classes()];
    for (int i = 0; i < classes(); i++) {
      for (int j = 0; j < classes(); j++) {
        slopes[i][j] = (ratio * (ofRow[i] + ofColumn[j]) - weights.of(i, j)) / expected;
      }
    }
    return new Metric.Value(1 - ratio, standardError(slopes));
  }

  private Metric average(Averaging averaging, Part part) {
    if (rows == 0) {
      return new Metric.Undefined("no labelled row");
    }
    double[][] slopes = new double[classes()][classes()];
    double value = 0;
    if (averaging == Averaging.MICRO) {
      // with one prediction for each row, every error is one too many and one too few: all three
      // are equal
      for (int c = 0; c < classes(); c++) {
        value += share(c);
        slopes[c][c] = 1;
      }
    } else {
      double used = IntStream.range(0, classes()).filter(this::isUsed).count();
      for (int c = 0; c < classes(); c++) {
        double weight = averaging == Averaging.MACRO ? 1 / used : happened[c];
        double ofClass = isUsed(c) ? part.value(share(c), happened[c], predicted[c]) : 0;
        value += isUsed(c) ? weight * ofClass : 0;
        addSlopes(slopes, c, weight, part);
        if (averaging == Averaging.WEIGHTED) {
          for (int j = 0; j < classes(); j++) {
            slopes[c][j] += ofClass;
          }
        }
      }
    }
    return new Metric.Value(value, standardError(slopes));
  }

  private double share(int label) {
    return (double) counts[label][label] / rows;
  }

  private boolean isUsed(int label) {
    return happened[label] + predicted[label] > 0;
  }

  /**
   * Adds the derivatives of one class's part by the share of each cell: by its hits, its row
   * (actual class) and its column.
   */
  private void addSlopes(double[][] slopes, int label, double weight, Part part) {
    if (!isUsed(label)) {
      return;
    }
    double hits = share(label);
    double byRow = weight * part.byHappened(hits, happened[label], predicted[label]);
    double byColumn = weight * part.byPredicted(hits, happened[label], predicted[label]);
    slopes[label][label] += weight * part.byHits(happened[label], predicted[label]);
    for (int other = 0; other < classes(); other++) {
      slopes[label][other] += byRow;
      slopes[other][label] += byColumn;
    }
  }

  private double standardError(double[][] slopes) {
    double mean = 0;
    for (int i = 0; i < classes(); i++) {
      for (int j = 0; j < classes(); j++) {
        mean += slopes[i][j] * counts[i][j] / rows;
      }
    }
    double variance = 0;
    for (int i = 0; i < classes(); i++) {
      for (int j = 0; j < classes(); j++) {
        variance += (slopes[i][j] - mean) * (slopes[i][j] - mean) * counts[i][j] / rows;
      }
    }
    return Math.sqrt(variance / rows);
  }

  /** How classes enter an average. */
  public enum Averaging {
    /** Every class that happened or was predicted counts the same. */
    MACRO,
    /** Every row counts the same: precision, recall and F1 are all the accuracy. */
    MICRO,
    /** Every class counts by its share of the rows. */
    WEIGHTED
  }

  /** How a disagreement between two classes counts in Cohen's kappa. */
  enum KappaWeights {
    NONE {
      @Override
      double of(int label, int prediction) {
        return label == prediction ? 0 : 1;
      }
    },
    LINEAR {
      @Override
      double of(int label, int prediction) {
        return Math.abs(label - prediction);
      }
    },
    QUADRATIC {
      @Override
      double of(int label, int prediction) {
        return Math.pow(label - prediction, 2);
      }
    };

    abstract double of(int label, int prediction);
  }

  /**
   * A metric hits / denominator, by shares of the rows, and its partial derivatives.
   *
   * @param ofHappened the weight in the denominator of the rows that are of a class
   * @param ofPredicted the weight of the rows that were predicted as it
   */
  record Part(double ofHappened, double ofPredicted) {
    static final Part PRECISION = new Part(0, 1);
    static final Part RECALL = new Part(1, 0);
    static final Part F1 = fBeta(1);

    static Part fBeta(double beta) {
      if (!(beta > 0 && beta < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "beta = " + beta + ": the weight of recall is positive and finite");
      }
      double square = beta * beta;
      return new Part(1 / (1 + 1 / square), 1 / (1 + square));
    }

    private double denominator(double happened, double predicted) {
      return ofHappened * happened + ofPredicted * predicted;
    }

    double value(double hits, double happened, double predicted) {
      double denominator = denominator(happened, predicted);
      return denominator == 0 ? 0 : hits / denominator;
    }

    double byHits(double happened, double predicted) {
      double denominator = denominator(happened, predicted);
      return denominator == 0 ? 0 : 1 / denominator;
    }

    double byHappened(double hits, double happened, double predicted) {
      double inverse = byHits(happened, predicted);
      return -ofHappened * hits * inverse * inverse;
    }

    double byPredicted(double hits, double happened, double predicted) {
      double inverse = byHits(happened, predicted);
      return -ofPredicted * hits * inverse * inverse;
    }
  }
}
