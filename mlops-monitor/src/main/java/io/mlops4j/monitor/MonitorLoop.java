package io.mlops4j.monitor;

import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.performance.BinaryPerformance;
import io.mlops4j.monitor.performance.Performance;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.profile.SlicedProfile;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The work of the monitor's thread. It passes rows and labels from the hand-off to the watches,
 * which are independent of each other, and calls the actions of the application.
 *
 * <p>Only the monitor's thread calls {@link #handle}. Any thread may read figures and add actions.
 */
final class MonitorLoop {
  private static final Logger LOG = LoggerFactory.getLogger(ModelMonitor.class);

  private final Failures failures;
  private final DriftWatch drift;
  private final @Nullable LabelWatch labels;
  private final VersionTracks tracks;
  private final List<Consumer<? super Alarm>> alarmActions = new CopyOnWriteArrayList<>();
  private final List<Consumer<? super WindowReport>> windowActions = new CopyOnWriteArrayList<>();
  private final Episodes episodes = new Episodes();
  private final AlarmLimit limit;
  private final Actions actions;
  private final List<NotWatched> skipped;
  private volatile List<NotWatched> notWatched;
  private volatile Profile reference;
  private volatile @Nullable WindowReport newestWindow;
  private volatile @Nullable SlicedProfile slices;
  private final AtomicLong suppressed = new AtomicLong();
  private volatile MonitorCounts counts = new MonitorCounts(0, 0, 0, 0, 0, 0, 0, 0);
  private long rows;
  private int alarms;
  private @Nullable ServedBy newest;
  private final Set<ServedBy> served = new HashSet<>();

  MonitorLoop(MonitorSettings settings, Failures failures, Actions actions) {
    LabelJoin join = settings.labels();
    this.failures = failures;
    this.actions = actions;
    this.limit = settings.alarmLimit();
    this.skipped = SettingsCheck.skipped(settings.reference());
    this.notWatched = List.copyOf(skipped);
    this.tracks = new VersionTracks(Math.max(settings.judgeEvery(), 10_000));
    this.reference = settings.reference();
    this.slices = settings.slices();
    this.drift = new DriftWatch(settings, failures);
    this.labels = join == null ? null : new LabelWatch(settings, join, tracks);
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

  /** Counts of rows and labels; the counts of the hand-off are 0. */
  MonitorCounts counts() {
    return counts;
  }

  List<NotWatched> notWatched() {
    return notWatched;
  }

  /** Returns the number of alarms that were not raised, because there were too many. */
  long suppressed() {
    return suppressed.get();
  }

  Episodes episodes() {
    return episodes;
  }

  /** Makes the rows of the newest complete window the reference. */
  void acceptNewest(Instant at) {
    drift.acceptNewest();
    episodes.accept(at);
    reference = drift.reference();
    slices = drift.slices();
  }

  @Nullable WindowReport newestWindow() {
    return newestWindow;
  }

  Profile reference() {
    return reference;
  }

  @Nullable SlicedProfile slices() {
    return slices;
  }

  void handle(HandOff.Item item) {
    if (item instanceof HandOff.Answered answered) {
      answered(answered);
    } else if (item instanceof HandOff.Step step) {
      step.run().run();
    } else if (item instanceof HandOff.Labels given && labels != null) {
      labels.labelled(given);
      publishCounts();
      judge(given.at());
    }
  }

  private void answered(HandOff.Answered answered) {
    VersionTrack track = tracks.of(answered.servedBy(), answered.shadow(), answered.at());
    track.predicted(answered.rows());
    rows += answered.rows();
    if (!answered.shadow()) {
      failures.guard("cannot compare rows with the reference", () -> compare(answered));
    }
    if (labels != null) {
      failures.guard("cannot join labels", () -> labels.answered(answered, track));
    }
    publishCounts();
    reportNotWatched(answered);
    if (drift.isFull()) {
      endWindow(answered.at());
    }
    judge(answered.at());
  }

  private void compare(HandOff.Answered answered) {
    if (drift.isOver(answered.at())) {
      endWindow(answered.at());
    }
    newest = answered.servedBy();
    served.add(answered.servedBy());
    drift.add(answered.features(), answered.outputs(), answered.at());
  }

  private void reportNotWatched(HandOff.Answered answered) {
    List<NotWatched> found = new ArrayList<>(drift.leftOut());
    if (labels != null) {
      labels.problem().ifPresent(found::add);
    }
    notWatched = Stream.of(skipped, found).flatMap(List::stream).toList();
    raise(
        Alarm.Kind.CONFIGURATION,
        answered.servedBy(),
        answered.at(),
        episodes.notWatched(found, answered.servedBy(), answered.at()));
  }

  private void publishCounts() {
    counts =
        labels == null
            ? new MonitorCounts(rows, 0, 0, 0, 0, 0, 0, 0)
            : new MonitorCounts(
                rows,
                0,
                0,
                labels.store().labelled(),
                labels.store().unlabelled(),
                labels.store().unmatched(),
                0,
                0);
  }

  private void endWindow(Instant at) {
    ServedBy last = Objects.requireNonNull(newest);
    List<NotWatched> leftOut = drift.leftOut();
    drift
        .end(at, last)
        .ifPresent(
            report -> {
              newestWindow = report;
              notify(windowActions, report);
              raise(Alarm.Kind.DRIFT, last, at, episodes.judged(report.drift(), last, at));
              episodes.windowEnded(leftOut, Set.copyOf(served), at);
              served.clear();
            });
  }

  private void judge(Instant at) {
    if (labels != null) {
      for (Episode bad : labels.judge(at, episodes)) {
        raise(Alarm.Kind.PERFORMANCE, bad.servedBy(), at, List.of(bad));
      }
    }
  }

  private void raise(Alarm.Kind kind, ServedBy servedBy, Instant at, List<Episode> news) {
    if (news.isEmpty()) {
      return;
    }
    if (!limit.allows(at)) {
      suppressed.incrementAndGet();
      return;
    }
    alarms++;
    Alarm alarm = new Alarm("alarm-" + alarms, kind, servedBy, at, news);
    LOG.warn("{}", alarm);
    notify(alarmActions, alarm);
  }

  private <T> void notify(List<Consumer<? super T>> all, T event) {
    for (Consumer<? super T> action : all) {
      actions.run(() -> action.accept(event));
    }
  }
}
