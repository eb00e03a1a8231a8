package io.mlops4j.monitor.live.watch.drift;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.InferenceEvent.Route;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.Events;
import io.mlops4j.monitor.drift.DriftPolicy;
import io.mlops4j.monitor.live.rows.CallSampling;
import io.mlops4j.monitor.live.rows.FalseAlarms;
import io.mlops4j.monitor.live.rows.Handed;
import io.mlops4j.monitor.live.rows.Span;
import io.mlops4j.monitor.live.state.StateWriter;
import io.mlops4j.monitor.live.watch.WatchSettings;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.profile.internal.BinaryFrame;
import io.mlops4j.monitor.quality.QualityReference;
import io.mlops4j.monitor.quality.QualitySuite;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DriftWatchTest {
  private static final int ROWS = 400;
  private static final BinaryFrame FORM =
      new BinaryFrame("test", 0x54455354, 1, 1, "a test", "write it again");

  private final BufferAllocator allocator = new RootAllocator();
  private final Random random = new Random(14);
  private Instant at = Instant.parse("2001-02-01T12:10:00Z");

  @AfterEach
  void nothingIsLent() {
    assertThat(allocator.getAllocatedMemory()).isZero();
    allocator.close();
  }

  /** Each version is replaced in the middle of a day, and its answers drift all the time. */
  @Test
  void versionsThatHaveLeftTakeNoMemory() {
    DriftWatch watch = watch(reference());
    int early = 0;
    for (int version = 1; version <= 12; version++) {
      for (int quarter = 0; quarter < 12; quarter++) {
        answer(watch, Events.version(version));
        at = at.plus(Duration.ofHours(6));
      }
      early = version == 4 ? bytes(watch) : early;
    }
    assertThat(bytes(watch)).isLessThan(early * 5 / 4);
  }

  private Profile reference() {
    try (FeatureBatch features = numbers("x", 0);
        FeatureBatch outputs = numbers("y", 0)) {
      return Profile.builder().add(features, outputs).build();
    }
  }

  private static DriftWatch watch(Profile reference) {
    WatchSettings settings =
        new WatchSettings(
            reference,
            null,
            new Span(Long.MAX_VALUE, Duration.ofDays(1), 1),
            new FalseAlarms(1_000_000, null),
            DriftPolicy.withDefaults().withOutputs(DriftPolicy.withDefaults()),
            null,
            List.of(),
            true,
            QualitySuite.of(QualityReference.of(reference)),
            null,
            1);
    return new DriftWatch(settings, new CallSampling(), report -> {});
  }

  private void answer(DriftWatch watch, ServedBy version) {
    try (FeatureBatch features = numbers("x", 0);
        FeatureBatch outputs = numbers("y", 3)) {
      watch.answered(new Handed.Answered(version, Route.PRIMARY, features, outputs, null, at));
    }
    assertThat(watch.judge(at)).isNotNull();
  }

  private FeatureBatch numbers(String name, double shift) {
    double[] values = random.doubles(ROWS).map(value -> value + shift).toArray();
    return FeatureBatch.builder(allocator).doubles(name, values).build();
  }

  private static int bytes(DriftWatch watch) {
    StateWriter out = new StateWriter(FORM);
    watch.write(out);
    return out.toBytes().length;
  }
}
