package io.mlops4j.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class LatencyBucketsTest {
  @Test
  void everyTimeLiesInItsBucket() {
    Random random = new Random(3);
    for (int i = 0; i < 10_000; i++) {
      long nanos = 1L << (10 + random.nextInt(30));
      nanos += (long) (random.nextDouble() * nanos);
      int bucket = LatencyBuckets.index(nanos);
      double low = LatencyBuckets.low(bucket);
      double high = LatencyBuckets.low(bucket + 1);
      assertThat((double) nanos).as(nanos + " ns").isBetween(low, Math.nextDown(high));
      assertThat(high / low).as("width of bucket " + bucket).isLessThanOrEqualTo(1.0625);
    }
  }

  @Test
  void timesBeyondTheBucketsAreCountedAtTheEnds() {
    assertThat(LatencyBuckets.index(-5)).isZero();
    assertThat(LatencyBuckets.index(0)).isZero();
    assertThat(LatencyBuckets.index(1023)).isZero();
    assertThat(LatencyBuckets.index(1024)).isEqualTo(1);
    assertThat(LatencyBuckets.index((1L << 40) - 1)).isEqualTo(LatencyBuckets.COUNT - 2);
    assertThat(LatencyBuckets.index(1L << 40)).isEqualTo(LatencyBuckets.COUNT - 1);
    assertThat(LatencyBuckets.index(Long.MAX_VALUE)).isEqualTo(LatencyBuckets.COUNT - 1);
  }

  @Test
  void quantilesAreInterpolated() {
    double[] counts = new double[LatencyBuckets.COUNT];
    counts[1] = 3; // 1024 to 1088 ns
    counts[17] = 1; // 2048 to 2176 ns
    assertThat(LatencyBuckets.atRank(counts, 1.5)).isCloseTo(1056, within(1e-9));
    assertThat(LatencyBuckets.atRank(counts, 3)).isCloseTo(1088, within(1e-9));
    assertThat(LatencyBuckets.atRank(counts, 3.25)).isCloseTo(2080, within(1e-9));
    assertThat(LatencyBuckets.atRank(counts, 5)).isInfinite();
  }
}
