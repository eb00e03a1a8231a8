package io.mlops4j.monitor.quality;

import io.mlops4j.monitor.distribution.LeaveOneOut;
import io.mlops4j.monitor.profile.CategoryProfile;
import io.mlops4j.monitor.profile.ColumnProfile;
import io.mlops4j.monitor.profile.NumberProfile;
import io.mlops4j.monitor.profile.Profile;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Learns how far healthy periods go beyond the bounds of quality checks: each is judged by the sum
 * of all others. Only what profiles know is learned: shares of missing values, of unseen texts, of
 * values outside a range of few values, common ratios of quantiles, and how far the share of
 * numbers on a grid can have moved.
 */
final class PeriodLearner {
  private static final int GROUPS = 8;

  private final SortedMap<String, SortedMap<QualityCheck, List<Double>>> effects = new TreeMap<>();

  private PeriodLearner() {}

  /**
   * Returns the factors above 1 of learned bounds.
   *
   * @param whole all rows; a column without a grid to check has no bound for one
   */
  static SortedMap<String, SortedMap<QualityCheck, Double>> factors(
      Profile whole, List<Profile> periods) {
    PeriodLearner learner = new PeriodLearner();
    LeaveOneOut.each(periods, Profile::merge, learner::judge);
    SortedMap<String, SortedMap<QualityCheck, Double>> factors = new TreeMap<>();
    learner.effects.forEach(
        (column, byCheck) ->
            byCheck.forEach(
                (check, all) -> {
                  double limit = LeaveOneOut.limit(all);
                  if (limit > 1 && (check != QualityCheck.RESOLUTION || hasGrids(whole, column))) {
                    factors.computeIfAbsent(column, name -> new TreeMap<>()).put(check, limit);
                  }
                }));
    factors.replaceAll((column, byCheck) -> Collections.unmodifiableSortedMap(byCheck));
    return Collections.unmodifiableSortedMap(factors);
  }

  private static boolean hasGrids(Profile whole, String column) {
    return whole.column(column) instanceof NumberProfile numbers && Resolution.of(numbers) != null;
  }

  private void judge(Profile others, Profile period) {
    for (String name : period.columns()) {
      ColumnProfile expected = others.column(name);
      ColumnProfile found = period.column(name);
      if (expected instanceof NumberProfile all && found instanceof NumberProfile one) {
        missing(name, one.missing(), one.present(), all.missing(), all.present());
        numbers(name, one, all);
      } else if (expected instanceof CategoryProfile all && found instanceof CategoryProfile one) {
        missing(name, one.missing(), one.present(), all.missing(), all.present());
        texts(name, one, all);
      }
    }
  }

  private void missing(
      String name, long missing, long present, long otherMissing, long otherPresent) {
    long others = otherMissing + otherPresent;
    if (others > 0) {
      double expected = (double) otherMissing / others;
      share(name, QualityCheck.MISSING, missing, missing + present, expected, others);
      share(name, QualityCheck.NAN, missing, missing + present, expected, others);
    }
  }

  private void numbers(String name, NumberProfile one, NumberProfile all) {
    if (one.present() == 0 || all.present() == 0) {
      return;
    }
    if (all.exact()) {
      share(name, QualityCheck.RANGE, outside(one, all), one.present(), 0, all.present());
    } else if (one.present() >= Units.FEWEST) {
      Units.ratio(Marginal.Numbers.quantiles(one), Marginal.Numbers.quantiles(all))
          .ifPresent(ratio -> note(name, QualityCheck.UNIT, ratio.relative()));
    }
    note(name, QualityCheck.RESOLUTION, distance(one, all) / Resolution.MARGIN);
  }

  /**
   * Returns half of the sum of the differences of shares in groups of bins with about equal shares.
   * No set of values, such as multiples of ten, differs by more than the sum over single values;
   * groups keep random variation small.
   */
  private static double distance(NumberProfile one, NumberProfile all) {
    long[] counts = one.counts();
    long[] others = all.counts();
    double sum = 0;
    double ofOne = 0;
    double ofAll = 0;
    for (int bin = 0; bin < counts.length; bin++) {
      ofOne += (double) counts[bin] / one.present();
      ofAll += (double) others[bin] / all.present();
      if (ofAll >= 1.0 / GROUPS || bin == counts.length - 1) {
        sum += Math.abs(ofOne - ofAll);
        ofOne = 0;
        ofAll = 0;
      }
    }
    return sum / 2;
  }

  /** Counts values outside the range of others, each of which has a bin of its own. */
  private static long outside(NumberProfile one, NumberProfile all) {
    double[] edges = one.edges();
    long[] counts = one.counts();
    long outside = 0;
    for (int bin = 0; bin < counts.length; bin++) {
      double value = bin < edges.length ? edges[bin] : Double.POSITIVE_INFINITY;
      outside += value < all.min() || value > all.max() ? counts[bin] : 0;
    }
    return outside;
  }

  private void texts(String name, CategoryProfile one, CategoryProfile all) {
    if (one.present() == 0 || all.present() == 0) {
      return;
    }
    long[] counts = one.counts();
    long[] others = all.counts();
    long unseen = one.rest();
    for (int i = 0; i < counts.length; i++) {
      unseen += others[i] == 0 ? counts[i] : 0;
    }
    double expected = (double) all.rest() / all.present();
    share(name, QualityCheck.UNSEEN, unseen, one.present(), expected, all.present());
  }

  private void share(
      String name, QualityCheck check, long found, long all, double expected, long others) {
    if (all > 0) {
      Excess excess = Excess.of(found, all, expected, others, Judge.FEWEST_SHARE, 1, 1);
      note(name, check, Math.max(0, excess.relative()));
    }
  }

  private void note(String name, QualityCheck check, double effect) {
    effects
        .computeIfAbsent(name, absent -> new TreeMap<>())
        .computeIfAbsent(check, absent -> new ArrayList<>())
        .add(effect);
  }
}
