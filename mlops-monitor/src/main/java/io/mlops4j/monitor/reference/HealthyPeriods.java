package io.mlops4j.monitor.reference;

import io.mlops4j.monitor.distribution.Binomial;
import io.mlops4j.monitor.distribution.LeaveOneOut;
import io.mlops4j.monitor.drift.DriftPolicy;
import io.mlops4j.monitor.drift.DriftReport;
import io.mlops4j.monitor.drift.DriftVerdict;
import io.mlops4j.monitor.drift.FeatureDrift;
import io.mlops4j.monitor.drift.FeaturePolicy;
import io.mlops4j.monitor.profile.Profile;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/**
 * How much the periods of a reference differ among themselves: each is compared with all other
 * periods of its slice, as a live window will be compared with the reference.
 *
 * <p>Rows of one day resemble each other more than rows of different days do, so tests that count
 * rows find differences between any two days. Where they find more of them than chance explains
 * (binomial, at 1 %), the bound of a column is raised to the {@linkplain LeaveOneOut#limit upper
 * prediction limit} for one further period. Under a raised bound, a column is judged by another
 * measure where the first one has no effect; so these columns are compared once more.
 */
final class HealthyPeriods {
  /** A period with less than this part of the median's rows was not seen as a whole. */
  private static final double WHOLE = 0.5;

  private static final double SIGNIFICANT = 0.05;

  private final Map<String, List<Double>> effects = new TreeMap<>();
  private final Map<String, Integer> significant = new HashMap<>();
  private final List<Profile> periods;
  private final List<List<Profile>> slices; // of two or more periods
  private final double medianRows;

  HealthyPeriods(SortedMap<LocalDate, Profile> days, Scheme scheme) {
    SortedMap<LocalDate, Profile> all = new TreeMap<>();
    days.forEach((day, rows) -> all.merge(scheme.period(day), rows, Profile::merge));
    double[] sizes = all.values().stream().mapToDouble(Profile::rows).sorted().toArray();
    this.medianRows = sizes.length == 0 ? 0 : sizes[sizes.length / 2];
    all.values().removeIf(rows -> rows.rows() < WHOLE * medianRows);
    this.periods = List.copyOf(all.values());
    Map<String, List<Profile>> bySlice = new LinkedHashMap<>();
    all.forEach(
        (day, rows) ->
            bySlice.computeIfAbsent(scheme.slice(day), slice -> new ArrayList<>()).add(rows));
    this.slices = bySlice.values().stream().filter(one -> one.size() > 1).toList();
  }

  /** Compares each period with the others when it is first asked how they differ. */
  private void compareOnce() {
    if (effects.isEmpty() && !periods.isEmpty()) {
      compare(
          Set.copyOf(periods.get(0).columns()),
          DriftPolicy.withDefaults(),
          (name, judged) -> {
            effects.computeIfAbsent(name, column -> new ArrayList<>()).add(judged.relativeEffect());
            significant.merge(name, judged.adjustedPValue() <= SIGNIFICANT ? 1 : 0, Integer::sum);
          });
    }
  }

  private void compare(
      Set<String> columns, DriftPolicy policy, BiConsumer<String, DriftVerdict.Judged> action) {
    for (List<Profile> slice : columns.isEmpty() ? List.<List<Profile>>of() : slices) {
      LeaveOneOut.each(
          slice.stream().map(one -> only(columns, one)).toList(),
          Profile::merge,
          (others, one) -> {
            for (FeatureDrift feature : DriftReport.compare(others, one, policy).features()) {
              if (feature.verdict() instanceof DriftVerdict.Judged judged) {
                action.accept(feature.name(), judged);
              }
            }
          });
    }
  }

  private static Profile only(Set<String> columns, Profile period) {
    return period.without(
        period.columns().stream().filter(name -> !columns.contains(name)).toList());
  }

  /** Returns the whole periods, the earliest first. */
  List<Profile> periods() {
    return periods;
  }

  /** Returns the mean number of rows of a whole period. */
  long meanRows() {
    return periods.stream().mapToLong(Profile::rows).sum() / periods.size();
  }

  /** Returns the median number of rows of a period. */
  double medianRows() {
    return medianRows;
  }

  /**
   * Returns the factor of the bound of each column that was compared, 1 or more.
   *
   * @param few whether periods are too few to show that they differ: two days of a weekend in a
   *     week may be chance
   */
  SortedMap<String, Double> factors(boolean few) {
    compareOnce();
    SortedMap<String, Double> factors = new TreeMap<>();
    effects.forEach(
        (name, all) ->
            factors.put(name, few || differs(name) ? Math.max(1, LeaveOneOut.limit(all)) : 1));
    raiseAgain(factors);
    return factors;
  }

  private void raiseAgain(SortedMap<String, Double> factors) {
    DriftPolicy policy = DriftPolicy.withDefaults();
    Set<String> raised = new HashSet<>();
    for (Map.Entry<String, Double> one : factors.entrySet()) {
      if (one.getValue() > 1) {
        raised.add(one.getKey());
        FeaturePolicy its = FeaturePolicy.withDefaults().withBoundFactor(one.getValue());
        policy = policy.withFeature(one.getKey(), its);
      }
    }
    Map<String, List<Double>> again = new HashMap<>();
    compare(
        raised,
        policy,
        (name, judged) ->
            again.computeIfAbsent(name, column -> new ArrayList<>()).add(judged.relativeEffect()));
    again.forEach(
        (name, all) -> factors.merge(name, Math.max(1, LeaveOneOut.limit(all)), (a, b) -> a * b));
  }

  /** Whether more periods differ from the rest than chance explains. */
  private boolean differs(String name) {
    int found = significant.getOrDefault(name, 0);
    long all = Objects.requireNonNull(effects.get(name)).size();
    return Binomial.atLeast(found, all, SIGNIFICANT) <= LeaveOneOut.EXCEEDED;
  }

  /** Returns the mean of all effects, in units of their bounds. */
  double mean() {
    compareOnce();
    return effects.values().stream()
        .flatMap(List::stream)
        .mapToDouble(Double::doubleValue)
        .average()
        .orElse(Double.POSITIVE_INFINITY);
  }
}
