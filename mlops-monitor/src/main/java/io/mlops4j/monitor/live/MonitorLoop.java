package io.mlops4j.monitor.live;

import io.mlops4j.inference.InferenceEvent.Route;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.alarm.NotWatched;
import io.mlops4j.monitor.drift.WindowReport;
import io.mlops4j.monitor.internal.Failures;
import io.mlops4j.monitor.live.alarm.AlarmActions;
import io.mlops4j.monitor.live.finding.Judged;
import io.mlops4j.monitor.live.incident.Incidents;
import io.mlops4j.monitor.live.rows.CallBlock;
import io.mlops4j.monitor.live.rows.CallSampling;
import io.mlops4j.monitor.live.rows.Handed;
import io.mlops4j.monitor.live.state.StateReader;
import io.mlops4j.monitor.live.state.StateWriter;
import io.mlops4j.monitor.live.watch.RowWatch;
import io.mlops4j.monitor.live.watch.WatchSettings;
import io.mlops4j.monitor.live.watch.drift.Baseline;
import io.mlops4j.monitor.live.watch.drift.DriftWatch;
import io.mlops4j.monitor.live.watch.labels.LabelWatch;
import io.mlops4j.monitor.live.watch.labels.VersionTrack;
import io.mlops4j.monitor.live.watch.quality.QualityWatch;
import io.mlops4j.monitor.live.watch.shadow.ShadowWatch;
import io.mlops4j.monitor.live.window.BlockSplit;
import io.mlops4j.monitor.live.window.MonitorTime;
import io.mlops4j.monitor.live.window.WindowEffects;
import io.mlops4j.monitor.live.window.WindowEnds;
import io.mlops4j.monitor.live.window.WindowHistory;
import io.mlops4j.monitor.performance.LabelCounts;
import io.mlops4j.monitor.performance.task.Measured;
import io.mlops4j.monitor.performance.task.PerformanceRules;
import io.mlops4j.monitor.quality.QualityReport;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The work of the monitor's thread. It passes rows and labels from the hand-off to the watches,
 * which are independent of each other, and their judgements to incidents and alarms.
 *
 * <p>Only the monitor's thread calls {@link #handle}. Any thread may read figures and add actions.
 */
public final class MonitorLoop {
  private static final Logger LOG = LoggerFactory.getLogger("io.mlops4j.monitor.ModelMonitor");

  /** Versions that answered before the newest of them are forgotten. */
  private static final int MOST_VERSIONS = 64;

  private final MonitorSettings settings;
  private final Failures failures;
  private final AlarmActions alarms;
  private final StateJournal journal;
  private final DriftWatch drift;
  private final ShadowWatch shadow;
  private final @Nullable LabelWatch labels;
  private final @Nullable QualityWatch quality;
  private final List<RowWatch> watches = new ArrayList<>();
  private final Incidents incidents = new Incidents();
  private final MonitorTime time = new MonitorTime();
  private final Map<ServedBy, Instant> served = new LinkedHashMap<>();
  private final BlockSplit split;
  private final List<NotWatched> skipped;
  private final @Nullable WindowEnds ends; // null if the watch of drift states them
  private long rows;
  private long shadows;
  private long dropped; // rows that could not be handled
  private long windowsEnded;
  private volatile List<NotWatched> notWatched;
  private volatile Baseline baseline;
  private volatile @Nullable ServedBy serving;
  private volatile int healthyWindows;
  private volatile @Nullable WindowReport newestWindow;
  private final WindowHistory windows = new WindowHistory();
  private final Map<ServedBy, WindowReport> newestWindows = new ConcurrentHashMap<>();
  private final List<WindowReport> ended = new ArrayList<>(); // by the item that is handled
  private volatile Counts counts = new Counts(0, 0, 0, 0, 0, 0, LabelWatch.NONE);

  /**
   * Counts of rows and labels, without those of the hand-off.
   *
   * @param dropped rows that could not be handled
   */
  public record Counts(
      long rows,
      long shadows,
      long unfit,
      long discarded,
      long dropped,
      long clockSetBack,
      LabelCounts labels) {}

