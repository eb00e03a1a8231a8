package io.mlops4j.monitor.live.watch.drift;

import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.alarm.NotWatched;
import io.mlops4j.monitor.drift.DriftPolicy;
import io.mlops4j.monitor.drift.DriftReport;
import io.mlops4j.monitor.drift.FeatureDrift;
import io.mlops4j.monitor.drift.ReportSubject;
import io.mlops4j.monitor.drift.SliceDrift;
import io.mlops4j.monitor.drift.WindowReport;
import io.mlops4j.monitor.live.finding.Judged;
import io.mlops4j.monitor.live.rows.CallSampling;
import io.mlops4j.monitor.live.rows.ComparedRows;
import io.mlops4j.monitor.live.rows.Handed;
import io.mlops4j.monitor.live.state.StateReader;
import io.mlops4j.monitor.live.state.StateWriter;
import io.mlops4j.monitor.live.watch.RowWatch;
import io.mlops4j.monitor.live.watch.WatchSettings;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Compares rows with the reference window by window. Each version has windows of its own, of the
 * features that it read and of its outputs, so rows of two versions never mix. With a sliced
 * reference, each slice is compared with the same slice of the reference. Used by the monitor's
 * thread only.
 */
public final class DriftWatch implements RowWatch {
  /** The windows of further versions are discarded, those whose rows are oldest first. */
  public static final int MOST_VERSIONS = 8;

  /** The healthy windows by which the bounds of a short reference are narrowed. */
  public static final int LEARNED_WINDOWS = LearnedBounds.WINDOWS;

  private static final NotWatched TOO_SHORT =
      new NotWatched(
          "windows", "none had enough rows for a verdict; use longer windows, or fewer slices");

  private final WatchSettings settings;
  private final CallSampling sampling;
  private final Consumer<WindowReport> ended;
  private final Map<ServedBy, VersionWindow> windows = new LinkedHashMap<>();
  private final BlockTimes times = new BlockTimes();
  private final List<Judged> due = new ArrayList<>();
  private final DriftHistories histories;
  private final LearnedBounds bounds;
  private Baseline baseline;
  private boolean accepted;
  private @Nullable Instant unit;
  private long rowsOfUnit; // of any version, since the beginning of the unit
  private long seen; // rows of all versions
  private long leftOut; // rows of all versions that a window states
  private List<NotWatched> notWatched = List.of();
  private @Nullable Pane newest;
  private long unfit;
  private long discarded;

  /**
   * @param sampling counts the rows that are left out
   * @param ended gets the report of each window
   */
  public DriftWatch(WatchSettings settings, CallSampling sampling, Consumer<WindowReport> ended) {
    this.settings = settings;
    this.sampling = sampling;
    this.ended = ended;
    this.baseline =
        new Baseline(settings.reference(), settings.slices()).without(settings.switchedOff());
    this.bounds = new LearnedBounds(settings);
    this.histories = new DriftHistories(baseline.whole().columns().size());
  }

  @Override
  public String task() {
    return "compare rows with the reference";
  }

  /** The rows until a step of the window or a block of the detectors ends. */
  @Override
  public long room(ServedBy version) {
    VersionWindow window = windows.get(version);
    return window == null
        ? Math.min(settings.window().rows(), SequentialDrift.BLOCK)
        : window.room();
  }

  /** A shadow gets the same rows again. */
  @Override
  public void answered(Handed.Answered answered) {
    if (answered.shadow()) {
      return;
    }
    endOver(answered.at());
    Instant begin = settings.window().begin(answered.at());
    if (!begin.equals(unit)) {
      unit = begin;
      rowsOfUnit = 0;
    }
    VersionWindow window = window(answered.servedBy());
    Map<String, String> leftOut = window.add(baseline, answered, seen, newlyLeftOut());
    rowsOfUnit += answered.rows();
    seen += answered.rows();
    unfit += leftOut.isEmpty() ? 0 : answered.rows();
    notWatched =
        Stream.concat(
                leftOut.entrySet().stream()
                    .map(column -> new NotWatched(column.getKey(), column.getValue())),
                window.isNeverJudged() ? Stream.of(TOO_SHORT) : Stream.empty())
            .toList();
    due.addAll(window.early(answered.at()));
    if (window.isFull()) {
      end(answered.servedBy(), window, answered.at());
    }
  }

