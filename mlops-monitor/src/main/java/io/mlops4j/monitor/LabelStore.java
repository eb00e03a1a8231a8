package io.mlops4j.monitor;

import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Predictions that wait for their label and labels that wait for their prediction. The store is
 * bounded in time and number and drops its oldest entries first. Used by the monitor's thread only.
 *
 * <p>An entry stays until its time ends, even if its label has arrived, because a shadow may answer
 * the same row later and must find the label too.
 */
final class LabelStore {
  private final Duration delay;
  private final int capacity;
  private final Map<Object, Entry> entries = new LinkedHashMap<>();
  private long labelled;
  private long unlabelled;
  private long unmatched;

  LabelStore(Duration delay, int capacity) {
    this.delay = delay;
    this.capacity = capacity;
  }

  private static final class Entry {
    final Instant since;
    @Nullable Waiting waiting;
    double label = Double.NaN;
    boolean joined;

    Entry(Instant since) {
      this.since = since;
    }
  }

  private record Waiting(VersionTrack track, double score, @Nullable Waiting next) {}

  void predicted(Object key, double score, VersionTrack track, Instant at) {
    Entry entry = entry(key, at);
    if (Double.isNaN(entry.label)) {
      entry.waiting = new Waiting(track, score, entry.waiting);
    } else {
      join(entry, track, score);
    }
  }

  void labelled(Object key, double label, Instant at) {
    Entry entry = entry(key, at);
    if (!Double.isNaN(entry.label)) {
      unmatched++; // a second label for the row; the first one counts
      return;
    }
    entry.label = label;
    for (Waiting one = entry.waiting; one != null; one = one.next()) {
      join(entry, one.track(), one.score());
    }
    entry.waiting = null;
  }

  private void join(Entry entry, VersionTrack track, double score) {
    track.labelled(score, entry.label);
    entry.joined = true;
    labelled++;
  }

  /** Finds or adds an entry. Only a new entry needs room, so a known one is never dropped here. */
  private Entry entry(Object key, Instant at) {
    leaveAfterDelay(at);
    Entry known = entries.get(key);
    if (known != null) {
      return known;
    }
    if (entries.size() >= capacity) {
      leaveOldest();
    }
    Entry entry = new Entry(at);
    entries.put(key, entry);
    return entry;
  }

  private void leaveAfterDelay(Instant now) {
    for (Entry oldest = oldest(); oldest != null; oldest = oldest()) {
      if (!oldest.since.plus(delay).isBefore(now)) {
        return;
      }
      leaveOldest();
    }
  }

  private @Nullable Entry oldest() {
    Iterator<Entry> all = entries.values().iterator();
    return all.hasNext() ? all.next() : null;
  }

  private void leaveOldest() {
    Iterator<Entry> all = entries.values().iterator();
    Entry entry = all.next();
    all.remove();
    for (Waiting one = entry.waiting; one != null; one = one.next()) {
      unlabelled++;
    }
    if (!Double.isNaN(entry.label) && !entry.joined) {
      unmatched++;
    }
  }

  long labelled() {
    return labelled;
  }

  long unlabelled() {
    return unlabelled;
  }

  long unmatched() {
    return unmatched;
  }
}