  MonitorLoop(
      MonitorSettings settings,
      CallSampling sampling,
      Failures failures,
      AlarmActions alarms,
      StateJournal journal) {
    PerformanceRules performance = settings.measured();
    WatchSettings watched = settings.watched();
    this.settings = settings;
    this.failures = failures;
    this.alarms = alarms;
    this.journal = journal;
    this.ends = settings.watchesDrift() ? null : new WindowEnds(watched.window());
    this.skipped = List.copyOf(SettingsCheck.skipped(settings.reference()));
    this.notWatched = skipped;
    this.baseline = new Baseline(settings.reference(), settings.slices());
    this.drift = new DriftWatch(watched, sampling, this::windowEnded);
    QualityWatch checks = settings.parts().quality() ? new QualityWatch(watched) : null;
    this.quality = checks;
    LongConsumer delays = checks == null ? delay -> {} : checks::labelled;
    this.labels =
        performance == null
            ? null
            : new LabelWatch(
                watched,
                performance,
                sampling,
                content -> journal.write(StateJournal.PREDICTED, content),
                delays);
    if (settings.watchesDrift()) {
      watches.add(drift);
    }
    if (checks != null) {
      watches.add(checks);
    }
    if (labels != null) {
      watches.add(labels);
    }
    this.split =
        new BlockSplit(watched.window(), labels != null, time, watches, this::answered, this::lost);
    this.shadow = new ShadowWatch(settings.keyColumn(), settings.answerTolerance());
    watches.add(shadow);
  }

  /** The performance of a version; null if it is unknown or performance is not watched. */
  public @Nullable Measured<?> performance(ServedBy version) {
    return labels == null ? null : labels.performance(version);
  }

  /** The performance of some versions together since a time; null without predictions. */
  public @Nullable Measured<?> performanceSince(Predicate<ServedBy> which, Instant at) {
    return labels == null ? null : labels.since(which, at);
  }

  /** The versions with performance, in the order of their first rows. */
  public List<VersionTrack> tracks() {
    return labels == null ? List.of() : labels.tracks();
  }

  /** The newest windows, oldest first. */
  public List<WindowEffects> windows() {
    return windows.all();
  }

  /** What the reference chose, and what live rows have changed; null if it chose nothing. */
  public @Nullable String reference() {
    MonitorSettings.Learned learned = settings.learned();
    if (learned == null) {
      return null;
    }
    String text = learned.text();
    String replaced = baseline.replaced(settings.reference(), settings.slices());
    if (!replaced.isEmpty()) {
      text += "; rows of a later window were accepted in place of " + replaced;
    }
    int healthy = healthyWindows;
    if (healthy >= DriftWatch.LEARNED_WINDOWS) {
      text += "; %d healthy windows have narrowed the bounds of drift".formatted(healthy);
    } else if (learned.isShort()) {
      text += "; %d of %d healthy windows so far".formatted(healthy, DriftWatch.LEARNED_WINDOWS);
    }
    return text;
  }

  /** The counts after the last handled labels. */
  LabelCounts labelCounts() {
    return labels == null ? LabelWatch.NONE : labels.counts();
  }

  /** Counts of rows and labels, without those of the hand-off. */
  public Counts counts() {
    return counts;
  }

  public List<NotWatched> notWatched() {
    return notWatched;
  }

  /** Each shadow, compared with the version that serves. */
  public List<ShadowWatch.Compared> comparisons() {
    return shadow.comparisons();
  }

  public Incidents incidents() {
    return incidents;
  }

  /** The version that serves; null before its first rows. */
  public @Nullable ServedBy serving() {
    ServedBy known = serving;
    WindowReport last = newestWindow; // restored
    return known != null || last == null ? known : last.servedBy();
  }

  public @Nullable WindowReport newestWindow() {
    return newestWindow;
  }

  public @Nullable WindowReport newestWindow(ServedBy version) {
    return newestWindows.get(version);
  }

  public @Nullable QualityReport newestQuality() {
    return quality == null ? null : quality.newest();
  }

  /** The newest complete window of each version that served lately. */
  public Collection<WindowReport> newestWindows() {
    return newestWindows.values();
  }

  public Baseline baseline() {
    return baseline;
  }

  /** Makes the rows of the newest complete window the reference. */
  void acceptNewest(Instant at) {
    drift.acceptNewest();
    incidents.accept(at);
    baseline = drift.baseline();
    healthyWindows = drift.healthyWindows();
    each(RowWatch::accepted);
    publishCounts();
  }