  /** The rows that were left out since the rows before: the version of both is mostly the same. */
  private long newlyLeftOut() {
    long before = leftOut;
    leftOut = sampling.leftOut();
    return leftOut - before;
  }

  /** The time of a version's window ends with the rows of any version. */
  private void endOver(Instant at) {
    for (ServedBy version : List.copyOf(windows.keySet())) {
      VersionWindow window = Objects.requireNonNull(windows.get(version));
      if (window.isOver(at) && window.isPart(seen)) {
        discarded += window.openRows();
        if (window.hasLeft(seen)) {
          windows.remove(version);
          histories.remove(version); // it may never answer again
        } else {
          windows.put(version, new VersionWindow(settings.window(), detectors(version), false));
        }
      } else if (window.isOver(at)) {
        end(version, window, at);
      }
    }
  }

  private VersionWindow window(ServedBy version) {
    VersionWindow window = windows.remove(version);
    if (window == null) {
      boolean late =
          settings.window().time() != null && rowsOfUnit >= DriftPolicy.DEFAULT_MINIMUM_ROWS;
      window = new VersionWindow(settings.window(), detectors(version), late);
    }
    windows.put(version, window); // now the newest
    if (windows.size() > MOST_VERSIONS) {
      ServedBy oldest = windows.keySet().iterator().next();
      discarded += Objects.requireNonNull(windows.remove(oldest)).openRows();
      histories.remove(oldest);
    }
    return window;
  }

  private SequentialDrift detectors(ServedBy version) {
    return new SequentialDrift(settings, bounds, version, times);
  }

  private void end(ServedBy version, VersionWindow window, Instant at) {
    Pane step = window.end(at);
    WindowReport report = report(version, window, step);
    newest = window.newest();
    if (report.uncounted().isEmpty()) { // else a column that is missing may be the reason
      window.judged(hasVerdict(report.drift()));
      Pane whole = window.newest();
      bounds.ended(
          report.drift(), whole.from(), step.to(), policy -> baseline.compare(whole, policy));
    }
    Judged judged =
        histories
            .judged(version, report.drift(), compared(report), step, policy(step))
            .and(window.detectors().ended(report.drift(), step));
    due.add(isOfWeekday() ? judged.ofSlice(weekday(report.from())) : judged);
    ended.accept(report);
  }

  /**
   * Whether weekdays may differ and the reference has too few days to tell them apart: a healthy
   * Tuesday is then no evidence that a problem of Mondays is over.
   */
  private boolean isOfWeekday() {
    return settings.wide() != null && Duration.ofDays(1).equals(settings.window().time());
  }

  private static String weekday(Instant day) {
    return day.atZone(ZoneOffset.UTC).getDayOfWeek().name();
  }

  private static boolean hasVerdict(DriftReport drift) {
    return drift.slices().isEmpty()
        ? drift.features().stream().anyMatch(FeatureDrift::judged)
        : drift.slices().stream().anyMatch(SliceDrift::judged);
  }

  private static ComparedRows compared(WindowReport report) {
    return new ComparedRows(
        report.from(), report.to(), report.drift().reference(), report.drift().current());
  }

  /** Compares a window that ended with this step. */
  private WindowReport report(ServedBy version, VersionWindow window, Pane step) {
    Instant to = step.to();
    Pane whole = window.newest();
    ReportSubject subject =
        ReportSubject.withDefaults()
            .withModel(version)
            .withCurrentPeriod(whole.from(), to)
            .withDate(Clock.fixed(to, ZoneOffset.UTC));
    DriftReport report = baseline.compare(whole, policy(step)).with(subject);
    return new WindowReport(
        whole.from(), to, version, report.current(), whole.uncounted(), whole.leftOut(), report);
  }

