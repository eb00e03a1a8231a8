package io.mlops4j.monitor.live.watch.labels;

import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.alarm.NotWatched;
import io.mlops4j.monitor.live.state.StateReader;
import io.mlops4j.monitor.live.state.StateWriter;
import io.mlops4j.monitor.performance.LabelCoverage;
import io.mlops4j.monitor.performance.Metric;
import io.mlops4j.monitor.performance.PerformanceEstimator;
import io.mlops4j.monitor.performance.PerformancePeriod;
import io.mlops4j.monitor.performance.task.GroupNames;
import io.mlops4j.monitor.performance.task.LabelledRows;
import io.mlops4j.monitor.performance.task.Measured;
import io.mlops4j.monitor.performance.task.PerformanceRules;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The predictions and labels of one version by period. Written by the monitor's thread, read by any
 * thread.
 */
public final class VersionTrack {
  private static final int MOST_PERIODS = 400;

  /** A few labels that come very late are no problem. */
  private static final int MANY = 100;

  private final int id;
  private final ServedBy servedBy;
  private boolean shadow;
  private final PerformanceRules policy;
  private final long delay;
  private final GroupNames groupNames;
  private final TreeMap<Long, PeriodTrack> periods = new TreeMap<>();
  private long now = Long.MIN_VALUE;
  private long completedThrough = Long.MIN_VALUE;
  private volatile List<NotWatched> unjudged = List.of();
  private @Nullable Measured<?> newest;

  /** Labels of periods that are no longer kept, since a period was last complete. */
  private long tooLate;

  /**
   * @param id a number of its own among all versions of the monitor
   * @param delay how long a prediction waits for its label, in milliseconds
   */
  VersionTrack(
      int id,
      ServedBy servedBy,
      boolean shadow,
      PerformanceRules policy,
      long delay,
      GroupNames groupNames) {
    this.id = id;
    this.servedBy = servedBy;
    this.shadow = shadow;
    this.policy = policy;
    this.delay = delay;
    this.groupNames = groupNames;
  }

  int id() {
    return id;
  }

  public ServedBy servedBy() {
    return servedBy;
  }

  /**
   * Whether the version was only a shadow. A shadow raises no alarm, and no version is compared
   * with it.
   */
  public synchronized boolean shadow() {
    return shadow;
  }

  /** Notes that callers get its answers. */
  synchronized void served() {
    shadow = false;
  }

  private long length() {
    return policy.period().toMillis();
  }

  long number(long at) {
    return Math.floorDiv(at, length());
  }

  private Instant start(long number) {
    return Instant.ofEpochMilli(number * length());
  }

  /**
   * Adds the rows of a call, each of which waits for its label unless it has no key.
   *
   * @return whether a period began
   */
  synchronized boolean predicted(Answers answers, long at) {
    PeriodTrack period = period(at);
    boolean began = period.predicted == 0;
    period.predicted += answers.rows();
    period.unanswered += answers.unanswered();
    period.waiting += answers.keyed();
    if (period.estimate != null) {
      answers.addTo(period.estimate);
    }
    changed(at);
    return began;
  }

  /** Adds rows whose answers cannot be read. */
  synchronized void unreadable(int rows, long at) {
    PeriodTrack period = period(at);
    period.predicted += rows;
    period.unanswered += rows;
    changed(at);
  }

  private PeriodTrack period(long at) {
    PeriodTrack known = periods.get(number(at));
    return known == null ? begin(number(at)) : known;
  }

  private PeriodTrack begin(long number) {
    PeriodTrack period =
        new PeriodTrack(
            number,
            new LabelledRows(policy.task().width(), policy.groups().size()),
            policy.estimate());
    periods.put(number, period);
    if (periods.size() > MOST_PERIODS) {
      periods.pollFirstEntry();
    }
    if (policy.window().time() != null) {
      dropBefore(windowPeriods() + delay / length() + 1);
    }
    return period;
  }

  /**
   * Drops the rows of periods that no window needs, apart from the newest ones. Their number
   * counts, not their time: a clock that goes far forward may go back.
   */
  private void dropBefore(long kept) {
    long left = periods.size() - kept - 1;
    for (PeriodTrack old : periods.values()) {
      if (left-- <= 0) {
        return;
      }
      old.rows = null;
      old.estimate = null;
    }
  }

  /** The number of periods of a window of time. */
  private long windowPeriods() {
    Duration time = policy.window().time();
    if (time == null) {
      return 1;
    }
    long millis = Math.min(TimeUnit.MILLISECONDS.convert(time), Long.MAX_VALUE / 2);
    return Math.max(1, (millis + length() - 1) / length());
  }

