package io.mlops4j.monitor.reference;

import io.mlops4j.monitor.distribution.Binomial;
import io.mlops4j.monitor.distribution.StudentT;
import io.mlops4j.monitor.drift.DriftPolicy;
import io.mlops4j.monitor.drift.DriftReport;
import io.mlops4j.monitor.drift.DriftVerdict;
import io.mlops4j.monitor.drift.FeatureDrift;
import io.mlops4j.monitor.profile.Profile;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How much the periods of a reference differ among themselves: each is compared with all other
 * periods of its slice, as a live window will be compared with the reference.
 *
 * <p>Rows of one day resemble each other more than rows of different days do, so tests that count
 * rows find differences between any two days. Where they find more of them than chance explains
 * (binomial, at 1 %), the bound of a column is raised to an upper prediction limit for one further
 * period. A healthy period is taken to differ by a normal amount around none, so the limit is
 * {@code t s}, with the root mean square s of n effects and the quantile t of Student's
 * distribution with n degrees of freedom. Few periods give a wide limit. Source: Meeker, Hahn and
 * Escobar, <em>Statistical Intervals</em>, 2nd edition (2017), section 4.8, for a mean that is
 * known.
 */
final class HealthyPeriods {
  /** The share of healthy periods above the limit of a column. */
  static final double EXCEEDED = 0.01;

  /** A period with less than this part of the median's rows was not seen as a whole. */
  private static final double WHOLE = 0.5;

  /** The largest limit of a few periods, which alone would not bound anything. */
  private static final double MOST_OF_FEW = 5;

  private static final int FEW = 14;
  private static final double SIGNIFICANT = 0.05;

  private final Map<String, List<Double>> effects = new TreeMap<>();
  private final Map<String, Integer> significant = new HashMap<>();
  private final int periods;
  private final double medianRows;

  HealthyPeriods(SortedMap<LocalDate, Profile> days, Scheme scheme) {
    SortedMap<LocalDate, Profile> all = new TreeMap<>();
    days.forEach((day, rows) -> all.merge(scheme.period(day), rows, Profile::merge));
    double[] sizes = all.values().stream().mapToDouble(Profile::rows).sorted().toArray();
    this.medianRows = sizes.length == 0 ? 0 : sizes[sizes.length / 2];
    all.values().removeIf(rows -> rows.rows() < WHOLE * medianRows);
    this.periods = all.size();
    Map<String, List<Profile>> slices = new LinkedHashMap<>();
    all.forEach(
        (day, rows) ->
            slices.computeIfAbsent(scheme.slice(day), slice -> new ArrayList<>()).add(rows));
    slices.values().stream().filter(one -> one.size() > 1).forEach(this::compare);
  }

  /** Compares each period with the sum of all others. */
  private void compare(List<Profile> slice) {
    Profile[] after = new Profile[slice.size()];
    for (int i = slice.size() - 2; i >= 0; i--) {
      Profile next = slice.get(i + 1);
      after[i] = i == slice.size() - 2 ? next : next.merge(after[i + 1]);
    }
    Profile before = null;
    for (int i = 0; i < after.length; i++) {
      Profile others =
          before == null ? after[i] : i == after.length - 1 ? before : before.merge(after[i]);
      DriftReport.compare(others, slice.get(i), DriftPolicy.withDefaults())
          .features()
          .forEach(this::note);
      before = before == null ? slice.get(i) : before.merge(slice.get(i));
    }
  }

  private void note(FeatureDrift feature) {
    if (feature.verdict() instanceof DriftVerdict.Judged judged) {
      effects
          .computeIfAbsent(feature.name(), name -> new ArrayList<>())
          .add(judged.relativeEffect());
      significant.merge(
          feature.name(), judged.adjustedPValue() <= SIGNIFICANT ? 1 : 0, Integer::sum);
    }
  }

  /** Returns the number of whole periods. */
  int periods() {
    return periods;
  }

  /** Returns the median number of rows of a period. */
  double medianRows() {
    return medianRows;
  }

  /** Returns the factor of the bound of each column that was compared, 1 or more. */
  SortedMap<String, Double> factors() {
    SortedMap<String, Double> factors = new TreeMap<>();
    effects.forEach((name, all) -> factors.put(name, differs(name) ? Math.max(1, limit(all)) : 1));
    return factors;
  }

  /** Whether more periods differ from the rest than chance explains. */
  private boolean differs(String name) {
    int found = significant.getOrDefault(name, 0);
    long all = Objects.requireNonNull(effects.get(name)).size();
    return Binomial.atLeast(found, all, SIGNIFICANT) <= EXCEEDED;
  }

  /** Returns the mean of all effects, in units of their bounds. */
  double mean() {
    return effects.values().stream()
        .flatMap(List::stream)
        .mapToDouble(Double::doubleValue)
        .average()
        .orElse(Double.POSITIVE_INFINITY);
  }

  /** Returns the limit for effects, in units of their bound. */
  static double limit(List<Double> effects) {
    int n = effects.size();
    double squares = effects.stream().mapToDouble(effect -> effect * effect).sum();
    double limit = StudentT.upperQuantile(EXCEEDED / 2, n) * Math.sqrt(squares / n);
    return n < FEW ? Math.min(MOST_OF_FEW, limit) : limit;
  }
}
