package io.mlops4j.monitor.profile;

/**
 * What one column holds: numbers in bins, categories with counts, times, vectors, or nothing with a
 * reason. Immutable.
 */
public sealed interface ColumnProfile
    permits NumberProfile, CategoryProfile, TimeProfile, VectorProfile, SkippedColumn {
  /**
   * The name of the column.
   *
   * @return its name, by which columns of two profiles are matched
   */
  String name();

  /**
   * Whether it is a feature or an output.
   *
   * @return its role
   */
  Role role();

  /**
   * Whether the counts of two columns can be compared and added.
   *
   * @param other a column of another profile
   * @return true when name, role, kind and every bin are equal
   */
  boolean sameBins(ColumnProfile other);
}
