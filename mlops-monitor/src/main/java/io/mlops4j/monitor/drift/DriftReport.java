package io.mlops4j.monitor.drift;

import io.mlops4j.monitor.profile.ExportRules;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.profile.SkippedColumn;
import io.mlops4j.monitor.profile.SlicedProfile;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * The comparison of two profiles with the same bins, column by column, matched by name.
 *
 * <p>A column has drifted when its effect reaches a bound <em>and</em> its test is significant
 * after Benjamini-Hochberg correction over all columns. {@link DriftPolicy} states the bounds. The
 * reference decides how a column is compared:
 *
 * <ul>
 *   <li>Numbers with more than five distinct values: Wasserstein distance over the reference's
 *       deviation, with Kolmogorov-Smirnov. If that distance is below its bound, the effect is the
 *       distance of the normal scores for a heavy tail, or D of the ranks. If values are missing on
 *       either side, the shares of missing values are compared too, with z ({@code missing:
 *       difference of shares}).
 *   <li>Numbers with up to five distinct values, and categories: Jensen-Shannon distance, less what
 *       random variation gives, with the chi-square of homogeneity. If that distance is below its
 *       bound, the largest difference of one share is the effect. Missing values are a category;
 *       categories that are rare or unseen in the reference share another one.
 *   <li>Columns with only two values on both sides: difference of shares, with z.
 *   <li>Vectors: their norms and their projections, each as numbers, named {@code column.norm} and
 *       {@code column.projection}.
 *   <li>Times are listed and not compared.
 * </ul>
 *
 * <p>Three secondary comparisons are listed only if they drifted: rows beyond the range of the
 * reference ({@code beyond: distance/sigma}), rows of categories that the reference lacks ({@code
 * unseen: difference of shares}), and categories that vanished although each is too rare for a
 * chi-square ({@code vanished: jensen-shannon distance}). A column with its own effect or bound
 * ({@link DriftPolicy#withFeature}) is compared by that effect and by its missing values only.
 *
 * <p>Distances of numbers are computed from the bins; their text states the largest possible error.
 * The stability index (PSI over ten bins) informs and decides nothing. The rows of each side must
 * be exchangeable: compare Mondays with Mondays. Otherwise every Monday raises an alarm.
 *
 * <p>{@code io.mlops4j.monitor.report} renders a report as a page or as JSON. Immutable and thread
 * safe.
 */
public final class DriftReport {
  private final DriftPolicy policy;
  private final Profile reference;
  private final Profile current;
  private final List<FeatureDrift> features;
  private final List<SkippedColumn> skipped;
  private final ExportRules rules;
  private final List<SliceDrift> slices;
  private final ReportSubject subject;

  private DriftReport(
      DriftPolicy policy,
      Profile reference,
      Profile current,
      List<FeatureDrift> features,
      List<SkippedColumn> skipped,
      ExportRules rules,
      List<SliceDrift> slices,
      ReportSubject subject) {
    this.policy = policy;
    this.reference = reference;
    this.current = current;
    this.features = features;
    this.skipped = skipped;
    this.rules = rules;
    this.slices = slices;
    this.subject = subject;
  }

  /**
   * Compares two profiles with the default policy.
   *
   * @param reference the profile to compare with
   * @param current rows counted in the reference's bins, see {@link Profile#profile}
   * @return a report
   * @throws IllegalArgumentException if a column of both profiles has other bins in the current one
   */
  public static DriftReport compare(Profile reference, Profile current) {
    return compare(reference, current, DriftPolicy.withDefaults());
  }

  /**
   * Compares two profiles with a policy.
   *
   * @param reference the profile to compare with
   * @param current rows counted in the reference's bins, see {@link Profile#profile}
   * @param policy bounds, level and settings of single columns
   * @return a report
   * @throws IllegalArgumentException if a column of both profiles has other bins in the current
   *     one, if the policy names a feature that neither profile has, or if it chooses a measure or
   *     test of numbers for categories
   */
  public static DriftReport compare(Profile reference, Profile current, DriftPolicy policy) {
    return compare(reference, current, policy, ExportRules.withDefaults());
  }

  /**
   * Compares two profiles with a policy and rules for what the report may show.
   *
   * @param reference the profile to compare with
   * @param current rows counted in the reference's bins, see {@link Profile#profile}
   * @param policy bounds, level and settings of single columns
   * @param rules which names and values the report may show; they do not change verdicts
   * @return a report
   * @throws IllegalArgumentException if a column of both profiles has other bins in the current
   *     one, if the policy names a feature that neither profile has, or if it chooses a measure or
   *     test of numbers for categories
   */
  public static DriftReport compare(
      Profile reference, Profile current, DriftPolicy policy, ExportRules rules) {
    Objects.requireNonNull(reference, "reference");
    Objects.requireNonNull(current, "current");
    Objects.requireNonNull(policy, "policy");
    Objects.requireNonNull(rules, "rules");
    ProfilePair both = ProfilePair.of(reference, current, rules);
    both.checkNames(policy);
    return new DriftReport(
        policy,
        reference,
        current,
        DriftJudge.sorted(new DriftJudge(policy).judge(both.columns())),
        both.skipped(),
        rules,
        List.of(),
        ReportSubject.withDefaults());
  }

  /**
   * Compares all rows together and slice by slice, with the default policy.
   *
   * @param reference the slices to compare with
   * @param current rows counted in the reference's slices, see {@link SlicedProfile#profile}
   * @return a report of all rows that has {@link #slices}
   * @throws IllegalArgumentException if the slices differ, or if a column of both has other bins
   */
  public static DriftReport compare(SlicedProfile reference, SlicedProfile current) {
    return compare(reference, current, DriftPolicy.withDefaults(), ExportRules.withDefaults());
  }

  /**
   * Compares all rows together and slice by slice. All current rows are compared with the slices
   * that they have: those of a Monday with the Mondays of the reference, not with its whole weeks.
   * The p-values of all columns of all slices are corrected together: the more slices, the stronger
   * the evidence that each of them needs.
   *
   * @param reference the slices to compare with
   * @param current rows counted in the reference's slices, see {@link SlicedProfile#profile}
   * @param policy bounds, level and settings of single columns
   * @param rules which names and values the report may show, names of slices included
   * @return a report of all rows that has {@link #slices}
   * @throws IllegalArgumentException if the slices differ, or for the reasons of {@link
   *     #compare(Profile, Profile, DriftPolicy, ExportRules)}
   */
  public static DriftReport compare(
      SlicedProfile reference, SlicedProfile current, DriftPolicy policy, ExportRules rules) {
    Objects.requireNonNull(reference, "reference");
    Objects.requireNonNull(current, "current");
    if (!reference.names().equals(current.names())) {
      throw new IllegalArgumentException(
          "current: found slices %s, expected the slices of the reference, %s; count the rows with reference.profile(rows)"
              .formatted(current.names(), reference.names()));
    }
    DriftReport whole = compare(alike(reference, current), current.whole(), policy, rules);
    return new DriftReport(
        policy,
        whole.reference,
        whole.current,
        whole.features,
        whole.skipped,
        rules,
        SliceDrift.compare(reference, current, policy, rules),
        whole.subject);
  }

  /** Returns the slices of the reference that the current rows have. */
  private static Profile alike(SlicedProfile reference, SlicedProfile current) {
    return reference.names().stream()
        .filter(name -> current.slice(name).rows() > 0)
        .map(reference::slice)
        .reduce(Profile::merge)
        .orElseGet(reference::whole);
  }

  /**
   * Returns the same report with a statement of its model, periods and date. Pages show them in the
   * title; JSON carries them.
   *
   * @param about the model, its version, both periods and the date
   * @return a changed copy
   */
  public DriftReport with(ReportSubject about) {
    Objects.requireNonNull(about, "about");
    return new DriftReport(policy, reference, current, features, skipped, rules, slices, about);
  }

  /**
   * {@return the model, periods and date of the report; {@link ReportSubject#withDefaults} unless
   * {@linkplain #with(ReportSubject) stated}}
   */
  public ReportSubject subject() {
    return subject;
  }

  /**
   * {@return the rules for names and values that may be shown; the rules that the profiles were
   * compared with}
   */
  public ExportRules exportRules() {
    return rules;
  }

  /**
   * {@return the comparison of each slice; slices with drifted columns first, then by the size of
   * their largest effect; slices with too few rows last; empty unless {@linkplain
   * #compare(SlicedProfile, SlicedProfile) sliced profiles} were compared}
   */
  public List<SliceDrift> slices() {
    return slices;
  }

  /**
   * {@return the columns that were compared: those of both profiles; drifted columns first, then by
   * the size of the effect in units of its bound, largest first}
   */
  public List<FeatureDrift> features() {
    return features;
  }

  /**
   * Returns the comparison of one column.
   *
   * @param name the name of the column
   * @return its comparison
   * @throws IllegalArgumentException if no such column was compared; the message lists the compared
   *     columns
   */
  public FeatureDrift feature(String name) {
    Objects.requireNonNull(name, "name");
    return features.stream()
        .filter(feature -> feature.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "name: found no compared column \"%s\", expected one of %s"
                        .formatted(name, features.stream().map(FeatureDrift::name).toList())));
  }

  /** {@return the columns that drifted; a part of {@link #features}, in its order} */
  public List<FeatureDrift> driftedFeatures() {
    return features.stream().filter(FeatureDrift::drifted).toList();
  }

  /**
   * Judges the data set as a whole.
   *
   * @return {@link DataSetDrift#WIDESPREAD} if the share of drifted columns among the judged ones
   *     is at least {@link DriftPolicy#dataSetBound}, or if a {@linkplain
   *     DriftPolicy#withKeyFeatures key feature} drifted; {@link DataSetDrift#NOT_JUDGED} if no
   *     column could be judged
   */
  public DataSetDrift dataSet() {
    int drifted = driftedFeatures().size();
    if (judgedColumns() == 0) {
      return DataSetDrift.NOT_JUDGED;
    }
    if (drifted == 0) {
      return DataSetDrift.NONE;
    }
    return !driftedKeys().isEmpty() || drifted >= policy.dataSetBound() * judgedColumns()
        ? DataSetDrift.WIDESPREAD
        : DataSetDrift.LIMITED;
  }

  /**
   * Counts the columns that had enough rows for a verdict.
   *
   * @return 0 to the number of {@link #features}
   */
  public int judgedColumns() {
    return (int) features.stream().filter(FeatureDrift::judged).count();
  }

  /** {@return the key features that drifted; their names, in the order of {@link #features}} */
  public List<String> driftedKeys() {
    return driftedFeatures().stream().filter(FeatureDrift::key).map(FeatureDrift::name).toList();
  }

  /**
   * {@return the key features of the policy that have no verdict because they are on one side only,
   * skipped, or have too few rows; their names, in order}
   */
  public List<String> keysNotJudged() {
    List<String> judged =
        features.stream().filter(FeatureDrift::judged).map(FeatureDrift::name).toList();
    return policy.keyFeatures().stream().filter(name -> !judged.contains(name)).toList();
  }

  /** {@return the policy of the comparison} */
  public DriftPolicy policy() {
    return policy;
  }

  /**
   * {@return the columns of both profiles that are not compared, each with its reason; identifiers,
   * times and unsupported types}
   */
  public List<SkippedColumn> skipped() {
    return skipped;
  }

  /** {@return the names of the columns that only the reference has} */
  public List<String> onlyInReference() {
    return reference.columns().stream().filter(name -> !current.columns().contains(name)).toList();
  }

  /** {@return the names of the columns that only the current rows have} */
  public List<String> onlyInCurrent() {
    return current.columns().stream().filter(name -> !reference.columns().contains(name)).toList();
  }

  /** {@return the profile that all rows together were compared with} */
  public Profile reference() {
    return reference;
  }

  /** {@return the profile of the rows that were compared} */
  public Profile current() {
    return current;
  }

  /**
   * Describes the report in one line.
   *
   * @return the drift of the data set, the verdict of each column, and the columns that were not
   *     compared
   */
  @Override
  public String toString() {
    List<String> not =
        Stream.of(skipped.stream().map(SkippedColumn::name), onlyInReference().stream())
            .flatMap(names -> names)
            .toList();
    return "%s, %d of %d columns drifted %s%s"
        .formatted(
            dataSet(),
            driftedFeatures().size(),
            judgedColumns(),
            features,
            not.isEmpty() ? "" : ", not compared " + not);
  }
}