  /** Acknowledges an open incident; false if no open incident has this id. */
  public boolean acknowledge(String incident, String by) {
    synchronized (incidents) { // the journal has the same order
      boolean known = incidents.acknowledge(incident, by);
      if (known) {
        journal.acknowledged(incident, by);
      }
      return known;
    }
  }

  void write(StateWriter out) {
    writeCounts(out);
    windows.write(out);
    watches.forEach(watch -> watch.write(out));
  }

  /** Reads what {@link #write} wrote, into a loop that has handled nothing. */
  void read(StateReader in) {
    readCounts(in);
    windows.read(in);
    watches.forEach(watch -> watch.read(in));
  }

  /** Compares the windows that had ended once more, when all state was read. */
  void restored() {
    baseline = drift.isAccepted() ? drift.baseline() : baseline;
    healthyWindows = drift.healthyWindows();
    drift.restored().forEach(this::publish);
    publishCounts();
  }

  /** Writes what changed when windows ended, apart from predictions and labels. */
  private void writeEnded(StateWriter out) {
    writeCounts(out);
    WindowHistory.write(ended, out);
    watches.stream().filter(watch -> watch != labels).forEach(watch -> watch.write(out));
  }

  /** Reads what {@link #writeEnded} wrote. */
  void readEnded(StateReader in) {
    readCounts(in);
    windows.read(in);
    watches.stream().filter(watch -> watch != labels).forEach(watch -> watch.read(in));
  }

  private void writeCounts(StateWriter out) {
    out.put(rows).put(shadows);
    time.write(out);
    out.each(served.entrySet(), (to, one) -> to.put(one.getKey()).put(one.getValue()));
    writeAlarms(out);
  }

  private void readCounts(StateReader in) {
    rows = in.count();
    shadows = in.count();
    time.read(in);
    served.clear();
    in.forEach(one -> served.put(one.servedBy(), one.time()));
    readAlarms(in);
  }

  private void writeAlarms(StateWriter out) {
    alarms.write(out);
    incidents.write(out);
  }

  private void readAlarms(StateReader in) {
    alarms.read(in);
    incidents.read(in);
  }

  /** Handles a record of the journal again. */
  void replay(byte kind, StateReader in) {
    switch (kind) {
      case StateJournal.PREDICTED -> replayPredictions(in);
      case StateJournal.ALARMS -> readAlarms(in);
      case StateJournal.ACKNOWLEDGED -> {
        boolean unused = incidents.acknowledge(in.text(), in.text());
      }
      default -> in.check(false, "found a record of the kind " + kind);
    }
    alarms.announce(); // before the application can add actions
  }

  private void replayPredictions(StateReader in) {
    in.check(labels != null, "found predictions, expected none without labels");
    LabelWatch.Replayed call = Objects.requireNonNull(labels).replay(in);
    Instant at = time.of(call.at());
    rows += call.rows();
    if (call.shadow()) {
      shadows += call.rows();
    } else {
      served(call.servedBy(), at);
      if (watches.contains(drift)) {
        drift.lost(call.rows());
      }
    }
    publishCounts();
    judge(at);
  }

  void handle(Handed item) {
    long windowsBefore = windowsEnded;
    long changesBefore = incidents.changes();
    try {
      pass(item);
    } finally {
      try {
        synchronized (incidents) { // the journal has the same order
          if (windowsEnded != windowsBefore) {
            journal.ended(this::writeEnded);
          } else if (incidents.changes() != changesBefore) {
            journal.write(StateJournal.ALARMS, this::writeAlarms);
          }
        }
      } finally {
        announce();
      }
    }
  }

  private void announce() {
    for (WindowReport report : ended) {
      windows.add(report);
      publish(report);
    }
    ended.clear();
    alarms.announce();
  }

  private void pass(Handed item) {
    if (item instanceof CallBlock block) {
      split.handle(block);
    } else if (item instanceof Handed.Answered answered) {
      makeColumns(answered);
      answered(answered.at(time.of(answered.at())));
    } else if (item instanceof Handed.Step step) {
      step.run().run();
    } else if (item instanceof Handed.Labels given) {
      labelled(new Handed.Labels(given.labels(), time.of(given.at()), given.upTo()));
    }
  }

  /** Collected records become columns in the first thread that reads them, and may not fit. */
  private void makeColumns(Handed.Answered answered) {
    try {
      VectorSchemaRoot unused = answered.features().root();
    } catch (RuntimeException | Error e) {
      lost(answered.rows());
      throw e;
    }
  }

