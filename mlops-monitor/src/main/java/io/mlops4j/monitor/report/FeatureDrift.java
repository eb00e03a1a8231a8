package io.mlops4j.monitor.report;

import io.mlops4j.monitor.profile.ColumnProfile;
import io.mlops4j.monitor.profile.Role;
import io.mlops4j.rollout.Evidence;
import java.util.List;

/** One feature or output of a {@link DriftReport}. Immutable. */
public final class FeatureDrift {
  private final ColumnPair columns;
  private final boolean key;
  private final Selection selection;
  private final DriftVerdict verdict;
  private final List<Evidence> evidence;
  private final List<Movement> movements;

  FeatureDrift(
      ColumnPair columns,
      boolean key,
      Selection selection,
      DriftVerdict verdict,
      List<Evidence> evidence,
      List<Movement> movements) {
    this.columns = columns;
    this.key = key;
    this.selection = selection;
    this.verdict = verdict;
    this.evidence = List.copyOf(evidence);
    this.movements = movements;
  }

  /**
   * The name of the column.
   *
   * @return its name
   */
  public String name() {
    return columns.reference().name();
  }

  /**
   * Whether it goes into the model or comes out of it.
   *
   * @return its role
   */
  public Role role() {
    return columns.reference().role();
  }

  /**
   * Whether it is a {@linkplain io.mlops4j.monitor.drift.DriftPolicy#withKeyFeatures key feature},
   * whose drift alone makes drift {@link DataSetDrift#WIDESPREAD}.
   *
   * @return true when the policy names it as one
   */
  public boolean key() {
    return key;
  }

  /**
   * How it was compared, and why so.
   *
   * @return measure of effect, test and reason; also with too few rows to compare
   */
  public Selection selection() {
    return selection;
  }

  /**
   * The values that made the effect in the verdict: categories, numbers or ranges of numbers. Where
   * only missing values drifted, these.
   *
   * @return the largest part of the effect first, values without a part left out; empty when the
   *     effect is 0 or there are too few rows
   */
  public List<Movement> movements() {
    return movements;
  }

  /**
   * What the comparison says.
   *
   * @return drifted, stable, or too few rows to say
   */
  public DriftVerdict verdict() {
    return verdict;
  }

  /**
   * Whether the verdict is {@link DriftVerdict.Drifted}.
   *
   * @return true when it drifted
   */
  public boolean drifted() {
    return verdict instanceof DriftVerdict.Drifted;
  }

  /**
   * What was measured: first the effect with its bound, then the test, then what only informs.
   *
   * @return at least one; the text of each names method, bound and error
   */
  public List<Evidence> evidence() {
    return evidence;
  }

  /**
   * What the column held in the reference.
   *
   * @return its profile there
   */
  public ColumnProfile reference() {
    return columns.reference();
  }

  /**
   * What the column held in the rows compared.
   *
   * @return its profile there, in the same bins
   */
  public ColumnProfile current() {
    return columns.current();
  }

  ColumnPair columns() {
    return columns;
  }

  /** How large the effect is, in units of its bound, for sorting; below 0 without a measurement. */
  double urgency() {
    if (verdict instanceof DriftVerdict.Drifted drifted) {
      return Math.abs(drifted.effect()) / drifted.bound();
    }
    return verdict instanceof DriftVerdict.Stable stable
        ? Math.abs(stable.effect()) / stable.bound()
        : -1;
  }

  /**
   * For people.
   *
   * @return name and verdict
   */
  @Override
  public String toString() {
    return name() + " " + verdict;
  }
}
