package io.mlops4j.bench.ratios;

/** A side cannot be opened here, for a reason that is no failure. The comparison is left out. */
public final class LeftOutException extends Exception {
  private static final long serialVersionUID = 1;

  /**
   * With a reason for people.
   *
   * @param reason what is missing
   */
  public LeftOutException(String reason) {
    super(reason);
  }
}
