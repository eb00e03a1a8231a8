package io.mlops4j.monitor.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.inference.InferenceEvent.Route;
import io.mlops4j.inference.ModelFigures;
import io.mlops4j.inference.ProtectionFigures;
import io.mlops4j.inference.ProtectionFigures.Breaker;
import io.mlops4j.inference.RuntimeFigures;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.Placement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a reader of a registry finds of figures that are known. */
class RuntimeMetersTest {
  private final MockClock clock = new MockClock();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry(SimpleConfig.DEFAULT, clock);
  private final AtomicInteger asked = new AtomicInteger();
  private List<ModelFigures> models = List.of();
  private final RuntimeMeters meters =
      RuntimeMeters.of(
          () -> {
            asked.incrementAndGet();
            return new Now(models);
          });

  private record Now(List<ModelFigures> models) implements RuntimeFigures {
    @Override
    public int waiting() {
      return 1;
    }

    @Override
    public int queued() {
      return 2;
    }

    @Override
    public long rejected() {
      return 3;
    }

    @Override
    public long hostBytes() {
      return 4;
    }

    @Override
    public long arrowBytes() {
      return 5;
    }

    @Override
    public long modelBytes() {
      return 6;
    }

    @Override
    public int idleModels() {
      return 7;
    }

    @Override
    public int abandonedLoads() {
      return 8;
    }

    @Override
    public int abandonedRuns() {
      return 9;
    }
  }

  private record Of(
      ServedBy servedBy,
      Route route,
      int running,
      int waiting,
      long rejected,
      int abandonedRuns,
      long nativeBytes,
      Optional<Duration> cpuTime,
      Optional<Placement> placement)
      implements ModelFigures {}

  private static Of model(ServedBy by, int running, long rejected, long millis) {
    Optional<Duration> cpu = Optional.of(Duration.ofMillis(millis));
    return new Of(by, Route.PRIMARY, running, 4, rejected, 0, 1000, cpu, Optional.empty());
  }

  private static Of placed(ServedBy by, Placement placement) {
    return new Of(by, Route.PRIMARY, 0, 0, 0, 0, 1000, Optional.empty(), Optional.of(placement));
  }

  private double gauge(String name, String... tags) {
    return registry.get(name).tags(tags).gauge().value();
  }

  private double counter(String name) {
    return registry.get(name).functionCounter().count();
  }

  private void aSecondLater() {
    clock.add(Duration.ofSeconds(1));
    gauge("mlops4j.runtime.waiting");
  }

  @AfterEach
  void close() {
    registry.close();
  }

  @Test
  void everyFigureOfTheRuntimeIsShown() {
    meters.tags("pool", "a").bindTo(registry);

    assertThat(gauge("mlops4j.runtime.waiting", "pool", "a")).isEqualTo(1);
    assertThat(gauge("mlops4j.runtime.queued")).isEqualTo(2);
    assertThat(counter("mlops4j.runtime.rejected")).isEqualTo(3);
    assertThat(gauge("mlops4j.runtime.memory", "owner", "host")).isEqualTo(4);
    assertThat(gauge("mlops4j.runtime.memory", "owner", "arrow")).isEqualTo(5);
    assertThat(gauge("mlops4j.runtime.memory", "owner", "models")).isEqualTo(6);
    assertThat(gauge("mlops4j.runtime.models.idle")).isEqualTo(7);
    assertThat(gauge("mlops4j.runtime.loads.abandoned")).isEqualTo(8);
    assertThat(gauge("mlops4j.runtime.runs.abandoned")).isEqualTo(9);
    assertThat(registry.find("mlops4j.model.running").gauges()).isEmpty();
  }

  @Test
  void figuresAreTakenAtMostOnceASecond() {
    meters.bindTo(registry);
    for (int read = 0; read < 10; read++) {
      gauge("mlops4j.runtime.waiting");
      counter("mlops4j.runtime.rejected");
    }
    assertThat(asked).hasValue(1);
    aSecondLater();
    assertThat(asked).hasValue(2);
  }

  @Test
  void modelsComeAndGo() {
    ServedBy seven = HeardCall.champion("fraud", 7);
    meters.bindTo(registry);
    models = List.of(model(seven, 2, 3, 1500));
    aSecondLater();

    assertThat(
            gauge(
                "mlops4j.model.running",
                "model",
                "fraud",
                "version",
                "7",
                "alias",
                "champion",
                "engine",
                "onnxruntime",
                "route",
                "primary"))
        .isEqualTo(2);
    assertThat(gauge("mlops4j.model.waiting")).isEqualTo(4);
    assertThat(gauge("mlops4j.model.memory")).isEqualTo(1000);
    assertThat(counter("mlops4j.model.rejected")).isEqualTo(3);
    assertThat(counter("mlops4j.model.cpu")).isCloseTo(1.5, within(1e-9));

    models = List.of();
    aSecondLater();

    assertThat(registry.getMeters())
        .noneMatch(meter -> meter.getId().getName().startsWith("mlops4j.model."));
  }

  @Test
  void ofModelsWithTheSameLabelsCallsAreSummedAndCountersNeverGoDown() {
    ServedBy first = HeardCall.champion("fraud", 7);
    ServedBy second = HeardCall.champion("fraud", 7);
    models = List.of(model(first, 1, 10, 100), model(second, 2, 20, 200));
    meters.bindTo(registry);

    assertThat(gauge("mlops4j.model.running")).isEqualTo(3);
    assertThat(gauge("mlops4j.model.memory")).isEqualTo(1000);
    assertThat(counter("mlops4j.model.rejected")).isEqualTo(30);

    models = List.of(model(second, 2, 25, 250)); // the first was closed
    aSecondLater();

    assertThat(gauge("mlops4j.model.running")).isEqualTo(2);
    assertThat(counter("mlops4j.model.rejected")).isEqualTo(35);
    assertThat(counter("mlops4j.model.cpu")).isCloseTo(0.35, within(1e-9));
  }

