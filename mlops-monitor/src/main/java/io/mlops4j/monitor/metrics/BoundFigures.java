package io.mlops4j.monitor.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.mlops4j.inference.ModelFigures;
import io.mlops4j.inference.ProtectionFigures;
import io.mlops4j.inference.RuntimeFigures;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.Placement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** The figures of one runtime in one registry. Thread safe. */
final class BoundFigures {
  private static final long AGE = TimeUnit.SECONDS.toNanos(1);

  private final MeterRegistry registry;
  private final Tags tags;
  private final Supplier<? extends RuntimeFigures> figures;
  private final List<Meter> own = new ArrayList<>();
  private final Map<Labels, OpenModelMeters> models = new HashMap<>();
  private RuntimeFigures latest;
  private long taken;
  private boolean closed;

  /** The labels that models with shared meters have in common. */
  private record Labels(ServedLabels served, String route) {
    static Labels of(ModelFigures model) {
      return new Labels(
          ServedLabels.of(model.servedBy()),
          model.isStandby() ? "standby" : ServedMeters.lower(model.route()));
    }

    Tags tags() {
      return served.tags().and("route", route);
    }
  }

  BoundFigures(MeterRegistry registry, Tags tags, Supplier<? extends RuntimeFigures> figures) {
    this.registry = registry;
    this.tags = tags;
    this.figures = figures;
    this.latest = figures.get();
    this.taken = registry.config().clock().monotonicTime();
    follow(latest);
    gauge("waiting", "records", "Single records that wait for a processor", f -> f.waiting());
    gauge("queued", "tasks", "Tasks that wait for a thread of the runtime", f -> f.queued());
    gauge("models.idle", "models", "Models that are loaded but unused", f -> f.idleModels());
    gauge("loads.abandoned", "loads", "Abandoned loads that still run", f -> f.abandonedLoads());
    gauge(
        "runs.abandoned",
        "runs",
        "Abandoned runs that continue after their call",
        f -> f.abandonedRuns());
    memory("host", f -> f.hostBytes());
    memory("arrow", f -> f.arrowBytes());
    memory("models", f -> f.modelBytes());
    own.add(
        FunctionCounter.builder("mlops4j.runtime.rejected", this, self -> self.latest().rejected())
            .description("Calls rejected before they reached a model")
            .baseUnit("calls")
            .tags(tags)
            .register(registry));
  }

  private void gauge(
      String name, String unit, String description, ToDoubleFunction<RuntimeFigures> value) {
    gauge(name, unit, description, tags, value);
  }

  private void memory(String owner, ToDoubleFunction<RuntimeFigures> value) {
    gauge("memory", "bytes", "Native memory by owner", tags.and("owner", owner), value);
  }

  private void gauge(
      String name,
      String unit,
      String description,
      Tags all,
      ToDoubleFunction<RuntimeFigures> value) {
    own.add(
        Gauge.builder("mlops4j.runtime." + name, () -> value.applyAsDouble(latest()))
            .description(description)
            .baseUnit(unit)
            .tags(all)
            .register(registry));
  }

  private synchronized RuntimeFigures latest() {
    long now = registry.config().clock().monotonicTime();
    if (now - taken >= AGE && !closed) {
      latest = figures.get();
      taken = now;
      follow(latest);
    }
    return latest;
  }

  private void follow(RuntimeFigures now) {
    Map<Labels, List<ModelFigures>> open = new HashMap<>();
    for (ModelFigures model : now.models()) {
      open.computeIfAbsent(Labels.of(model), labels -> new ArrayList<>()).add(model);
    }
    models.entrySet().removeIf(entry -> removed(entry, open));
    open.forEach(
        (labels, same) ->
            models
                .computeIfAbsent(labels, missing -> new OpenModelMeters(this, missing))
                .update(same));
  }

  private static boolean removed(
      Map.Entry<Labels, OpenModelMeters> entry, Map<Labels, List<ModelFigures>> open) {
    if (open.containsKey(entry.getKey())) {
      return false;
    }
    entry.getValue().remove();
    return true;
  }

  synchronized void close() {
    closed = true;
    own.forEach(registry::remove);
    models.values().forEach(OpenModelMeters::remove);
    models.clear();
  }

  /**
   * The meters of models with the same labels. Counters only increase, even if one of several
   * models is closed: only what each model added since the last reading is counted.
   */
  private static final class OpenModelMeters {
    private final BoundFigures figures;
    private final Tags tags;
    private final List<Meter> all = new ArrayList<>();
    private final Set<Tags> placements = new HashSet<>(); // all that were seen
    private Set<Tags> placed = new HashSet<>();
    private IdentityHashMap<ServedBy, ModelFigures> before = new IdentityHashMap<>();
    private boolean timed;
    private boolean guarded;
    private double breaker;
    private double failed;
    private double notReached;
    private double byPrevious;
    private double byDefault;
    private double running;
    private double waiting;
    private long bytes;
    private double rejected;
    private double cpuSeconds;

