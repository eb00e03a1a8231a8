package io.mlops4j.monitor.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class HealthyPeriodsTest {
  /** SciPy 1.17.1: {@code t.ppf(0.995, n) * sqrt(mean(effects**2))}. */
  @Test
  void theLimitIsAnUpperPredictionLimitOfANormalDistributionAroundZero() {
    assertThat(HealthyPeriods.limit(List.of(0.2, 0.3, 0.5, 0.4)))
        .isCloseTo(1.6916524743258663, within(1e-9));
    assertThat(HealthyPeriods.limit(List.of(0.9, 1.1, 1.4, 0.7, 1.0, 1.2, 0.8)))
        .isCloseTo(3.634363655848844, within(1e-9));
    assertThat(HealthyPeriods.limit(Collections.nCopies(20, 0.4)))
        .isCloseTo(1.1381358839144433, within(1e-9));
  }

  @Test
  void aLimitOfFewPeriodsIsBounded() {
    assertThat(HealthyPeriods.limit(List.of(0.1, 2.0))).isEqualTo(5);
  }
}
