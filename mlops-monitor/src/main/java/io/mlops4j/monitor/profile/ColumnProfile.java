package io.mlops4j.monitor.profile;

/**
 * The profile of one column: numbers in bins, categories with counts, times, vectors, or the reason
 * why there is none. Immutable.
 */
public sealed interface ColumnProfile
    permits NumberProfile, CategoryProfile, TimeProfile, VectorProfile, SkippedColumn {
  /** {@return the name of the column; columns of two profiles are matched by name} */
  String name();

  /** {@return whether the column is a feature or an output} */
  Role role();

  /**
   * Returns whether the counts of two columns can be compared and added.
   *
   * @param other a column of another profile
   * @return true if name, role, kind and every bin are equal
   */
  boolean sameBins(ColumnProfile other);
}
