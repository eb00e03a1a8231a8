package io.mlops4j.monitor.live.watch.drift;

import io.mlops4j.monitor.drift.DriftPolicy;
import io.mlops4j.monitor.drift.DriftReport;
import io.mlops4j.monitor.drift.DriftVerdict;
import io.mlops4j.monitor.drift.FeatureDrift;
import io.mlops4j.monitor.live.finding.Finding;
import io.mlops4j.monitor.live.finding.Quiet;
import io.mlops4j.monitor.live.state.StateReader;
import io.mlops4j.monitor.live.state.StateWriter;
import io.mlops4j.monitor.profile.Profile;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * The windows of one column since it began to drift. A column may drift for ever, for example
 * because it has seasons and the reference has no slices. A window is another change in it if it
 * differs from every earlier window, and by much more than the windows before it differed from
 * their predecessors. Used by the monitor's thread only.
 *
 * <p>The first windows after a change may differ from each other as those of a season do, so there
 * are at least {@value #FEWEST_WINDOWS} windows between two changes.
 *
 * <p>The distance of a window is that to the nearest earlier window of the same slice, in units of
 * the column's bound; 0 if that window does not differ significantly. The distances are large while
 * a season is new, and small after its first repetition.
 */
public final class DriftHistory {
  /** A season of this many windows is recognised. */
  public static final int MOST_WINDOWS = 50;

  /** Fewer windows than these do not show how much windows differ. */
  static final int FEWEST_WINDOWS = 5;

  /** Slices are alike, so the newest window of each is enough. */
  private static final int OF_SLICE = 1;

  /** The slices that are kept for each window that is kept without slices. */
  private static final int SLICES = 4;

  /** The number of distances that a new one is compared with. */
  private static final int DISTANCES = 8;

  private final int most;
  private final Map<String, Deque<KeptColumn>> windows = new LinkedHashMap<>();
  private final Deque<Double> distances = new ArrayDeque<>();
  private final Quiet quiet = new Quiet();
  private int sinceChange = FEWEST_WINDOWS;
  private int changes;

  /**
   * @param most the number of windows to keep, at least {@value #FEWEST_WINDOWS}
   */
  public DriftHistory(int most) {
    this.most = most;
  }

  /** Notes the slices that were judged healthy; returns whether the drift has ended. */
  boolean isOver(Set<String> healthy) {
    return quiet.healthy(healthy);
  }

  /** The number of further changes that were found. */
  public int changes() {
    return changes;
  }

  /**
   * Adds a window in which the column drifted.
   *
   * @param slice the slice in which it drifted most; {@link Baseline#WHOLE} without slices
   * @param slices all slices in which it drifted
   * @param seen the column's profile in that window and slice
   * @return the distance to the nearest earlier window if it is another change
   */
  public OptionalDouble add(String slice, Set<String> slices, Profile seen, DriftPolicy policy) {
    quiet.found(slices);
    boolean sliced = !slice.equals(Baseline.WHOLE);
    Deque<KeptColumn> earlier = slice(slice);
    double distance = nearest(earlier, seen, policy);
    boolean enough =
        earlier.size() >= (sliced ? 1 : FEWEST_WINDOWS) && sinceChange >= FEWEST_WINDOWS;
    double usual = distances.stream().mapToDouble(Double::doubleValue).max().orElse(0);
    boolean another = enough && distance >= 1 && distance >= Finding.WORSE * usual;
    if (!another && !earlier.isEmpty()) {
      addLast(distances, distance, DISTANCES);
    }
    addLast(earlier, KeptColumn.of(seen, earlier.peekLast()), sliced ? OF_SLICE : most);
    sinceChange = another ? 0 : sinceChange + 1;
    changes += another ? 1 : 0;
    return another ? OptionalDouble.of(distance) : OptionalDouble.empty();
  }

  private Deque<KeptColumn> slice(String name) {
    Deque<KeptColumn> known = windows.remove(name);
    Deque<KeptColumn> its = known == null ? new ArrayDeque<>() : known;
    windows.put(name, its); // now the newest
    if (windows.size() > SLICES * most) {
      windows.remove(windows.keySet().iterator().next());
    }
    return its;
  }

  private static <T> void addLast(Deque<T> all, T one, int most) {
    all.addLast(one);
    if (all.size() > most) {
      all.removeFirst();
    }
  }

  /**
   * Returns the distance to the nearest window; 0 without windows. The newest come first, because a
   * column that stays as it is then costs one comparison.
   */
  private static double nearest(Deque<KeptColumn> earlier, Profile seen, DriftPolicy policy) {
    double nearest = earlier.isEmpty() ? 0 : Double.POSITIVE_INFINITY;
    Iterator<KeptColumn> newest = earlier.descendingIterator();
    while (nearest != 0 && newest.hasNext()) {
      nearest = Math.min(nearest, distance(newest.next().profile(), seen, policy));
    }
    return nearest;
  }

  private static double distance(Profile before, Profile now, DriftPolicy policy) {
    return DriftReport.compare(before, now, policy.only(now.columns())).driftedFeatures().stream()
        .map(FeatureDrift::verdict)
        .mapToDouble(verdict -> ((DriftVerdict.Drifted) verdict).relativeEffect())
        .max()
        .orElse(0);
  }

  public void write(StateWriter out) {
    out.put(most).put(sinceChange).put(changes);
    quiet.write(out);
    out.each(distances, StateWriter::put);
    out.each(
        windows.entrySet(),
        (to, slice) -> {
          to.put(slice.getKey());
          to.each(slice.getValue(), (each, kept) -> each.put(kept.profile().toBytes()));
        });
  }

  public static DriftHistory read(StateReader in) {
    DriftHistory history = new DriftHistory(in.int32());
    history.sinceChange = in.int32();
    history.changes = in.int32();
    history.quiet.read(in);
    in.forEach(from -> history.distances.add(from.number()));
    in.forEach(
        from -> {
          Deque<KeptColumn> its = new ArrayDeque<>();
          history.windows.put(from.text(), its);
          from.forEach(
              each -> its.add(KeptColumn.of(Profile.fromBytes(each.bytes()), its.peekLast())));
        });
    return history;
  }
}
