package io.mlops4j.bench.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** Against {@code scipy.stats.chi2.ppf(0.95, 2 * (k + 1)) / 2} of SciPy 1.15.3. */
class PoissonBoundTest {
  @Test
  void noneInAHundredStreamsIsTheRuleOfThree() {
    assertThat(PoissonBound.upper95(0)).isCloseTo(-Math.log(0.05), within(1e-12));
  }

  @Test
  void countsHaveTheBoundsOfSciPy() {
    assertThat(PoissonBound.upper95(1)).isCloseTo(4.743864518390577, within(1e-9));
    assertThat(PoissonBound.upper95(10)).isCloseTo(16.962219235721903, within(1e-9));
    assertThat(PoissonBound.upper95(300)).isCloseTo(330.09424906170517, within(1e-7));
  }

  @Test
  void aCountBelowZeroIsAnError() {
    assertThatIllegalArgumentException().isThrownBy(() -> PoissonBound.upper95(-1));
  }
}
