package io.mlops4j.monitor;

import io.mlops4j.monitor.internal.Figures;
import io.mlops4j.monitor.performance.BinaryPerformance;
import io.mlops4j.monitor.performance.GroupFigures;
import io.mlops4j.monitor.performance.LabelCoverage;
import io.mlops4j.monitor.performance.Metric;
import io.mlops4j.monitor.performance.MultiClassPerformance;
import io.mlops4j.monitor.performance.PerformanceEstimator;
import io.mlops4j.monitor.performance.PerformancePeriod;
import io.mlops4j.monitor.performance.RankingPerformance;
import io.mlops4j.monitor.performance.RegressionPerformance;
import io.mlops4j.monitor.performance.task.Measured;
import io.mlops4j.monitor.performance.task.RankingTask;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

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
public final class Performance {
  private final Measured<?> measured;

  Performance(Measured<?> measured) {
    this.measured = measured;
  }

  /**
   * {@return the figures of the labelled rows of a model of two classes, curves included}
   *
   * @throws IllegalArgumentException if the policy is not binary
   */
  public BinaryPerformance binary() {
    return realised(BinaryPerformance.class);
  }

  /**
   * {@return the figures of the labelled rows of a model of several classes, which are numbered in
   * the policy's order}
   *
   * @throws IllegalArgumentException if the policy is not one of several classes
   */
  public MultiClassPerformance multiClass() {
    return realised(MultiClassPerformance.class);
  }

  /**
   * {@return the figures of the labelled rows of a regression model}
   *
   * @throws IllegalArgumentException if the policy is not one of regression
   */
  public RegressionPerformance regression() {
    return realised(RegressionPerformance.class);
  }

  /**
   * {@return the figures of the queries, each with its labelled items; items without a label are
   * left out}
   *
   * @throws IllegalArgumentException if the policy is not one of rankings
   */
  public RankingPerformance ranking() {
    return realised(RankingPerformance.class);
  }

  private <P> P realised(Class<P> kind) {
    Object realised = measured.realised();
    if (!kind.isInstance(realised)) {
      throw new IllegalArgumentException(
          "found %s, expected a policy of %s"
              .formatted(realised.getClass().getSimpleName(), kind.getSimpleName()));
    }
    return kind.cast(realised);
  }

  boolean isRanking() {
    return measured.task() instanceof RankingTask;
  }

  /**
   * {@return the figures that the answers of all rows of the window lead to expect, with or without
   * a label; empty unless the policy has an estimator}
   */
  public Optional<PerformanceEstimator.Estimate> estimated() {
    return Optional.ofNullable(measured.rows().estimate())
        .map(PerformanceEstimator.Window::estimate);
  }

  /** {@return the predictions that the figures cover, and the share of them with a label} */
  public LabelCoverage coverage() {
    return measured.rows().coverage();
  }

  /** {@return all figures, business figures last; unmodifiable} */
  public Map<String, Metric> figures() {
    return measured.figures();
  }

  /**
   * Returns one figure.
   *
   * @param name its name, for example {@code roc_auc}, or the name of a business figure
   * @return the figure of the labelled rows of the window
   * @throws IllegalArgumentException if there is no figure of this name
   */
  public Metric figure(String name) {
    return measured.figure(Objects.requireNonNull(name, "name"));
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
    return measured.groups(column, figure);
  }

  /**
   * Returns the figures period by period, usually days, from which the difference between periods
   * is measured.
   *
   * @return the complete periods, oldest first, at most the newest 400; an immutable list
   */
  public List<PerformancePeriod> periods() {
    return measured.rows().periods();
  }

  /**
   * States in sentences what the realised figures cannot see.
   *
   * @return for people; empty if every prediction has a label and an answer
   */
  public List<String> limits() {
    return limits(coverage());
  }

  private static List<String> limits(LabelCoverage of) {
    List<String> limits = new ArrayList<>();
    if (of.labelled() < of.predicted()) {
      limits.add(
          "%s of %s rows (%s) have a label. If labels arrive for some kinds of rows only, the figures are those of these kinds."
              .formatted(
                  Figures.of(of.labelled()),
                  Figures.of(of.predicted()),
                  Figures.share(of.share())));
    }
    if (of.waiting() > 0 && of.completeUntil().isBefore(of.to())) {
      limits.add(
          "%s rows wait for their label. Labels are complete until %s; later figures are those of the labels that arrive first."
              .formatted(Figures.of(of.waiting()), of.completeUntil()));
    }
    if (of.unanswered() > 0) {
      limits.add(
          "%s rows have no answer (null or NaN) and are left out."
              .formatted(Figures.of(of.unanswered())));
    }
    if (of.used() < of.labelled()) {
      limits.add(
          "The figures are computed from %s of %s labelled rows, because rows(...) of the policy allows no more."
              .formatted(Figures.of(of.used()), Figures.of(of.labelled())));
    }
    return List.copyOf(limits);
  }

  /** {@return the main figure and the coverage} */
  @Override
  public String toString() {
    String main = measured.task().main();
    return main + " " + figure(main) + "; " + coverage();
  }
}
