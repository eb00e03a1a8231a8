package io.mlops4j.monitor.stats.multivariate;

import io.mlops4j.monitor.stats.TestResult;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Domain classifier: a model that tries to tell current rows from reference rows. The statistic is
 * the area under its ROC curve on rows that it was not trained on: 0.5 if it cannot tell them
 * apart, 1 if it always can. It detects drift of many columns together that no single column shows.
 *
 * <p><b>Model.</b> Logistic regression with a quadratic penalty of 1 on the standardised columns
 * and their squares. So it detects changes of means and of spreads, but not a change of a
 * correlation alone, which {@link MaximumMeanDiscrepancy} detects. Values further than 5 standard
 * deviations from the mean count as 5. It is cross-validated in 5 folds by default. Areas are taken
 * within folds, over all pairs of a reference and a current row.
 *
 * <p><b>P-value.</b> The whole procedure is repeated with permuted labels, {@code (1 + #{T* >= T})
 * / (1 + B)}, 199 times by default. The p-value is valid at any size, never below 1 / (1 + B), and
 * the same for the same seed. {@link Result#isOutside()} tells whether the area is above those of
 * all permutations.
 *
 * <p><b>Cost.</b> In proportion to permutations, rows and columns, and to the cube of the columns
 * once per fold. From a sample of more than {@value #MOST_ROWS} rows, or of {@link
 * #withMostRows(int)}, that many are drawn by the seed.
 *
 * <p><b>Special values.</b> Rows with a NaN are left out. Infinite values, and values beyond 1e150,
 * are rejected. Missing values of a {@link Table} are filled in. If all columns are constant, the
 * statistic is 0.5 and p = 1.
 */
public final class DomainClassifier {
  /** The most rows of each sample that take part by default. */
  public static final int MOST_ROWS = 5000;

  private static final double FURTHEST = 5;
  private static final double PENALTY = 1;
  // an area depends only on the direction of the weights, which converges long before their length
  private static final double PRECISION = 1e-3;
  private static final int MOST_STEPS = 200;

  private static final DomainClassifier DEFAULTS =
      new DomainClassifier(5, new Permutations(199, 0), MOST_ROWS);

  private final int folds;
  private final Permutations permutations;
  private final int mostRows;

  private DomainClassifier(int folds, Permutations permutations, int mostRows) {
    this.folds = folds;
    this.permutations = permutations;
    this.mostRows = mostRows;
  }

  /**
   * {@return the test with five folds, 199 permutations with seed 0, and at most {@value
   * #MOST_ROWS} rows of each sample}
   */
  public static DomainClassifier withDefaults() {
    return DEFAULTS;
  }

  /**
   * Returns the same test with another number of folds.
   *
   * @param count the number of folds, at least 2
   * @return a changed copy
   * @throws IllegalArgumentException if there are fewer than 2
   */
  public DomainClassifier withFolds(int count) {
    if (count < 2) {
      throw new IllegalArgumentException("count = " + count + ": at least 2 folds are needed");
    }
    return new DomainClassifier(count, permutations, mostRows);
  }

  /**
   * Returns the same test with other permutations.
   *
   * @param count the number of permutations, at least 1; p cannot fall below 1 / (1 + count)
   * @param seed decides folds, permutations and the rows that are drawn
   * @return a changed copy
   * @throws IllegalArgumentException if there are none
   */
  public DomainClassifier withPermutations(int count, long seed) {
    return new DomainClassifier(folds, new Permutations(count, seed), mostRows);
  }

  /**
   * Returns the same test with another bound on the rows.
   *
   * @param rows the most rows of each sample that take part, at least 2
   * @return a changed copy
   * @throws IllegalArgumentException if there are fewer than 2
   */
  public DomainClassifier withMostRows(int rows) {
    if (rows < 2) {
      throw new IllegalArgumentException("rows = " + rows + ": at least 2 must take part");
    }
    return new DomainClassifier(folds, permutations, rows);
  }

  /**
   * Tests two samples.
   *
   * @param reference rows of equal length, at least as many without a NaN as there are folds
   * @param current rows of the same columns in the same order, at least as many
   * @return the area, its p-value and the range of the permutations
   * @throws IllegalArgumentException if a sample has too few rows, rows differ in length or a value
   *     is infinite or beyond 1e150
   */
  public Result test(double[][] reference, double[][] current) {
    SplittableRandom random = new SplittableRandom(permutations.seed());
    double[][] first =
        CompleteRows.sample(CompleteRows.of(reference, "reference", folds), mostRows, random);
    double[][] second =
        CompleteRows.sample(CompleteRows.of(current, "current", folds), mostRows, random);
    CompleteRows.checkColumns(first, second);
    double[][] design = design(CompleteRows.pooled(first, second));
    if (design[0].length == 1) {
      return new Result(0.5, 1, 0.5, 0.5);
    }
    int[] mixed = IntStream.range(0, design.length).toArray();
    Permutations.shuffle(mixed, random);
    Fold[] all =
        IntStream.range(0, folds)
            .mapToObj(fold -> new Fold(design, mixed, fold, folds))
            .toArray(Fold[]::new);
    int[] asTheyCame = IntStream.range(0, design.length).toArray();
    double statistic = area(all, asTheyCame, first.length);
    double[] permuted =
        permutations.statistics(design.length, order -> area(all, order, first.length));
    return new Result(
        statistic,
        Permutations.pValue(statistic, permuted),
        Arrays.stream(permuted).min().orElseThrow(),
        Arrays.stream(permuted).max().orElseThrow());
  }

  /**
   * Tests two tables by the reference's columns. Categories become their share of the reference's
   * rows. Missing values become the reference's mean or its most frequent category.
   *
   * @param reference the rows to compare with
   * @param current rows with the same columns, matched by name
   * @return the area, its p-value and the range of the permutations
   * @throws IllegalArgumentException if a column is missing or of another kind, or for the reasons
   *     of {@link #test(double[][], double[][])}
   */
  public Result test(Table reference, Table current) {
    TableEncoding encoding = TableEncoding.of(reference);
    return test(encoding.rows(reference), encoding.rows(current));
  }

  /**
   * A constant, then each column that is not constant, standardised, and its square, standardised.
   */
  private static double[][] design(double[][] rows) {
    double[][] standardised = standardised(rows);
    double[][] squares =
        Arrays.stream(standardised)
            .map(row -> Arrays.stream(row).map(z -> z * z).toArray())
            .toArray(double[][]::new);
    double[][] spreads = standardised[0].length == 0 ? squares : standardised(squares);
    double[][] design = new double[rows.length][];
    for (int i = 0; i < rows.length; i++) {
      double[] row = new double[1 + standardised[i].length + spreads[i].length];
      row[0] = 1;
      System.arraycopy(standardised[i], 0, row, 1, standardised[i].length);
      System.arraycopy(spreads[i], 0, row, 1 + standardised[i].length, spreads[i].length);
      design[i] = row;
    }
    return design;
  }

  private static double[][] standardised(double[][] rows) {
    double[] means = CompleteRows.means(rows);
    double[] deviations = CompleteRows.deviations(rows, means);
    int[] varying =
        IntStream.range(0, means.length).filter(column -> deviations[column] > 0).toArray();
    return Arrays.stream(rows)
        .map(
            row ->
                Arrays.stream(varying)
                    .mapToDouble(column -> (row[column] - means[column]) / deviations[column])
                    .map(z -> Math.max(-FURTHEST, Math.min(FURTHEST, z)))
                    .toArray())
        .toArray(double[][]::new);
  }

  /** The first rows of the order are the reference. */
  private static double area(Fold[] folds, int[] order, int first) {
    boolean[] isCurrent = new boolean[order.length];
    for (int i = first; i < order.length; i++) {
      isCurrent[order[i]] = true;
    }
    double wins = 0;
    double pairs = 0;
    for (Fold fold : folds) {
      double[][] scores = fold.scores(isCurrent);
      wins += wins(scores[0], scores[1]);
      pairs += (double) scores[0].length * scores[1].length;
    }
    return pairs == 0 ? 0.5 : wins / pairs;
  }

  /** Pairs in which the second score is above the first, equal ones counting half. */
  private static double wins(double[] first, double[] second) {
    Arrays.sort(first);
    Arrays.sort(second);
    double wins = 0;
    int below = 0;
    int upTo = 0;
    for (double score : second) {
      while (below < first.length && first[below] < score) {
        below++;
      }
      while (upTo < first.length && first[upTo] <= score) {
        upTo++;
      }
      wins += (below + upTo) / 2.0;
    }
    return wins;
  }

  /** Every n-th of the shuffled rows, and a model of all others. */
  private static final class Fold {
    private final double[][] design;
    private final int[] test;
    private final int[] train;
    private final LogisticModel model;

    Fold(double[][] design, int[] mixed, int fold, int folds) {
      this.design = design;
      this.test =
          IntStream.range(0, mixed.length)
              .filter(i -> i % folds == fold)
              .map(i -> mixed[i])
              .toArray();
      this.train =
          IntStream.range(0, mixed.length)
              .filter(i -> i % folds != fold)
              .map(i -> mixed[i])
              .toArray();
      this.model =
          new LogisticModel(
              Arrays.stream(train).mapToObj(row -> design[row]).toArray(double[][]::new), PENALTY);
    }

    /** Scores of the tested rows: those of the reference, those of the current sample. */
    double[][] scores(boolean[] isCurrent) {
      boolean[] labels = new boolean[train.length];
      for (int i = 0; i < train.length; i++) {
        labels[i] = isCurrent[train[i]];
      }
      double[] weights = model.fit(labels, PRECISION, MOST_STEPS);
      return new double[][] {scores(weights, isCurrent, false), scores(weights, isCurrent, true)};
    }

    private double[] scores(double[] weights, boolean[] isCurrent, boolean current) {
      return Arrays.stream(test)
          .filter(row -> isCurrent[row] == current)
          .mapToDouble(row -> LogisticModel.score(weights, design[row]))
          .toArray();
    }
  }

  /**
   * The result of the test.
   *
   * @param statistic area under the ROC curve, 0.5 if the samples cannot be told apart
   * @param pValue from permutations, above 0
   * @param lowest the smallest area of the permutations
   * @param highest the largest area of the permutations
   */
  public record Result(double statistic, double pValue, double lowest, double highest)
      implements TestResult {

    /**
     * {@return whether the area is above those of all permutations; an area below them is random
     * variation too}
     */
    public boolean isOutside() {
      return statistic > highest;
    }
  }
}
