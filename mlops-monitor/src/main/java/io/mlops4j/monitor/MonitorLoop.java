package io.mlops4j.monitor;

import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.profile.SlicedProfile;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Collectors;
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
  private final List<Watch> watches = new ArrayList<>();
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
  private volatile MonitorCounts counts = new MonitorCounts(0, 0, 0, LabelCounts.NONE, 0, 0);
  private long rows;
  private int alarms;
  private final Set<ServedBy> served = new HashSet<>();

  MonitorLoop(MonitorSettings settings, Failures failures, Actions actions) {
    PerformancePolicy performance = settings.measured();
    this.failures = failures;
    this.actions = actions;
    this.limit = settings.alarmLimit();
    this.skipped = SettingsCheck.skipped(settings.reference());
    this.notWatched = List.copyOf(skipped);
    this.reference = settings.reference();
    this.slices = settings.slices();
    this.drift = new DriftWatch(settings, failures, this::windowEnded);
    this.labels = performance == null ? null : new LabelWatch(settings, performance);
    if (settings.watchesDrift()) {
      watches.add(drift);
    }
    if (labels != null) {
      watches.add(labels);
    }
  }

  void onAlarm(Consumer<? super Alarm> action) {
    alarmActions.add(action);
  }

  void onWindow(Consumer<? super WindowReport> action) {
    windowActions.add(action);
  }

  /** The performance of a version; null if it is unknown or performance is not watched. */
  @Nullable Performance performance(ServedBy version) {
    return labels == null ? null : labels.performance(version);
  }

  /** The counts after the last handled labels. */
  LabelCounts labelCounts() {
    return labels == null ? LabelCounts.NONE : labels.counts();
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
    each(watch -> watch.accepted(drift.reference(), drift.slices()));
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
    } else if (item instanceof HandOff.Labels given) {
      each(watch -> watch.labelled(given));
      publishCounts();
      judge(given.at());
    }
  }

  private void answered(HandOff.Answered answered) {
    rows += answered.rows();
    if (!answered.shadow()) {
      served.add(answered.servedBy());
    }
    each(watch -> watch.answered(answered));
    publishCounts();
    reportNotWatched(answered);
    judge(answered.at());
  }

  /** A watch that fails does not stop the others. */
  private void each(Consumer<Watch> step) {
    for (Watch watch : watches) {
      failures.guard("cannot " + watch.task(), () -> step.accept(watch));
    }
  }

  private void reportNotWatched(HandOff.Answered answered) {
    List<NotWatched> found = new ArrayList<>();
    watches.forEach(watch -> found.addAll(watch.notWatched()));
    notWatched = Stream.of(skipped, found).flatMap(List::stream).toList();
    raise(
        answered.servedBy(),
        answered.at(),
        episodes.notWatched(found, answered.servedBy(), answered.at()));
  }

  private void publishCounts() {
    counts = new MonitorCounts(rows, 0, 0, labelCounts(), 0, 0);
  }

  private void windowEnded(WindowReport report) {
    newestWindow = report;
    notify(windowActions, report);
    episodes.windowEnded(drift.notWatched(), Set.copyOf(served), report.to());
    served.clear();
  }

  private void judge(Instant at) {
    each(
        watch -> {
          for (Judged judged : watch.judge(at)) {
            raise(judged.servedBy(), at, episodes.judged(judged, at));
          }
        });
  }

  /** Raises one alarm for each kind. */
  private void raise(ServedBy servedBy, Instant at, List<Episode> news) {
    Map<Alarm.Kind, List<Episode>> byKind =
        news.stream()
            .collect(Collectors.groupingBy(Episode::kind, TreeMap::new, Collectors.toList()));
    byKind.forEach((kind, its) -> raise(kind, servedBy, at, its));
  }

  private void raise(Alarm.Kind kind, ServedBy servedBy, Instant at, List<Episode> news) {
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
