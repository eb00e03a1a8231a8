package io.mlops4j.monitor.live.watch.drift;

import io.mlops4j.monitor.live.state.StateReader;
import io.mlops4j.monitor.live.state.StateWriter;
import io.mlops4j.monitor.profile.Profile;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Counted rows: a window, or the part of a sliding window by which it moves. Panes of the same
 * baseline are merged by adding. Immutable.
 *
 * @param from the time of its first rows; the time at which it ended if the clock was set back
 *     before that
 * @param last the time of its newest rows
 * @param to the time at which it ended
 * @param rows the rows, also those that could not be sliced
 * @param leftOut the rows that were left out of the sample meanwhile
 * @param uncounted the rows that lacked a column or had it with another type, by column; without
 *     columns that all rows had
 * @param slices the counts of each slice that has rows; {@link Baseline#WHOLE} without slices
 */
record Pane(
    Instant from,
    Instant last,
    Instant to,
    long rows,
    long leftOut,
    SortedMap<String, Long> uncounted,
    SortedMap<String, Profile> slices) {
  Pane {
    from = to.isBefore(from) ? to : from;
  }

  void write(StateWriter out) {
    out.put(from).put(last).put(to).put(rows).put(leftOut);
    out.each(
        uncounted.entrySet(), (one, column) -> one.put(column.getKey()).put(column.getValue()));
    out.each(
        slices.entrySet(), (one, slice) -> one.put(slice.getKey()).put(slice.getValue().toBytes()));
  }

  static Pane read(StateReader in, Baseline baseline) {
    Instant from = in.time();
    Instant last = in.time();
    Instant to = in.time();
    in.check(!to.isBefore(from), "a window ends before it begins");
    long rows = in.count();
    long leftOut = in.count();
    SortedMap<String, Long> uncounted = new TreeMap<>();
    in.forEach(column -> uncounted.put(column.text(), column.count()));
    SortedMap<String, Profile> slices = new TreeMap<>();
    in.forEach(
        slice -> {
          String name = slice.text();
          slices.put(name, baseline.fitting(name, slice.bytes()));
        });
    return new Pane(from, last, to, rows, leftOut, uncounted, slices);
  }

  Pane merge(Pane later) {
    SortedMap<String, Long> lacking = new TreeMap<>(uncounted);
    later.uncounted.forEach((column, more) -> lacking.merge(column, more, Long::sum));
    SortedMap<String, Profile> sums = new TreeMap<>(slices);
    later.slices.forEach((slice, more) -> sums.merge(slice, more, Profile::merge));
    return new Pane(
        from, later.last, later.to, rows + later.rows, leftOut + later.leftOut, lacking, sums);
  }

  /** The columns that no row had. */
  Set<String> unknown() {
    return uncounted.entrySet().stream()
        .filter(column -> column.getValue() == rows)
        .map(Map.Entry::getKey)
        .collect(Collectors.toUnmodifiableSet());
  }
}
