package io.mlops4j.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class OncePerTest {
  @Test
  void theLevelIsHalfTheShareOfTheBudgetThatAWindowCovers() {
    assertThat(OncePer.rows(1_000_000).budget().level(10_000, Duration.ZERO, 2)).isEqualTo(0.005);
    assertThat(OncePer.days(100).budget().level(1, Duration.ofDays(1), 2)).isEqualTo(0.005);
  }

  @Test
  void theLevelNeverExceedsFivePercentNorReachesZero() {
    assertThat(OncePer.rows(10).budget().level(1_000, Duration.ZERO, 2)).isEqualTo(0.05);
    assertThat(OncePer.days(1).budget().level(1_000, Duration.ZERO, 2)).isEqualTo(1e-12);
  }

  @Test
  void aBudgetBelowOneIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> OncePer.rows(0))
        .withMessage("rows: found 0, expected at least 1");
    assertThatIllegalArgumentException().isThrownBy(() -> OncePer.days(0));
  }
}
