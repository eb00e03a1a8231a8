package io.mlops4j.monitor.quality;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.Feature;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.monitor.profile.ColumnProfile;
import io.mlops4j.monitor.profile.NumberProfile;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.profile.Role;
import io.mlops4j.monitor.profile.internal.ColumnKind;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Checks rows by a policy against a reference. The columns to check are those of the reference, of
 * the policy and of the model's schema. Outputs that none of them names are checked for NaN.
 * Immutable and thread safe.
 */
public final class QualitySuite {
  /** Range, missing, NaN, unseen and resolution of one column. */
  private static final int LEARNED_CHECKS = 5;

  private final QualityReference reference;
  private final QualityPolicy policy;
  private final @Nullable FeatureSchema schema;
  private final List<ColumnPlan> plans;
  private final Identity identity;
  private final @Nullable Marginal[] marginals;
  private final @Nullable Resolution[] resolutions;
  private final Map<String, Integer> places = new HashMap<>();

  private QualitySuite(
      QualityReference reference, QualityPolicy policy, @Nullable FeatureSchema schema) {
    this.reference = reference;
    this.policy = policy;
    this.schema = schema;
    this.plans = plans();
    this.identity = Identity.of(reference, policy);
    this.marginals = new Marginal[plans.size()];
    this.resolutions = new Resolution[plans.size()];
    for (int i = 0; i < plans.size(); i++) {
      places.put(plans.get(i).name(), i);
      marginals[i] = Marginal.of(plans.get(i));
      resolutions[i] =
          plans.get(i).reference() instanceof NumberProfile numbers ? Resolution.of(numbers) : null;
    }
  }

  /**
   * Returns a suite of learned bounds only.
   *
   * @param reference good rows
   * @return a suite
   */
  public static QualitySuite of(QualityReference reference) {
    return of(reference, QualityPolicy.withDefaults());
  }

  /**
   * Returns a suite.
   *
   * @param reference good rows
   * @param policy the rules
   * @return a suite
   */
  public static QualitySuite of(QualityReference reference, QualityPolicy policy) {
    return new QualitySuite(
        Objects.requireNonNull(reference, "reference"),
        Objects.requireNonNull(policy, "policy"),
        null);
  }

  /**
   * Returns the same suite that also checks the types of the features of a model.
   *
   * @param features the schema of the model's card
   * @return a changed copy
   */
  public QualitySuite withSchema(FeatureSchema features) {
    return new QualitySuite(reference, policy, Objects.requireNonNull(features, "features"));
  }

  /**
   * Returns the same suite with another policy.
   *
   * @param other the policy
   * @return a changed copy
   */
  public QualitySuite withPolicy(QualityPolicy other) {
    return new QualitySuite(reference, Objects.requireNonNull(other, "other"), schema);
  }

  /**
   * Checks rows. Reads every batch to the end. Ages of times are counted up to the present.
   *
   * @param rows batches, which stay the caller's
   * @return the results of all checks
   * @throws DataException if the rows cannot be read
   */
  public QualityReport check(Iterable<FeatureBatch> rows) {
    return check(rows, Clock.systemUTC());
  }

  /**
   * Checks rows. Reads every batch to the end.
   *
   * @param rows batches, which stay the caller's
   * @param clock the time up to which ages of times are counted
   * @return the results of all checks
   * @throws DataException if the rows cannot be read
   */
  public QualityReport check(Iterable<FeatureBatch> rows, Clock clock) {
    Objects.requireNonNull(rows, "rows");
    Objects.requireNonNull(clock, "clock");
    QualityWindow window = window();
    rows.forEach(batch -> window.add(batch, clock.instant()));
    return window.report();
  }

  /** {@return a window without rows} */
  public QualityWindow window() {
    return new QualityWindow(this);
  }

  /**
   * Reads a stored window of this suite.
   *
   * @param bytes the result of {@link QualityWindow#toBytes}
   * @return an equal window
   * @throws DataException if the bytes are damaged, or were written by a window of another suite
   */
  public QualityWindow window(byte[] bytes) {
    Objects.requireNonNull(bytes, "bytes");
    return QualityWindow.read(this, bytes);
  }

  /** {@return the reference} */
  public QualityReference reference() {
    return reference;
  }

  /** {@return the policy} */
  public QualityPolicy policy() {
    return policy;
  }

  private List<ColumnPlan> plans() {
    Profile profile = reference.profile();
    List<ColumnPlan> all = new ArrayList<>();
    for (String name : profile.columns()) {
      ColumnProfile column = profile.column(name);
      all.add(plan(name, column.role(), null, column));
    }
    Map<String, ColumnKind> more = new HashMap<>();
    if (schema != null) {
      for (Feature feature : schema.features()) {
        more.put(feature.column(), feature.type().map(QualitySuite::kind).orElse(null));
      }
    }
    policy.columns().keySet().forEach(name -> more.putIfAbsent(name, null));
    more.keySet().stream()
        .filter(name -> !profile.columns().contains(name))
        .sorted()
        .forEach(name -> all.add(plan(name, Role.FEATURE, more.get(name), null)));
    return List.copyOf(all);
  }

  private ColumnPlan plan(
      String name, Role role, @Nullable ColumnKind kind, @Nullable ColumnProfile column) {
    return ColumnPlan.of(name, role, kind, column, reference.learned(), policy);
  }

  private static @Nullable ColumnKind kind(ElementType type) {
    return type == ElementType.STRING || type == ElementType.BOOL
        ? ColumnKind.TEXTS
        : ColumnKind.NUMBERS;
  }

  /**
   * Returns the largest number of checks with a learned bound, to divide a budget of false alarms
   * among them.
   *
   * @return 1 or more
   */
  public int checks() {
    return 1 + LEARNED_CHECKS * plans.size() + swapTables().size();
  }

  List<ColumnPlan> columns() {
    return plans;
  }

  @Nullable Marginal marginal(int plan) {
    return marginals[plan];
  }

  @Nullable Resolution resolution(int plan) {
    return resolutions[plan];
  }

  List<SwapTable> swapTables() {
    QualityReference.Learned learned = reference.learned();
    return learned == null ? List.of() : learned.swaps();
  }

  /** The place of a column; -1 if the suite does not check it. */
  int indexOf(String column) {
    return places.getOrDefault(column, -1);
  }

  Identity identity() {
    return identity;
  }

  int sampling() {
    return policy.sampling().orElse(1);
  }
}
