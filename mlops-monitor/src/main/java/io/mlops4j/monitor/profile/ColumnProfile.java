package io.mlops4j.monitor.profile;

/**
 * What one column holds: numbers in bins, categories with counts, times, vectors, or nothing with a
 * reason. Immutable.
 */
public sealed interface ColumnProfile
    permits NumberProfile, CategoryProfile, TimeProfile, VectorProfile, SkippedColumn {
  /** {@return the name of the column; its name, by which columns of two profiles are matched} */
  String name();

  /** {@return whether it is a feature or an output} */
  Role role();

  /**
   * Whether the counts of two columns can be compared and added.
   *
   * @param other a column of another profile
   * @return true when name, role, kind and every bin are equal
   */
  boolean sameBins(ColumnProfile other);
}
