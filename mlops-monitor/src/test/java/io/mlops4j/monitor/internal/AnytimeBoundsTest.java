package io.mlops4j.monitor.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.monitor.internal.AnytimeBounds.Range;
import java.util.Random;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

class AnytimeBoundsTest {
  @ParameterizedTest
  @CsvFileSource(resources = "/io/mlops4j/monitor/internal/anytime-bounds.csv", numLinesToSkip = 1)
  void equalsSciPy(
      String kind, double first, double trials, double alpha, double low, double high) {
    if (kind.equals("errors")) {
      assertThat(AnytimeBounds.standardErrors((long) first, alpha))
          .isCloseTo(low, Percentage.withPercentage(1e-9));
      return;
    }
    Range range =
        kind.equals("probability")
            ? AnytimeBounds.probability(first, trials, alpha)
            : AnytimeBounds.successes(first, trials, alpha);
    assertThat(range.low()).isCloseTo(low, within(1e-9 * Math.max(1, low)));
    assertThat(range.high()).isCloseTo(high, within(1e-9 * Math.max(1, high)));
  }

  @Test
  void withoutTrialsEverythingIsPossible() {
    assertThat(AnytimeBounds.probability(0, 0, 0.05)).isEqualTo(new Range(0, 1));
  }

  /** Looking after every call, a fixed 95 % interval would exclude the truth in most streams. */
  @Test
  void looksAfterEveryCallExcludeTheTruthInAtMostOneStreamOfTwenty() {
    long seed = 15;
    Random random = new Random(seed);
    int streams = 200;
    Range[] allowed = new Range[2_001];
    for (int n = 1; n < allowed.length; n++) {
      allowed[n] = AnytimeBounds.successes(0.1, n, 0.05);
    }
    int wrong = 0;
    int wrongIfFixed = 0;
    for (int stream = 0; stream < streams; stream++) {
      int failures = 0;
      boolean excluded = false;
      boolean excludedIfFixed = false;
      for (int n = 1; n < allowed.length; n++) {
        failures += random.nextDouble() < 0.1 ? 1 : 0;
        excluded |= failures < allowed[n].low() || failures > allowed[n].high();
        excludedIfFixed |= n > 50 && Math.abs(failures - 0.1 * n) > 1.96 * Math.sqrt(0.09 * n);
      }
      wrong += excluded ? 1 : 0;
      wrongIfFixed += excludedIfFixed ? 1 : 0;
    }
    assertThat(wrong).as("of 200 streams, seed " + seed).isLessThanOrEqualTo(10);
    assertThat(wrongIfFixed).as("of 200 streams, seed " + seed).isGreaterThan(60);
  }
}
