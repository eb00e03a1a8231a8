package io.mlops4j.monitor.live.watch.drift;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.profile.SlicedProfile;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Counts rows in the bins of a baseline. A column that does not fit is left out for the rows of its
 * batch; all other columns and rows are counted. Used by the monitor's thread only.
 */
final class PaneCounter {
  private final Baseline baseline;
  private final Instant from;
  private final Map<String, SliceCounter> counters = new HashMap<>();
  private final Map<String, SliceCounter> used = new HashMap<>(); // of the pane before
  private final SortedMap<String, Long> uncounted = new TreeMap<>();
  private Instant last;
  private long rows;
  private long leftOut;

  PaneCounter(Baseline baseline, Instant from) {
    this.baseline = baseline;
    this.from = from;
    this.last = from;
  }

  /** Counts in the memory of a pane that has ended, if it has the same bins. */
  @SuppressWarnings("ReferenceEquality") // to compare all bins would take longer than is saved
  PaneCounter(Baseline baseline, Instant from, @Nullable PaneCounter ended) {
    this(baseline, from);
    if (ended != null && ended.baseline == baseline) {
      used.putAll(ended.counters);
    }
  }

  /** Continues to count. */
  PaneCounter(Baseline baseline, Pane before) {
    this(baseline, before.from());
    this.last = before.last();
    this.rows = before.rows();
    this.leftOut = before.leftOut();
    this.uncounted.putAll(before.uncounted());
    before
        .slices()
        .forEach(
            (slice, counted) ->
                counters.put(slice, new SliceCounter(baseline.slice(slice), counted)));
  }

  Baseline baseline() {
    return baseline;
  }

  /** The counters of the slices that have rows. */
  Map<String, SliceCounter> counters() {
    return counters;
  }

  Instant from() {
    return from;
  }

  long rows() {
    return rows;
  }

  /** The time of the newest rows. */
  Instant last() {
    return last;
  }

  /** Notes rows that were left out of the sample. */
  void leaveOut(long more) {
    leftOut += more;
  }

  /** Counts rows, and returns the reason for each column that was left out. */
  Map<String, String> add(FeatureBatch batch, FeatureBatch answers, Instant at) {
    last = at;
    rows += batch.rows();
    SlicedProfile slices = baseline.slices();
    if (slices == null) {
      return add(Baseline.WHOLE, batch, answers);
    }
    Map<String, String> reasons = new TreeMap<>();
    try {
      slices.forEachSlice(
          batch,
          answers,
          at,
          (name, its, itsAnswers) -> reasons.putAll(add(name, its, itsAnswers)));
    } catch (DataException | IllegalArgumentException e) {
      baseline.whole().columns().forEach(column -> lack(column, batch.rows()));
      reasons.put("slices", "the rows cannot be sliced: " + e.getMessage());
    }
    return reasons;
  }

  private Map<String, String> add(String slice, FeatureBatch batch, FeatureBatch answers) {
    Map<String, String> reasons =
        counters.computeIfAbsent(slice, this::counter).add(batch, answers);
    reasons.keySet().forEach(column -> lack(column, batch.rows()));
    return reasons;
  }

  private SliceCounter counter(String slice) {
    SliceCounter before = used.remove(slice);
    return before == null ? new SliceCounter(baseline.slice(slice), null) : before.next();
  }

  private void lack(String column, int more) {
    uncounted.merge(column, (long) more, Long::sum);
  }

  Pane end(Instant to) {
    SortedMap<String, Profile> all = new TreeMap<>();
    counters.forEach((slice, counter) -> all.put(slice, counter.counted()));
    return new Pane(from, last, to, rows, leftOut, new TreeMap<>(uncounted), all);
  }
}
