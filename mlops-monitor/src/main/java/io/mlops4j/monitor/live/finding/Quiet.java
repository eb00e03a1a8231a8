package io.mlops4j.monitor.live.finding;

import io.mlops4j.monitor.live.state.StateReader;
import io.mlops4j.monitor.live.state.StateWriter;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Counts for each slice in which a problem was found the judgements in a row that found it healthy.
 * The problem is over when each of them was healthy {@value #JUDGEMENTS} times. A slice that is not
 * judged, because a window has too few of its rows, is neither.
 */
public final class Quiet {
  /** The judgements in a row after which a problem that none of them found is over. */
  public static final int JUDGEMENTS = 2;

  private final Map<String, Integer> slices = new TreeMap<>();

  /** Notes where the problem was found. */
  public void found(Set<String> in) {
    in.forEach(slice -> slices.put(slice, 0));
  }

  /** Notes the slices that were judged healthy; returns whether the problem is over. */
  public boolean healthy(Set<String> judged) {
    slices.keySet().stream().filter(judged::contains).toList().forEach(this::count);
    return slices.isEmpty();
  }

  /** Notes that all slices were healthy; returns whether the problem is over. */
  public boolean healthy() {
    return healthy(Set.copyOf(slices.keySet()));
  }

  private void count(String slice) {
    slices.computeIfPresent(slice, (name, quiet) -> quiet + 1 < JUDGEMENTS ? quiet + 1 : null);
  }

  public void write(StateWriter out) {
    out.each(slices.entrySet(), (to, one) -> to.put(one.getKey()).put(one.getValue().intValue()));
  }

  /** Adds what was written. */
  public void read(StateReader in) {
    in.forEach(one -> slices.put(one.text(), one.int32()));
  }
}
