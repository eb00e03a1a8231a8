package io.mlops4j.monitor.distribution;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.BinaryOperator;

/**
 * Healthy periods, each judged by the sum of all others, as a live window will be judged by the
 * reference.
 */
public final class LeaveOneOut {
  /** The share of healthy periods above the limit. */
  public static final double EXCEEDED = 0.01;

  /** The quantile for one to three effects would bound nothing. */
  private static final double LARGEST_QUANTILE = 5;

  private LeaveOneOut() {}

  /**
   * Passes the sum of all other periods, and the period itself; nothing for fewer than two.
   *
   * @param <T> what periods are
   * @param periods the healthy periods, the earliest first
   * @param sum adds a later period to an earlier one
   * @param action called with the sum and the period
   */
  public static <T> void each(List<T> periods, BinaryOperator<T> sum, BiConsumer<T, T> action) {
    int last = periods.size() - 1;
    if (last < 1) {
      return;
    }
    List<T> from = new ArrayList<>(periods); // the sum of a period and all later ones
    for (int i = last - 1; i > 0; i--) {
      from.set(i, sum.apply(periods.get(i), from.get(i + 1)));
    }
    T before = periods.get(0);
    action.accept(from.get(1), before);
    for (int i = 1; i < last; i++) {
      T one = periods.get(i);
      action.accept(sum.apply(before, from.get(i + 1)), one);
      before = sum.apply(before, one);
    }
    action.accept(before, periods.get(last));
  }

  /**
   * Returns the upper prediction limit for one further healthy period, which is taken to differ by
   * a normal amount around none: {@code t s}, with the root mean square s of n effects and the
   * quantile t of Student's distribution with n degrees of freedom, at most 5. Few periods give a
   * wide limit. Source: Meeker, Hahn and Escobar, <em>Statistical Intervals</em>, 2nd edition
   * (2017), section 4.8, for a mean that is known.
   *
   * @param effects in units of their bound, at least one
   * @return in units of the bound
   */
  public static double limit(List<Double> effects) {
    int n = effects.size();
    double squares = effects.stream().mapToDouble(effect -> effect * effect).sum();
    double quantile = Math.min(LARGEST_QUANTILE, StudentT.upperQuantile(EXCEEDED / 2, n));
    return quantile * Math.sqrt(squares / n);
  }
}
