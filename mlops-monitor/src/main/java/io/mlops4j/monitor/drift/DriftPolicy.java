package io.mlops4j.monitor.drift;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * When a difference counts as drift: its effect reaches a bound <em>and</em> its test is
 * significant among all the features judged together. Large samples make every p-value tiny, there
 * the effect decides; small samples show large effects by chance, there the test decides.
 *
 * <table>
 *   <caption>The default pairs</caption>
 *   <tr><th>feature</th><th>effect and bound</th><th>test</th></tr>
 *   <tr><td>numeric</td><td>Wasserstein over the reference's deviation, 0.1; where that is less, as a heavy tail makes
 *       the deviation large, D of the ranks, 0.1</td><td>Kolmogorov-Smirnov</td></tr>
 *   <tr><td>category</td><td>Jensen-Shannon distance (base 2), 0.1; where that is less, the largest difference of one
 *       share, with the bound of two values, if its z is 4 or more</td><td>chi-square of homogeneity, rare categories
 *       pooled, no Yates</td></tr>
 *   <tr><td>two values, missing values</td><td>difference of shares, 0.1; with a share below a tenth, 0.1 times the root of
 *       ten times the rarest share, at least 0.01</td><td>pooled z, exact where few are expected</td></tr>
 * </table>
 *
 * <p>So a flag that goes from 0.1 % to 2 % or from 1 % to 5 % matters, and missing values that come
 * up from none matter from 1 % on.
 *
 * <p>P-values are corrected by {@link PValueAdjustment#BENJAMINI_HOCHBERG} at q = 0.05. Each sample
 * needs {@value #DEFAULT_MINIMUM_ROWS} rows: ten bins of five. A single feature can have a measure,
 * a bound and a test of its own ({@link #withFeature}).
 *
 * <p><b>Beside the pairs</b> a drift report looks for what they cannot see: rows beyond the range
 * of the reference ({@link #beyondRange}), rows of categories that the reference lacks ({@link
 * #unseenCategories}), and rare categories that vanished ({@link #vanishedCategories}). Their
 * p-values are corrected apart, at a tenth of q ({@link #judgeBeside}), and so leave the p-values
 * of the pairs as they are.
 *
 * <p>Drift of a data set is widespread when the share of drifted features reaches a bound, {@value
 * #DEFAULT_DATA_SET_BOUND} by default, or when any {@linkplain #withKeyFeatures key feature}
 * drifts.
 *
 * <p>The false-alarm level assumes that rows are exchangeable. Traffic with seasons is compared
 * like with like, or every Monday is an alarm. Immutable and thread safe.
 */
public final class DriftPolicy {
  /** Rows that each sample needs by default. */
  public static final int DEFAULT_MINIMUM_ROWS = 50;

  /** The default share of drifted features from which on drift is widespread. */
  public static final double DEFAULT_DATA_SET_BOUND = 0.5;

  private static final DriftPolicy DEFAULTS =
      new DriftPolicy(
          new Bounds(0.1, 0.1, 0.1, 0.1),
          0.05,
          DEFAULT_MINIMUM_ROWS,
          Map.of(),
          new DataSetRule(DEFAULT_DATA_SET_BOUND, Set.of()));

  private static final Wasserstein WASSERSTEIN =
      Wasserstein.withDefaults().overReferenceDeviation();
  private static final KolmogorovSmirnov KOLMOGOROV_SMIRNOV = KolmogorovSmirnov.withDefaults();
  private static final JensenShannon JENSEN_SHANNON = JensenShannon.withDefaults();
  private static final ChiSquare CHI_SQUARE =
      ChiSquare.withDefaults().withYates(false).withPooling(true);
  private static final ChiSquare EXACT = CHI_SQUARE.with(PValueMethod.EXACT);
  private static final String SHARES = "difference of shares";
  private static final String ONE_SHARE = "largest difference of shares";

  /** Shares from here on have the bound as it is; those of the rarest a tenth of it. */
  private static final double COMMON = 0.1;

  private static final double PARTS = 10;

  /** The z of a share that moved by no chance, also among hundreds of categories. */
  private static final double STANDS_OUT = 4;

  private static final double BESIDE = 10;

  private static final ShareDifference SHARE_DIFFERENCE = ShareDifference.withDefaults();

  private final Bounds bounds;
  private final double falseDiscoveryRate;
  private final int minimumRows;
  private final Map<String, FeaturePolicy> features;
  private final DataSetRule dataSet;

  private DriftPolicy(
      Bounds bounds,
      double falseDiscoveryRate,
      int minimumRows,
      Map<String, FeaturePolicy> features,
      DataSetRule dataSet) {
    this.bounds = bounds;
    this.falseDiscoveryRate = falseDiscoveryRate;
    this.minimumRows = minimumRows;
    this.features = features;
    this.dataSet = dataSet;
  }

  /** The bounds by kind of feature. */
  private record Bounds(double numeric, double rank, double category, double share) {}

  /** When drift of the data set is widespread. */
  private record DataSetRule(double bound, Set<String> keys) {}

  /**
   * The policy of the table above.
   *
   * @return the policy
   */
  public static DriftPolicy withDefaults() {
    return DEFAULTS;
  }

  /**
   * The same policy with another bound for numeric features.
   *
   * @param deviations Wasserstein distance in standard deviations of the reference, above 0
   * @return a policy of its own
   * @throws IllegalArgumentException when the bound is not above 0
   */
  public DriftPolicy withNumericBound(double deviations) {
    return with(
        new Bounds(
            positive(deviations, "deviations"), bounds.rank(), bounds.category(), bounds.share()));
  }

  /**
   * The same policy with another bound for the ranks of numeric features.
   *
   * @param distance the D of Kolmogorov and Smirnov, above 0; infinite for Wasserstein alone
   * @return a policy of its own
   * @throws IllegalArgumentException when the bound is not above 0
   */
  public DriftPolicy withRankBound(double distance) {
    return with(
        new Bounds(
            bounds.numeric(), positive(distance, "distance"), bounds.category(), bounds.share()));
  }

  /**
   * The same policy with another bound for categories.
   *
   * @param distance Jensen-Shannon distance with base 2, above 0
   * @return a policy of its own
   * @throws IllegalArgumentException when the bound is not above 0
   */
  public DriftPolicy withCategoryBound(double distance) {
    return with(
        new Bounds(
            bounds.numeric(), bounds.rank(), positive(distance, "distance"), bounds.share()));
  }

  /**
   * The same policy with another bound for features of two values.
   *
   * @param difference of the shares, above 0; of rare values a smaller one matters, see above
   * @return a policy of its own
   * @throws IllegalArgumentException when the bound is not above 0
   */
  public DriftPolicy withShareBound(double difference) {
    return with(
        new Bounds(
            bounds.numeric(),
            bounds.rank(),
            bounds.category(),
            positive(difference, "difference")));
  }

  private DriftPolicy with(Bounds others) {
    return new DriftPolicy(others, falseDiscoveryRate, minimumRows, features, dataSet);
  }

  /**
   * The same policy with another bound on the expected share of false alarms among the features
   * that drifted.
   *
   * @param q above 0 and below 1
   * @return a policy of its own
   * @throws IllegalArgumentException when q is out of range
   */
  public DriftPolicy withFalseDiscoveryRate(double q) {
    if (!(q > 0 && q < 1)) {
      throw new IllegalArgumentException(
          "q = " + q + ": a false discovery rate lies between 0 and 1");
    }
    return new DriftPolicy(bounds, q, minimumRows, features, dataSet);
  }

  /**
   * The bound on the expected share of false alarms among the features that drifted.
   *
   * @return q, above 0 and below 1
   */
  public double falseDiscoveryRate() {
    return falseDiscoveryRate;
  }

  /**
   * The rows that each sample must have.
   *
   * @return 1 or more
   */
  public int minimumRows() {
    return minimumRows;
  }

  /**
   * The same policy with another least number of rows.
   *
   * @param rows that each sample must have, 1 or more
   * @return a policy of its own
   * @throws IllegalArgumentException when rows is below 1
   */
  public DriftPolicy withMinimumRows(int rows) {
    if (rows < 1) {
      throw new IllegalArgumentException("rows = " + rows + ": a sample needs at least 1");
    }
    return new DriftPolicy(bounds, falseDiscoveryRate, rows, features, dataSet);
  }

  /**
   * The same policy with something different for one feature; a second call for the same feature
   * replaces the first. It holds where features are compared by name, as in a drift report.
   *
   * @param name the feature or output
   * @param policy its measure, bound and test
   * @return a policy of its own
   */
  public DriftPolicy withFeature(String name, FeaturePolicy policy) {
    Map<String, FeaturePolicy> others = new TreeMap<>(features);
    others.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(policy, "policy"));
    return new DriftPolicy(
        bounds, falseDiscoveryRate, minimumRows, Collections.unmodifiableMap(others), dataSet);
  }

  /**
   * What is different for a feature.
   *
   * @param name the feature or output
   * @return {@link FeaturePolicy#withDefaults} when nothing is
   */
  public FeaturePolicy feature(String name) {
    return features.getOrDefault(name, FeaturePolicy.withDefaults());
  }

  /**
   * The same policy with other key features: when any of them drifts, drift is widespread.
   *
   * @param names the key features or outputs; none for no key features
   * @return a policy of its own
   */
  public DriftPolicy withKeyFeatures(String... names) {
    Set<String> keys = Collections.unmodifiableSet(new TreeSet<>(List.of(names)));
    return new DriftPolicy(
        bounds, falseDiscoveryRate, minimumRows, features, new DataSetRule(dataSet.bound(), keys));
  }

  /**
   * The features of which one that drifts is enough.
   *
   * @return their names, in order
   */
  public Set<String> keyFeatures() {
    return dataSet.keys();
  }

  /**
   * The same policy with another share of drifted features from which on drift is widespread.
   *
   * @param share of those that could be judged, above 0 and up to 1
   * @return a policy of its own
   * @throws IllegalArgumentException when the share is out of range
   */
  public DriftPolicy withDataSetBound(double share) {
    if (!(share > 0 && share <= 1)) {
      throw new IllegalArgumentException(
          "share = " + share + ": a share of drifted features lies above 0 and up to 1");
    }
    return new DriftPolicy(
        bounds, falseDiscoveryRate, minimumRows, features, new DataSetRule(share, dataSet.keys()));
  }

  /**
   * The share of drifted features from which on drift is widespread.
   *
   * @return above 0 and up to 1
   */
  public double dataSetBound() {
    return dataSet.bound();
  }

  /**
   * The features that the policy names, with something different or as key features.
   *
   * @return their names, in order
   */
  public Set<String> namedFeatures() {
    Set<String> named = new TreeSet<>(features.keySet());
    named.addAll(dataSet.keys());
    return Collections.unmodifiableSet(named);
  }

  /**
   * Compares a numeric feature row by row.
   *
   * @param reference values in any order, NaN is missing
   * @param current values in any order, NaN is missing
   * @return the measurement, or that there are too few values
   */
  public Comparison numeric(double[] reference, double[] current) {
    long n = present(reference);
    long m = present(current);
    if (Math.min(n, m) < minimumRows) {
      return new Comparison.TooFewRows(n, m, minimumRows);
    }
    return numeric(
        WASSERSTEIN.statistic(reference, current), KOLMOGOROV_SMIRNOV.test(reference, current));
  }

  /**
   * Compares a numeric feature by counts in shared bins.
   *
   * @param reference counts per bin, ascending, without the bin of missing values
   * @param current counts in the same bins
   * @param positions where the rows of each bin stand, ascending and finite
   * @param referenceDeviation population standard deviation of the reference
   * @return the measurement, or that there are too few rows
   * @throws IllegalArgumentException when the lengths differ, a count is negative, the positions
   *     are not ascending and finite, or the deviation is negative or not finite
   */
  public Comparison numeric(
      long[] reference, long[] current, double[] positions, double referenceDeviation) {
    return tooFew(reference, current)
        ? tooFewRows(reference, current)
        : numeric(
            WASSERSTEIN.statistic(reference, current, positions, referenceDeviation),
            KOLMOGOROV_SMIRNOV.test(reference, current));
  }

  /** By ranks where the distance, over a deviation that outliers made, does not matter. */
  private Comparison numeric(double distance, TestResult test) {
    if (distance < bounds.numeric() && test.statistic() >= bounds.rank()) {
      return new Comparison.Measured(
          EffectMeasure.KOLMOGOROV_SMIRNOV.label(),
          test.statistic(),
          bounds.rank(),
          "kolmogorov-smirnov",
          test.statistic(),
          test.pValue());
    }
    return new Comparison.Measured(
        "wasserstein/sigma",
        distance,
        bounds.numeric(),
        "kolmogorov-smirnov",
        test.statistic(),
        test.pValue());
  }

  /**
   * Compares a feature of several categories; missing values and categories unseen in the reference
   * may have a bin each.
   *
   * @param reference counts per category
   * @param current counts of the same categories
   * @return the measurement, or that there are too few rows
   * @throws IllegalArgumentException when the lengths differ or a count is negative
   */
  public Comparison category(long[] reference, long[] current) {
    if (tooFew(reference, current)) {
      return tooFewRows(reference, current);
    }
    TestResult test = CHI_SQUARE.test(reference, current);
    double distance = JENSEN_SHANNON.statistic(reference, current);
    OptionalInt one =
        distance < bounds.category() ? standsOut(reference, current) : OptionalInt.empty();
    if (one.isPresent()) {
      double p = reference[one.getAsInt()] / (double) rows(reference);
      double q = current[one.getAsInt()] / (double) rows(current);
      return new Comparison.Measured(
          ONE_SHARE, q - p, shareBound(p, q), "chi-square", test.statistic(), test.pValue());
    }
    return new Comparison.Measured(
        "jensen-shannon distance",
        distance,
        bounds.category(),
        "chi-square",
        test.statistic(),
        test.pValue());
  }

  /** The category whose share moved most in units of its bound, if so far, and not by chance. */
  private OptionalInt standsOut(long[] reference, long[] current) {
    double n = rows(reference);
    double m = rows(current);
    double most = 1;
    OptionalInt found = OptionalInt.empty();
    for (int i = 0; i < reference.length; i++) {
      double p = reference[i] / n;
      double q = current[i] / m;
      double share = (reference[i] + current[i]) / (n + m);
      double z = Math.abs(q - p) / Math.sqrt(share * (1 - share) * (1 / n + 1 / m));
      double size = Math.abs(q - p) / shareBound(p, q);
      if (z >= STANDS_OUT && size >= most) {
        most = size;
        found = OptionalInt.of(i);
      }
    }
    return found;
  }

  /**
   * From which size on a difference of shares matters: the bound where at least a tenth of the rows
   * of both samples have, and lack, the value; below, it falls with the root of the rarest share,
   * to a tenth.
   */
  private double shareBound(double p, double q) {
    double rarest = Math.min(Math.min(p, q), Math.min(1 - p, 1 - q));
    double part = Math.min(1, Math.sqrt(Math.max(0, rarest) / COMMON));
    return Math.max(bounds.share() / PARTS, bounds.share() * part);
  }

  /**
   * Compares a feature of two values.
   *
   * @param reference two counts: misses, hits
   * @param current two counts: misses, hits
   * @return the measurement, its size signed, or that there are too few rows
   * @throws IllegalArgumentException when there are not two counts each or one is negative
   */
  public Comparison twoValues(long[] reference, long[] current) {
    if (tooFew(reference, current)) {
      return tooFewRows(reference, current);
    }
    ShareDifference.Result test = SHARE_DIFFERENCE.test(reference, current);
    double q = current[1] / (double) rows(current);
    boolean few =
        new FixedMargins(Counts.of(reference, current)).smallestExpected()
            < ChiSquare.MANY_EXPECTED;
    return new Comparison.Measured(
        SHARES,
        test.difference(),
        shareBound(q - test.difference(), q),
        "z",
        test.statistic(),
        few ? EXACT.test(reference, current).pValue() : test.pValue());
  }

  /**
   * Compares how many current rows have a category that the reference lacks with how many that
   * would be by chance: at most the share of its rows whose category has no other (Good and
   * Turing). It is for references of which every category is known. The test holds for independent
   * rows of any distribution and finds gross changes: 23 % of the rows at a thousand reference
   * rows.
   *
   * @param referenceRows rows of the reference with a category
   * @param once its categories with exactly one row
   * @param currentRows current rows with a category
   * @param unseen those in no category of the reference
   * @return the measurement, or that there are too few rows
   */
  public Comparison unseenCategories(long referenceRows, long once, long currentRows, long unseen) {
    if (Math.min(referenceRows, currentRows) < minimumRows) {
      return new Comparison.TooFewRows(referenceRows, currentRows, minimumRows);
    }
    double p = (double) once / referenceRows;
    double q = (double) unseen / currentRows;
    return new Comparison.Measured(
        SHARES,
        q - p,
        shareBound(p, q),
        "unseen rows",
        (double) unseen,
        Absences.tooMany(referenceRows, once, currentRows, unseen));
  }

  /**
   * Compares categories that are all too rare for a test of each, by how many reference rows the
   * rarest of both samples have together: those whose categories vanished are too many.
   *
   * @param reference counts per category, the last of what has no name
   * @param current counts of the same categories
   * @return the measurement, or that there are too few rows
   * @throws IllegalArgumentException when the lengths differ or a count is negative
   */
  public Comparison vanishedCategories(long[] reference, long[] current) {
    if (tooFew(reference, current)) {
      return tooFewRows(reference, current);
    }
    Counts counts = Counts.of(reference, current);
    return new Comparison.Measured(
        "jensen-shannon distance",
        JENSEN_SHANNON.statistic(reference, current),
        bounds.category(),
        "vanished rows",
        counts.usedBins(),
        Absences.vanished(counts));
  }

  /**
   * Compares how many current rows lie beyond the range of the reference with how many would by
   * chance. That is exact for any distribution, and sees the few rows far away that ranks do not
   * feel. The effect is how far those rows are beyond, on average over all current rows.
   *
   * @param referenceRows rows of the reference with a value
   * @param currentRows current rows with a value
   * @param below those below its least value
   * @param above those above its greatest value
   * @param distance the sum of the ways of these rows to that range over the current rows, in
   *     deviations of the reference
   * @return the measurement, or that there are too few rows
   */
  public Comparison beyondRange(
      long referenceRows, long currentRows, long below, long above, double distance) {
    if (Math.min(referenceRows, currentRows) < minimumRows) {
      return new Comparison.TooFewRows(referenceRows, currentRows, minimumRows);
    }
    double least =
        Math.min(
            Absences.beyond(referenceRows, currentRows, below),
            Absences.beyond(referenceRows, currentRows, above));
    return new Comparison.Measured(
        "distance/sigma",
        distance,
        bounds.numeric(),
        "rows beyond",
        (double) below + above,
        Math.min(1, 2 * least));
  }

  /**
   * Judges the features of one comparison together.
   *
   * @param features the measured ones; those with too few rows are not judged at all
   * @return one judgement per feature, in the same order
   */
  public List<Judgement> judge(List<Comparison.Measured> features) {
    double[] adjusted =
        PValueAdjustment.BENJAMINI_HOCHBERG.adjust(
            features.stream().mapToDouble(Comparison.Measured::pValue).toArray());
    List<Judgement> judgements = new ArrayList<>();
    for (int i = 0; i < adjusted.length; i++) {
      Comparison.Measured feature = features.get(i);
      judgements.add(
          new Judgement(
              feature, adjusted[i], feature.matters() && adjusted[i] <= falseDiscoveryRate));
    }
    return List.copyOf(judgements);
  }

  /**
   * Judges what is measured beside the pairs, for all features together, at a tenth of the level:
   * what these tests are for makes their p-values tiny.
   *
   * @param measured the measured ones
   * @return one judgement each, in the same order; the adjusted p-values compare with {@link
   *     #falseDiscoveryRate()}, and are ten times those of Benjamini and Hochberg
   */
  public List<Judgement> judgeBeside(List<Comparison.Measured> measured) {
    return withFalseDiscoveryRate(falseDiscoveryRate / BESIDE).judge(measured).stream()
        .map(
            one ->
                new Judgement(
                    one.measured(), Math.min(1, BESIDE * one.adjustedPValue()), one.drifted()))
        .toList();
  }

  private boolean tooFew(long[] reference, long[] current) {
    return Math.min(rows(reference), rows(current)) < minimumRows;
  }

  private Comparison tooFewRows(long[] reference, long[] current) {
    return new Comparison.TooFewRows(rows(reference), rows(current), minimumRows);
  }

  private static long rows(long[] counts) {
    long rows = 0;
    for (long count : counts) {
      rows = Math.addExact(rows, count);
    }
    return rows;
  }

  private static long present(double[] values) {
    long present = 0;
    for (double value : values) {
      present += Double.isNaN(value) ? 0 : 1;
    }
    return present;
  }

  static double positive(double bound, String name) {
    if (!(bound > 0)) {
      throw new IllegalArgumentException(
          name + " = " + bound + ": a bound must be above 0, or every change is drift");
    }
    return bound;
  }
}
