package io.mlops4j.monitor.live.watch.quality;

import io.mlops4j.error.DataException;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.alarm.Alarm;
import io.mlops4j.monitor.live.finding.Finding;
import io.mlops4j.monitor.live.finding.Judged;
import io.mlops4j.monitor.live.finding.Layer;
import io.mlops4j.monitor.live.finding.Subject;
import io.mlops4j.monitor.live.rows.Handed;
import io.mlops4j.monitor.live.state.StateReader;
import io.mlops4j.monitor.live.state.StateWriter;
import io.mlops4j.monitor.live.watch.RowWatch;
import io.mlops4j.monitor.live.watch.WatchSettings;
import io.mlops4j.monitor.live.watch.drift.DriftWatch;
import io.mlops4j.monitor.quality.QualityCheck;
import io.mlops4j.monitor.quality.QualityReport;
import io.mlops4j.monitor.quality.QualityResult;
import io.mlops4j.monitor.quality.QualitySuite;
import io.mlops4j.monitor.quality.QualityWindow;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.arrow.vector.FieldVector;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks the rows of each version for broken data, and the delay of labels. A window is one step of
 * the monitor's window. Used by the monitor's thread only; any thread may read the newest report.
 */
public final class QualityWatch implements RowWatch {
  private static final Logger LOG = LoggerFactory.getLogger("io.mlops4j.monitor.ModelMonitor");
  private static final double MOST_LEVEL = 1e-6;

  /** A check of a column whose problem was, or can be, accepted. */
  private record Accepted(QualityCheck check, String column) {}

  /** The open window of a version. */
  private static final class Open {
    QualityWindow rows;
    @Nullable Instant from;
    Instant last;

    Open(QualityWindow rows, Instant at) {
      this.rows = rows;
      this.last = at;
    }
  }

  private final WatchSettings settings;
  private final QualitySuite suite;
  private LabelDelayWatch delays = new LabelDelayWatch();
  private final Map<ServedBy, Open> windows = new LinkedHashMap<>();
  private final List<Judged> due = new ArrayList<>();
  private final Set<Accepted> accepted = new HashSet<>();
  private Set<Accepted> failed = Set.of(); // in the newest window
  private Set<String> outputs = Set.of();
  private volatile @Nullable QualityReport newest;

  public QualityWatch(WatchSettings settings) {
    this.settings = settings;
    this.suite = settings.quality();
  }

  /** Judgements that are due were taken before. */
  @Override
  public void write(StateWriter out) {
    delays.write(out);
    out.each(windows.entrySet(), (to, entry) -> write(to, entry.getKey(), entry.getValue()));
    write(out, accepted);
    write(out, failed);
    out.each(outputs.stream().sorted().toList(), StateWriter::put);
  }

  private static void write(StateWriter out, Set<Accepted> checks) {
    out.each(
        checks.stream()
            .sorted(Comparator.comparing(Accepted::check).thenComparing(Accepted::column))
            .toList(),
        (to, one) -> to.put(one.check()).put(one.column()));
  }

  private static Accepted readCheck(StateReader in) {
    return new Accepted(in.constant(QualityCheck.class), in.text());
  }

  private static void write(StateWriter out, ServedBy version, Open open) {
    out.put(version).put(open.rows.toBytes()).put(open.last);
    out.optional(open.from, StateWriter::put);
  }

  @Override
  public void read(StateReader in) {
    delays = new LabelDelayWatch(in);
    windows.clear();
    in.forEach(this::readWindow);
    accepted.clear();
    accepted.addAll(in.each(QualityWatch::readCheck));
    failed = Set.copyOf(in.each(QualityWatch::readCheck));
    outputs = Set.copyOf(in.each(StateReader::text));
  }

  /** A window of other columns, of earlier settings, is discarded. */
  private void readWindow(StateReader in) {
    ServedBy version = in.servedBy();
    byte[] rows = in.bytes();
    Instant last = in.time();
    Instant from = in.optional(StateReader::time);
    try {
      Open open = new Open(suite.window(rows), last);
      open.from = from;
      windows.put(version, open);
    } catch (DataException e) {
      LOG.warn(
          "the open window of data quality of {} is lost, and a new one begins: {}",
          version,
          e.getMessage());
    }
  }

  @Override
  public String task() {
    return "check the quality of rows";
  }

  @Override
  public long room(ServedBy version) {
    Open window = windows.get(version);
    return settings.window().rows() - (window == null ? 0 : window.rows.rows());
  }

