package io.mlops4j.monitor.explain;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.model.Feature;
import io.mlops4j.monitor.explain.PredictionShift.Estimate;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.arrow.vector.ValueVector;

/**
 * Computes how much of a shift of the mean prediction each feature explains, by putting back one
 * feature at a time.
 *
 * <p>With f the model, X the current rows and R the reference rows, the shift is {@code mean f(X) -
 * mean f(R)}. For feature j, {@code X[j := R]} are the current rows with the values of column j
 * drawn from reference rows and the others kept. The feature explains {@code mean f(X) - mean f(X[j
 * := R])}. The remainder is {@code shift - sum of the parts}. It is 0 for a model that is a sum of
 * functions of single features. Otherwise it holds interactions of features, in the model or in the
 * data, and the effect of columns that were not examined. A column is drawn without the columns
 * that depend on it, so some rows that the model predicts may never occur in practice. If features
 * depend closely on each other, trust the ranking more than the figures. Shapley values would
 * distribute the remainder among the features, but need many times as many calls.
 *
 * <p><b>Draws and sampling error.</b> Both sides are shuffled by the seed and cut into {@value
 * #GROUPS} groups of equal size. Each group of current rows draws from the same group of the
 * reference, every row there equally often. The groups share no row, so the standard error of a
 * figure is the deviation of its {@value #GROUPS} group means over {@code sqrt(}{@value
 * #GROUPS}{@code )}: it covers the sampling of both sides and the draws. Rows are assumed to be
 * exchangeable.
 *
 * <p>Predicts once for each side and once for each feature, with at most {@link #withMostRows} rows
 * at a time. Immutable and thread safe.
 */
public final class ShiftExplainer {
  private static final int GROUPS = 20;

  private static final ShiftExplainer DEFAULTS = new ShiftExplainer(1, 10_000, List.of());

  private final long seed;
  private final int mostRows;
  private final List<String> features;

  private ShiftExplainer(long seed, int mostRows, List<String> features) {
    this.seed = seed;
    this.mostRows = mostRows;
    this.features = features;
  }

  /** {@return an explainer with the seed 1, at most 10 000 rows of each side, and every feature} */
  public static ShiftExplainer withDefaults() {
    return DEFAULTS;
  }

  /**
   * Returns the same explainer with another seed of the draws.
   *
   * @param number any number
   * @return a changed copy
   */
  public ShiftExplainer withSeed(long number) {
    return new ShiftExplainer(number, mostRows, features);
  }

  /**
   * Returns the same explainer with another limit on the rows of each side. From larger sides this
   * number of rows is drawn without replacement.
   *
   * @param rows at least 40
   * @return a changed copy
   * @throws IllegalArgumentException if there are fewer
   */
  public ShiftExplainer withMostRows(int rows) {
    checkRows("rows", rows);
    return new ShiftExplainer(seed, rows, features);
  }

  /**
   * Returns the same explainer for some features only. The effect of the others is in the
   * remainder.
   *
   * @param names of columns that both sides have; none for all
   * @return a changed copy
   */
  public ShiftExplainer withFeatures(String... names) {
    return new ShiftExplainer(seed, mostRows, Stream.of(names).distinct().toList());
  }

  /**
   * Explains the shift of a model's output by the features of the model.
   *
   * @param model the model; the caller closes it. Its listeners receive these calls like all
   *     others: use an instance without the monitor that watches live traffic
   * @param output a floating-point output with one value for each row
   * @param reference rows to compare with; they stay the caller's
   * @param current rows to explain; they stay the caller's
   * @return the shift and its parts
   * @throws IllegalArgumentException if a side has fewer than 40 rows or lacks a named feature, or
   *     if the model returns a number that is not finite
   * @throws io.mlops4j.error.DataException if a feature has different types on both sides
   * @throws io.mlops4j.error.MlopsException if the model fails or rejects the rows
   */
  public PredictionShift explain(
      Model model, String output, FeatureBatch reference, FeatureBatch current) {
    return explain(model, output, 0, reference, current);
  }

  /**
   * Explains the shift of one value of a model's output, such as the probability of one class, by
   * the features of the model.
   *
   * @param model the model, as for {@link #explain(Model, String, FeatureBatch, FeatureBatch)}
   * @param output a floating-point output with several values for each row
   * @param index position of the value within a row, from 0
   * @param reference rows to compare with; they stay the caller's
   * @param current rows to explain; they stay the caller's
   * @return the shift and its parts
   * @throws IllegalArgumentException if a side has fewer than 40 rows or lacks a named feature, or
   *     if the model returns a number that is not finite
   * @throws IndexOutOfBoundsException if a row has no value at the index
   * @throws io.mlops4j.error.DataException if a feature has different types on both sides
   * @throws io.mlops4j.error.MlopsException if the model fails or rejects the rows
   */
  public PredictionShift explain(
      Model model, String output, int index, FeatureBatch reference, FeatureBatch current) {
    Objects.requireNonNull(output, "output");
    List<String> needed =
        features.isEmpty()
            ? model.features().features().stream().map(Feature::column).toList()
            : features;
    return explain(rows -> predict(model, output, index, rows), needed, reference, current);
  }

  private static double[] predict(Model model, String output, int index, FeatureBatch rows) {
    try (Prediction prediction = model.predict(rows)) {
      double[] values = prediction.doubles(output);
      int each = rows.rows() == 0 ? 1 : values.length / rows.rows();
      Objects.checkIndex(index, each);
      double[] picked = new double[rows.rows()];
      Arrays.setAll(picked, row -> values[row * each + index]);
      return picked;
    }
  }

