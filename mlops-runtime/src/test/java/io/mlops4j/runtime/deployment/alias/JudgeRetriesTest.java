package io.mlops4j.runtime.deployment.alias;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class JudgeRetriesTest {
  private final JudgeRetries retries = new JudgeRetries();

  @Test
  void pausesGrowToHalfAMinuteAndWarningsAreOneAMinute() {
    List<Long> attempts = new ArrayList<>();
    List<Long> warnings = new ArrayList<>();
    for (long second = 0; second < 180; second++) { // a tick each second of an outage
      Instant now = Instant.EPOCH.plusSeconds(second);
      if (!retries.pauses(now)) {
        attempts.add(second);
        if (retries.failed(now)) {
          warnings.add(second);
        }
      }
    }
    assertThat(attempts).containsExactly(0L, 1L, 3L, 7L, 15L, 31L, 61L, 91L, 121L, 151L);
    assertThat(warnings).containsExactly(0L, 61L, 121L);
    assertThat(retries.failures()).isEqualTo(10);
  }

  @Test
  void aSuccessEndsTheSeries() {
    retries.failed(Instant.EPOCH);
    retries.succeeded();

    assertThat(retries.pauses(Instant.EPOCH)).isFalse();
    assertThat(retries.failed(Instant.EPOCH)).isTrue();
    assertThat(retries.pauses(Instant.EPOCH.plusMillis(999))).isTrue();
    assertThat(retries.pauses(Instant.EPOCH.plusSeconds(1))).isFalse();
  }

  @Test
  void aClockThatWasSetBackEndsThePause() {
    Instant now = Instant.EPOCH.plus(Duration.ofDays(1));
    retries.failed(now);

    assertThat(retries.pauses(Instant.EPOCH)).isFalse();
    assertThat(retries.failed(Instant.EPOCH)).isTrue();
  }
}
