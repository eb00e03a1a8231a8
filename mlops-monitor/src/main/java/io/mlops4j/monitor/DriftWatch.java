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
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Compares rows with the reference window by window. With a sliced reference, each slice is
 * compared with the same slice of the reference. Used by the monitor's thread only.
 */
final class DriftWatch {
  /** The name of all rows where the reference has no slices. */
  private static final String WHOLE = "";

  private final MonitorSettings settings;
  private final Failures failures;
  private Profile reference;
  private @Nullable SlicedProfile slices;
  private final Map<String, WindowCounter> counters = new HashMap<>();
  private @Nullable String unsliced;
  private @Nullable Instant from;
  private long rows;
  private @Nullable Profile newest;
  private @Nullable SlicedProfile newestSlices;

  DriftWatch(MonitorSettings settings, Failures failures) {
    this.settings = settings;
    this.failures = failures;
    this.reference = settings.reference();
    this.slices = settings.slices();
  }

  /** Whether the open window ended before a batch that arrives at this time. */
  boolean isOver(Instant at) {
    return from != null && settings.window().isOver(Duration.between(from, at));
  }

  boolean isFull() {
    return settings.window().isFullOf(rows);
  }

  void add(FeatureBatch batch, FeatureBatch answers, Instant at) {
    SlicedProfile bySlice = slices;
    if (bySlice == null) {
      counter(WHOLE, reference).add(batch, answers);
    } else {
      addSliced(bySlice, batch, answers);
    }
    rows += batch.rows();
    from = from == null ? at : from;
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

  /** The columns of the reference that are not compared in the open window, or in a part of it. */
  List<NotWatched> leftOut() {
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

  /** Ends the window; the result is empty if the window has no rows. */
  Optional<WindowReport> end(Instant to, ServedBy servedBy) {
    Instant since = from;
    if (since == null) {
      return Optional.empty();
    }
    double level = settings.falseAlarms().level(rows, Duration.between(since, to));
    ReportSubject subject =
        ReportSubject.withDefaults()
            .withModel(servedBy)
            .withCurrentPeriod(since, to)
            .withDate(Clock.fixed(to, ZoneOffset.UTC));
    DriftReport report;
    try {
      report = compare(settings.policy().withFalseDiscoveryRate(level)).with(subject);
    } finally {
      begin(); // a window that cannot be compared must not stay open for ever
    }
    newest = report.current();
    return Optional.of(new WindowReport(since, to, servedBy, report.current(), report));
  }

  private DriftReport compare(DriftPolicy policy) {
    SlicedProfile bySlice = slices;
    if (bySlice == null) {
      return DriftReport.compare(reference, counter(WHOLE, reference).counted(), policy);
    }
    List<String> leftOut = leftOut().stream().map(NotWatched::name).toList();
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