  /**
   * Adds a labelled row.
   *
   * @param room whether one more row may be held
   * @return whether one more row is held
   */
  synchronized boolean labelled(
      long predictedAt, double[] values, short[] groups, double label, boolean room, long at) {
    PeriodTrack period = periods.get(number(predictedAt));
    if (period == null) {
      tooLate++;
      return false;
    }
    period.waiting--;
    period.labelled++;
    changed(at);
    LabelledRows rows = period.rows;
    return rows != null
        && rows.add(values, groups, label, room ? Integer.MAX_VALUE - 8 : Math.max(1, rows.size()));
  }

  synchronized void gaveUp(long predictedAt, long at) {
    PeriodTrack period = periods.get(number(predictedAt));
    if (period != null) {
      period.waiting--;
      changed(at);
    }
  }

  private void changed(long at) {
    now = at;
    newest = null;
  }

  /**
   * Drops the periods that begin later, because the clock went back. The period of this time may
   * have been complete in between.
   */
  synchronized void clockWentBack(long at) {
    periods.tailMap(number(at), false).clear();
    PeriodTrack open = periods.get(number(at));
    if (open != null && open.rows == null) {
      periods.remove(open.number); // begins anew, with the rows to come
    } else if (open != null) {
      open.complete = null;
    }
    completedThrough = Math.min(completedThrough, number(at) - 1);
    changed(at);
  }

  synchronized void write(StateWriter out) {
    out.put(id).put(servedBy).put(shadow).put(now).put(completedThrough);
    out.each(periods.values(), (to, period) -> period.write(to));
  }

  static VersionTrack read(
      StateReader in, PerformanceRules policy, long delay, GroupNames groupNames) {
    VersionTrack track =
        new VersionTrack(in.int32(), in.servedBy(), in.flag(), policy, delay, groupNames);
    track.now = in.int64();
    track.completedThrough = in.int64();
    in.forEach(
        one -> {
          PeriodTrack period = PeriodTrack.read(one, policy, groupNames);
          track.periods.put(period.number, period);
        });
    track.unjudged = PerformanceWatch.unjudged(track.history(), policy);
    return track;
  }

  /** Returns the number of labelled rows that are held. */
  synchronized long held() {
    return periods.values().stream().mapToLong(VersionTrack::held).sum();
  }

  private static long held(PeriodTrack period) {
    return period.rows == null ? 0 : period.rows.size();
  }

  /** Returns the oldest period before the given one that holds rows, or the largest number. */
  synchronized long oldestHeld(long before) {
    return periods.headMap(before, false).values().stream()
        .filter(period -> held(period) > 0)
        .mapToLong(period -> period.number)
        .findFirst()
        .orElse(Long.MAX_VALUE);
  }

  synchronized void drop(long number) {
    PeriodTrack period = periods.get(number);
    if (period != null) {
      period.rows = null;
      newest = null;
    }
  }

  /**
   * Computes the figures of the periods that have become complete.
   *
   * @return the labelled rows and the number of these periods; null if there is none
   */
  @Nullable Completed complete(long at) {
    long rows = 0;
    List<PeriodTrack> due = newlyComplete(at);
    for (PeriodTrack period : due) {
      Map<String, Metric> figures = figures(rowsOf(List.of(period)));
      synchronized (this) {
        period.complete =
            new PerformancePeriod(
                start(period.number),
                start(period.number + 1),
                period.predicted,
                period.labelled,
                figures);
        completedThrough = period.number;
        newest = null;
      }
      rows += period.labelled;
    }
    if (due.isEmpty()) {
      return null;
    }
    unjudged = PerformanceWatch.unjudged(history(), policy);
    tooLate = 0;
    return new Completed(rows, due.size());
  }

  /** What has no verdict, because of the newest complete periods or because none is complete. */
  List<NotWatched> unjudged() {
    return tooLate < MANY
        ? unjudged
        : List.of(
            new NotWatched(
                "labels",
                "%d came when %d later periods had begun, and were not counted, because no more are kept; choose a longer period in performance(...)"
                    .formatted(tooLate, MOST_PERIODS)));
  }

  /** The labelled rows of periods that have become complete, and the number of these periods. */
  record Completed(long rows, int periods) {}

  /** Returns complete periods in order; a period that waits for labels holds up later ones. */
  private synchronized List<PeriodTrack> newlyComplete(long at) {
    List<PeriodTrack> found = new ArrayList<>();
    for (PeriodTrack period : periods.tailMap(completedThrough, false).values()) {
      boolean over = at >= (period.number + 1) * length();
      if (!over || !period.hasLabels()) {
        break;
      }
      found.add(period);
    }
    return found;
  }

