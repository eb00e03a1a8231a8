package io.mlops4j.monitor.drift;

import io.mlops4j.monitor.profile.Role;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The rules by which a difference counts as drift: its effect reaches a bound <em>and</em> its test
 * is significant among all features that are judged together. In large samples every p-value is
 * tiny, so the effect decides. In small samples effects are large by chance, so the test decides.
 *
 * <table>
 *   <caption>The default pairs</caption>
 *   <tr><th>feature</th><th>effect and bound</th><th>test</th></tr>
 *   <tr><td>numeric</td><td>Wasserstein over the reference's deviation, 0.1; below it, Wasserstein of the normal
 *       scores, 0.1, if the reference has a heavy tail; below both, D of the ranks, 0.1</td><td>Kolmogorov-Smirnov</td></tr>
 *   <tr><td>category</td><td>Jensen-Shannon distance (base 2), 0.1; below it, the largest difference of one share, with the
 *       bound of two values, if its z is 4 or more</td><td>chi-square of homogeneity, rare categories pooled, no
 *       Yates</td></tr>
 *   <tr><td>two values, missing values</td><td>difference of shares, 0.1; with a share below a tenth, 0.1 times the root of
 *       ten times the rarest share, at least 0.01</td><td>pooled z, exact if few rows are expected</td></tr>
 * </table>
 *
 * <p>For example, a flag that goes from 0.1 % to 2 %, or from 1 % to 5 %, matters. Missing values
 * in a column that had none matter from 1 %.
 *
 * <p>Outliers make the deviation of a heavy tail so large that a distance in deviations stays
 * small: prices that are half as high again move by 0.07 deviations. A tail counts as heavy if the
 * reference's deviation is at least twice that of a normal distribution with the same quartiles.
 * Then the distance of {@link EffectMeasure#NORMAL_SCORES} is compared with the bound, too, in
 * which 0.1 means as much as 0.1 deviations of a normal column.
 *
 * <p>P-values are corrected by {@link io.mlops4j.monitor.stats.PValueAdjustment#BENJAMINI_HOCHBERG}
 * at q = 0.05. Each sample needs {@value #DEFAULT_MINIMUM_ROWS} rows: ten bins of five. A single
 * feature can have its own measure, bound and test ({@link #withFeature}).
 *
 * <p><b>Secondary comparisons.</b> A drift report also looks for changes that the pairs cannot see:
 * rows beyond the range of the reference, rows of categories that the reference lacks, and rare
 * categories that vanished. Their p-values are corrected separately, at a tenth of q, so they do
 * not change the p-values of the pairs.
 *
 * <p>Drift of a data set is widespread if the share of drifted features reaches a bound, {@value
 * #DEFAULT_DATA_SET_BOUND} by default, or if any {@linkplain #withKeyFeatures key feature} drifts.
 *
 * <p>The false-alarm level assumes exchangeable rows. Compare seasonal traffic like with like.
 * Otherwise every Monday raises an alarm. Immutable and thread safe.
 */
public final class DriftPolicy {
  /** Rows that each sample needs by default. */
  public static final int DEFAULT_MINIMUM_ROWS = 50;

  /** The default share of drifted features from which drift is widespread. */
  public static final double DEFAULT_DATA_SET_BOUND = 0.5;

  private static final DriftPolicy DEFAULTS =
      new DriftPolicy(
          new Bounds(0.1, 0.1, 0.1, 0.1),
          0.05,
          DEFAULT_MINIMUM_ROWS,
          Map.of(),
          new DataSetRule(DEFAULT_DATA_SET_BOUND, Set.of()),
          null);

  private final Bounds bounds;
  private final double falseDiscoveryRate;
  private final int minimumRows;
  private final Map<String, FeaturePolicy> features;
  private final DataSetRule dataSet;
  private final @Nullable DriftPolicy outputs;

  private DriftPolicy(
      Bounds bounds,
      double falseDiscoveryRate,
      int minimumRows,
      Map<String, FeaturePolicy> features,
      DataSetRule dataSet,
      @Nullable DriftPolicy outputs) {
    this.bounds = bounds;
    this.falseDiscoveryRate = falseDiscoveryRate;
    this.minimumRows = minimumRows;
    this.features = features;
    this.dataSet = dataSet;
    this.outputs = outputs;
  }

  /** The bounds by kind of feature. */
  record Bounds(double numeric, double rank, double category, double share) {}

  /** The rule for widespread drift of the data set. */
  private record DataSetRule(double bound, Set<String> keys) {}

  /** {@return the policy of the table above} */
  public static DriftPolicy withDefaults() {
    return DEFAULTS;
  }

  Bounds bounds() {
    return bounds;
  }

  /**
   * Returns the same policy with another bound for numeric features.
   *
   * @param deviations Wasserstein distance in standard deviations of the reference, above 0
   * @return a changed copy
   * @throws IllegalArgumentException if the bound is not above 0
   */
  public DriftPolicy withNumericBound(double deviations) {
    double bound = positive(deviations, "deviations");
    return with(new Bounds(bound, bounds.rank, bounds.category, bounds.share));
  }

  /**
   * Returns the same policy with another bound for the ranks of numeric features.
   *
   * @param distance the D of Kolmogorov and Smirnov, above 0; infinite for Wasserstein alone
   * @return a changed copy
   * @throws IllegalArgumentException if the bound is not above 0
   */
  public DriftPolicy withRankBound(double distance) {
    double bound = positive(distance, "distance");
    return with(new Bounds(bounds.numeric, bound, bounds.category, bounds.share));
  }

  /**
   * Returns the same policy with another bound for categories.
   *
   * @param distance Jensen-Shannon distance with base 2, above 0
   * @return a changed copy
   * @throws IllegalArgumentException if the bound is not above 0
   */
  public DriftPolicy withCategoryBound(double distance) {
    double bound = positive(distance, "distance");
    return with(new Bounds(bounds.numeric, bounds.rank, bound, bounds.share));
  }

  /**
   * Returns the same policy with another bound for features of two values.
   *
   * @param difference difference of the shares, above 0; smaller differences of rare values matter
   *     too, see the table above
   * @return a changed copy
   * @throws IllegalArgumentException if the bound is not above 0
   */
  public DriftPolicy withShareBound(double difference) {
    double bound = positive(difference, "difference");
    return with(new Bounds(bounds.numeric, bounds.rank, bounds.category, bound));
  }

  private DriftPolicy with(Bounds others) {
    return new DriftPolicy(others, falseDiscoveryRate, minimumRows, features, dataSet, outputs);
  }

  private DriftPolicy with(DataSetRule rule) {
    return new DriftPolicy(bounds, falseDiscoveryRate, minimumRows, features, rule, outputs);
  }

  /**
   * Returns the same policy with another bound on the expected share of false alarms among the
   * drifted features.
   *
   * @param q above 0 and below 1
   * @return a changed copy
   * @throws IllegalArgumentException if q is out of range
   */
  public DriftPolicy withFalseDiscoveryRate(double q) {
    if (!(q > 0 && q < 1)) {
      throw new IllegalArgumentException(
          "q = " + q + ": a false discovery rate lies between 0 and 1");
    }
    return new DriftPolicy(bounds, q, minimumRows, features, dataSet, outputs);
  }

  /**
   * {@return the bound on the expected share of false alarms among the drifted features; q, above 0
   * and below 1}
   */
  public double falseDiscoveryRate() {
    return falseDiscoveryRate;
  }

  /** {@return the number of rows that each sample must have; 1 or more} */
  public int minimumRows() {
    return minimumRows;
  }

  /**
   * Returns the same policy with another minimum number of rows.
   *
   * @param rows rows that each sample must have, 1 or more
   * @return a changed copy
   * @throws IllegalArgumentException if rows is below 1
   */
  public DriftPolicy withMinimumRows(int rows) {
    if (rows < 1) {
      throw new IllegalArgumentException("rows = " + rows + ": a sample needs at least 1");
    }
    return new DriftPolicy(bounds, falseDiscoveryRate, rows, features, dataSet, outputs);
  }

  /**
   * Returns the same policy with other settings for one feature. A second call for the same feature
   * replaces the first.
   *
   * @param name the feature or output
   * @param policy its measure, bound and test
   * @return a changed copy
   */
  public DriftPolicy withFeature(String name, FeaturePolicy policy) {
    Map<String, FeaturePolicy> others = new TreeMap<>(features);
    others.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(policy, "policy"));
    return new DriftPolicy(
        bounds,
        falseDiscoveryRate,
        minimumRows,
        Collections.unmodifiableMap(others),
        dataSet,
        outputs);
  }

  /**
   * Returns a policy in which the bounds of some columns are multiplied, as healthy periods need.
   * Columns with a bound or a factor of their own keep them.
   *
   * @param factors by column, each above 0
   * @return a changed copy
   * @throws IllegalArgumentException if a factor is not above 0
   */
  public DriftPolicy withBoundFactors(Map<String, Double> factors) {
    DriftPolicy changed = this;
    for (Map.Entry<String, Double> one : Objects.requireNonNull(factors, "factors").entrySet()) {
      FeaturePolicy its = feature(one.getKey());
      if (its.bound().isEmpty() && its.boundFactor() == 1) {
        changed = changed.withFeature(one.getKey(), its.withBoundFactor(one.getValue()));
      }
    }
    return changed;
  }

  /**
   * Returns the same policy with other rules for the outputs of the model. All columns are still
   * judged together, at the level of this policy.
   *
   * @param policy the bounds, minimum number of rows, settings of single columns and key features
   *     of outputs; its level and its bound for the data set are not used
   * @return a changed copy, with the key features of both policies
   */
  public DriftPolicy withOutputs(DriftPolicy policy) {
    Objects.requireNonNull(policy, "policy");
    Set<String> keys = new TreeSet<>(dataSet.keys);
    keys.addAll(policy.dataSet.keys);
    return new DriftPolicy(
        bounds,
        falseDiscoveryRate,
        minimumRows,
        features,
        new DataSetRule(dataSet.bound, Collections.unmodifiableSet(keys)),
        policy);
  }

  /**
   * Returns the same policy without the settings and key features of other columns, for profiles
   * that lack these columns.
   *
   * @param columns the columns whose settings stay
   * @return a changed copy
   */
  public DriftPolicy only(Collection<String> columns) {
    Map<String, FeaturePolicy> own = new TreeMap<>(features);
    own.keySet().retainAll(columns);
    Set<String> keys = new TreeSet<>(dataSet.keys);
    keys.retainAll(columns);
    return new DriftPolicy(
        bounds,
        falseDiscoveryRate,
        minimumRows,
        Collections.unmodifiableMap(own),
        new DataSetRule(dataSet.bound, Collections.unmodifiableSet(keys)),
        outputs == null ? null : outputs.only(columns));
  }

  /** Returns the rules for one side of the model. */
  DriftPolicy of(Role role) {
    return role == Role.OUTPUT && outputs != null ? outputs : this;
  }

  /**
   * Returns the settings of one feature.
   *
   * @param name the feature or output
   * @return {@link FeaturePolicy#withDefaults} if the feature has no settings of its own
   */
  public FeaturePolicy feature(String name) {
    return features.getOrDefault(name, FeaturePolicy.withDefaults());
  }

  /**
   * Returns the same policy with other key features. If any of them drifts, drift is widespread.
   *
   * @param names the key features or outputs; none for no key features
   * @return a changed copy
   */
  public DriftPolicy withKeyFeatures(String... names) {
    Set<String> keys = Collections.unmodifiableSet(new TreeSet<>(List.of(names)));
    return with(new DataSetRule(dataSet.bound, keys));
  }

  /**
   * {@return the key features: drift of one of them makes drift widespread; their names, in order}
   */
  public Set<String> keyFeatures() {
    return dataSet.keys;
  }

  /**
   * Returns the same policy with another share of drifted features from which drift is widespread.
   *
   * @param share share of the judged features, above 0 and up to 1
   * @return a changed copy
   * @throws IllegalArgumentException if the share is out of range
   */
  public DriftPolicy withDataSetBound(double share) {
    if (!(share > 0 && share <= 1)) {
      throw new IllegalArgumentException(
          "share = " + share + ": a share of drifted features lies above 0 and up to 1");
    }
    return with(new DataSetRule(share, dataSet.keys));
  }

  /** {@return the share of drifted features from which drift is widespread; above 0 and up to 1} */
  public double dataSetBound() {
    return dataSet.bound;
  }

  /** The features that the policy names, for their own settings or as key features, in order. */
  Set<String> namedFeatures() {
    Set<String> named = new TreeSet<>(features.keySet());
    named.addAll(dataSet.keys);
    if (outputs != null) {
      named.addAll(outputs.namedFeatures());
    }
    return named;
  }

  static double positive(double bound, String name) {
    if (!(bound > 0)) {
      throw new IllegalArgumentException(
          name + " = " + bound + ": a bound must be above 0, or every change is drift");
    }
    return bound;
  }
}
