package io.mlops4j.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpansTest {
  @ParameterizedTest
  @CsvSource({
    "PT2H13M52.958S, 2 h 14 min",
    "PT0S, 0 s",
    "PT0.0000005S, 0.5 µs",
    "PT0.02S, 20 ms",
    "PT0.3S, 300 ms",
    "PT1.5S, 1.5 s",
    "PT52.958S, 53 s",
    "PT1M, 1 min",
    "PT1M30S, 1 min 30 s",
    "PT5M, 5 min",
    "PT59M59.9S, 59 min 59 s",
    "PT23H59M50S, 1 day",
    "PT24H, 1 day",
    "PT26H40M, 1 day 3 h",
    "PT168H, 7 days",
    "PT-90S, -1 min 30 s",
    "PT8760000H, 365000 days"
  })
  void durationsHaveTheirTwoLargestUnits(Duration time, String text) {
    assertThat(Spans.text(time)).isEqualTo(text);
  }
}
