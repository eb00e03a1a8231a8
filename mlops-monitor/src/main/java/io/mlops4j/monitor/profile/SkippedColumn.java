package io.mlops4j.monitor.profile;

import java.util.Objects;

/**
 * A column that is not profiled, with the reason, so that a report can list it.
 *
 * @param name the name of the column
 * @param role whether it is a feature or an output
 * @param reason why it is not profiled
 * @param detail the reason in words, without values of the column
 */
public record SkippedColumn(String name, Role role, Reason reason, String detail)
    implements ColumnProfile {

  /** The reasons why a column is not profiled. */
  public enum Reason {
    /** Nearly every text is different: a key, a name, free text. */
    IDENTIFIER_LIKE,
    /** The type is not profiled: maps, bytes, lists other than vectors. */
    UNSUPPORTED_TYPE,
    /** The column is profiled but cannot be compared. Only in reports, never in a profile. */
    TIMES
  }

  /**
   * Checks that nothing is null.
   *
   * @param name the name of the column
   * @param role whether it is a feature or an output
   * @param reason why it is not profiled
   * @param detail the reason in words
   */
  public SkippedColumn {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(role, "role");
    Objects.requireNonNull(reason, "reason");
    Objects.requireNonNull(detail, "detail");
  }

  /** Returns one line: the name and the reason in words. */
  @Override
  public String toString() {
    return name + ": " + detail;
  }

  @Override
  public boolean sameBins(ColumnProfile other) {
    return equals(other);
  }
}