  @Test
  void thereIsNoCpuMeterWhereNothingIsMeasured() {
    models =
        List.of(
            new Of(
                HeardCall.file("plain"),
                Route.PRIMARY,
                0,
                0,
                0,
                0,
                0,
                Optional.empty(),
                Optional.empty()));
    meters.bindTo(registry);

    assertThat(registry.find("mlops4j.model.running").gauges()).hasSize(1);
    assertThat(registry.find("mlops4j.model.cpu").functionCounters()).isEmpty();
  }

  @Test
  void theDevicesAndTheWayOfCallsAreTags() {
    ServedBy by = HeardCall.file("plain");
    Placement java = Placement.of("cpu", "java").withCalls("JNI");
    models = List.of(placed(by, java));
    meters.bindTo(registry);
    assertThat(gauge("mlops4j.model.placement", "devices", "cpu,java", "calls", "JNI"))
        .isEqualTo(1);

    models = List.of(placed(by, Placement.of("cpu")));
    aSecondLater();
    assertThat(gauge("mlops4j.model.placement", "devices", "cpu", "calls", "none")).isEqualTo(1);
    assertThat(gauge("mlops4j.model.placement", "devices", "cpu,java")).isEqualTo(0);
  }

  @Test
  void closeRemovesWhatWasBound() {
    models = List.of(model(HeardCall.file("plain"), 1, 0, 0));
    meters.bindTo(registry);
    meters.close();
    meters.close();
    assertThat(registry.getMeters()).isEmpty();
  }

  private record Guarded(Of model, boolean isStandby, Optional<ProtectionFigures> protection)
      implements ModelFigures {
    @Override
    public ServedBy servedBy() {
      return model.servedBy();
    }

    @Override
    public Route route() {
      return model.route();
    }

    @Override
    public int running() {
      return model.running();
    }

    @Override
    public int waiting() {
      return model.waiting();
    }

    @Override
    public long rejected() {
      return model.rejected();
    }

    @Override
    public int abandonedRuns() {
      return model.abandonedRuns();
    }

    @Override
    public long nativeBytes() {
      return model.nativeBytes();
    }

    @Override
    public Optional<Duration> cpuTime() {
      return model.cpuTime();
    }
  }

  private static ModelFigures guarded(ServedBy by, Breaker breaker, long... counts) {
    return new Guarded(
        model(by, 0, 0, 0),
        false,
        Optional.of(new ProtectionFigures(breaker, counts[0], counts[1], counts[2], counts[3])));
  }

  private double fallbacks(String by) {
    return registry.get("mlops4j.model.fallbacks").tag("by", by).functionCounter().count();
  }

  @Test
  void breakersAndFallbacksAreShown() {
    ServedBy by = HeardCall.champion("fraud", 1);
    models = List.of(guarded(by, Breaker.CLOSED, 2, 0, 0, 0));
    meters.bindTo(registry);

    assertThat(gauge("mlops4j.model.breaker.open", "route", "primary")).isZero();
    assertThat(counter("mlops4j.model.breaker.failed")).isEqualTo(2);

    models = List.of(guarded(by, Breaker.OPEN, 5, 7, 3, 4));
    aSecondLater();
    assertThat(gauge("mlops4j.model.breaker.open")).isEqualTo(1);
    assertThat(counter("mlops4j.model.breaker.failed")).isEqualTo(5);
    assertThat(counter("mlops4j.model.breaker.rejected")).isEqualTo(7);
    assertThat(fallbacks("previous")).isEqualTo(3);
    assertThat(fallbacks("default")).isEqualTo(4);

    models = List.of(guarded(by, Breaker.HALF_OPEN, 5, 7, 3, 4));
    aSecondLater();
    assertThat(gauge("mlops4j.model.breaker.open")).isEqualTo(0.5);
    meters.close();
    assertThat(registry.getMeters()).isEmpty();
  }

  @Test
  void modelsWithoutABreakerHaveNoSuchMeters() {
    models = List.of(model(HeardCall.champion("fraud", 1), 0, 0, 0));
    meters.bindTo(registry);

    assertThat(registry.find("mlops4j.model.breaker.open").gauges()).isEmpty();
    assertThat(registry.find("mlops4j.model.fallbacks").functionCounters()).isEmpty();
  }

  @Test
  void aVersionThatIsKeptForARollbackIsNotPrimary() {
    Of warm = model(HeardCall.champion("fraud", 1), 0, 0, 0);
    models =
        List.of(
            new Guarded(warm, true, Optional.of(new ProtectionFigures(Breaker.OPEN, 1, 1, 1, 1))),
            model(HeardCall.champion("fraud", 2), 3, 0, 0));
    meters.bindTo(registry);

    assertThat(gauge("mlops4j.model.running", "version", "1", "route", "standby")).isZero();
    assertThat(gauge("mlops4j.model.running", "version", "2", "route", "primary")).isEqualTo(3);
    assertThat(registry.find("mlops4j.model.running").tag("route", "primary").gauges()).hasSize(1);
    assertThat(registry.find("mlops4j.model.breaker.open").gauges()).isEmpty();
  }
}
