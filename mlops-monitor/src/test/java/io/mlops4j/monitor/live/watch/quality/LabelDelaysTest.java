package io.mlops4j.monitor.live.watch.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.monitor.quality.QualityResult;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LabelDelaysTest {
  /** The delays are 1 to 1000 seconds, so the median is 500 seconds. */
  @Test
  void quantilesOfDelaysAreRightToTwoPercent() {
    LabelDelays delays = new LabelDelays();
    LabelDelays later = new LabelDelays();
    for (int second = 1; second <= 1_000; second++) {
      (second % 2 == 0 ? delays : later).add(Duration.ofSeconds(second));
    }
    delays.merge(later);
    assertThat(delays.labels()).isEqualTo(1_000);
    assertThat(delays.quantile(0.5).toMillis()).isCloseTo(500_000L, within(10_000L));
    assertThat(delays.quantile(1).toMillis()).isCloseTo(1_000_000L, within(20_000L));
    assertThat(new LabelDelays().quantile(0.5)).isZero();
    assertThat(LabelDelays.fromBytes(delays.toBytes()).toBytes()).isEqualTo(delays.toBytes());
    assertThat(delays.compare(delays, 1e-6)).isInstanceOf(QualityResult.Passed.class);
    LabelDelays negative = new LabelDelays();
    negative.add(Duration.ofSeconds(-1));
    assertThat(negative.quantile(0.5)).isLessThan(Duration.ofMillis(1));
  }

  /** As of stored rows whose labels are added at once: their delay is the time of a batch. */
  @Test
  void delaysBelowASecondCountAsASecond() {
    assertThat(delays(Duration.ofMillis(20)).compare(delays(Duration.ofMillis(1)), 1e-6))
        .isInstanceOfSatisfying(
            QualityResult.Passed.class, passed -> assertThat(passed.measured()).isEqualTo(1));
    assertThat(delays(Duration.ofSeconds(2)).compare(delays(Duration.ofMillis(1)), 1e-6))
        .isInstanceOf(QualityResult.Failed.class);
  }

  @Test
  void theMessageNamesDelaysAsPeopleDo() {
    assertThat(delays(Duration.ofHours(10)).compare(delays(Duration.ofHours(5)), 1e-6))
        .isInstanceOfSatisfying(
            QualityResult.Failed.class,
            failed ->
                assertThat(failed.text())
                    .matches(
                        "found a median delay of (9 h 5\\d min|10 h|10 h \\d min) in 300 labels,"
                            + " usually (4 h 5\\d min|5 h|5 h \\d min); ratio 2.00, bound 1.5"));
  }

  private static LabelDelays delays(Duration each) {
    LabelDelays delays = new LabelDelays();
    for (int label = 0; label < 300; label++) {
      delays.add(each);
    }
    return delays;
  }
}
