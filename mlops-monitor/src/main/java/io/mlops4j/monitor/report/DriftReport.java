package io.mlops4j.monitor.report;

import io.mlops4j.error.DataException;
import io.mlops4j.monitor.drift.DriftPolicy;
import io.mlops4j.monitor.profile.ExportRules;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.profile.SkippedColumn;
import io.mlops4j.monitor.profile.SlicedProfile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Two profiles with the same bins, compared column by column, by name.
 *
 * <p>A column has drifted when its effect reaches a bound <em>and</em> its test is significant
 * after Benjamini-Hochberg over all columns; see {@link DriftPolicy} for the pairs. By the
 * reference
 *
 * <ul>
 *   <li>numbers with more than five distinct values: Wasserstein distance over the reference's
 *       deviation, or, where that does not matter, D of the ranks, with Kolmogorov-Smirnov; and,
 *       where values are missing on either side, the difference of the shares of missing ones, with
 *       z ({@code missing: difference of shares});
 *   <li>numbers with up to five, and categories: Jensen-Shannon distance less what chance gives,
 *       or, where that does not matter, the largest difference of one share, with the chi-square of
 *       homogeneity; missing values are a category, and categories that are rare or unseen in the
 *       reference are another;
 *   <li>two values that are all there is on both sides: difference of shares, with z;
 *   <li>vectors: their norms and their projections, each as numbers, named {@code column.norm} and
 *       {@code column.projection}. Times are listed, not compared.
 * </ul>
 *
 * <p>Beside these, and listed only where it drifted: rows beyond the range of the reference ({@code
 * beyond: distance/sigma}), rows of categories that the reference lacks ({@code unseen: difference
 * of shares}), and categories that vanished where all are too rare for a chi-square ({@code
 * vanished: jensen-shannon distance}). An effect or bound chosen for a column ({@link
 * DriftPolicy#withFeature}) is all that it is compared by; missing values still are.
 *
 * <p>Distances of numbers are computed from the bins, and their text says by how much they can be
 * off. The stability index (PSI over ten bins) is reported beside and decides nothing. The rows of
 * each side are taken to be exchangeable: compare like with like, or every Monday is an alarm.
 *
 * <p>Immutable and thread safe.
 */
public final class DriftReport {
  /**
   * The default share of drifted columns from which on drift is {@link DataSetDrift#WIDESPREAD}.
   */
  public static final double DATA_SET_BOUND = DriftPolicy.DEFAULT_DATA_SET_BOUND;

  private final DriftPolicy policy;
  private final Profile reference;
  private final Profile current;
  private final List<FeatureDrift> features;
  private final List<SkippedColumn> skipped;
  private final ExportRules rules;
  private final List<SliceDrift> slices;
  private final @Nullable PredictionShift predictionShift;
  private final ReportSubject subject;

  private DriftReport(
      DriftPolicy policy,
      Profile reference,
      Profile current,
      List<FeatureDrift> features,
      List<SkippedColumn> skipped,
      ExportRules rules,
      List<SliceDrift> slices,
      @Nullable PredictionShift predictionShift,
      ReportSubject subject) {
    this.policy = policy;
    this.reference = reference;
    this.current = current;
    this.features = features;
    this.skipped = skipped;
    this.rules = rules;
    this.slices = slices;
    this.predictionShift = predictionShift;
    this.subject = subject;
  }

  /**
   * Compares with the default policy.
   *
   * @param reference the profile that rows are compared with
   * @param current rows counted in its bins, see {@link Profile#profile}
   * @return a report
   * @throws IllegalArgumentException if a column of both has other bins in the current profile
   */
  public static DriftReport compare(Profile reference, Profile current) {
    return compare(reference, current, DriftPolicy.withDefaults());
  }

  /**
   * Compares with a policy.
   *
   * @param reference the profile that rows are compared with
   * @param current rows counted in its bins, see {@link Profile#profile}
   * @param policy the bounds and the level, and what is different for single columns
   * @return a report
   * @throws IllegalArgumentException if a column of both has other bins in the current profile, or
   *     the policy names a feature that neither has, or chooses a measure or test of numbers for
   *     categories
   */
  public static DriftReport compare(Profile reference, Profile current, DriftPolicy policy) {
    return compare(reference, current, policy, ExportRules.withDefaults());
  }

  /**
   * Compares with a policy.
   *
   * @param reference the profile that rows are compared with
   * @param current rows counted in its bins, see {@link Profile#profile}
   * @param policy the bounds and the level, and what is different for single columns
   * @param rules which names and values the report may show; what is compared does not depend on
   *     them
   * @return a report
   * @throws IllegalArgumentException if a column of both has other bins in the current profile, or
   *     the policy names a feature that neither has, or chooses a measure or test of numbers for
   *     categories
   */
  public static DriftReport compare(
      Profile reference, Profile current, DriftPolicy policy, ExportRules rules) {
    Objects.requireNonNull(reference, "reference");
    Objects.requireNonNull(current, "current");
    Objects.requireNonNull(policy, "policy");
    Objects.requireNonNull(rules, "rules");
    ProfilePair both = ProfilePair.of(reference, current, rules);
    both.checkNames(policy);
    List<FeatureDrift> features = Judge.sorted(new Judge(policy).judge(both.columns()));
    return new DriftReport(
        policy,
        reference,
        current,
        features,
        both.skipped(),
        rules,
        List.of(),
        null,
        ReportSubject.withDefaults());
  }

  /**
   * Compares all rows, and slice by slice, with the default policy.
   *
   * @param reference slices that rows are compared with
   * @param current rows counted in its slices, see {@link SlicedProfile#profile}
   * @return a report of all rows that has {@link #slices}
   * @throws IllegalArgumentException if the slices differ, or a column of both has other bins
   */
  public static DriftReport compare(SlicedProfile reference, SlicedProfile current) {
    return compare(reference, current, DriftPolicy.withDefaults(), ExportRules.withDefaults());
  }

  /**
   * Compares all rows, and slice by slice, so that like is compared with like. Among slices the
   * p-values of all columns of all slices are corrected together: the more slices, the more each
   * has to show.
   *
   * @param reference slices that rows are compared with
   * @param current rows counted in its slices, see {@link SlicedProfile#profile}
   * @param policy the bounds and the level, and what is different for single columns
   * @param rules which names and values the report may show, those of slices too
   * @return a report of all rows that has {@link #slices}
   * @throws IllegalArgumentException if the slices differ, or as for {@link #compare(Profile,
   *     Profile, DriftPolicy, ExportRules)}
   */
  public static DriftReport compare(
      SlicedProfile reference, SlicedProfile current, DriftPolicy policy, ExportRules rules) {
    Objects.requireNonNull(reference, "reference");
    Objects.requireNonNull(current, "current");
    Objects.requireNonNull(policy, "policy");
    Objects.requireNonNull(rules, "rules");
    if (!reference.names().equals(current.names())) {
      throw new IllegalArgumentException(
          "current: found slices %s, expected those of the reference, %s; count the rows with reference.profile(rows)"
              .formatted(current.names(), reference.names()));
    }
    DriftReport whole = compare(reference.whole(), current.whole(), policy, rules);
    return new DriftReport(
        policy,
        whole.reference,
        whole.current,
        whole.features,
        whole.skipped,
        rules,
        SliceDrift.compare(reference, current, policy, rules),
        null,
        ReportSubject.withDefaults());
  }

  /**
   * The same report with what each feature explains of the shift of a model's predictions.
   *
   * @param shift made of the rows that were compared, or of some of them
   * @return a report of its own
   */
  public DriftReport with(PredictionShift shift) {
    Objects.requireNonNull(shift, "shift");
    return new DriftReport(
        policy, reference, current, features, skipped, rules, slices, shift, subject);
  }

  /**
   * The same report about a model, with its version, both periods and a date: they are in the title
   * of the page and in the JSON.
   *
   * @param about what the report is about
   * @return a report of its own
   */
  public DriftReport with(ReportSubject about) {
    Objects.requireNonNull(about, "about");
    return new DriftReport(
        policy, reference, current, features, skipped, rules, slices, predictionShift, about);
  }

  /**
   * What the report is about.
   *
   * @return {@link ReportSubject#withDefaults} unless it was {@linkplain #with(ReportSubject)
   *     stated}
   */
  public ReportSubject subject() {
    return subject;
  }

  /** What may be shown. */
  ExportRules rules() {
    return rules;
  }

  /**
   * What each feature explains of the shift of a model's predictions.
   *
   * @return empty unless it was {@linkplain #with(PredictionShift) added}
   */
  public Optional<PredictionShift> predictionShift() {
    return Optional.ofNullable(predictionShift);
  }

  /**
   * What was found slice by slice.
   *
   * @return slices with drifted columns first, then by the size of the largest effect; those of
   *     which nothing can be said last; none unless {@linkplain #compare(SlicedProfile,
   *     SlicedProfile) sliced profiles} were compared
   */
  public List<SliceDrift> slices() {
    return slices;
  }

  /** The slices whose names and figures may leave the library. */
  List<SliceDrift> shownSlices() {
    return slices.stream()
        .filter(slice -> slice.judged() && slice.rows() >= rules.smallestCount())
        .toList();
  }

  /**
   * The columns of both sides that were compared.
   *
   * @return drifted ones first, then by the size of the effect in units of its bound, largest first
   */
  public List<FeatureDrift> features() {
    return features;
  }

  /**
   * One column.
   *
   * @param name its name
   * @return what was found
   * @throws IllegalArgumentException if no such column was compared, with the names of those that
   *     were
   */
  public FeatureDrift feature(String name) {
    Objects.requireNonNull(name, "name");
    return features.stream()
        .filter(feature -> feature.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "name: found no compared column \""
                        + name
                        + "\", expected one of "
                        + features.stream().map(FeatureDrift::name).toList()));
  }

  /**
   * The columns that drifted.
   *
   * @return a part of {@link #features}, in its order
   */
  public List<FeatureDrift> driftedFeatures() {
    return features.stream().filter(FeatureDrift::drifted).toList();
  }

  /**
   * Judges the data set as a whole.
   *
   * @return {@link DataSetDrift#WIDESPREAD} when the share of drifted columns among those that
   *     could be judged is at least {@link DriftPolicy#dataSetBound}, or when a {@linkplain
   *     DriftPolicy#withKeyFeatures key feature} drifted; {@link DataSetDrift#NOT_JUDGED} when no
   *     column could be judged
   */
  public DataSetDrift dataSet() {
    int judged = judgedColumns();
    int drifted = driftedFeatures().size();
    if (judged == 0) {
      return DataSetDrift.NOT_JUDGED;
    }
    if (drifted == 0) {
      return DataSetDrift.NONE;
    }
    return !driftedKeys().isEmpty() || drifted >= policy.dataSetBound() * judged
        ? DataSetDrift.WIDESPREAD
        : DataSetDrift.LIMITED;
  }

  /** How many columns had enough rows to be judged. */
  int judgedColumns() {
    return (int)
        features.stream()
            .filter(feature -> !(feature.verdict() instanceof DriftVerdict.InsufficientData))
            .count();
  }

  /** The key features that drifted. */
  List<String> driftedKeys() {
    return driftedFeatures().stream().filter(FeatureDrift::key).map(FeatureDrift::name).toList();
  }

  /**
   * The key features of the policy that could not be judged: on one side only, skipped, or with too
   * few rows. Nothing is known about them.
   *
   * @return their names, in order
   */
  public List<String> keysNotJudged() {
    List<String> judged =
        features.stream()
            .filter(feature -> !(feature.verdict() instanceof DriftVerdict.InsufficientData))
            .map(FeatureDrift::name)
            .toList();
    return policy.keyFeatures().stream().filter(name -> !judged.contains(name)).toList();
  }

  /**
   * What was judged by.
   *
   * @return the policy
   */
  public DriftPolicy policy() {
    return policy;
  }

  /**
   * The columns of both sides that are not compared, each with its reason.
   *
   * @return identifiers, times and unsupported types
   */
  public List<SkippedColumn> skipped() {
    return skipped;
  }

  /**
   * The columns that only the reference has.
   *
   * @return their names
   */
  public List<String> onlyInReference() {
    return reference.columns().stream().filter(name -> !current.columns().contains(name)).toList();
  }

  /**
   * The columns that only the current rows have.
   *
   * @return their names
   */
  public List<String> onlyInCurrent() {
    return current.columns().stream().filter(name -> !reference.columns().contains(name)).toList();
  }

  /**
   * What the rows were compared with.
   *
   * @return the reference
   */
  public Profile reference() {
    return reference;
  }

  /**
   * The rows that were compared.
   *
   * @return their profile
   */
  public Profile current() {
    return current;
  }

  /**
   * The report for programs, by {@link #jsonSchema}. Names that are here stay; new ones may come.
   *
   * <pre>
   * {"format": "mlops4j-drift-report", "version": 2,
   *  "subject": {"model", "version", "referencePeriod", "currentPeriod", "date"}   what was stated
   *  "reference": {"rows", "digest"}, "current": {"rows", "digest"},
   *  "dataSet": {"drift": "none|limited|widespread|not-judged", "columnsJudged", "columnsDrifted"},
   *  "driftedFeatures": ["name"],
   *  "policy": {"dataSetBound", "falseDiscoveryRate", "keyFeatures": ["name"]},
   *  "keysNotJudged": ["name"],
   *  "features": [as {@link #features}
   *    {"name", "role": "feature|output", "kind": "numbers|categories", "key": true|false,
   *     "selection": {"effect", "test", "reason"},
   *     "verdict": "drifted|stable|insufficient-data",
   *     "measure", "effect", "bound", "adjustedPValue"    of drifted and stable
   *     "movements": [{"value", "reference", "current", "contribution"}]   of them, the first ten
   *     "rowsNeeded"                                      of insufficient-data
   *     "referenceMissing", "currentMissing",
   *     "bins": of numbers {"edges": [], "reference": [], "current": []}: counts, one more than edges
   *       of categories {"labels": [], "reference": [], "current": [],
   *         "suppressed": {"categories", "reference", "current"}, "rest": {"reference", "current"}}
   *     "evidence": [{"name", "measured", "bound", "text"}]}],
   *  "predictionShift":                                   only where one was added
   *    {"referenceMean", "currentMean", "shift": {"value", "standardError", "margin"},
   *     "parts": [{"feature", "explained": {as shift}}], "remainder": {as shift},
   *     "referenceRows", "currentRows", "seed"},
   *  "slices":                                            only where slices were compared
   *    {"compared", "tooFewRows",
   *     "slices": [as {@link #slices}, without those with too few rows
   *       {"name", "referenceRows", "currentRows", "driftedFeatures": ["name"],
   *        "features": [{"name", "verdict" and what belongs to it, as above}]}]},
   *  "skipped": [{"name", "role", "reason", "detail"}],
   *  "onlyInReference": ["name"], "onlyInCurrent": ["name"]}
   * </pre>
   *
   * <p>A figure without a value is null; an infinite effect is the text {@code "Infinity"}.
   *
   * @return JSON
   */
  public String toJson() {
    return ReportJson.write(this);
  }

  /**
   * The schema of {@link #toJson}, which is also in the jar beside this class, as {@code
   * drift-report.schema.json}.
   *
   * @return JSON Schema, draft 2020-12
   */
  public static String jsonSchema() {
    return Resources.text("drift-report.schema.json");
  }

  /**
   * Writes {@link #toJson} in UTF-8, over a file that is there.
   *
   * @param file the file
   * @throws DataException if it cannot be written
   */
  public void writeJson(Path file) {
    Objects.requireNonNull(file, "file");
    write(file, toJson());
  }

  /**
   * The report for people, as one page that needs nothing else; see {@link HtmlReport}, which also
   * sets it among other parts.
   *
   * @return HTML
   */
  public String toHtml() {
    return page().toHtml();
  }

  /**
   * Writes {@link #toHtml} in UTF-8, over a file that is there.
   *
   * @param file the file
   * @throws DataException if it cannot be written
   */
  public void writeHtml(Path file) {
    Objects.requireNonNull(file, "file");
    page().write(file);
  }

  private HtmlReport page() {
    return HtmlReport.builder(subject.title()).drift("Current rows and reference", this).build();
  }

  static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (NoSuchFileException e) {
      throw new DataException(
          file + ": found no folder for the report, expected one that exists; create it", e);
    } catch (IOException e) {
      throw new DataException("cannot write the report to " + file + ": " + e, e);
    }
  }

  /**
   * For people.
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
