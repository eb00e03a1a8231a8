package io.mlops4j.runtime.deployment;

/**
 * How single records are collected. Nothing ever waits for company: only what piled up while every
 * processor was busy is answered in one call, by the thread that got the next free one. A call with
 * a deadline never waits for others. Immutable.
 */
public final class MicroBatching {
  private final int rows;

  private MicroBatching(int rows) {
    this.rows = rows;
  }

  /**
   * Collects up to a number of records.
   *
   * @param rows the most that are answered in one call, 1 or more; 1 collects nothing
   * @return the setting
   * @throws IllegalArgumentException if it is below 1
   */
  public static MicroBatching upTo(int rows) {
    if (rows < 1) {
      throw new IllegalArgumentException("rows: found " + rows + ", expected 1 or more");
    }
    return new MicroBatching(rows);
  }

  /**
   * The most records that are answered in one call.
   *
   * @return 1 or more
   */
  public int rows() {
    return rows;
  }
}