  /** The rules for a window that ends with this step. */
  private DriftPolicy policy(Pane step) {
    Duration time = Duration.between(step.from(), step.to());
    double level = settings.level(step.rows(), time, windows.size());
    return bounds.policy().withFalseDiscoveryRate(level / 2); // detectors have the other half
  }

  @Override
  public void write(StateWriter out) {
    out.optional(accepted ? baseline : null, (to, its) -> its.write(to));
    out.put(unfit).put(discarded).put(rowsOfUnit).put(seen);
    out.optional(unit, StateWriter::put);
    bounds.write(out);
    histories.write(out);
    times.write(out);
    out.each(windows.entrySet(), (to, one) -> one.getValue().write(to.put(one.getKey())));
  }

  @Override
  public void read(StateReader in) {
    Baseline other = in.optional(baseline::read);
    accepted = other != null;
    baseline = other == null ? baseline : other;
    unfit = in.count();
    discarded = in.count();
    rowsOfUnit = in.count();
    seen = in.count();
    unit = in.optional(StateReader::time);
    bounds.read(in);
    histories.read(in);
    times.read(in);
    windows.clear();
    in.forEach(
        one -> {
          ServedBy version = one.servedBy();
          windows.put(
              version, VersionWindow.read(one, settings.window(), baseline, detectors(version)));
        });
    in.check(windows.size() <= MOST_VERSIONS, "found windows of " + windows.size() + " versions");
  }

  /**
   * Compares the windows that had ended when the state was written once more.
   *
   * @return the reports, oldest first
   */
  public List<WindowReport> restored() {
    List<WindowReport> reports = new ArrayList<>();
    windows.forEach(
        (version, window) -> {
          Pane step = window.lastEnded();
          if (step != null) {
            reports.add(report(version, window, step));
          }
        });
    reports.sort(Comparator.comparing(WindowReport::to));
    if (!reports.isEmpty()) {
      ServedBy last = reports.get(reports.size() - 1).servedBy();
      newest = Objects.requireNonNull(windows.get(last)).newest();
    }
    return reports;
  }

  /** Counts rows that are in no window, because the process ended before a snapshot had them. */
  public void lost(int rows) {
    discarded += rows;
  }

  @Override
  public List<Judged> judge(Instant at) {
    List<Judged> all = List.copyOf(due);
    due.clear();
    return all;
  }

  /** The columns of the reference that were not compared when rows were last added. */
  @Override
  public List<NotWatched> notWatched() {
    return notWatched;
  }

  /**
   * Makes the rows of the newest complete window the reference; with slices, those slices of it
   * that have enough rows. The open windows are discarded, because their rows may differ from the
   * new reference only as the rows before them do.
   */
  public void acceptNewest() {
    Pane window = newest;
    if (window == null) {
      throw Baseline.tooFew("no complete window");
    }
    baseline = baseline.accept(window);
    accepted = true;
    windows.values().forEach(one -> discarded += one.openRows());
    windows.clear();
    histories.clear();
    bounds.clear();
    newest = null;
  }

  /** Called when the incidents know all judgements. */
  public void judged(BooleanSupplier incidentIsOpen) {
    bounds.judged(incidentIsOpen);
  }

  /** The healthy windows that narrow the bounds of a reference with few days. */
  public int healthyWindows() {
    return bounds.windows();
  }

  /** Whether the baseline is no longer the reference of the settings. */
  public boolean isAccepted() {
    return accepted;
  }

  public Baseline baseline() {
    return baseline;
  }

  /** The rows that lacked a column of the reference, or had it with another type. */
  public long unfit() {
    return unfit;
  }

  /** The rows of windows that ended without a report. */
  public long discarded() {
    return discarded;
  }
}
