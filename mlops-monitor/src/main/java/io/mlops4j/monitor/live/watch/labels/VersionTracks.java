package io.mlops4j.monitor.live.watch.labels;

import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.live.state.StateReader;
import io.mlops4j.monitor.live.state.StateWriter;
import io.mlops4j.monitor.performance.task.GroupNames;
import io.mlops4j.monitor.performance.task.PerformanceRules;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The newest 64 versions that a monitor has seen, in the order of their first row. Written by the
 * monitor's thread, read by any thread.
 */
final class VersionTracks {
  private static final int MOST = 64;

  private final PerformanceRules policy;
  private final long delay;
  private final GroupNames groupNames;
  private final Map<ServedBy, VersionTrack> byVersion = new LinkedHashMap<>();
  private final Map<Integer, VersionTrack> byId = new HashMap<>();
  private int next;
  private long held;

  /**
   * @param delay how long a prediction waits for its label, in milliseconds
   */
  VersionTracks(PerformanceRules policy, long delay, GroupNames groupNames) {
    this.policy = policy;
    this.delay = delay;
    this.groupNames = groupNames;
  }

  synchronized VersionTrack of(ServedBy servedBy, boolean shadow) {
    VersionTrack known = byVersion.get(servedBy);
    if (known == null) {
      known = new VersionTrack(next++, servedBy, shadow, policy, delay, groupNames);
      byVersion.put(servedBy, known);
      byId.put(known.id(), known);
      if (byVersion.size() > MOST) {
        VersionTrack oldest = byVersion.values().iterator().next();
        byVersion.remove(oldest.servedBy());
        byId.remove(oldest.id());
        held = byVersion.values().stream().mapToLong(VersionTrack::held).sum();
      }
    }
    if (!shadow) {
      known.served();
    }
    return known;
  }

  synchronized @Nullable VersionTrack find(ServedBy servedBy) {
    return byVersion.get(servedBy);
  }

  /** Returns the version with this number; null if it was removed. */
  synchronized @Nullable VersionTrack find(int id) {
    return byId.get(id);
  }

  synchronized List<VersionTrack> all() {
    return List.copyOf(byVersion.values());
  }

  /** Returns the versions that came before the given one, without shadows. */
  synchronized List<VersionTrack> before(VersionTrack judged) {
    List<VersionTrack> earlier = new ArrayList<>();
    for (VersionTrack track : byVersion.values()) {
      if (track == judged) {
        break;
      }
      if (!track.shadow()) {
        earlier.add(track);
      }
    }
    return earlier;
  }

  /** Adds the rows of a call. A period that begins drops the rows of old ones. */
  synchronized void predicted(VersionTrack track, Answers answers, long at) {
    if (track.predicted(answers, at)) {
      held = byVersion.values().stream().mapToLong(VersionTrack::held).sum();
    }
  }

  /** Adds a labelled row; if there is no room, the rows of the oldest period are dropped. */
  synchronized void labelled(
      VersionTrack track,
      long predictedAt,
      double[] values,
      short[] groups,
      double label,
      long at) {
    boolean room = held < policy.rows() || dropOldestBefore(track.number(predictedAt));
    if (track.labelled(predictedAt, values, groups, label, room, at)) {
      held++;
    }
  }

  private boolean dropOldestBefore(long number) {
    VersionTrack oldest = null;
    long oldestNumber = number;
    for (VersionTrack track : byVersion.values()) {
      long its = track.oldestHeld(oldestNumber);
      if (its < oldestNumber) {
        oldest = track;
        oldestNumber = its;
      }
    }
    if (oldest != null) {
      oldest.drop(oldestNumber);
      held = byVersion.values().stream().mapToLong(VersionTrack::held).sum();
    }
    return oldest != null;
  }

  synchronized void write(StateWriter out) {
    out.put(next).put(held);
    out.each(byVersion.values(), (to, track) -> track.write(to));
  }

  synchronized void read(StateReader in) {
    next = in.int32();
    held = in.count();
    in.forEach(
        one -> {
          VersionTrack track = VersionTrack.read(one, policy, delay, groupNames);
          byVersion.put(track.servedBy(), track);
          byId.put(track.id(), track);
        });
    in.check(byVersion.size() <= MOST, "found " + byVersion.size() + " versions");
  }

  synchronized void clockWentBack(long at) {
    byVersion.values().forEach(track -> track.clockWentBack(at));
    held = byVersion.values().stream().mapToLong(VersionTrack::held).sum();
  }
}
