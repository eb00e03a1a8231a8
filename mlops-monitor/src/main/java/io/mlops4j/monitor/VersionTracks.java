package io.mlops4j.monitor;

import io.mlops4j.inference.ServedBy;
import java.time.Instant;
import java.util.ArrayList;
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

  private final int capacity;
  private final Map<ServedBy, VersionTrack> byVersion = new LinkedHashMap<>();

  /**
   * @param capacity the number of labelled rows that each version keeps
   */
  VersionTracks(int capacity) {
    this.capacity = capacity;
  }

  synchronized VersionTrack of(ServedBy servedBy, boolean shadow, Instant at) {
    VersionTrack known = byVersion.get(servedBy);
    if (known == null) {
      known = new VersionTrack(servedBy, shadow, capacity, at);
      byVersion.put(servedBy, known);
      if (byVersion.size() > MOST) {
        byVersion.remove(byVersion.keySet().iterator().next());
      }
    }
    return known;
  }

  synchronized @Nullable VersionTrack find(ServedBy servedBy) {
    return byVersion.get(servedBy);
  }

  /** Returns the versions whose answers were returned to callers. */
  synchronized List<VersionTrack> primary() {
    return byVersion.values().stream().filter(track -> !track.shadow()).toList();
  }

  /** Returns the versions that came before the given one. */
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
}
