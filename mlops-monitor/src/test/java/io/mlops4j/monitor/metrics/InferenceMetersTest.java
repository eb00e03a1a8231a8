package io.mlops4j.monitor.metrics;

import static io.mlops4j.monitor.metrics.HeardCall.champion;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.error.DeadlineException;
import io.mlops4j.error.InferenceException;
import io.mlops4j.error.OverloadedException;
import io.mlops4j.inference.ServedBy;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What stands in a real registry after calls that are known. */
class InferenceMetersTest {
  private final MockClock clock = new MockClock();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry(SimpleConfig.DEFAULT, clock);

  @AfterEach
  void close() {
    registry.close();
  }

  private Timer calls(String... tags) {
    return registry.get("mlops4j.inference").tags(tags).timer();
  }

  private Timer phase(String phase) {
    return registry.get("mlops4j.inference.phase").tags("phase", phase).timer();
  }

  private List<String> versions() {
    return registry.find("mlops4j.inference").timers().stream()
        .map(timer -> timer.getId().getTag("version"))
        .sorted()
        .toList();
  }

  @Test
  void aCallIsTimedCountedAndItsRowsSummed() {
    InferenceMeters meters = InferenceMeters.to(registry);
    ServedBy seven = champion("fraud", 7);

    meters.onInference(HeardCall.of(seven, 5));
    meters.onInference(HeardCall.of(seven, 1024));

    Timer calls = calls("outcome", "success");
    assertThat(calls.count()).isEqualTo(2);
    assertThat(calls.totalTime(TimeUnit.MILLISECONDS)).isCloseTo(32, within(1e-9));
    DistributionSummary rows = registry.get("mlops4j.inference.rows").summary();
    assertThat(rows.count()).isEqualTo(2);
    assertThat(rows.totalAmount()).isEqualTo(1029);
    assertThat(rows.max()).isEqualTo(1024);
    assertThat(rows.getId().getBaseUnit()).isEqualTo("rows");
  }

  @Test
  void tagsSayWhoAnsweredAndWhy() {
    InferenceMeters meters = InferenceMeters.to(registry);

    meters.onInference(HeardCall.of(champion("fraud", 7), 1));
    meters.onInference(HeardCall.shadow(champion("fraud", 8), 1));
    meters.onInference(HeardCall.of(HeardCall.file("plain.onnx"), 1));

    assertThat(registry.find("mlops4j.inference").timers())
        .extracting(timer -> Tags.of(timer.getId().getTags()))
        .containsExactlyInAnyOrder(
            tags("fraud", "7", "champion", "primary"),
            tags("fraud", "8", "champion", "shadow"),
            tags("plain.onnx", "none", "none", "primary"));
  }

  private static Tags tags(String model, String version, String alias, String route) {
    return Tags.of("model", model, "version", version, "alias", alias, "route", route)
        .and("engine", "onnxruntime", "outcome", "success");
  }

  @Test
  void phasesAreTimedWhereTheyHappened() {
    InferenceMeters meters = InferenceMeters.to(registry);
    ServedBy by = champion("fraud", 7);

    meters.onInference(HeardCall.of(by, 5));
    meters.onInference(HeardCall.failed(by, new OverloadedException("full")));

    assertThat(phase("queue").count()).isEqualTo(2);
    assertThat(phase("queue").totalTime(TimeUnit.MILLISECONDS)).isCloseTo(5, within(1e-9));
    assertThat(phase("bind").totalTime(TimeUnit.MILLISECONDS)).isCloseTo(2, within(1e-9));
    assertThat(phase("run").totalTime(TimeUnit.MILLISECONDS)).isCloseTo(10, within(1e-9));
    assertThat(phase("run").count()).isEqualTo(1);
    assertThat(phase("read").totalTime(TimeUnit.MILLISECONDS)).isCloseTo(3, within(1e-9));
  }

  /** As the exceptions of an application or of another maker's engine may be. */
  private static final class NobodyKnowsException extends InferenceException {
    private static final long serialVersionUID = 1;

    NobodyKnowsException() {
      super("unknown", null);
    }
  }

