package io.mlops4j.monitor.drift;

import io.mlops4j.monitor.profile.ColumnProfile;
import io.mlops4j.monitor.profile.Role;
import io.mlops4j.rollout.Evidence;
import java.util.List;

/**
 * The comparison of one feature or output of a {@link DriftReport}. Immutable.
 *
 * @param reference the column's profile in the reference
 * @param current the column's profile in the current rows, in the same bins
 * @param key whether the column is a {@linkplain DriftPolicy#withKeyFeatures key feature}, whose
 *     drift alone makes drift {@link DataSetDrift#WIDESPREAD}
 * @param method measure of effect, test and the reason for them; present even with too few rows
 * @param verdict drifted, stable, or too few rows
 * @param evidence the effect with its bound, then the test, then what only informs; at least one
 *     entry, and each text names method, bound and error
 * @param movements the categories, numbers or ranges of numbers behind the effect of the verdict,
 *     the largest part first; missing values if only they drifted; empty if the effect is 0 or
 *     there are too few rows
 */
public record FeatureDrift(
    ColumnProfile reference,
    ColumnProfile current,
    boolean key,
    ComparisonMethod method,
    DriftVerdict verdict,
    List<Evidence> evidence,
    List<Movement> movements) {

  /**
   * Copies both lists.
   *
   * @param reference the column's profile in the reference
   * @param current the column's profile in the current rows
   * @param key whether the column is a key feature
   * @param method measure of effect, test and the reason for them
   * @param verdict drifted, stable, or too few rows
   * @param evidence what was measured
   * @param movements the values behind the effect
   */
  public FeatureDrift {
    evidence = LazyList.copyOf(evidence);
    movements = LazyList.copyOf(movements);
  }

  /** {@return the name of the column} */
  public String name() {
    return reference.name();
  }

  /** {@return whether the column is a feature or an output of the model} */
  public Role role() {
    return reference.role();
  }

  /** {@return whether the verdict is {@link DriftVerdict.Drifted}} */
  public boolean drifted() {
    return verdict instanceof DriftVerdict.Drifted;
  }

  /** {@return whether there were enough rows for a verdict} */
  public boolean judged() {
    return verdict instanceof DriftVerdict.Judged;
  }

  /** The effect in units of its bound, for sorting; below 0 without a measurement. */
  double urgency() {
    return verdict instanceof DriftVerdict.Judged judged ? judged.relativeEffect() : -1;
  }

  /**
   * Describes the comparison in one line.
   *
   * @return name and verdict
   */
  @Override
  public String toString() {
    return name() + " " + verdict;
  }
}
