package io.mlops4j.monitor.performance.task;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.performance.Metric;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.apache.arrow.vector.FieldVector;
import org.jspecify.annotations.Nullable;

/**
 * A kind of model: the numbers of an answer, the values of a label, and the figures that compare
 * them. Immutable.
 *
 * @param <P> the realised performance
 */
public abstract class PerformanceTask<P> {
  private final @Nullable String output;
  private final List<String> classes;

  /**
   * @param output null for the only output of floating-point numbers
   * @param classes names of labels, in the order of their numbers; empty if labels are numbers
   */
  PerformanceTask(@Nullable String output, List<String> classes) {
    this.output = output;
    this.classes = List.copyOf(classes);
  }

  public @Nullable String output() {
    return output;
  }

  public List<String> classes() {
    return classes;
  }

  /** The number of numbers of one answer. */
  public abstract int width();

  /**
   * Reads the answers of a call.
   *
   * @param into the numbers of all rows, row by row; NaN where there is none
   */
  public abstract void read(FeatureBatch features, FeatureBatch outputs, double[] into);

  /** Whether an answer has a missing number. */
  public boolean isUnanswered(double[] answer) {
    for (double one : answer) {
      if (Double.isNaN(one)) {
        return true;
      }
    }
    return false;
  }

  /** Checks a label that is a number, and returns the number that is stored. */
  public double label(double label) {
    if (classes.isEmpty()) {
      return checked(label);
    }
    return label(
        label == Math.rint(label) && Math.abs(label) < 1e15
            ? Long.toString((long) label)
            : Double.toString(label));
  }

  /** Returns the number of a label that is a name. */
  public final double label(String name) {
    if (classes.isEmpty()) {
      throw new IllegalArgumentException(
          "label: found \"%s\", expected %s; PerformancePolicy.classes(...) names the classes of labels"
              .formatted(name, expected()));
    }
    int number = classes.indexOf(name);
    if (number < 0) {
      throw new IllegalArgumentException(
          "label: found \"" + name + "\", expected one of " + classes);
    }
    return number;
  }

  private double checked(double label) {
    if (!isLabel(label)) {
      throw new IllegalArgumentException(
          "label: found " + text(label) + ", expected " + expected());
    }
    return label;
  }

  private static String text(double label) {
    return label == Math.rint(label) ? String.format(Locale.ROOT, "%.0f", label) : "" + label;
  }

  abstract boolean isLabel(double label);

  /** The labels that are numbers, in words. */
  abstract String expected();

  /** The value that business figures get. */
  abstract double prediction(LabelledRows rows, int row);

  abstract P measure(LabelledRows rows);

  /** Why rows have no figures of this kind of model; null if they have. */
  Metric.@Nullable Undefined unmeasurable(LabelledRows rows) {
    return null;
  }

  /** The figures by name, in the order in which they are shown. */
  abstract Map<String, Function<P, Metric>> figures();

  /** The figure that stands for all of them. */
  public final String main() {
    return standards().get(0).figure();
  }

  /**
   * A figure that is compared with earlier periods.
   *
   * @param moreIsBetter whether a larger figure is better
   * @param tolerance how much worse it may be
   * @param relative whether the tolerance is a part of the figure, because it has the unit of the
   *     labels
   */
  public record Standard(String figure, boolean moreIsBetter, double tolerance, boolean relative) {
    Standard(String figure) {
      this(figure, true, 0.05, false);
    }

    /** The loss that is tolerated. */
    public double tolerated(double figure) {
      return relative ? tolerance * Math.abs(figure) : tolerance;
    }
  }

  /**
   * The figures by which a version is judged if no bound is stated: the main one, then those that
   * show what it cannot.
   */
  public abstract List<Standard> standards();

  /** The performance of rows. */
  public final Measured<P> measured(Measured.Rows rows) {
    return new Measured<>(this, rows);
  }

  final FieldVector column(FeatureBatch outputs) {
    return LabelColumns.score(outputs, output);
  }
}
