package io.mlops4j.monitor;

import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.live.window.WindowEffects;
import java.time.Instant;
import java.util.Collections;
import java.util.List;

/**
 * What a {@link MonitorHistory} keeps of a window: the effect of each column, 4 bytes each.
 * Immutable and thread safe.
 */
public final class WindowSummary {
  private final WindowEffects of;

  WindowSummary(WindowEffects of) {
    this.of = of;
  }

  /** {@return the time of its first rows, by the monitor's clock} */
  public Instant from() {
    return of.from();
  }

  /** {@return the time at which it ended, by the monitor's clock} */
  public Instant to() {
    return of.to();
  }

  /** {@return the version that answered its rows} */
  public ServedBy servedBy() {
    return of.servedBy();
  }

  /** {@return the number of its rows} */
  public long rows() {
    return of.rows();
  }

  /** {@return the number of rows that were left out of the sample while it was open} */
  public long leftOut() {
    return of.leftOut();
  }

  /** {@return the columns with a verdict, in the order of their names; an immutable list} */
  public List<String> columns() {
    return of.columns();
  }

  /**
   * Returns the effect of a column in units of its bound: 1 and more matters. With slices it is the
   * largest of all slices.
   *
   * @param column a name
   * @return 0 or more, to the precision of a float; may be infinite; NaN if the column has no
   *     verdict
   */
  public double effect(String column) {
    int at = Collections.binarySearch(columns(), column);
    return at < 0 ? Double.NaN : Math.abs(of.effects()[at]);
  }

  /**
   * Returns whether a column drifted, in all rows or in a slice.
   *
   * @param column a name
   * @return false also if the column has no verdict
   */
  public boolean drifted(String column) {
    int at = Collections.binarySearch(columns(), column);
    return at >= 0 && of.effects()[at] < 0;
  }

  /** {@return time, version and the number of columns that drifted} */
  @Override
  public String toString() {
    long drifted = columns().stream().filter(this::drifted).count();
    return "%s to %s, %s: %d rows, %d of %d columns drifted"
        .formatted(from(), to(), servedBy(), rows(), drifted, columns().size());
  }
}
