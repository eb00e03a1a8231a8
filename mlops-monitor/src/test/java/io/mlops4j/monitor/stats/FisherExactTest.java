package io.mlops4j.monitor.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class FisherExactTest {
  private final FisherExact test = FisherExact.withDefaults();

  /** SciPy answers NaN for the odds. */
  @Test
  void noHitsAtAllIsNoDifference() {
    TestResult none = TestResult.of(1, 1);
    assertThat(test.test(new long[] {10, 0}, new long[] {7, 0})).isEqualTo(none);
    assertThat(test.test(new long[] {0, 1}, new long[] {0, 5})).isEqualTo(none);
  }

  @Test
  void theOddsAreAboveOneWhenTheCurrentShareIsLarger() {
    assertThat(test.test(new long[] {9, 1}, new long[] {5, 5}).statistic()).isEqualTo(9);
  }

  @Test
  void otherTablesAreRefused() {
    assertThatThrownBy(() -> test.test(new long[3], new long[3]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> test.test(new long[] {1, 2, 3}, new long[] {1, 2, 3}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("reference has 3 bins");
    assertThatThrownBy(() -> test.test(new long[] {1L << 31, 1}, new long[] {1, 1}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("ShareDifference");
  }
}
