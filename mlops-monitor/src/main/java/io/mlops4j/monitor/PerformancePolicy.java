package io.mlops4j.monitor;

import io.mlops4j.internal.Suggestions;
import io.mlops4j.monitor.live.rows.Span;
import io.mlops4j.monitor.performance.PerformanceEstimator;
import io.mlops4j.monitor.performance.task.BinaryTask;
import io.mlops4j.monitor.performance.task.MultiClassTask;
import io.mlops4j.monitor.performance.task.PerformanceRules;
import io.mlops4j.monitor.performance.task.PerformanceTask;
import io.mlops4j.monitor.performance.task.RankingTask;
import io.mlops4j.monitor.performance.task.RegressionTask;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.DoubleBinaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The rules by which a monitor measures and judges the performance of versions: the kind of model,
 * the output that labels are compared with, the window, and bounds of figures. Immutable; each
 * method returns a changed copy.
 *
 * <table class="striped">
 * <caption>Figures by name</caption>
 * <tr><th>kind</th><th>figures, the main one first</th></tr>
 * <tr><td>{@link #binary}</td><td>roc_auc, average_precision, log_loss, brier, calibration_error,
 * accuracy, balanced_accuracy, precision, recall, false_positive_rate, predicted_rate, f1, mcc,
 * kappa</td></tr>
 * <tr><td>{@link #multiClass}</td><td>accuracy, balanced_accuracy; precision, recall and f1, each
 * with _macro, _micro and _weighted; mcc, kappa, top_2_accuracy, roc_auc_ovr, roc_auc_ovo,
 * log_loss, brier, calibration_error</td></tr>
 * <tr><td>{@link #regression}</td><td>mae, rmse, mse, bias, r2, explained_variance, mape, smape,
 * msle, median_absolute_error, maximum_error</td></tr>
 * <tr><td>{@link #ranking}</td><td>ndcg, ndcg_10, map, mrr, hit_rate_1, hit_rate_10</td></tr>
 * </table>
 *
 * <p><b>Windows and periods.</b> Rows belong to the period in which they were predicted, a day of
 * UTC unless stated. A window is a number of periods. A period is judged when its labels are
 * complete: it is over, and at most 1 % of its rows still wait for their label.
 *
 * <p><b>Alarms.</b> A bound that is stated must be missed by more than periods normally differ by.
 * Let {@code x} be the figure of the newest {@code m} complete periods together, {@code e} its
 * sampling error, and {@code s} the standard deviation of the figure between earlier periods, with
 * {@code f} degrees of freedom. The figure misses a minimum {@code b} if {@code t = (b - x) /
 * max(e, s / sqrt(m))} is beyond the point of Student's distribution with {@code f} degrees of
 * freedom that the monitor's budget of false alarms gives. The newest period alone is judged in the
 * same way, at a tenth of that level, so that a large loss is found before it fills the window.
 * There is no alarm before five complete periods. A figure that is undefined in five complete
 * periods in a row, or labels that do not come in them, are a problem of configuration. A bound on
 * maximum_error, which has no sampling error, is refused when the monitor starts.
 *
 * <p>If no bound is stated, the main figure is compared in the same way with the best of the
 * earlier versions and of the version's own earlier periods, each with at least five complete
 * periods. It may be worse by 0.05, or for regression by 10 %. For binary models whose scores are
 * probabilities, brier is compared as well and may be worse by 0.1, because roc_auc shows the order
 * of scores only: labels or probabilities may change without it.
 *
 * <p>The deviation between periods allows for days that differ. It does not allow for weeks of
 * unusual traffic in a row.
 */
public final class PerformancePolicy {
  private static final Duration DAY = Duration.ofDays(1);
  private static final Duration LONGEST_PERIOD = Duration.ofDays(366);
  private static final Window WEEK = Window.of(Duration.ofDays(7));

  private final PerformanceRules rules;

  /** All settings; changed only while a policy is made. */
  private static final class Draft {
    private PerformanceTask<?> task;
    private Span window;
    private Duration period;
    private List<PerformanceRules.Bound> bounds;
    private Map<String, DoubleBinaryOperator> business;
    private List<String> groups;
    private int rows;
    private PerformanceRules.@Nullable Estimator estimator;

    Draft(PerformanceRules from) {
      this.task = from.task();
      this.window = from.window();
      this.period = from.period();
      this.bounds = from.bounds();
      this.business = from.business();
      this.groups = from.groups();
      this.rows = from.rows();
      this.estimator = from.estimator();
    }

    PerformanceRules rules() {
      return new PerformanceRules(task, window, period, bounds, business, groups, rows, estimator);
    }
  }

  private PerformancePolicy(PerformanceRules rules) {
    this.rules = rules;
  }

  private static PerformancePolicy of(PerformanceTask<?> task) {
    return new PerformancePolicy(
        new PerformanceRules(
            task, WEEK.span(), DAY, List.of(), Map.of(), List.of(), 1_000_000, null));
  }

  private PerformancePolicy with(Consumer<Draft> change) {
    Draft changed = new Draft(rules);
    change.accept(changed);
    return new PerformancePolicy(changed.rules());
  }

  /**
   * A model with one floating-point output: the score or probability of an event. Labels are 1 if
   * the event happened and 0 if not, or {@linkplain #classes names}.
   *
   * @return a policy with a window of seven days
   */
  public static PerformancePolicy binary() {
    return of(new BinaryTask(null, List.of(), 0.5));
  }

  /**
   * A model that answers a score or probability of an event.
   *
   * @param output the output, of numbers, or of lists of two probabilities of which the second one
   *     is the event's
   * @return a policy with a window of seven days
   */
  public static PerformancePolicy binary(String output) {
    return of(new BinaryTask(Objects.requireNonNull(output, "output"), List.of(), 0.5));
  }

  /**
   * A model of several classes.
   *
   * @param output the output, of lists with a probability for each class; or of the chosen class, a
   *     text or whole number, which then counts as probability 1
   * @param classes the names of the classes in the order of the probabilities, at least two; a
   *     label or answer that is a whole number is matched by its decimal text
   * @return a policy with a window of seven days
   * @throws IllegalArgumentException if there are fewer than two classes or two of the same name
   */
  public static PerformancePolicy multiClass(String output, List<String> classes) {
    Objects.requireNonNull(output, "output");
    Objects.requireNonNull(classes, "classes");
    return of(new MultiClassTask(output, distinct(classes, 2, Integer.MAX_VALUE)));
  }

  /**
   * A model that answers a number. Labels are finite numbers.
   *
   * @param output the output
   * @return a policy with a window of seven days
   */
  public static PerformancePolicy regression(String output) {
    return of(new RegressionTask(Objects.requireNonNull(output, "output")));
  }

  /**
   * A model that answers a score for each item of a query. Labels are the relevance of an item, 0
   * or more. Only items with a label are ranked, so label all items of a query, those that are not
   * relevant with 0. A query that is asked twice needs two names.
   *
   * @param output the output
   * @param query the column of the rows that names the query, of text or whole numbers
   * @return a policy with a window of seven days
   */
  public static PerformancePolicy ranking(String output, String query) {
    return of(
        new RankingTask(
            Objects.requireNonNull(output, "output"), Objects.requireNonNull(query, "query")));
  }

  private static List<String> distinct(List<String> names, int least, int most) {
    List<String> all = List.copyOf(names);
    if (all.size() < least || all.size() > most || Set.copyOf(all).size() < all.size()) {
      throw new IllegalArgumentException(
          "classes: found %s, expected %s different names"
              .formatted(all, least == most ? "" + least : "at least " + least));
    }
    return all;
  }

  private BinaryTask binaryTask(String option) {
    if (rules.task() instanceof BinaryTask binary) {
      return binary;
    }
    throw new IllegalArgumentException(
        option + ": found a policy that is not binary, expected PerformancePolicy.binary(...)");
  }

  /**
   * Names the two classes of a binary model's labels. Labels are then these texts.
   *
   * @param negative the label of a row without the event
   * @param positive the label of a row with the event
   * @return a changed copy
   * @throws IllegalArgumentException if the names are equal or the policy is not binary
   */
  public PerformancePolicy classes(String negative, String positive) {
    Objects.requireNonNull(negative, "negative");
    Objects.requireNonNull(positive, "positive");
    BinaryTask binary = binaryTask("classes");
    List<String> names = distinct(List.of(negative, positive), 2, 2);
    return with(d -> d.task = new BinaryTask(binary.output(), names, binary.threshold()));
  }

  /**
   * Sets the score from which on a binary model predicts the event, for accuracy, precision, recall
   * and the like. The default is 0.5.
   *
   * @param score a finite score
   * @return a changed copy
   * @throws IllegalArgumentException if the score is not finite or the policy is not binary
   */
  public PerformancePolicy threshold(double score) {
    BinaryTask binary = binaryTask("threshold");
    if (!Double.isFinite(score)) {
      throw new IllegalArgumentException("threshold: found " + score + ", expected a finite score");
    }
    return with(d -> d.task = new BinaryTask(binary.output(), binary.classes(), score));
  }

  /**
   * Sets the predictions that a figure covers. The default is seven days. Only the newest 400
   * periods are kept, so a longer window covers these.
   *
   * @param window a length of time, rounded up to whole periods; or a number of labelled rows: the
   *     newest whole periods that together have at least so many
   * @return a changed copy
   */
  public PerformancePolicy window(Window window) {
    Objects.requireNonNull(window, "window");
    return with(d -> d.window = window.span());
  }

  /**
   * Sets the length of the periods whose differences are normal, and after each of which versions
   * are judged. The default is a day, from midnight UTC. A window of less than a period has one
   * period. The newest 400 periods are kept: choose a length of which so many are longer than the
   * window and than labels take to arrive.
   *
   * @param period a second to 366 days
   * @return a changed copy
   * @throws IllegalArgumentException if it is out of range
   */
  public PerformancePolicy period(Duration period) {
    if (Objects.requireNonNull(period, "period").compareTo(Duration.ofSeconds(1)) < 0
        || period.compareTo(LONGEST_PERIOD) > 0) {
      throw new IllegalArgumentException(
          "period: found " + period + ", expected a second to 366 days");
    }
    return with(d -> d.period = period);
  }

  /**
   * Sets the least value of a figure. A version that does not reach it raises an alarm. Replaces
   * another minimum of the figure.
   *
   * @param figure the name of a figure or business figure
   * @param value a finite number
   * @return a changed copy
   * @throws IllegalArgumentException if the value is not finite
   */
  public PerformancePolicy minimum(String figure, double value) {
    return bound(figure, value, true);
  }

  /**
   * Sets the greatest value of a figure, like {@link #minimum}.
   *
   * @param figure the name of a figure or business figure
   * @param value a finite number
   * @return a changed copy
   * @throws IllegalArgumentException if the value is not finite
   */
  public PerformancePolicy maximum(String figure, double value) {
    return bound(figure, value, false);
  }

  private PerformancePolicy bound(String figure, double value, boolean minimum) {
    Objects.requireNonNull(figure, "figure");
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(
          figure + ": found the bound " + value + ", expected a finite number");
    }
    List<PerformanceRules.Bound> all = new ArrayList<>(rules.bounds());
    all.removeIf(one -> one.figure().equals(figure) && one.minimum() == minimum);
    all.add(new PerformanceRules.Bound(figure, value, minimum));
    return with(d -> d.bounds = List.copyOf(all));
  }

  /**
   * Adds a figure of the application: the mean of a value that is computed from each prediction and
   * its label, for example money saved. It is tracked and judged like the others.
   *
   * @param name its name
   * @param value a pure function of prediction and label. The prediction is the score or number;
   *     for several classes it is the number of the most probable class, and the label that of the
   *     actual one. Rows whose value is NaN are left out. If the function throws, the figure is
   *     undefined
   * @return a changed copy
   * @throws IllegalArgumentException if there is a figure of this name
   */
  public PerformancePolicy business(String name, DoubleBinaryOperator value) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(value, "value");
    if (figures().contains(name)) {
      throw new IllegalArgumentException(
          "business: found a second figure named \"" + name + "\", expected another name");
    }
    Map<String, DoubleBinaryOperator> all = new LinkedHashMap<>(rules.business());
    all.put(name, value);
    return with(d -> d.business = Collections.unmodifiableMap(all));
  }

  /**
   * Names the columns by which {@link Performance#groups} breaks figures down.
   *
   * @param columns columns of the rows, of text or whole numbers; at most 200 groups of a column
   *     are told apart
   * @return a changed copy
   */
  public PerformancePolicy groups(String... columns) {
    List<String> all =
        List.copyOf(new LinkedHashSet<>(List.of(Objects.requireNonNull(columns, "columns"))));
    return with(d -> d.groups = all);
  }

  /**
   * Bounds the number of labelled rows that are held, over all versions. The default is a million;
   * a row takes 16 bytes, for several classes 8 and 8 for each class, and 2 for each group column.
   * Beyond it the rows of the oldest periods are dropped; a single period is sampled, and has no
   * figures of rankings then, because a query that lacks items would seem to be ranked better.
   *
   * @param rows at least 100
   * @return a changed copy
   * @throws IllegalArgumentException if it is below
   */
  public PerformancePolicy rows(int rows) {
    if (rows < 100) {
      throw new IllegalArgumentException("rows: found " + rows + ", expected at least 100");
    }
    return with(d -> d.rows = rows);
  }

  /**
   * Adds an estimate of the figures from answers alone, beside the realised ones. It raises no
   * alarm. {@link PerformanceEstimator.Estimate#limits} states what it cannot see.
   *
   * @param estimator fitted on labelled rows, of the policy's task: a binary one with the policy's
   *     threshold, or the monitor does not start; one of several classes with the classes in the
   *     policy's order
   * @param features of a regression, the columns of numbers that it was fitted on, in its order
   * @return a changed copy
   * @throws IllegalArgumentException if the estimator is of another task or number of classes, or
   *     features are named although it is not one of a regression
   */
  public PerformancePolicy estimate(PerformanceEstimator estimator, String... features) {
    Objects.requireNonNull(estimator, "estimator");
    List<String> columns = List.of(Objects.requireNonNull(features, "features"));
    PerformanceTask<?> task = rules.task();
    boolean isBinary = estimator.threshold().isPresent();
    boolean fits =
        task instanceof BinaryTask
            ? isBinary
            : !isBinary
                && !(task instanceof RankingTask)
                && task.classes().size() == estimator.classes();
    if (!fits) {
      throw new IllegalArgumentException(
          "estimate: found a %s, expected one of the policy's task and as many classes"
              .formatted(estimator));
    }
    if (!columns.isEmpty() && estimator.classes() > 0) {
      throw new IllegalArgumentException(
          "estimate: found the features %s, expected none, because an estimator of classes reads the answers only"
              .formatted(columns));
    }
    return with(d -> d.estimator = new PerformanceRules.Estimator(estimator, columns));
  }

  /** {@return the names of all figures, business figures last; an immutable list} */
  public List<String> figures() {
    return rules.figures();
  }

  /** Checks what may be stated in any order: bounds before figures, and a threshold last. */
  void check() {
    PerformanceRules.Estimator estimator = rules.estimator();
    if (estimator != null && rules.task() instanceof BinaryTask binary) {
      double threshold = estimator.of().threshold().orElseThrow();
      if (threshold != binary.threshold()) {
        throw new IllegalArgumentException(
            "estimate: found an estimator with the threshold %s, expected %s as in threshold(...), because other decisions have other figures"
                .formatted(threshold, binary.threshold()));
      }
    }
    for (PerformanceRules.Bound bound : rules.bounds()) {
      if (!figures().contains(bound.figure())) {
        throw new IllegalArgumentException(
            "%s: found figure \"%s\", expected one of %s%s"
                .formatted(
                    bound.minimum() ? "minimum" : "maximum",
                    bound.figure(),
                    figures(),
                    Suggestions.hint(bound.figure(), figures())));
      }
      if (rules.task() instanceof RegressionTask
          && bound.figure().equals(RegressionTask.MAXIMUM_ERROR)) {
        throw new IllegalArgumentException(
            "%s: found figure \"%s\", which has no sampling error and can raise no alarm; bound median_absolute_error or a business figure"
                .formatted(bound.minimum() ? "minimum" : "maximum", bound.figure()));
      }
    }
  }

  PerformanceRules rules() {
    return rules;
  }
}