  private void labelled(Handed.Labels given) {
    each(watch -> watch.labelled(given));
    publishCounts();
    judge(given.at());
  }

  private void answered(Handed.Answered answered) {
    rows += answered.rows();
    if (answered.shadow()) {
      shadows += answered.rows();
    } else {
      served(answered.servedBy(), answered.at());
      if (answered.route() == Route.PRIMARY) {
        serving = answered.servedBy();
      }
    }
    each(watch -> watch.answered(answered));
    publishCounts();
    reportNotWatched(answered);
    if (ends != null && !answered.shadow()) {
      Instant from = ends.answered(answered.rows(), answered.first(), answered.at());
      if (from != null) {
        endIncidents(answered.servedBy(), Set.of(), from, answered.at());
      }
    }
    judge(answered.at());
  }

  private void lost(long more) {
    dropped += more;
    publishCounts();
  }

  private void served(ServedBy version, Instant at) {
    served.remove(version);
    served.put(version, at);
    if (served.size() > MOST_VERSIONS) {
      ServedBy oldest = served.keySet().iterator().next();
      served.remove(oldest);
      incidents.forgotten(oldest, at);
    }
  }

  /** A watch that fails does not stop the others. */
  private void each(Consumer<RowWatch> step) {
    for (RowWatch watch : watches) {
      try {
        step.accept(watch);
      } catch (RuntimeException | Error e) {
        failures.add("cannot " + watch.task(), e);
      }
    }
  }

  private void reportNotWatched(Handed.Answered answered) {
    List<NotWatched> found = new ArrayList<>();
    watches.forEach(watch -> found.addAll(watch.notWatched()));
    found.addAll(journal.problems());
    if (found.isEmpty()) {
      notWatched = skipped;
      return;
    }
    notWatched = Stream.of(skipped, found).flatMap(List::stream).toList();
    ServedBy version = answered.servedBy();
    announceWithheld(answered.at());
    alarms.raise(incidents.notWatched(found, version, answered.at()), answered.at());
  }

  private void publishCounts() {
    counts =
        new Counts(
            rows,
            shadows,
            drift.unfit(),
            drift.discarded(),
            dropped,
            time.setBack(),
            labelCounts());
  }

  private void windowEnded(WindowReport report) {
    ended.add(report);
    alarms.ended(report);
    endIncidents(report.servedBy(), report.uncounted().keySet(), report.from(), report.to());
  }

  private void publish(WindowReport report) {
    newestWindow = report;
    newestWindows.put(report.servedBy(), report);
    newestWindows.keySet().retainAll(served.keySet());
  }

  /** A window without a problem of configuration is quiet, and so are versions that have left. */
  private void endIncidents(ServedBy version, Set<String> uncounted, Instant from, Instant to) {
    windowsEnded++; // so that the ends are stored, also without the watch of drift
    Set<String> names = new HashSet<>(uncounted);
    notWatched.forEach(one -> names.add(one.name()));
    Instant now = served.values().stream().reduce(from, (before, last) -> last);
    boolean setBack = now.isBefore(from); // then the times do not tell who has left
    Set<ServedBy> during = new HashSet<>();
    served.forEach(
        (other, last) -> {
          if (setBack || !last.isBefore(from)) {
            during.add(other);
          }
        });
    incidents.windowEnded(version, names, during, to);
  }

  private void judge(Instant at) {
    announceWithheld(at);
    List<Judged> judged = new ArrayList<>();
    each(watch -> judged.addAll(watch.judge(at)));
    judged.sort(Comparator.comparing(one -> !Objects.equals(one.servedBy(), serving)));
    if (!judged.isEmpty()) {
      alarms.raise(incidents.judged(judged, at), at);
    }
    learn();
  }

  /** Healthy windows teach a short reference how its days differ. */
  private void learn() {
    int before = healthyWindows;
    drift.judged(incidents::isOpen);
    healthyWindows = drift.healthyWindows();
    if (healthyWindows > before && healthyWindows == DriftWatch.LEARNED_WINDOWS) {
      LOG.info("monitor: {}", reference());
    }
  }

  private void announceWithheld(Instant at) {
    if (incidents.hasWithheld() && alarms.hasRoom(at)) {
      incidents.announceWithheld();
    }
  }
}