  private Map<String, Metric> figures(LabelledRows rows) {
    LabelCoverage none =
        new LabelCoverage(Instant.EPOCH, Instant.EPOCH, 0, 0, 0, 0, 0, Instant.EPOCH);
    return policy
        .task()
        .measured(new Measured.Rows(none, rows, Map.of(), policy.business(), List.of(), null))
        .figures();
  }

  private synchronized LabelledRows rowsOf(List<PeriodTrack> some) {
    List<LabelledRows> parts = new ArrayList<>();
    for (PeriodTrack period : some) {
      if (period.rows != null) {
        parts.add(period.rows);
      }
    }
    return LabelledRows.of(policy.task().width(), policy.groups().size(), parts);
  }

  /** Returns the figures of the newest window of complete periods; null if there is none. */
  synchronized @Nullable Windowed completeWindow() {
    List<PeriodTrack> complete = complete();
    if (complete.isEmpty()) {
      return null;
    }
    List<PeriodTrack> window = window(complete);
    List<PerformancePeriod> all = history();
    int before = all.size() - window.size();
    return new Windowed(
        performance(window), all.subList(0, before), all.subList(before, all.size()));
  }

  /** The performance in a window of complete periods, and the periods before it and in it. */
  record Windowed(
      Measured<?> performance, List<PerformancePeriod> earlier, List<PerformancePeriod> own) {
    List<PerformancePeriod> all() {
      return Stream.concat(earlier.stream(), own.stream()).toList();
    }
  }

  private List<PeriodTrack> window(List<PeriodTrack> all) {
    int from = all.size();
    long last = all.get(from - 1).number;
    long labels = 0;
    while (from > 0 && isInWindow(all.get(from - 1).number, last, labels)) {
      from--;
      labels += all.get(from).labelled;
    }
    return all.subList(from, all.size());
  }

  private boolean isInWindow(long number, long last, long labels) {
    return policy.window().time() != null
        ? number > last - windowPeriods()
        : number == last || !policy.window().isFullOf(labels);
  }

  /** Returns the performance since the period of this time; null without predictions. */
  synchronized @Nullable Measured<?> since(long at) {
    List<PeriodTrack> since = List.copyOf(periods.tailMap(number(at), true).values());
    return since.isEmpty() ? null : performance(since);
  }

  /** Returns the performance in the newest window, with all labels that have arrived. */
  synchronized Measured<?> performance() {
    Measured<?> known = newest;
    if (known == null) {
      List<PeriodTrack> all = List.copyOf(periods.values());
      known = performance(all.isEmpty() ? all : window(all));
      newest = known;
    }
    return known;
  }

  private Measured<?> performance(List<PeriodTrack> window) {
    LabelledRows rows = rowsOf(window);
    Measured.Rows parts =
        new Measured.Rows(
            coverage(window, rows.size()),
            rows,
            groupNames.all(),
            policy.business(),
            history(),
            estimate(window));
    return policy.task().measured(parts);
  }

  /** Returns the window of all rows of these periods, or null if there is no estimator. */
  private PerformanceEstimator.@Nullable Window estimate(List<PeriodTrack> window) {
    PerformanceEstimator.Window all = policy.estimate();
    for (PeriodTrack period : window) {
      all = all == null || period.estimate == null ? all : all.merge(period.estimate);
    }
    return all;
  }

  private LabelCoverage coverage(List<PeriodTrack> window, long used) {
    long newestTime = now == Long.MIN_VALUE ? 0 : now;
    long from = window.isEmpty() ? newestTime : window.get(0).number * length();
    long end =
        window.isEmpty() ? newestTime : (window.get(window.size() - 1).number + 1) * length();
    return new LabelCoverage(
        Instant.ofEpochMilli(from),
        Instant.ofEpochMilli(Math.min(end, Math.max(from, newestTime))),
        window.stream().mapToLong(p -> p.predicted).sum(),
        window.stream().mapToLong(p -> p.labelled).sum(),
        used,
        window.stream().mapToLong(p -> p.unanswered).sum(),
        window.stream().mapToLong(p -> p.waiting).sum(),
        Instant.ofEpochMilli(completeUntil(newestTime)));
  }

  private long completeUntil(long newestTime) {
    long firstIncomplete =
        periods.values().stream()
            .filter(period -> !period.hasLabels())
            .mapToLong(period -> period.number * length())
            .findFirst()
            .orElse(newestTime);
    return Math.max(firstIncomplete, newestTime - delay);
  }

  /** Returns the complete periods, oldest first. */
  public synchronized List<PerformancePeriod> history() {
    return complete().stream().map(period -> Objects.requireNonNull(period.complete)).toList();
  }

  private List<PeriodTrack> complete() {
    return periods.values().stream().filter(period -> period.complete != null).toList();
  }
}