  /**
   * Explains the shift of any function by the columns that both sides have. Drawn columns that are
   * dictionary-encoded reach the function as plain ones.
   *
   * @param predictor returns one number for each row, in order; the rows are borrowed for the call
   * @param reference rows to compare with; they stay the caller's
   * @param current rows to explain; they stay the caller's
   * @return the shift and its parts
   * @throws IllegalArgumentException if a side has fewer than 40 rows or lacks a named feature, or
   *     if the function returns too few numbers or one that is not finite
   * @throws io.mlops4j.error.DataException if a feature has different types on both sides
   */
  public PredictionShift explain(
      Function<? super FeatureBatch, double[]> predictor,
      FeatureBatch reference,
      FeatureBatch current) {
    return explain(
        predictor, features.isEmpty() ? shared(reference, current) : features, reference, current);
  }

  private static List<String> shared(FeatureBatch reference, FeatureBatch current) {
    List<String> before = names(reference);
    return names(current).stream().filter(before::contains).toList();
  }

  private static List<String> names(FeatureBatch batch) {
    return batch.root().getFieldVectors().stream().map(ValueVector::getName).toList();
  }

  private PredictionShift explain(
      Function<? super FeatureBatch, double[]> predictor,
      List<String> columns,
      FeatureBatch reference,
      FeatureBatch current) {
    Objects.requireNonNull(predictor, "predictor");
    checkRows("reference", reference.rows());
    checkRows("current", current.rows());
    columns.forEach(column -> RowSampler.checkTypes(column, reference, current));
    SplittableRandom random = new SplittableRandom(seed);
    int[] before = RowSampler.shuffled(reference.rows(), mostRows, random);
    int[] after = RowSampler.shuffled(current.rows(), mostRows, random);
    try (FeatureBatch from = RowSampler.rows(reference, before);
        FeatureBatch to = RowSampler.rows(current, after)) {
      return explainShuffled(predictor, columns, from, to);
    }
  }

  private PredictionShift explainShuffled(
      Function<? super FeatureBatch, double[]> predictor,
      List<String> columns,
      FeatureBatch reference,
      FeatureBatch current) {
    Means before = Means.of(ask(predictor, reference));
    Means after = Means.of(ask(predictor, current));
    Means shift = after.minus(before);
    Means remainder = shift;
    int[] drawn = drawn(reference.rows(), current.rows());
    Map<String, Estimate> all = new LinkedHashMap<>();
    for (String column : columns) {
      Means putBack =
          Means.of(
              RowSampler.withColumn(
                  current, reference, column, drawn, rows -> ask(predictor, rows)));
      Means explained = after.minus(putBack);
      remainder = remainder.minus(explained);
      all.put(column, explained.estimate());
    }
    Map<String, Estimate> parts = new LinkedHashMap<>();
    all.entrySet().stream()
        .sorted(Comparator.comparingDouble(part -> -Math.abs(part.getValue().value())))
        .forEach(part -> parts.put(part.getKey(), part.getValue()));
    return new PredictionShift(
        before.all,
        after.all,
        shift.estimate(),
        parts,
        remainder.estimate(),
        reference.rows(),
        current.rows(),
        seed);
  }

  private static double[] ask(
      Function<? super FeatureBatch, double[]> predictor, FeatureBatch rows) {
    double[] answers = predictor.apply(rows);
    if (answers.length != rows.rows()) {
      throw new IllegalArgumentException(
          "predictor: found %d numbers for %d rows, expected one for each row"
              .formatted(answers.length, rows.rows()));
    }
    for (double answer : answers) {
      if (!Double.isFinite(answer)) {
        throw new IllegalArgumentException(
            "predictor: found the prediction " + answer + ", expected finite numbers");
      }
    }
    return answers;
  }

  /**
   * Returns for each current row a reference row of the same group. The reference rows take turns.
   */
  private static int[] drawn(int referenceRows, int currentRows) {
    int[] drawn = new int[currentRows];
    for (int group = 0; group < GROUPS; group++) {
      int from = start(group, referenceRows);
      int size = start(group + 1, referenceRows) - from;
      int first = start(group, currentRows);
      for (int row = first; row < start(group + 1, currentRows); row++) {
        drawn[row] = from + (row - first) % size;
      }
    }
    return drawn;
  }

  private static int start(int group, int rows) {
    return (int) ((long) group * rows / GROUPS);
  }

  /** The mean of a figure over all rows, and over the rows of each group. */
  private static final class Means {
    private final double all;
    private final double[] groups;

    private Means(double all, double[] groups) {
      this.all = all;
      this.groups = groups;
    }

    static Means of(double[] values) {
      double[] groups = new double[GROUPS];
      Arrays.setAll(
          groups,
          group ->
              Arrays.stream(values, start(group, values.length), start(group + 1, values.length))
                  .average()
                  .orElseThrow());
      return new Means(Arrays.stream(values).average().orElseThrow(), groups);
    }

    Means minus(Means other) {
      double[] differences = new double[GROUPS];
      Arrays.setAll(differences, group -> groups[group] - other.groups[group]);
      return new Means(all - other.all, differences);
    }

    Estimate estimate() {
      double mean = Arrays.stream(groups).average().orElseThrow();
      double squares = Arrays.stream(groups).map(g -> (g - mean) * (g - mean)).sum();
      return new Estimate(all, Math.sqrt(squares / (GROUPS - 1) / GROUPS), GROUPS - 1);
    }
  }

  private static void checkRows(String name, int rows) {
    if (rows < 2 * GROUPS) {
      throw new IllegalArgumentException(
          name + ": found " + rows + " rows, expected at least " + 2 * GROUPS);
    }
  }
}