  /** A shadow gets the same rows again. */
  @Override
  public void answered(Handed.Answered answered) {
    if (answered.shadow()) {
      return;
    }
    Instant at = answered.at();
    for (ServedBy version : List.copyOf(windows.keySet())) {
      Open one = Objects.requireNonNull(windows.get(version));
      if (one.from != null && settings.window().isOver(one.from, one.last, at)) {
        end(version, one, one.from, at);
      }
    }
    Open window = window(answered.servedBy(), at);
    if (window.from == null) {
      window.from = answered.first();
      outputs = names(answered);
    }
    window.last = at;
    delays.predicted(answered.first());
    window.rows.add(answered.features(), answered.outputs(), at);
    if (settings.window().endsPane(window.rows.rows())) {
      end(answered.servedBy(), window, window.from, at);
    }
  }

  private Open window(ServedBy version, Instant at) {
    Open known = windows.remove(version);
    Open window = known == null ? new Open(suite.window(), at) : known;
    windows.put(version, window); // now the newest
    if (windows.size() > DriftWatch.MOST_VERSIONS) {
      Iterator<Open> oldest = windows.values().iterator();
      oldest.next();
      oldest.remove();
    }
    return window;
  }

  private static Set<String> names(Handed.Answered answered) {
    Set<String> names = new HashSet<>();
    for (FieldVector column : answered.outputs().root().getFieldVectors()) {
      names.add(column.getName());
    }
    return names;
  }

  /** Counts the delay of a label, in milliseconds. */
  public void labelled(long delay) {
    delays.labelled(Duration.ofMillis(delay));
  }

  /** Runs of equal values go on in the next window. */
  private void end(ServedBy version, Open open, Instant from, Instant at) {
    QualityWindow full = open.rows;
    Instant to = at.isBefore(open.last) ? open.last : at;
    open.rows = full.next();
    open.from = null;
    int versions = (int) windows.values().stream().filter(one -> !one.last.isBefore(from)).count();
    double budget = settings.level(full.rows(), Duration.between(from, to), Math.max(1, versions));
    double level = Math.min(MOST_LEVEL, budget / suite.checks());
    List<QualityResult> results = new ArrayList<>(full.report(level).results());
    delays.judge(to, level).ifPresent(results::add);
    results.removeIf(this::isReportedElsewhere);
    QualityReport report = new QualityReport(full.rows(), full.checkedRows(), results);
    newest = report;
    failed =
        report.failures().stream()
            .map(one -> new Accepted(one.check(), one.column()))
            .collect(Collectors.toUnmodifiableSet());
    due.add(judged(report, version, from, to));
  }

  /** Columns of the reference that the calls lack, or have with another type, are configuration. */
  private boolean isReportedElsewhere(QualityResult result) {
    return result.check() == QualityCheck.TYPE
        && settings.drift()
        && settings.reference().columns().contains(result.column());
  }

  private Judged judged(QualityReport report, ServedBy version, Instant from, Instant to) {
    Set<Subject> subjects = new HashSet<>();
    for (QualityResult result : report.results()) {
      if (!(result instanceof QualityResult.NotChecked)) {
        subjects.add(subject(result, version));
      }
    }
    List<Finding> found =
        report.failures().stream()
            .filter(one -> !accepted.contains(new Accepted(one.check(), one.column())))
            .map(
                one ->
                    new Finding(
                        subject(one, version), one.check().words(), relative(one), one.evidence()))
            .toList();
    return new Judged(version, subjects, found, from, to);
  }

  /** A column that is frozen for longer is not frozen more. */
  private static double relative(QualityResult.Failed one) {
    return one.check() == QualityCheck.FROZEN ? Double.POSITIVE_INFINITY : one.relativeEffect();
  }

  /** Features are the same for all versions. */
  private Subject subject(QualityResult result, ServedBy version) {
    String name = result.column();
    if (outputs.contains(name)) {
      return new Subject(Alarm.Kind.QUALITY, name, version, Layer.OUTPUT);
    }
    Layer layer =
        switch (result.check()) {
          case DUPLICATES -> Layer.ROWS;
          case LABEL_DELAY -> Layer.LABELS;
          default -> Layer.INPUT;
        };
    return new Subject(Alarm.Kind.QUALITY, name, null, layer, columns(result));
  }

  private Set<String> columns(QualityResult result) {
    String name = result.column();
    Set<String> exchanged =
        settings.reference().columns().stream()
            .filter(one -> name.startsWith(one + " and ") || name.endsWith(" and " + one))
            .collect(Collectors.toSet());
    return result.check() == QualityCheck.SWAPPED ? exchanged : Set.of(name);
  }

  @Override
  public List<Judged> judge(Instant at) {
    List<Judged> all = List.copyOf(due);
    due.clear();
    return all;
  }

  /** The problems of the newest window are how rows are from now on. */
  @Override
  public void accepted() {
    accepted.addAll(failed);
  }

  /** The checks of the newest complete window; null before the first one. */
  public @Nullable QualityReport newest() {
    return newest;
  }
}
