package io.mlops4j.monitor;

import io.mlops4j.inference.PredictionId;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.performance.BinaryPerformance;
import io.mlops4j.monitor.performance.Performance;
import io.mlops4j.rollout.Evidence;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.arrow.vector.FieldVector;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happens in the monitor's thread: rows go into their window and wait for labels, labels are
 * joined, versions are judged, actions are told.
 *
 * <p>{@link #handle} is called by that thread only; figures may be read, and actions added, by any.
 */
final class Watcher {
  private static final Logger LOG = LoggerFactory.getLogger(ModelMonitor.class);

  /** Reasons name columns of the calls, which may be any number. */
  private static final int MOST_REPORTED = 1_000;

  private final ModelMonitor.Builder settings;
  private final Failures failures;
  private final DriftWatch drift;
  private final PerformanceWatch performance;
  private final LabelStore store;
  private final Tracks tracks;
  private final List<Consumer<? super Alarm>> alarmActions = new CopyOnWriteArrayList<>();
  private final List<Consumer<? super WindowReport>> windowActions = new CopyOnWriteArrayList<>();
  private final List<NotWatched> skipped;
  private volatile List<NotWatched> notWatched;
  private @Nullable NotWatched labels;
  private final Set<NotWatched> reported = new HashSet<>();
  private volatile MonitorCounts counts = new MonitorCounts(0, 0, 0, 0, 0, 0, 0);
  private long rows;
  private int alarms;
  private @Nullable ServedBy newest;

  Watcher(ModelMonitor.Builder settings, Failures failures) {
    this.settings = settings;
    this.failures = failures;
    this.skipped = MonitorCheck.skipped(settings.reference);
    this.notWatched = List.copyOf(skipped);
    this.drift = new DriftWatch(settings.reference, settings.window, settings.falseAlarms);
    this.performance = new PerformanceWatch(settings.minimumRocAuc);
    this.store = new LabelStore(settings.labels.delay(), settings.waitingRows);
    this.tracks = new Tracks(Math.max(settings.judgeEvery, 10_000));
  }

  void onAlarm(Consumer<? super Alarm> action) {
    alarmActions.add(action);
  }

  void onWindow(Consumer<? super WindowReport> action) {
    windowActions.add(action);
  }

  Performance performance(ServedBy version) {
    VersionTrack track = tracks.find(version);
    return track == null
        ? new Performance(0, 0, BinaryPerformance.of(new double[0], new double[0]))
        : track.performance();
  }

  /** Rows and labels; what the hand-off counts is left at 0. */
  MonitorCounts counts() {
    return counts;
  }

  List<NotWatched> notWatched() {
    return notWatched;
  }

  void handle(Inbox.Item item) {
    if (item instanceof Inbox.Answered answered) {
      answered(answered);
    } else if (item instanceof Inbox.Labels labels) {
      join(labels);
    }
  }

  private void answered(Inbox.Answered answered) {
    VersionTrack track = tracks.of(answered.servedBy(), answered.shadow(), answered.at());
    if (!answered.shadow()) {
      if (drift.isOver(answered.at())) {
        endWindow(answered.at());
      }
      newest = answered.servedBy();
      drift.add(answered.features(), answered.outputs(), answered.at());
    }
    track.predicted(answered.rows());
    rows += answered.rows();
    try {
      await(answered, track);
      labels = null;
    } catch (IllegalArgumentException e) {
      labels = new NotWatched("labels", "they cannot be joined; " + e.getMessage());
      throw e;
    } finally { // rows that lack a key or a score belong to their window all the same
      publishCounts();
      reportNotWatched(answered);
      if (drift.isFull()) {
        endWindow(answered.at());
      }
    }
    judge(answered.at());
  }

  private void reportNotWatched(Inbox.Answered answered) {
    List<NotWatched> found = new ArrayList<>(drift.leftOut());
    if (labels != null) {
      found.add(labels);
    }
    notWatched = Stream.of(skipped, found).flatMap(List::stream).toList();
    List<NotWatched> news =
        found.stream().filter(one -> reported.size() < MOST_REPORTED && reported.add(one)).toList();
    if (!news.isEmpty()) {
      List<Evidence> evidence =
          news.stream()
              .map(one -> new Evidence(one.name(), Double.NaN, Double.NaN, one.toString()))
              .toList();
      raise(Alarm.Kind.CONFIGURATION, answered.servedBy(), answered.at(), evidence);
    }
  }

  private void await(Inbox.Answered answered, VersionTrack track) {
    FieldVector scores = Cells.score(answered.outputs(), settings.score);
    List<PredictionId> ids = answered.ids();
    String keyColumn = settings.labels.keyColumn();
    FieldVector keys = keyColumn == null ? null : answered.features().column(keyColumn);
    for (int row = 0; row < answered.rows(); row++) {
      Object key =
          ids != null
              ? ids.get(row)
              : Cells.key(answered.features(), Objects.requireNonNull(keys), row);
      if (key != null) {
        store.predicted(key, Cells.number(scores, row), track, answered.at());
      }
    }
  }

  private void join(Inbox.Labels labels) {
    for (Inbox.Label label : labels.labels()) {
      store.labelled(label.key(), label.value(), labels.at());
    }
    publishCounts();
    judge(labels.at());
  }

  private void publishCounts() {
    counts =
        new MonitorCounts(rows, 0, 0, store.labelled(), store.unlabelled(), store.unmatched(), 0);
  }

  private void endWindow(Instant at) {
    ServedBy last = Objects.requireNonNull(newest);
    drift
        .end(at, last)
        .ifPresent(
            report -> {
              tell(windowActions, report);
              List<Evidence> begun = drift.begun(report);
              if (!begun.isEmpty()) {
                raise(Alarm.Kind.DRIFT, last, at, begun);
              }
            });
  }

  private void judge(Instant at) {
    for (VersionTrack track : tracks.primary()) {
      Duration since = track.due(settings.judgeEvery, at);
      if (since != null && !track.alarmed()) {
        double level = settings.falseAlarms.level(settings.judgeEvery, since);
        performance
            .judge(track, tracks.before(track), level)
            .filter(evidence -> track.alarmOnce())
            .ifPresent(e -> raise(Alarm.Kind.PERFORMANCE, track.servedBy(), at, List.of(e)));
      }
    }
  }

  private void raise(Alarm.Kind kind, ServedBy servedBy, Instant at, List<Evidence> evidence) {
    alarms++;
    String id = kind.name().toLowerCase(Locale.ROOT) + "-" + alarms;
    Alarm alarm = new Alarm(id, kind, servedBy, at, evidence);
    LOG.warn("{}", alarm);
    tell(alarmActions, alarm);
  }

  private <T> void tell(List<Consumer<? super T>> actions, T what) {
    for (Consumer<? super T> action : actions) {
      try {
        action.accept(what);
      } catch (RuntimeException | Error e) {
        failures.add("an action failed", e);
      }
    }
  }
}
