package io.mlops4j.monitor.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.mlops4j.monitor.ModelMonitor;
import io.mlops4j.monitor.MonitorCounts;
import io.mlops4j.monitor.Performance;
import io.mlops4j.monitor.alarm.Alarm;
import io.mlops4j.monitor.alarm.Incident;
import io.mlops4j.monitor.drift.DriftVerdict;
import io.mlops4j.monitor.drift.FeatureDrift;
import io.mlops4j.monitor.drift.WindowReport;
import io.mlops4j.monitor.performance.LabelCounts;
import io.mlops4j.monitor.performance.LabelCoverage;
import io.mlops4j.monitor.performance.Metric;
import io.mlops4j.monitor.profile.ColumnProfile;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.profile.VectorProfile;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Shows what a monitor found in a Micrometer registry: {@code
 * MonitorMeters.of(monitor).bindTo(registry)}. This does not slow down calls, because figures are
 * read only when a registry is read. Thread safe.
 *
 * <table>
 *   <caption>The meters of a monitor</caption>
 *   <tr><th>name</th><th>type</th><th>what</th><th>tags</th></tr>
 *   <tr><td>{@code mlops4j.monitor.rows}</td><td>counter, in rows</td><td>{@link
 *       MonitorCounts#rows}</td><td></td></tr>
 *   <tr><td>{@code mlops4j.monitor.left.out}</td><td>counter, in rows</td><td>{@link
 *       MonitorCounts#leftOut}</td><td></td></tr>
 *   <tr><td>{@code mlops4j.monitor.counted.share}</td><td>gauge, 0 to 1</td><td>{@link
 *       ModelMonitor#countedShare}</td><td></td></tr>
 *   <tr><td>{@code mlops4j.monitor.dropped}</td><td>counter, in rows</td><td>{@link
 *       MonitorCounts#dropped}</td><td></td></tr>
 *   <tr><td>{@code mlops4j.monitor.failures}</td><td>counter</td><td>{@link
 *       MonitorCounts#failures}</td><td></td></tr>
 *   <tr><td>{@code mlops4j.monitor.alarms.suppressed}</td><td>counter, in alarms</td><td>{@link
 *       MonitorCounts#suppressedAlarms}</td><td></td></tr>
 *   <tr><td>{@code mlops4j.monitor.labels}</td><td>counter</td><td>rows that got their label, rows
 *       whose label never came, and labels that were not used; see {@link LabelCounts}</td><td>{@code
 *       outcome}: {@code labelled}, {@code unlabelled}, {@code repeated}, {@code unknown}, {@code left_out}, {@code
 *       expired}</td></tr>
 *   <tr><td>{@code mlops4j.monitor.unanswered}</td><td>counter, in rows</td><td>{@link
 *       LabelCounts#unanswered}</td><td></td></tr>
 *   <tr><td>{@code mlops4j.monitor.waiting}</td><td>gauge, in rows</td><td>{@link
 *       ModelMonitor#waitingRows}: how far the monitor lags</td><td></td></tr>
 *   <tr><td>{@code mlops4j.monitor.incidents}</td><td>gauge, in incidents</td><td>open incidents in
 *       which a problem of the kind is open; one incident may have several kinds</td>
 *       <td>{@code kind}: {@code configuration}, {@code drift}, {@code quality},
 *       {@code performance}</td></tr>
 *   <tr><td>{@code mlops4j.monitor.coverage}</td><td>gauge, 0 to 1</td><td>{@link
 *       Performance#coverage} of the version that serves</td><td></td></tr>
 *   <tr><td>{@code mlops4j.monitor.label.lag}</td><td>gauge, in seconds</td><td>the time between the
 *       newest prediction of the version that serves and the one until which labels are complete</td>
 *       <td></td></tr>
 *   <tr><td>{@code mlops4j.monitor.performance}</td><td>gauge</td><td>a realised figure of the version
 *       that serves; NaN if it is undefined</td><td>{@code figure}</td></tr>
 *   <tr><td>{@code mlops4j.monitor.performance.error}</td><td>gauge</td><td>its standard error</td>
 *       <td>{@code figure}</td></tr>
 *   <tr><td>{@code mlops4j.monitor.drift}</td><td>gauge</td><td>the effect of a column in the newest
 *       window in units of its bound: 1 and more matters; NaN without a verdict</td><td>{@code
 *       column}</td></tr>
 *   <tr><td>{@code mlops4j.monitor.drifted}</td><td>gauge, 0 or 1</td><td>whether drift of a
 *       column is open</td><td>{@code column}</td></tr>
 * </table>
 *
 * <p>The columns are those of the reference at the time of binding, with two for each column of
 * vectors, as in a {@link io.mlops4j.monitor.drift.DriftReport}; at most {@value #MOST_COLUMNS}.
 * {@code mlops4j.monitor.columns.unmetered} is the number of further columns. The figures are the
 * first {@value #MOST_FIGURES} of {@link ModelMonitor#figures}.
 */
@SuppressWarnings("exports") // Micrometer is optional
public final class MonitorMeters implements MeterBinder, AutoCloseable {
  /** Each column and each figure has two series, so a monitor has fewer than 2000 series. */
  private static final int MOST_COLUMNS = 930;

  private static final int MOST_FIGURES = 40;

  private final ModelMonitor monitor;
  private final Tags tags;
  private final List<Bound> bound = new ArrayList<>();

  private volatile Effects effects = Effects.of(null);
  private volatile OpenColumns openColumns = OpenColumns.of(List.of());

  private record Bound(MeterRegistry registry, List<Meter> meters) {}

  private MonitorMeters(ModelMonitor monitor, Tags tags) {
    this.monitor = Objects.requireNonNull(monitor, "monitor");
    this.tags = tags;
  }

  /**
   * Creates the meters of one monitor.
   *
   * @param monitor the monitor; the caller closes it; if it is closed before the meters, its last
   *     figures stay
   * @return meters that can be bound to registries
   */
  public static MonitorMeters of(ModelMonitor monitor) {
    return new MonitorMeters(monitor, Tags.empty());
  }

  /**
   * Adds tags to every meter, for example the name of the model. Two monitors in one registry need
   * different tags, because of equal meters a registry keeps the first.
   *
   * @param keyValues keys and values in turn
   * @return a changed copy, bound to no registry
   * @throws IllegalArgumentException if a value is missing
   */
  public MonitorMeters tags(String... keyValues) {
    return new MonitorMeters(monitor, tags.and(keyValues));
  }

  /**
   * Registers the meters in a registry, which keeps the monitor reachable until {@link #close}.
   *
   * @param registry the registry; the caller closes it
   */
  @Override
  public synchronized void bindTo(MeterRegistry registry) {
    List<Meter> meters = new ArrayList<>();
    counter(registry, meters, "rows", "rows", tags, MonitorCounts::rows);
    counter(registry, meters, "left.out", "rows", tags, MonitorCounts::leftOut);
    gauge(registry, meters, "counted.share", null, tags, ModelMonitor::countedShare);
    counter(registry, meters, "dropped", "rows", tags, MonitorCounts::dropped);
    counter(registry, meters, "failures", "failures", tags, MonitorCounts::failures);
    counter(registry, meters, "alarms.suppressed", "alarms", tags, MonitorCounts::suppressedAlarms);
    label(registry, meters, "labelled", LabelCounts::labelled);
    label(registry, meters, "unlabelled", LabelCounts::unlabelled);
    label(registry, meters, "repeated", LabelCounts::repeated);
    label(registry, meters, "unknown", LabelCounts::unknown);
    label(registry, meters, "left_out", LabelCounts::leftOut);
    label(registry, meters, "expired", LabelCounts::expired);
    counter(registry, meters, "unanswered", "rows", tags, c -> c.labels().unanswered());
    gauge(registry, meters, "waiting", "rows", tags, ModelMonitor::waitingRows);
    for (Alarm.Kind kind : Alarm.Kind.values()) {
      String name = kind.name().toLowerCase(Locale.ROOT);
      gauge(registry, meters, "incidents", "incidents", tags.and("kind", name), m -> open(m, kind));
    }
    performance(registry, meters);
    columns(registry, meters);
    bound.add(new Bound(registry, meters));
  }

  private void performance(MeterRegistry registry, List<Meter> meters) {
    ServingPerformance newest = new ServingPerformance(monitor);
    gauge(registry, meters, "coverage", null, tags, newest, p -> p.coverage().share());
    gauge(registry, meters, "label.lag", "seconds", tags, newest, MonitorMeters::labelLag);
    for (String figure : monitor.figures().stream().limit(MOST_FIGURES).toList()) {
      Tags its = tags.and("figure", figure);
      gauge(
          registry,
          meters,
          "performance",
          null,
          its,
          newest,
          p -> p.figure(figure).orElse(Double.NaN));
      gauge(
          registry,
          meters,
          "performance.error",
          null,
          its,
          newest,
          p -> p.figure(figure) instanceof Metric.Value v ? v.standardError() : Double.NaN);
    }
  }

  private static double labelLag(Performance performance) {
    LabelCoverage coverage = performance.coverage();
    return Duration.between(coverage.completeUntil(), coverage.to()).toMillis() / 1e3;
  }

  private void gauge(
      MeterRegistry registry,
      List<Meter> meters,
      String name,
      @Nullable String unit,
      Tags its,
      ServingPerformance newest,
      ToDoubleFunction<Performance> figure) {
    gauge(
        registry,
        meters,
        name,
        unit,
        its,
        m -> newest.get().map(figure::applyAsDouble).orElse(Double.NaN));
  }

  private void columns(MeterRegistry registry, List<Meter> meters) {
    Profile reference = monitor.reference();
    List<String> columns =
        reference.columns().stream().flatMap(name -> compared(reference.column(name))).toList();
    columns.stream()
        .limit(MOST_COLUMNS)
        .forEach(
            column -> {
              Tags its = tags.and("column", column);
              gauge(registry, meters, "drift", null, its, m -> effect(m, column));
              gauge(registry, meters, "drifted", null, its, m -> drifted(m, column));
            });
    int beyond = Math.max(0, columns.size() - MOST_COLUMNS);
    gauge(registry, meters, "columns.unmetered", "columns", tags, m -> beyond);
  }

  /** A vector is compared by two numbers. */
  private static Stream<String> compared(ColumnProfile column) {
    return column instanceof VectorProfile vectors
        ? Stream.of(vectors.norms().name(), vectors.projections().name())
        : Stream.of(column.name());
  }

  private void label(
      MeterRegistry registry,
      List<Meter> meters,
      String outcome,
      ToLongFunction<LabelCounts> count) {
    Tags its = tags.and("outcome", outcome);
    counter(registry, meters, "labels", "labels", its, c -> count.applyAsLong(c.labels()));
  }

  private void counter(
      MeterRegistry registry,
      List<Meter> meters,
      String name,
      String unit,
      Tags its,
      ToLongFunction<MonitorCounts> count) {
    meters.add(
        FunctionCounter.builder(
                "mlops4j.monitor." + name, monitor, m -> count.applyAsLong(m.counts()))
            .baseUnit(unit)
            .tags(its)
            .register(registry));
  }

  private void gauge(
      MeterRegistry registry,
      List<Meter> meters,
      String name,
      @Nullable String unit,
      Tags its,
      ToDoubleFunction<ModelMonitor> value) {
    meters.add(
        Gauge.builder("mlops4j.monitor." + name, () -> value.applyAsDouble(monitor))
            .baseUnit(unit)
            .tags(its)
            .register(registry));
  }

  private static long open(ModelMonitor monitor, Alarm.Kind kind) {
    return monitor.incidents().stream().filter(one -> one.isOpen(kind)).count();
  }

  /** The effects of one window, which all columns of a reading share. */
  private record Effects(@Nullable WindowReport window, Map<String, Double> byColumn) {
    static Effects of(@Nullable WindowReport window) {
      Map<String, Double> byColumn = new HashMap<>();
      if (window != null) {
        // With slices, the largest effect of a slice.
        Stream<FeatureDrift> features =
            window.drift().slices().isEmpty()
                ? window.drift().features().stream()
                : window.drift().slices().stream().flatMap(slice -> slice.features().stream());
        features.forEach(
            feature -> {
              if (feature.verdict() instanceof DriftVerdict.Judged verdict) {
                byColumn.merge(feature.reference().name(), verdict.relativeEffect(), Math::max);
              }
            });
      }
      return new Effects(window, byColumn);
    }
  }

  @SuppressWarnings("ReferenceEquality") // a window is one object
  private double effect(ModelMonitor monitor, String column) {
    WindowReport newest = monitor.newestWindow().orElse(null);
    Effects known = effects;
    if (known.window() != newest) {
      known = Effects.of(newest);
      effects = known;
    }
    return known.byColumn().getOrDefault(column, Double.NaN);
  }

  /** The columns whose drift is open, which all columns of a reading share. */
  private record OpenColumns(List<Incident> incidents, Set<String> drifted) {
    static OpenColumns of(List<Incident> incidents) {
      return new OpenColumns(
          incidents,
          incidents.stream()
              .flatMap(incident -> incident.findings().stream())
              .filter(one -> one.isOpen() && one.kind() == Alarm.Kind.DRIFT)
              .map(Incident.Finding::subject)
              .collect(Collectors.toUnmodifiableSet()));
    }
  }

  @SuppressWarnings("ReferenceEquality") // the list is another one when an incident has changed
  private double drifted(ModelMonitor monitor, String column) {
    List<Incident> newest = monitor.incidents();
    OpenColumns known = openColumns;
    if (known.incidents() != newest) {
      known = OpenColumns.of(newest);
      openColumns = known;
    }
    return known.drifted().contains(column) ? 1 : 0;
  }

  /** Removes the meters from every registry. A second call does nothing. */
  @Override
  public synchronized void close() {
    bound.forEach(one -> one.meters().forEach(one.registry()::remove));
    bound.clear();
  }
}
