package io.mlops4j.monitor.drift;

import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.MonitorBuilder;
import io.mlops4j.monitor.profile.Profile;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * The result of one window of one version.
 *
 * @param from time of its first rows, by the monitor's clock
 * @param to time at which it ended, by the monitor's clock: that of its last rows or, for a window
 *     of time, of the first rows after it
 * @param servedBy the version that answered its rows
 * @param profile the rows, counted in the reference's bins
 * @param uncounted the number of rows that could not be counted in a column, by column: they lacked
 *     it, had it with another type, or could not be sliced; without columns that all rows had
 * @param leftOut the number of rows that were sent while the window was open and {@linkplain
 *     MonitorBuilder#processorShare left out} of the sample. With several versions it is divided
 *     among them by the times of their calls
 * @param drift the comparison with the reference
 */
public record WindowReport(
    Instant from,
    Instant to,
    ServedBy servedBy,
    Profile profile,
    Map<String, Long> uncounted,
    long leftOut,
    DriftReport drift) {

  /**
   * Checks that nothing is null.
   *
   * @param from time of its first rows
   * @param to time at which it ended
   * @param servedBy the version that answered its rows
   * @param profile the rows, counted in the reference's bins
   * @param uncounted the number of rows that could not be counted in a column, by column
   * @param leftOut the number of rows that were left out of the sample meanwhile
   * @param drift the comparison with the reference
   */
  public WindowReport {
    Objects.requireNonNull(from, "from");
    Objects.requireNonNull(to, "to");
    Objects.requireNonNull(servedBy, "servedBy");
    Objects.requireNonNull(profile, "profile");
    Objects.requireNonNull(drift, "drift");
    uncounted = Collections.unmodifiableSortedMap(new TreeMap<>(uncounted));
  }
}
