package io.mlops4j.monitor.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.InferenceEvent.Phase;
import io.mlops4j.inference.InferenceEvent.Route;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * All meters with one set of labels. They are created on first use, found in a map by values that a
 * call contains, and removed together. Thread safe.
 */
final class ServedMeters {
  private final MeterRegistry registry;
  private final Tags tags;
  private final boolean histogram;
  private final Map<Route, RouteMeters> answered = new ConcurrentHashMap<>();
  private final Map<Route, RouteMeters> failed = new ConcurrentHashMap<>();
  private final Map<Route, Map<Class<?>, Counter>> errors = new ConcurrentHashMap<>();
  private final List<Meter> all = new ArrayList<>();
  private boolean removed;

  /** The age in which these meters were last used; a race only makes them look older. */
  int heard;

  ServedMeters(MeterRegistry registry, Tags tags, boolean histogram) {
    this.registry = registry;
    this.tags = tags;
    this.histogram = histogram;
  }

  void record(InferenceEvent event) {
    Throwable error = event.error();
    Map<Route, RouteMeters> routes = error == null ? answered : failed;
    RouteMeters meters = routes.get(event.route());
    if (meters == null) {
      meters = add(routes, event.route(), error == null ? "success" : "error");
    }
    if (meters == null) {
      return;
    }
    meters.record(event);
    if (error != null) {
      count(event.route(), error.getClass());
    }
  }

  private void count(Route route, Class<?> error) {
    Map<Class<?>, Counter> kinds = errors.computeIfAbsent(route, key -> new ConcurrentHashMap<>());
    Counter counter = kinds.get(error);
    if (counter == null) {
      counter = add(kinds, route, error);
    }
    if (counter != null) {
      counter.increment();
    }
  }

  /** Returns null if these meters have been removed. The call is then not counted. */
  private synchronized @Nullable RouteMeters add(
      Map<Route, RouteMeters> routes, Route route, String outcome) {
    if (removed) {
      return null;
    }
    return routes.computeIfAbsent(
        route,
        key ->
            new RouteMeters(
                calls(key, outcome),
                rows(key, outcome),
                phase(key, Phase.QUEUE),
                phase(key, Phase.BIND),
                phase(key, Phase.RUN),
                phase(key, Phase.READ)));
  }

  private synchronized @Nullable Counter add(
      Map<Class<?>, Counter> kinds, Route route, Class<?> error) {
    if (removed) {
      return null;
    }
    return kinds.computeIfAbsent(
        error,
        key ->
            keep(
                Counter.builder("mlops4j.inference.errors")
                    .description("Calls that failed, by the type of their exception")
                    .tags(with(route).and("exception", ErrorKind.of(key)))
                    .register(registry)));
  }

  private Timer calls(Route route, String outcome) {
    return keep(
        Timer.builder("mlops4j.inference")
            .description("Time of calls, the sum of their phases")
            .tags(with(route).and("outcome", outcome))
            .publishPercentileHistogram(histogram)
            .register(registry));
  }

  private DistributionSummary rows(Route route, String outcome) {
    return keep(
        DistributionSummary.builder("mlops4j.inference.rows")
            .description("Rows of one call")
            .baseUnit("rows")
            .tags(with(route).and("outcome", outcome))
            .register(registry));
  }

  private Timer phase(Route route, Phase phase) {
    return keep(
        Timer.builder("mlops4j.inference.phase")
            .description("Time of a phase, of calls that spent time in it")
            .tags(with(route).and("phase", lower(phase)))
            .publishPercentileHistogram(histogram)
            .register(registry));
  }

  private Tags with(Route route) {
    return tags.and("route", lower(route));
  }

  static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private <M extends Meter> M keep(M meter) {
    all.add(meter);
    return meter;
  }

  synchronized void remove() {
    removed = true;
    all.forEach(registry::remove);
  }
}
