package io.mlops4j.monitor.performance.task;

import io.mlops4j.monitor.live.rows.Span;
import io.mlops4j.monitor.performance.PerformanceEstimator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The rules by which performance is measured and judged. Immutable.
 *
 * @param window the predictions that a figure covers
 * @param period the length of the periods after each of which versions are judged
 * @param business the figures of the application by name, in their order
 * @param groups the columns by which figures are broken down
 * @param rows the labelled rows that are held, over all versions
 */
public record PerformanceRules(
    PerformanceTask<?> task,
    Span window,
    Duration period,
    List<Bound> bounds,
    Map<String, DoubleBinaryOperator> business,
    List<String> groups,
    int rows,
    @Nullable Estimator estimator) {

  /**
   * A bound of a figure.
   *
   * @param minimum whether the figure must not be below, or not above
   */
  public record Bound(String figure, double value, boolean minimum) {}

  /**
   * An estimator of the policy's task.
   *
   * @param features the columns that an estimator of a regression reads
   */
  public record Estimator(PerformanceEstimator of, List<String> features) {
    public Estimator {
      features = List.copyOf(features);
    }

    public boolean readsFeatures() {
      return of.classes() == 0;
    }
  }

  /** Returns an empty window of the estimator, or null if there is none. */
  public PerformanceEstimator.@Nullable Window estimate() {
    return estimator == null ? null : estimator.of().window();
  }

  /** The names of all figures, business figures last. */
  public List<String> figures() {
    List<String> names = new ArrayList<>(task.figures().keySet());
    names.addAll(business.keySet());
    return List.copyOf(names);
  }
}
