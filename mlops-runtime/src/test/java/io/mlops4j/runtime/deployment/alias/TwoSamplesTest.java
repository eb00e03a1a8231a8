package io.mlops4j.runtime.deployment.alias;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.internal.LatencyBuckets;
import io.mlops4j.runtime.deployment.CallComparison.Increase;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Expected values are those of SciPy; see src/test/python/two_samples.py. */
class TwoSamplesTest {
  @ParameterizedTest
  @CsvSource({
    "48, 80, 56, 70, 0.1, 0.052431472402364815, 0.3338726540369059, 0.012521129749209152",
    "3, 9000, 12, 1000, 0.0116666666667, 0.006503699588527357, 0.02052666603618863, 3.216764867130219e-10",
    "0, 500, 0, 30, 0, -0.007624340461552241, 0.11351339317396875, 1",
    "0, 40, 40, 40, 1, 0.8760843432299505, 1, 1.8603403656036264e-23",
    "1000, 100000, 6, 500, 0.002, -0.004520077263059658, 0.01594319668202925, 0.6471295325977612",
  })
  void sharesOfFailuresAgreeWithSciPy(
      long failed,
      long calls,
      long otherFailed,
      long otherCalls,
      double value,
      double low,
      double high,
      double pValue) {
    Increase found = TwoSamples.ofShares(failed, calls, otherFailed, otherCalls);
    double difference = (double) otherFailed / otherCalls - (double) failed / calls;
    assertThat(found.value()).isCloseTo(difference, within(1e-12));
    assertThat(found.low()).isCloseTo(low, within(1e-9));
    assertThat(found.high()).isCloseTo(high, within(1e-9));
    assertThat(found.pValue()).isCloseTo(pValue, Percentage.withPercentage(1e-4));
    Increase mirrored = TwoSamples.ofShares(otherFailed, otherCalls, failed, calls);
    assertThat(mirrored.low()).isCloseTo(-found.high(), within(1e-12));
    assertThat(mirrored.pValue()).isCloseTo(pValue, Percentage.withPercentage(1e-4));
  }

  @ParameterizedTest
  @CsvSource({
    "1, 10, 9, 12, 0.0036913550845439386",
    "500, 1000000, 620, 1000000, 0.00037100510757141574",
    "5, 5, 0, 7, 0.0012626262626262623",
    "0, 3, 0, 4, 1",
    "20000, 40000, 20400, 40000, 0.004779701437824908",
  })
  void fishersTestAgreesWithSciPy(long first, long all, long second, long otherAll, double p) {
    assertThat(TwoSamples.fisher(first, all, second, otherAll))
        .isCloseTo(p, Percentage.withPercentage(1e-4));
  }

  @Test
  void manyCallsTakeNoTime() {
    long many = 1_000_000_000_000L;
    assertThat(TwoSamples.fisher(many / 2, many, many / 2, many)).isEqualTo(1);
    assertThat(TwoSamples.fisher(0, many, many / 2, many)).isZero();
  }

  private static long[] times(long... bucketsAndCounts) {
    long[] times = new long[LatencyBuckets.COUNT];
    for (int i = 0; i < bucketsAndCounts.length; i += 2) {
      times[(int) bucketsAndCounts[i]] = bucketsAndCounts[i + 1];
    }
    return times;
  }

  @Test
  void timesAgreeWithSciPy() {
    long[] few = times(161, 900, 177, 60, 193, 40);
    long[] many = times(161, 400, 177, 60, 193, 40);

    Increase found = TwoSamples.ofTimes(few, many);
    assertThat(found.value()).isCloseTo(0.9455445544554448, within(1e-9));
    assertThat(found.low()).isCloseTo(0.017688684038777297, within(1e-9));
    assertThat(found.high()).isCloseTo(0.9843926383335305, within(1e-9));
    assertThat(found.pValue()).isCloseTo(0.0020968109346875445, Percentage.withPercentage(1e-4));
    assertThat(TwoSamples.ofTimes(few, few).value()).isZero();
    assertThat(TwoSamples.ofTimes(few, few).pValue()).isEqualTo(1);
  }

  @Test
  void fewCallsBoundNoPercentile() {
    Increase found = TwoSamples.ofTimes(times(161, 20), times(161, 20));
    assertThat(found.value()).isZero();
    assertThat(found.low()).isEqualTo(-1);
    assertThat(found.high()).isInfinite();
    assertThat(found.pValue()).isEqualTo(1);
  }

  @Test
  void withoutCallsNothingIsKnown() {
    assertThat(TwoSamples.ofShares(0, 0, 3, 10)).isEqualTo(new Increase(Double.NaN, -1, 1, 1));
    assertThat(TwoSamples.ofTimes(times(), times(161, 20)))
        .isEqualTo(new Increase(Double.NaN, -1, Double.POSITIVE_INFINITY, 1));
  }

  @Test
  void timesBeyondAllBucketsAreNotKnown() {
    long[] beyond = times(LatencyBuckets.COUNT - 1, 1000);
    assertThat(TwoSamples.ofTimes(beyond, beyond))
        .isEqualTo(new Increase(0, -1, Double.POSITIVE_INFINITY, 1));
  }
}
