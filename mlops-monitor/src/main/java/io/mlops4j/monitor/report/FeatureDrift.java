package io.mlops4j.monitor.report;

import io.mlops4j.monitor.profile.ColumnProfile;
import io.mlops4j.monitor.profile.Role;
import io.mlops4j.rollout.Evidence;
import java.util.List;

/** One feature or output of a {@link DriftReport}. Immutable. */
public final class FeatureDrift {
  private final ColumnPair columns;
  private final DriftVerdict verdict;
  private final List<Evidence> evidence;

  FeatureDrift(ColumnPair columns, DriftVerdict verdict, List<Evidence> evidence) {
    this.columns = columns;
    this.verdict = verdict;
    this.evidence = List.copyOf(evidence);
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
