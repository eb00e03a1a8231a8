package io.mlops4j.monitor.performance.task;

import io.mlops4j.monitor.performance.GroupFigures;
import io.mlops4j.monitor.performance.LabelCoverage;
import io.mlops4j.monitor.performance.Metric;
import io.mlops4j.monitor.performance.PerformanceEstimator;
import io.mlops4j.monitor.performance.PerformancePeriod;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The figures of labelled rows, computed when they are first read. Thread safe. */
public final class Measured<P> {
  /**
   * The rows of a window.
   *
   * @param groupNames for each group column the names of its groups by number
   * @param estimate null without an estimator
   */
  public record Rows(
      LabelCoverage coverage,
      LabelledRows labelled,
      Map<String, List<String>> groupNames,
      Map<String, DoubleBinaryOperator> business,
      List<PerformancePeriod> periods,
      PerformanceEstimator.@Nullable Window estimate) {}

  private final PerformanceTask<P> task;
  private final Rows rows;
  private @Nullable P realised;
  private @Nullable Map<String, Metric> figures;

  Measured(PerformanceTask<P> task, Rows rows) {
    this.task = task;
    this.rows = rows;
  }

  public PerformanceTask<P> task() {
    return task;
  }

  public Rows rows() {
    return rows;
  }

  public synchronized P realised() {
    P known = realised;
    if (known == null) {
      known = task.measure(rows.labelled());
      realised = known;
    }
    return known;
  }

  public synchronized Map<String, Metric> figures() {
    Map<String, Metric> known = figures;
    if (known == null) {
      Map<String, Metric> all = new LinkedHashMap<>();
      Metric none = task.unmeasurable(rows.labelled());
      task.figures()
          .forEach((name, its) -> all.put(name, none == null ? its.apply(realised()) : none));
      rows.business()
          .forEach((name, f) -> all.put(name, BusinessFigure.of(task, f, rows.labelled())));
      known = Collections.unmodifiableMap(all);
      figures = known;
    }
    return known;
  }

  /**
   * Returns one figure.
   *
   * @throws IllegalArgumentException if there is no figure of this name
   */
  public Metric figure(String name) {
    Metric figure = figures().get(name);
    if (figure == null) {
      throw new IllegalArgumentException(
          "figure: found \"" + name + "\", expected one of " + figures().keySet());
    }
    return figure;
  }

  public GroupFigures groups(String column, String figure) {
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
      Metric none = task.unmeasurable(some);
      return none == null ? figure.apply(task.measure(some)) : none;
    }
    DoubleBinaryOperator business = rows.business().get(name);
    if (business == null) {
      throw new IllegalArgumentException("figure: found \"" + name + "\"");
    }
    return BusinessFigure.of(task, business, some);
  }
}