    OpenModelMeters(BoundFigures figures, Labels labels) {
      this.figures = figures;
      this.tags = figures.tags.and(labels.tags());
      gauge("running", "calls", "Calls that have begun and not ended", self -> self.running);
      gauge(
          "waiting",
          "records",
          "Single records that wait to be grouped into a run",
          self -> self.waiting);
      gauge(
          "memory",
          "bytes",
          "Native memory of the model in the engine",
          self -> (double) self.bytes);
      counter("rejected", "calls", "Calls rejected before the model", self -> self.rejected);
    }

    private void gauge(
        String name,
        @Nullable String unit,
        String description,
        ToDoubleFunction<OpenModelMeters> value) {
      gauge(name, unit, tags, description, value);
    }

    private void gauge(
        String name,
        @Nullable String unit,
        Tags labels,
        String description,
        ToDoubleFunction<OpenModelMeters> value) {
      all.add(
          Gauge.builder("mlops4j.model." + name, () -> read(value))
              .description(description)
              .baseUnit(unit)
              .tags(labels)
              .register(figures.registry));
    }

    private void counter(
        String name, String unit, String description, ToDoubleFunction<OpenModelMeters> value) {
      counter(name, unit, tags, description, value);
    }

    private void counter(
        String name,
        String unit,
        Tags labels,
        String description,
        ToDoubleFunction<OpenModelMeters> value) {
      all.add(
          FunctionCounter.builder("mlops4j.model." + name, this, self -> self.read(value))
              .description(description)
              .baseUnit(unit)
              .tags(labels)
              .register(figures.registry));
    }

    private double read(ToDoubleFunction<OpenModelMeters> value) {
      synchronized (figures) {
        RuntimeFigures unused = figures.latest();
        return value.applyAsDouble(this);
      }
    }

    void update(List<ModelFigures> same) {
      IdentityHashMap<ServedBy, ModelFigures> now = new IdentityHashMap<>();
      running = 0;
      waiting = 0;
      bytes = 0;
      breaker = 0;
      placed = new HashSet<>();
      for (ModelFigures model : same) {
        now.put(model.servedBy(), model);
        running += model.running();
        waiting += model.waiting();
        bytes = Math.max(bytes, model.nativeBytes());
        count(model, before.get(model.servedBy()));
        model.placement().ifPresent(this::place);
      }
      before = now;
    }

    private void place(Placement placement) {
      Tags labels =
          tags.and(
              "devices",
              String.join(",", placement.devices()),
              "calls",
              placement.calls().isEmpty() ? "none" : placement.calls());
      placed.add(labels);
      if (placements.add(labels)) {
        String description = "1 for the devices of the model and the way of its calls";
        gauge("placement", null, labels, description, self -> self.placed.contains(labels) ? 1 : 0);
      }
    }

    private void count(ModelFigures model, @Nullable ModelFigures earlier) {
      count(protection(model), protection(earlier));
      rejected += model.rejected() - (earlier == null ? 0 : earlier.rejected());
      if (model.cpuTime().isPresent()) {
        cpuSeconds += seconds(model) - (earlier == null ? 0 : seconds(earlier));
        if (!timed) {
          timed = true;
          counter("cpu", "seconds", "Processor time of calls", self -> self.cpuSeconds);
        }
      }
    }

    /** A version on standby is not called. */
    private static Optional<ProtectionFigures> protection(@Nullable ModelFigures model) {
      return model == null || model.isStandby() ? Optional.empty() : model.protection();
    }

    private void count(Optional<ProtectionFigures> now, Optional<ProtectionFigures> earlier) {
      if (now.isEmpty()) {
        return;
      }
      ProtectionFigures its = now.get();
      breaker = Math.max(breaker, openness(its.breaker()));
      failed += its.failed() - earlier.map(ProtectionFigures::failed).orElse(0L);
      notReached += its.rejected() - earlier.map(ProtectionFigures::rejected).orElse(0L);
      byPrevious +=
          its.answeredByPrevious() - earlier.map(ProtectionFigures::answeredByPrevious).orElse(0L);
      byDefault +=
          its.answeredByDefault() - earlier.map(ProtectionFigures::answeredByDefault).orElse(0L);
      if (!guarded) {
        guarded = true;
        guard();
      }
    }

    private static double openness(ProtectionFigures.Breaker breaker) {
      return switch (breaker) {
        case CLOSED -> 0;
        case HALF_OPEN -> 0.5;
        case OPEN -> 1;
      };
    }

    private void guard() {
      gauge(
          "breaker.open",
          null,
          "The circuit breaker: 0 closed, 0.5 half open, 1 open",
          self -> self.breaker);
      counter("breaker.failed", "calls", "Failures that the breaker counts", self -> self.failed);
      counter(
          "breaker.rejected",
          "calls",
          "Calls that an open breaker kept from the version",
          self -> self.notReached);
      String fallbacks = "Calls that were answered in place of the version";
      counter("fallbacks", "calls", tags.and("by", "previous"), fallbacks, self -> self.byPrevious);
      counter("fallbacks", "calls", tags.and("by", "default"), fallbacks, self -> self.byDefault);
    }

    private static double seconds(ModelFigures model) {
      return model.cpuTime().map(time -> time.toNanos() / 1e9).orElse(0.0);
    }

    void remove() {
      all.forEach(figures.registry::remove);
    }
  }
}