  @Test
  void errorsAreCountedByKind() {
    InferenceMeters meters = InferenceMeters.to(registry);
    ServedBy by = champion("fraud", 7);

    meters.onInference(HeardCall.of(by, 1));
    meters.onInference(HeardCall.failed(by, new OverloadedException("full")));
    meters.onInference(HeardCall.failed(by, new OverloadedException("full")));
    meters.onInference(HeardCall.failed(by, new IllegalStateException("closed")));
    meters.onInference(HeardCall.failed(by, new NobodyKnowsException()));
    meters.onInference(HeardCall.failed(by, new RuntimeException("anonymous") {}));

    assertThat(registry.find("mlops4j.inference.errors").counters())
        .extracting(counter -> counter.getId().getTag("exception"), Counter::count)
        .containsExactlyInAnyOrder(
            tuple("OverloadedException", 2.0),
            tuple("IllegalStateException", 1.0),
            tuple("InferenceException", 1.0),
            tuple("RuntimeException", 1.0));
    assertThat(calls("outcome", "error").count()).isEqualTo(5);
    assertThat(calls("outcome", "error").totalTime(TimeUnit.MILLISECONDS))
        .isCloseTo(20, within(1e-9));
    assertThat(calls("outcome", "success").count()).isEqualTo(1);
  }

  @Test
  void aSecondInstanceForTheSameVersionGoesOnCounting() {
    InferenceMeters meters = InferenceMeters.to(registry);

    IntStream.range(0, 2000)
        .forEach(i -> meters.onInference(HeardCall.of(champion("fraud", 7), 1)));

    assertThat(versions()).containsExactly("7");
    assertThat(calls().count()).isEqualTo(2000);
  }

  @Test
  void versionsThatAreSilentMakeRoom() {
    InferenceMeters meters = InferenceMeters.builder(registry).limit(3).build();
    ServedBy one = champion("fraud", 1);

    for (int version = 1; version <= 100; version++) {
      clock.add(Duration.ofMinutes(1));
      meters.onInference(HeardCall.of(champion("fraud", version), 1));
      meters.onInference(HeardCall.of(one, 1));
    }

    assertThat(versions()).containsExactly("1", "100", "99");
    assertThat(calls("version", "1").count()).isEqualTo(101);
    assertThat(registry.getMeters().stream().map(m -> m.getId().getTag("version")).distinct())
        .hasSize(3);
  }

  @Test
  void aVersionThatComesBackBeginsAnew() {
    InferenceMeters meters = InferenceMeters.builder(registry).limit(1).build();
    ServedBy one = champion("fraud", 1);

    meters.onInference(HeardCall.of(one, 1));
    meters.onInference(HeardCall.of(one, 1));
    clock.add(Duration.ofMinutes(1));
    meters.onInference(HeardCall.of(champion("fraud", 2), 1)); // was one heard just now?
    assertThat(versions()).containsExactly("1", "other");
    clock.add(Duration.ofMinutes(1));
    meters.onInference(HeardCall.of(champion("fraud", 3), 1)); // it was not
    assertThat(versions()).containsExactly("3", "other");
    clock.add(Duration.ofMinutes(2));
    meters.onInference(HeardCall.of(one, 1));
    clock.add(Duration.ofMinutes(2));
    meters.onInference(HeardCall.of(champion("fraud", 1), 1));

    assertThat(versions()).containsExactly("1", "other");
    assertThat(calls("version", "1").count()).isEqualTo(1);
    assertThat(calls("version", "other").count()).isEqualTo(2);
  }

  @Test
  void moreThanTheLimitAtOnceAreCountedTogether() {
    InferenceMeters meters = InferenceMeters.builder(registry).limit(3).build();
    List<ServedBy> models = IntStream.range(0, 10).mapToObj(i -> champion("model" + i, 1)).toList();

    for (int round = 0; round < 2000; round++) {
      clock.add(Duration.ofSeconds(1));
      models.forEach(model -> meters.onInference(HeardCall.of(model, 1)));
    }

    assertThat(registry.find("mlops4j.inference").timers())
        .extracting(timer -> timer.getId().getTag("model"), Timer::count)
        .containsExactlyInAnyOrder(
            tuple("model0", 2000L),
            tuple("model1", 2000L),
            tuple("model2", 2000L),
            tuple("other", 14000L));
    assertThat(calls("model", "other").getId().getTags())
        .contains(Tag.of("version", "other"), Tag.of("alias", "other"), Tag.of("engine", "other"));
  }

  @Test
  void whoIsCountedAsOtherGetsTheRoomThatBecomesFree() {
    InferenceMeters meters = InferenceMeters.builder(registry).limit(1).build();
    ServedBy after = champion("fraud", 2);

    meters.onInference(HeardCall.of(champion("fraud", 1), 1));
    for (int call = 0; call < 5000; call++) {
      clock.add(Duration.ofSeconds(1));
      meters.onInference(HeardCall.of(after, 1));
    }

    assertThat(versions()).containsExactly("2", "other");
    assertThat(calls("version", "2").count() + calls("version", "other").count()).isEqualTo(5000);
  }

