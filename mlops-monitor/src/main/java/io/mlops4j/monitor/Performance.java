package io.mlops4j.monitor;

import io.mlops4j.monitor.internal.Figures;
import io.mlops4j.monitor.performance.BinaryPerformance;
import io.mlops4j.monitor.performance.Cbpe;
import io.mlops4j.monitor.performance.ConfusionMatrix;
import io.mlops4j.monitor.performance.Dle;
import io.mlops4j.monitor.performance.GroupFigures;
import io.mlops4j.monitor.performance.Metric;
import io.mlops4j.monitor.performance.MultiClassCbpe;
import io.mlops4j.monitor.performance.MultiClassPerformance;
import io.mlops4j.monitor.performance.RankingPerformance;
import io.mlops4j.monitor.performance.RegressionPerformance;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.DoubleBinaryOperator;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The realised performance of one version in the newest window of its predictions, from the labels
 * that have arrived. The window is one of prediction time: a label counts for the day of its
 * prediction, whenever it arrives.
 *
 * <p>Figures have names, such as {@code roc_auc}; the {@link PerformancePolicy} lists them for each
 * kind of model. Every figure has its sampling error and comes with its {@link #coverage}. A figure
 * that the rows do not define is a {@link Metric.Undefined}; no figure is NaN. Computed when first
 * read. Immutable and thread safe.
 */
public abstract sealed class Performance {
  private final Source<?> source;

  private Performance(Source<?> source) {
    this.source = source;
  }

  /** {@return the predictions that the figures cover, and the share of them with a label} */
  public Coverage coverage() {
    return source.rows.coverage();
  }

  /** {@return all figures, business figures last; unmodifiable} */
  public Map<String, Metric> figures() {
    return source.figures();
  }

  /**
   * Returns one figure.
   *
   * @param name its name, for example {@code roc_auc}, or the name of a business figure
   * @return the figure of the labelled rows of the window
   * @throws IllegalArgumentException if there is no figure of this name
   */
  public Metric figure(String name) {
    Metric figure = figures().get(Objects.requireNonNull(name, "name"));
    if (figure == null) {
      throw new IllegalArgumentException(
          "figure: found \"" + name + "\", expected one of " + figures().keySet());
    }
    return figure;
  }

  /**
   * Returns a figure for each group of rows.
   *
   * @param column a column of {@link PerformancePolicy#groups}
   * @param figure the name of a figure
   * @return the figure of each group with its sampling error; rows without a value are in the group
   *     {@code null}, and rows beyond 200 groups in the group {@code other}
   * @throws IllegalArgumentException if rows are not grouped by the column, or there is no such
   *     figure
   */
  public GroupFigures groups(String column, String figure) {
    Objects.requireNonNull(column, "column");
    if (!figures().containsKey(Objects.requireNonNull(figure, "figure"))) {
      throw new IllegalArgumentException(
          "figure: found \"" + figure + "\", expected one of " + figures().keySet());
    }
    return source.groups(column, figure);
  }

  /**
   * Returns the figures period by period, usually days, from which the difference between periods
   * is measured.
   *
   * @return the complete periods, oldest first, at most the newest 400; an immutable list
   */
  public List<Period> periods() {
    return source.rows.periods();
  }

  /**
   * States in sentences what the realised figures cannot see.
   *
   * @return for people; empty if every prediction has a label and an answer
   */
  public List<String> limits() {
    return coverage().limits();
  }

  /** {@return the main figure and the coverage} */
  @Override
  public String toString() {
    String main = source.task.main();
    return main + " " + text(figure(main)) + "; " + coverage();
  }

  static String text(Metric metric) {
    return metric instanceof Metric.Value value
        ? Figures.of(value.value()) + " ± " + Figures.of(value.standardError())
        : ((Metric.Undefined) metric).reason();
  }

  /**
   * The predictions that figures cover.
   *
   * @param from the beginning of the window, by the monitor's clock
   * @param to its end: the beginning of the next period, or the newest time if that is earlier
   * @param predicted the rows that the version answered in the window; 0 or more
   * @param labelled those with a label; 0 or more
   * @param used the labelled rows that the figures are computed from: fewer than {@code labelled}
   *     if the rows did not fit the bound of {@link PerformancePolicy#rows}; then they are the
   *     newest days, or a random sample of one day
   * @param unanswered the rows whose answer was null or NaN; they are in no figure
   * @param waiting the rows that still wait for their label
   * @param completeUntil the watermark: labels of earlier predictions are complete, because at most
   *     1 % of them still wait or their time has ended
   */
  public record Coverage(
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

    private List<String> limits() {
      List<String> limits = new ArrayList<>();
      if (labelled < predicted) {
        limits.add(
            "%s of %s rows (%s) have a label. If labels arrive for some kinds of rows only, the figures are those of these kinds."
                .formatted(Figures.of(labelled), Figures.of(predicted), Figures.share(share())));
      }
      if (waiting > 0 && completeUntil.isBefore(to)) {
        limits.add(
            "%s rows wait for their label. Labels are complete until %s; later figures are those of the labels that arrive first."
                .formatted(Figures.of(waiting), completeUntil));
      }
      if (unanswered > 0) {
        limits.add(
            "%s rows have no answer (null or NaN) and are left out."
                .formatted(Figures.of(unanswered)));
      }
      if (used < labelled) {
        limits.add(
            "The figures are computed from %s of %s labelled rows, because rows(...) of the policy allows no more."
                .formatted(Figures.of(used), Figures.of(labelled)));
      }
      return List.copyOf(limits);
    }

    /** {@return the labelled rows, their share and the watermark} */
    @Override
    public String toString() {
      return "%s of %s rows labelled (%s), complete until %s"
          .formatted(
              Figures.of(labelled), Figures.of(predicted), Figures.share(share()), completeUntil);
    }
  }

  /**
   * One complete period of predictions.
   *
   * @param from its beginning, by the monitor's clock
   * @param to its end, the beginning of the next one
   * @param predicted the rows that the version answered
   * @param labelled those with a label when the period was complete
   * @param figures all figures of the period; unmodifiable
   */
  public record Period(
      Instant from, Instant to, long predicted, long labelled, Map<String, Metric> figures) {
    /**
     * Keeps the order of the figures.
     *
     * @param from its beginning
     * @param to its end
     * @param predicted the rows that the version answered
     * @param labelled those with a label
     * @param figures all figures of the period
     */
    public Period {
      figures = Collections.unmodifiableMap(new LinkedHashMap<>(figures));
    }

    /** The value of a figure, or NaN if it is undefined. */
    double value(String figure) {
      Metric metric = figures.get(figure);
      return metric == null ? Double.NaN : metric.orElse(Double.NaN);
    }
  }

  /** Two classes. */
  public static final class Binary extends Performance {
    private final Source<BinaryPerformance> source;
    private final double threshold;

    Binary(Source<BinaryPerformance> source, double threshold) {
      super(source);
      this.source = source;
      this.threshold = threshold;
    }

    /** {@return the figures of the labelled rows} */
    public BinaryPerformance realised() {
      return source.realised();
    }

    /** {@return the decisions at the threshold of the policy} */
    public ConfusionMatrix confusion() {
      return realised().confusion(threshold);
    }

    /**
     * {@return the figures that the scores of all rows of the window lead to expect, with or
     * without a label; empty unless the policy has an estimator}
     */
    public Optional<Cbpe.Estimate> estimated() {
      return source.rows.estimate() instanceof Cbpe.Window window
          ? Optional.of(window.estimate())
          : Optional.empty();
    }
  }

  /** Several classes. */
  public static final class MultiClass extends Performance {
    private final Source<MultiClassPerformance> source;

    MultiClass(Source<MultiClassPerformance> source) {
      super(source);
      this.source = source;
    }

    /** {@return the figures of the labelled rows; classes are numbered in the policy's order} */
    public MultiClassPerformance realised() {
      return source.realised();
    }

    /**
     * {@return the figures that the probabilities of all rows of the window lead to expect, with or
     * without a label; empty unless the policy has an estimator}
     */
    public Optional<MultiClassCbpe.Estimate> estimated() {
      return source.rows.estimate() instanceof MultiClassCbpe.Window window
          ? Optional.of(window.estimate())
          : Optional.empty();
    }
  }

  /** Numbers. */
  public static final class Regression extends Performance {
    private final Source<RegressionPerformance> source;

    Regression(Source<RegressionPerformance> source) {
      super(source);
      this.source = source;
    }

    /** {@return the figures of the labelled rows} */
    public RegressionPerformance realised() {
      return source.realised();
    }

    /**
     * {@return the errors that the features and predictions of all rows of the window lead to
     * expect, with or without a label; empty unless the policy has an estimator}
     */
    public Optional<Dle.Estimate> estimated() {
      return source.rows.estimate() instanceof Dle.Window window
          ? Optional.of(window.estimate())
          : Optional.empty();
    }
  }

  /** Rankings. */
  public static final class Ranking extends Performance {
    private final Source<RankingPerformance> source;

    Ranking(Source<RankingPerformance> source) {
      super(source);
      this.source = source;
    }

    /**
     * {@return the figures of the queries, each with its labelled items; items without a label are
     * left out}
     */
    public RankingPerformance realised() {
      return source.realised();
    }
  }

  /**
   * The rows of a window.
   *
   * @param groupNames for each group column the names of its groups by number
   * @param estimate a window of a {@link Cbpe}, {@link MultiClassCbpe} or {@link Dle}, or null
   */
  record Rows(
      Coverage coverage,
      LabelledRows labelled,
      Map<String, List<String>> groupNames,
      Map<String, DoubleBinaryOperator> business,
      List<Period> periods,
      @Nullable Object estimate) {}

  /** Computes figures when they are first read. */
  static final class Source<P> {
    private final PerformanceTask<P> task;
    private final Rows rows;
    private @Nullable P realised;
    private @Nullable Map<String, Metric> figures;

    Source(PerformanceTask<P> task, Rows rows) {
      this.task = task;
      this.rows = rows;
    }

    synchronized P realised() {
      P known = realised;
      if (known == null) {
        known = task.measure(rows.labelled());
        realised = known;
      }
      return known;
    }

    synchronized Map<String, Metric> figures() {
      Map<String, Metric> known = figures;
      if (known == null) {
        Map<String, Metric> all = new LinkedHashMap<>();
        task.figures().forEach((name, figure) -> all.put(name, figure.apply(realised())));
        rows.business()
            .forEach((name, f) -> all.put(name, BusinessFigure.of(task, f, rows.labelled())));
        known = Collections.unmodifiableMap(all);
        figures = known;
      }
      return known;
    }

    GroupFigures groups(String column, String figure) {
      int at = List.copyOf(rows.groupNames().keySet()).indexOf(column);
      List<String> names = rows.groupNames().get(column);
      if (names == null) {
        throw new IllegalArgumentException(
            "groups: found column \"%s\", expected one of %s; see PerformancePolicy.groups(...)"
                .formatted(column, rows.groupNames().keySet()));
      }
      LabelledRows labelled = rows.labelled();
      String[] ofRows = new String[labelled.size()];
      double[] numbers = new double[ofRows.length];
      for (int row = 0; row < ofRows.length; row++) {
        ofRows[row] = names.get(labelled.group(row, at));
        numbers[row] = row;
      }
      return GroupFigures.of(
          ofRows, chosen -> figure(figure, labelled.rows(whole(chosen.of(numbers)))));
    }

    private static int[] whole(double[] numbers) {
      int[] whole = new int[numbers.length];
      for (int i = 0; i < whole.length; i++) {
        whole[i] = (int) numbers[i];
      }
      return whole;
    }

    private Metric figure(String name, LabelledRows some) {
      Function<P, Metric> figure = task.figures().get(name);
      if (figure != null) {
        return figure.apply(task.measure(some));
      }
      DoubleBinaryOperator business = rows.business().get(name);
      if (business == null) {
        throw new IllegalArgumentException("figure: found \"" + name + "\"");
      }
      return BusinessFigure.of(task, business, some);
    }
  }
}
