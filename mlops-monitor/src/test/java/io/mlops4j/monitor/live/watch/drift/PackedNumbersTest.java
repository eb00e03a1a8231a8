package io.mlops4j.monitor.live.watch.drift;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.drift.DriftPolicy;
import io.mlops4j.monitor.drift.DriftReport;
import io.mlops4j.monitor.profile.NumberProfile;
import io.mlops4j.monitor.profile.Profile;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PackedNumbersTest {
  private static final int ROWS = 2_000;

  private final Profile reference = numbers(new Random(1), 0, null);

  /** Numbers around a mean, and some others. */
  private static Profile numbers(
      Random random, double mean, @Nullable Profile in, double... others) {
    double[] values = new double[ROWS + others.length];
    for (int i = 0; i < ROWS; i++) {
      values[i] = mean + random.nextGaussian();
    }
    System.arraycopy(others, 0, values, ROWS, others.length);
    try (BufferAllocator allocator = new RootAllocator();
        FeatureBatch rows = FeatureBatch.builder(allocator).doubles("x", values).build()) {
      return in == null ? Profile.of(List.of(rows)) : in.profile(List.of(rows));
    }
  }

  private static void assertKept(Profile profile) {
    Profile kept = Objects.requireNonNull(PackedNumbers.of(profile, null)).profile();
    NumberProfile expected = (NumberProfile) profile.column("x");
    NumberProfile found = (NumberProfile) kept.column("x");
    assertThat(kept.rows()).isEqualTo(profile.rows());
    assertThat(found.sameBins(expected)).isTrue();
    assertThat(found.counts()).isEqualTo(expected.counts());
    assertThat(found.missing()).isEqualTo(expected.missing());
    assertThat(found.infinite()).isEqualTo(expected.infinite());
    assertThat(found.present()).isEqualTo(expected.present());
    assertThat(Double.valueOf(found.min())).isEqualTo(Double.valueOf(expected.min()));
    assertThat(Double.valueOf(found.max())).isEqualTo(Double.valueOf(expected.max()));
    assertThat(Double.valueOf(found.mean())).isEqualTo(Double.valueOf(expected.mean()));
    assertThat(Double.valueOf(found.variance())).isEqualTo(Double.valueOf(expected.variance()));
  }

  @Test
  void everyFigureThatIsComparedIsKept() {
    assertKept(reference);
    assertKept(
        numbers(
            new Random(2),
            -1e9,
            reference,
            Double.NaN,
            Double.NEGATIVE_INFINITY,
            Double.POSITIVE_INFINITY,
            Double.MAX_VALUE,
            -Double.MIN_VALUE));
    assertKept(reference.counting().build());
  }

  @Test
  void countsOfAnySizeAreKept() {
    Profile profile = numbers(new Random(3), 0.5, reference, Double.NaN);
    for (int i = 0; i < 51; i++) { // up to 2^62 rows
      assertKept(profile);
      profile = profile.merge(profile);
    }
  }

  @Test
  void aPackedWindowIsComparedLikeItself() {
    Profile before = numbers(new Random(4), 0.2, reference, Double.NaN);
    Profile after = numbers(new Random(5), 0.6, reference);
    Profile kept = Objects.requireNonNull(PackedNumbers.of(before, null)).profile();
    assertThat(DriftReport.compare(kept, after, DriftPolicy.withDefaults()).features().toString())
        .isEqualTo(
            DriftReport.compare(before, after, DriftPolicy.withDefaults()).features().toString());
  }

  @Test
  void aProfileOfSeveralColumnsIsNotPacked() {
    try (BufferAllocator allocator = new RootAllocator();
        FeatureBatch rows =
            FeatureBatch.builder(allocator)
                .doubles("x", new double[] {1, 2})
                .doubles("y", new double[] {1, 2})
                .build()) {
      assertThat(PackedNumbers.of(Profile.of(List.of(rows)), null)).isNull();
    }
  }
}