  @Test
  void commonTagsAndHistogramsAreAddedWhereAskedFor() {
    Set<String> histograms = histogramsAskedFor();
    InferenceMeters meters =
        InferenceMeters.builder(registry).tags("team", "ops").percentileHistogram().build();

    meters.onInference(HeardCall.of(champion("fraud", 1), 1));
    meters.onInference(HeardCall.failed(champion("fraud", 1), new OverloadedException("full")));

    assertThat(registry.getMeters())
        .isNotEmpty()
        .allSatisfy(meter -> assertThat(meter.getId().getTag("team")).isEqualTo("ops"));
    assertThat(histograms).containsOnly("mlops4j.inference", "mlops4j.inference.phase");
  }

  @Test
  void withoutBeingAskedThereAreNoHistograms() {
    Set<String> histograms = histogramsAskedFor();

    InferenceMeters.to(registry).onInference(HeardCall.of(champion("fraud", 1), 1));

    assertThat(histograms).isEmpty();
  }

  /** The names of meters whose histogram a registry is asked to publish; this one could not. */
  private Set<String> histogramsAskedFor() {
    Set<String> names = new HashSet<>();
    registry
        .config()
        .meterFilter(
            new MeterFilter() {
              @Override
              public DistributionStatisticConfig configure(
                  Meter.Id id, DistributionStatisticConfig config) {
                if (Boolean.TRUE.equals(config.isPercentileHistogram())) {
                  names.add(id.getName());
                }
                return config;
              }
            });
    return names;
  }

  @Test
  void everyMeterSaysWhatItIs() {
    InferenceMeters meters = InferenceMeters.to(registry);
    meters.onInference(HeardCall.of(champion("fraud", 1), 1));
    meters.onInference(HeardCall.failed(champion("fraud", 1), new OverloadedException("full")));

    assertThat(
            registry.getMeters().stream().map(m -> m.getId().getName()).collect(Collectors.toSet()))
        .containsExactlyInAnyOrder(
            "mlops4j.inference",
            "mlops4j.inference.phase",
            "mlops4j.inference.rows",
            "mlops4j.inference.errors");
    assertThat(registry.getMeters())
        .extracting(meter -> meter.getId().getDescription())
        .doesNotContainNull();
  }

  @Test
  void filtersOfTheApplicationDecide() {
    registry.config().meterFilter(MeterFilter.denyNameStartsWith("mlops4j.inference.phase"));
    InferenceMeters meters = InferenceMeters.to(registry);

    meters.onInference(HeardCall.of(champion("fraud", 1), 1));

    assertThat(registry.getMeters())
        .extracting(Meter::getId)
        .extracting(Meter.Id::getName)
        .containsExactlyInAnyOrder("mlops4j.inference", "mlops4j.inference.rows");
  }

  @Test
  void itNeedsNoRows() {
    assertThat(InferenceMeters.to(registry).needsRows()).isFalse();
  }

  @Test
  void aLimitBelowOneIsRefused() {
    assertThatThrownBy(() -> InferenceMeters.builder(registry).limit(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("limit: found 0, expected at least 1");
  }

  @Test
  void manyThreadsLoseNothing() throws InterruptedException {
    InferenceMeters meters = InferenceMeters.builder(registry).limit(50).build();
    List<Thread> threads =
        IntStream.range(0, 4)
            .mapToObj(
                t ->
                    new Thread(
                        () -> {
                          for (int i = 0; i < 5000; i++) {
                            meters.onInference(HeardCall.of(champion("fraud", 1 + i / 200), 2));
                          }
                        },
                        "caller-" + t))
            .toList();
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }

    double rows =
        registry.find("mlops4j.inference.rows").summaries().stream()
            .mapToDouble(DistributionSummary::totalAmount)
            .sum();
    assertThat(rows).isEqualTo(4 * 5000 * 2);
    assertThat(versions()).hasSize(25);
  }

  @Test
  void deadlinesAreAKindOfTheirOwn() {
    InferenceMeters.to(registry).onInference(HeardCall.failed(champion("fraud", 1), deadline()));

    assertThat(registry.get("mlops4j.inference.errors").counter().getId().getTag("exception"))
        .isEqualTo("DeadlineException");
  }

  private static DeadlineException deadline() {
    return new DeadlineException("late");
  }
}
