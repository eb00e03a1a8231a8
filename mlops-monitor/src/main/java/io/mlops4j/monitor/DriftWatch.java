package io.mlops4j.monitor;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.drift.DriftPolicy;
import io.mlops4j.monitor.drift.DriftReport;
import io.mlops4j.monitor.drift.ReportSubject;
import io.mlops4j.monitor.profile.ExportRules;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.profile.SlicedProfile;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Compares rows with the reference window by window. With a sliced reference, each slice is
 * compared with the same slice of the reference. Used by the monitor's thread only.
 */
final class DriftWatch implements Watch {
  /** The name of all rows where the reference has no slices. */
  private static final String WHOLE = "";

  private final MonitorSettings settings;
  private final Failures failures;
  private final Consumer<WindowReport> ended;
  private final List<Judged> due = new ArrayList<>();
  private List<NotWatched> notWatched = List.of();
  private @Nullable ServedBy servedBy;
  private Profile reference;
  private @Nullable SlicedProfile slices;
  private final Map<String, WindowCounter> counters = new HashMap<>();
  private @Nullable String unsliced;
  private @Nullable Instant from;
  private long rows;
  private @Nullable Profile newest;
  private @Nullable SlicedProfile newestSlices;

  /**
   * @param ended gets the report of each window
   */
  DriftWatch(MonitorSettings settings, Failures failures, Consumer<WindowReport> ended) {
    this.settings = settings;
    this.failures = failures;
    this.ended = ended;
    SlicedProfile bySlice = settings.slices();
    this.reference = settings.reference().without(settings.switchedOff());
    this.slices = bySlice == null ? null : bySlice.without(settings.switchedOff());
  }

  @Override
  public String task() {
    return "compare rows with the reference";
  }

  /** A shadow gets the same rows again. */
  @Override
  public void answered(HandOff.Answered answered) {
    if (answered.shadow()) {
      return;
    }
    if (from != null && settings.window().isOver(Duration.between(from, answered.at()))) {
      end(answered.at());
    }
    servedBy = answered.servedBy();
    add(answered.features(), answered.outputs(), answered.at());
    if (settings.window().isFullOf(rows)) {
      end(answered.at());
    }
  }

  private void add(FeatureBatch batch, FeatureBatch answers, Instant at) {
    SlicedProfile bySlice = slices;
    if (bySlice == null) {
      counter(WHOLE, reference).add(batch, answers);
    } else {
      addSliced(bySlice, batch, answers);
    }
    rows += batch.rows();
    from = from == null ? at : from;
    notWatched = leftOut();
  }

  @Override
  public List<Judged> judge(Instant at) {
    List<Judged> all = List.copyOf(due);
    due.clear();
    return all;
  }

  private void addSliced(SlicedProfile bySlice, FeatureBatch batch, FeatureBatch answers) {
    try {
      bySlice.forEachSlice(
          batch,
          answers,
          (name, part, itsAnswers) -> counter(name, bySlice.slice(name)).add(part, itsAnswers));
    } catch (DataException | IllegalArgumentException e) {
      unsliced = "the rows cannot be sliced: " + e.getMessage();
    }
  }

  private WindowCounter counter(String name, Profile bins) {
    return counters.computeIfAbsent(name, absent -> new WindowCounter(bins, failures));
  }

  /** The columns of the reference that were not compared when rows were last added. */
  @Override
  public List<NotWatched> notWatched() {
    return notWatched;
  }

  private List<NotWatched> leftOut() {
    String reason = unsliced;
    if (reason != null) {
      return reference.columns().stream().map(name -> new NotWatched(name, reason)).toList();
    }
    return counters.values().stream()
        .flatMap(counter -> counter.leftOut().stream())
        .collect(
            Collectors.toMap(NotWatched::name, column -> column, (one, other) -> one, TreeMap::new))
        .values()
        .stream()
        .toList();
  }

  private void end(Instant to) {
    Instant since = Objects.requireNonNull(from);
    ServedBy last = Objects.requireNonNull(servedBy);
    double level = settings.level(rows, Duration.between(since, to));
    ReportSubject subject =
        ReportSubject.withDefaults()
            .withModel(last)
            .withCurrentPeriod(since, to)
            .withDate(Clock.fixed(to, ZoneOffset.UTC));
    DriftReport report;
    try {
      report = compare(settings.policy().withFalseDiscoveryRate(level)).with(subject);
    } finally {
      begin(); // a window that cannot be compared must not stay open for ever
    }
    newest = report.current();
    due.add(DriftFinding.judged(report, last));
    ended.accept(new WindowReport(since, to, last, report.current(), report));
  }

  private DriftReport compare(DriftPolicy policy) {
    SlicedProfile bySlice = slices;
    if (bySlice == null) {
      return DriftReport.compare(reference, counter(WHOLE, reference).counted(), policy);
    }
    List<String> leftOut = notWatched().stream().map(NotWatched::name).toList();
    Map<String, Profile> seen = new HashMap<>();
    for (String name : bySlice.names()) {
      seen.put(name, counter(name, bySlice.slice(name)).counted().without(leftOut));
    }
    newestSlices = bySlice.with(seen);
    return DriftReport.compare(bySlice, newestSlices, policy, ExportRules.withDefaults());
  }

  private void begin() {
    counters.clear();
    unsliced = null;
    rows = 0;
    from = null;
  }

  /**
   * Makes the rows of the newest complete window the reference; with slices, those slices of it
   * that have enough rows. The open window is discarded, because its rows may differ from the new
   * reference only as the rows before them do.
   */
  void acceptNewest() {
    Profile accepted = newest;
    if (accepted == null || !isEnough(accepted)) {
      throw new IllegalStateException(
          "acceptAsReference: found %s, expected a complete window of at least %d rows; call it after onWindow reported one"
              .formatted(
                  accepted == null ? "no complete window" : accepted.rows() + " rows",
                  DriftPolicy.DEFAULT_MINIMUM_ROWS));
    }
    SlicedProfile before = slices;
    SlicedProfile now = newestSlices;
    if (before != null && now != null) {
      Map<String, Profile> known = new HashMap<>();
      now.names().stream()
          .filter(name -> isEnough(now.slice(name)))
          .filter(name -> now.slice(name).columns().equals(before.slice(name).columns()))
          .forEach(name -> known.put(name, now.slice(name)));
      if (known.isEmpty()) {
        throw new IllegalStateException(
            "acceptAsReference: found no slice with all columns and at least %d rows in the newest window, expected one"
                .formatted(DriftPolicy.DEFAULT_MINIMUM_ROWS));
      }
      slices = before.with(known);
      reference = slices.whole();
    } else {
      checkColumns(accepted);
      reference = accepted;
    }
    begin();
  }

  /** A column that the reference lacks would never be watched again. */
  private void checkColumns(Profile accepted) {
    List<String> lacking = new ArrayList<>(reference.columns());
    lacking.removeAll(accepted.columns());
    if (!lacking.isEmpty()) {
      throw new IllegalStateException(
          "acceptAsReference: found a newest window without the columns %s, expected all columns of the reference; call it after a window that has them"
              .formatted(lacking));
    }
  }

  private static boolean isEnough(Profile seen) {
    return seen.rows() >= DriftPolicy.DEFAULT_MINIMUM_ROWS;
  }

  Profile reference() {
    return reference;
  }

  @Nullable SlicedProfile slices() {
    return slices;
  }
}
