package io.mlops4j.samples.service;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.ValueAtPercentile;
import io.mlops4j.inference.Priority;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.Placement;
import io.mlops4j.monitor.ModelMonitor;
import io.mlops4j.monitor.MonitorCounts;
import io.mlops4j.monitor.alarm.Incident;
import io.mlops4j.runtime.deployment.CanaryStatus;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.deployment.DeploymentStatus;
import io.mlops4j.runtime.deployment.ProtectionStatus;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * All that the page shows.
 *
 * @param state serving or stopping
 * @param alias the alias that is followed
 * @param placement the devices of the serving version, and how calls reach its engine
 * @param data what cannot be stored in the folder of the data now
 * @param rollout the open or newest rollout, for people
 * @param breakers the circuit breakers of the versions, for people
 * @param answeredByPrevious the calls that the previous version answered in place of one that
 *     failed
 * @param rejected the calls that were rejected because of the load, by priority
 * @param versions the versions that were called, by route
 * @param monitor null if nothing is monitored
 */
record Status(
    String state,
    String alias,
    ServedBy serving,
    Instant since,
    String placement,
    @Nullable String refused,
    @Nullable String waiting,
    @Nullable String outage,
    @Nullable String data,
    @Nullable String canary,
    @Nullable String rollout,
    @Nullable String shadow,
    List<String> breakers,
    long answeredByPrevious,
    Map<Priority, Long> rejected,
    int running,
    int maxCalls,
    List<Version> versions,
    @Nullable Monitor monitor) {

  /** The newest incidents; a monitor has up to a thousand. */
  private static final int MOST_INCIDENTS = 50;

  /**
   * The calls of a version.
   *
   * @param route primary, canary or shadow
   * @param median in seconds, of the newest minutes; null without calls
   * @param p99 in seconds
   */
  record Version(
      String version,
      String route,
      double rows,
      double errors,
      @Nullable Double median,
      @Nullable Double p99) {}

  /** What the monitor has counted and found. */
  record Monitor(
      long rows,
      long dropped,
      long leftOut,
      long waiting,
      String performance,
      List<String> notWatched,
      List<Found> incidents) {}

  /** An incident of the monitor: its most specific cause, and what else was found. */
  record Found(
      String id,
      String kind,
      String subject,
      Instant opened,
      String status,
      String newest,
      List<String> others) {}

  static Status of(
      String alias,
      Deployment deployment,
      Admission admission,
      MeterRegistry meters,
      Optional<ModelMonitor> monitor,
      Optional<String> data) {
    DeploymentStatus status = deployment.status();
    Optional<CanaryStatus> canary = deployment.canary();
    return new Status(
        admission.isStopping() ? "stopping" : "serving",
        alias,
        status.serving(),
        status.since().truncatedTo(ChronoUnit.SECONDS),
        text(deployment.placement()),
        status.refused().map(it -> it.record().to() + ": " + it.reason()).orElse(null),
        status.waiting().map(it -> it.record().to() + ": " + it.reason()).orElse(null),
        status.outage().map(it -> "since " + it.since() + ": " + it.reason()).orElse(null),
        data.orElse(null),
        canary.map(Status::text).orElse(null),
        canary.flatMap(CanaryStatus::rollout).map(Object::toString).orElse(null),
        deployment.shadow().map(Object::toString).orElse(null),
        status.protection().breakers().stream().map(Status::text).toList(),
        status.protection().answeredByPrevious(),
        status.protection().rejected(),
        admission.running(),
        admission.most(),
        versions(meters),
        monitor.map(it -> monitor(it, status.serving())).orElse(null));
  }

  private static String text(Placement placement) {
    String calls = placement.calls();
    return placement + (calls.isEmpty() ? "" : ", called through " + calls);
  }

  private static String text(CanaryStatus canary) {
    String share = String.format(Locale.ROOT, "%.1f %% of the calls", 100 * canary.share());
    return canary
        .serving()
        .map(by -> by + " answers " + share)
        .orElseGet(
            () ->
                canary
                    .refused()
                    .map(it -> it.record().to() + " is refused: " + it.reason())
                    .orElse("no candidate serves"));
  }

  private static String text(ProtectionStatus.Breaker breaker) {
    return "%s: %s, %d calls failed%s"
        .formatted(
            breaker.version(),
            breaker.state().name().toLowerCase(Locale.ROOT).replace('_', ' '),
            breaker.failed(),
            breaker.lastFailure().map(it -> ", the last one: " + it).orElse(""));
  }

  private record Called(String version, String route) {}

  /** Also those that only failed. */
  private static List<Version> versions(MeterRegistry meters) {
    return meters.find("mlops4j.inference").timers().stream()
        .map(timer -> new Called(tag(timer, "version"), tag(timer, "route")))
        .distinct()
        .map(called -> version(meters, called))
        .sorted(Comparator.comparing(Version::route).thenComparing(Version::version))
        .toList();
  }

  private static Version version(MeterRegistry meters, Called called) {
    Tags both = Tags.of("version", called.version(), "route", called.route());
    Timer ok = meters.find("mlops4j.inference").tags(both).tag("outcome", "success").timer();
    double rows =
        meters
            .find("mlops4j.inference.rows")
            .tags(both)
            .tag("outcome", "success")
            .summaries()
            .stream()
            .mapToDouble(DistributionSummary::totalAmount)
            .sum();
    double errors =
        meters.find("mlops4j.inference").tags(both).tag("outcome", "error").timers().stream()
            .mapToDouble(Timer::count)
            .sum();
    return new Version(
        called.version(), called.route(), rows, errors, percentile(ok, 0.5), percentile(ok, 0.99));
  }

  private static String tag(Timer timer, String name) {
    return timer.getId().getTags().stream()
        .filter(tag -> tag.getKey().equals(name))
        .map(Tag::getValue)
        .findFirst()
        .orElse("none");
  }

  private static @Nullable Double percentile(@Nullable Timer timer, double which) {
    if (timer == null) {
      return null;
    }
    for (ValueAtPercentile value : timer.takeSnapshot().percentileValues()) {
      if (value.percentile() == which && value.value() > 0) {
        return value.value(java.util.concurrent.TimeUnit.SECONDS);
      }
    }
    return null;
  }

  private static Monitor monitor(ModelMonitor monitor, ServedBy serving) {
    MonitorCounts counts = monitor.counts();
    return new Monitor(
        counts.rows(),
        counts.dropped(),
        counts.leftOut(),
        monitor.waitingRows(),
        monitor.performance(serving).map(Object::toString).orElse("no labels yet"),
        monitor.notWatched().stream().map(Object::toString).toList(),
        monitor.incidents().stream().limit(MOST_INCIDENTS).map(Status::found).toList());
  }

  private static Found found(Incident incident) {
    Incident.Finding cause = incident.cause();
    return new Found(
        incident.id(),
        cause.kind().name().toLowerCase(Locale.ROOT),
        cause.subject(),
        incident.opened().truncatedTo(ChronoUnit.SECONDS),
        incident.status(),
        cause.newest().text(),
        incident.findings().stream().skip(1).map(other -> other.newest().text()).toList());
  }
}
