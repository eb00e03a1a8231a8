package io.mlops4j.monitor.live.watch.drift;

import io.mlops4j.monitor.drift.DriftPolicy;
import io.mlops4j.monitor.live.finding.Judged;
import io.mlops4j.monitor.live.rows.Handed;
import io.mlops4j.monitor.live.rows.Span;
import io.mlops4j.monitor.live.state.StateReader;
import io.mlops4j.monitor.live.state.StateWriter;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The window of one version: its open pane and the panes before. */
final class VersionWindow {
  /** The windows after which it is reported that none of them had a verdict. */
  private static final int FIRST = 5;

  private final Span length;
  private final SequentialDrift detectors;
  private final Deque<Pane> ended = new ArrayDeque<>();
  private final boolean late;
  private @Nullable PaneCounter open;
  private @Nullable PaneCounter closed; // the pane before, for its memory
  private long seenLast; // rows of all versions until the last call of this version
  private long widest; // rows of other versions between two calls of this version
  private int withoutVerdict; // since the version or the process began
  private boolean hadVerdict;

  /**
   * @param late whether other versions answered the rows of an earlier part of the day or hour in
   *     which the window begins
   */
  VersionWindow(Span length, SequentialDrift detectors, boolean late) {
    this.length = length;
    this.detectors = detectors;
    this.late = late;
  }

  void write(StateWriter out) {
    out.put(late).put(seenLast).put(widest);
    out.each(ended, (to, pane) -> pane.write(to));
    out.optional(open == null ? null : open.end(open.last()), (to, pane) -> pane.write(to));
    detectors.write(out);
  }

  static VersionWindow read(
      StateReader in, Span length, Baseline baseline, SequentialDrift detectors) {
    VersionWindow window = new VersionWindow(length, detectors, in.flag());
    window.seenLast = in.count();
    window.widest = in.count();
    window.ended.addAll(in.each(one -> Pane.read(one, baseline)));
    Pane counted = in.optional(one -> Pane.read(one, baseline));
    PaneCounter open = counted == null ? null : new PaneCounter(baseline, counted);
    window.open = open;
    detectors.read(in, baseline, open == null ? Map.of() : open.counters());
    return window;
  }

  /** The newest pane that has ended, or null. */
  @Nullable Pane lastEnded() {
    return ended.peekLast();
  }

  /**
   * Whether the open pane ended before a batch that arrives at this time. A pane of a length of
   * time also ends if the clock was set back.
   */
  boolean isOver(Instant at) {
    if (open == null) {
      return false;
    }
    return late
        ? !length.begin(open.from()).equals(length.begin(at))
        : length.isOver(open.from(), open.last(), at);
  }

  /**
   * Whether the version answered only a part of the time of the open pane, because it replaced
   * another version or was replaced. Its hours then differ from those of a reference of whole days.
   *
   * @param seen the rows of all versions so far
   */
  boolean isPart(long seen) {
    return length.time() != null && (late || hasLeft(seen));
  }

  /**
   * Whether another version replaced this one in the time of the open pane. A version with few
   * calls has not left as long as other versions answered as many rows between its calls.
   *
   * @param seen the rows of all versions so far
   */
  boolean hasLeft(long seen) {
    return open != null
        && seen - seenLast >= Math.max(DriftPolicy.DEFAULT_MINIMUM_ROWS, 10 * widest);
  }

  /** The rows until the open pane or a block of the detectors ends. */
  long room() {
    PaneCounter now = open;
    long ofPane = length.rows() - openRows();
    return Math.min(ofPane, now == null ? SequentialDrift.BLOCK : detectors.room(now.counters()));
  }

  boolean isFull() {
    return open != null && length.endsPane(open.rows());
  }

  /** The rows that no report has covered yet. */
  long openRows() {
    return open == null ? 0 : open.rows();
  }

  /**
   * Counts rows, and returns the reason for each column that was left out.
   *
   * @param seen the rows of all versions before
   * @param leftOut the rows that were left out of the sample before these
   */
  Map<String, String> add(Baseline baseline, Handed.Answered answered, long seen, long leftOut) {
    widest = open == null ? 0 : Math.max(widest, seen - seenLast);
    seenLast = seen + answered.rows();
    open = open == null ? new PaneCounter(baseline, answered.first(), closed) : open;
    closed = null;
    open.leaveOut(leftOut);
    return open.add(answered.features(), answered.outputs(), answered.at());
  }

  /** Notes whether a window had a verdict on any column. */
  void judged(boolean verdict) {
    hadVerdict |= verdict;
    withoutVerdict += verdict ? 0 : 1;
  }

  /** Whether no window has had a verdict, although several were as long as they should be. */
  boolean isNeverJudged() {
    return !hadVerdict && withoutVerdict >= length.panes() - 1 + FIRST;
  }

  SequentialDrift detectors() {
    return detectors;
  }

  /** Returns the drift to announce before the open pane ends. */
  List<Judged> early(Instant at) {
    return open == null
        ? List.of()
        : detectors.added(open.baseline(), open.counters(), open.from(), at);
  }

  /** Ends the open pane, which has rows, and returns it. */
  Pane end(Instant at) {
    PaneCounter last = Objects.requireNonNull(open);
    Instant to = at.isBefore(last.last()) ? last.last() : at;
    detectors.ending(last.baseline(), last.counters(), to);
    Pane pane = last.end(to);
    open = null;
    closed = last;
    ended.addLast(pane);
    while (ended.size() > length.panes()
        || (ended.size() > 1 && !length.covers(ended.getFirst().last(), to))) {
      ended.removeFirst();
    }
    return pane;
  }

  /** Returns the rows of all panes that have ended, at least one. */
  Pane newest() {
    return ended.stream().reduce(Pane::merge).orElseThrow();
  }
}
