package io.mlops4j.monitor.performance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MetricTest {

  /** 1.959964 and 2.575829 are the normal quantiles for 95 % and 99 %. */
  @Test
  void theIntervalIsNormal() {
    Metric.Interval interval = new Metric.Value(3, 2).interval(0.95);
    assertThat(interval.low()).isCloseTo(3 - 2 * 1.959964, within(1e-6));
    assertThat(interval.high()).isCloseTo(3 + 2 * 1.959964, within(1e-6));
    assertThat(new Metric.Value(0, 1).interval(0.99).high()).isCloseTo(2.575829, within(1e-6));
  }

  @Test
  void bothEndsBelongToIt() {
    Metric.Interval exact = new Metric.Value(0.5, 0).interval(0.95);
    assertThat(exact).isEqualTo(new Metric.Interval(0.5, 0.5));
    assertThat(exact.contains(0.5)).isTrue();
    assertThat(exact.contains(Math.nextUp(0.5))).isFalse();
    assertThat(exact.contains(Double.NaN)).isFalse();
  }

  @Test
  void anUnknownErrorLeavesEverythingOpen() {
    Metric.Interval open = new Metric.Value(1, Double.POSITIVE_INFINITY).interval(0.5);
    assertThat(open.contains(Double.MAX_VALUE)).isTrue();
    assertThat(open.contains(-Double.MAX_VALUE)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1, -0.1, 95, Double.NaN})
  void aConfidenceLiesBetweenZeroAndOne(double confidence) {
    assertThatThrownBy(() -> new Metric.Value(1, 1).interval(confidence))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("confidence = " + confidence);
  }

  @Test
  void theTextIsShort() {
    assertThat(new Metric.Value(0.7123, 0.0061)).hasToString("0.712 ± 0.0061");
    assertThat(new Metric.Undefined("no label of class 1")).hasToString("no label of class 1");
  }
}
