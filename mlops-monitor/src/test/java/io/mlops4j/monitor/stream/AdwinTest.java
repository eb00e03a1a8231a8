package io.mlops4j.monitor.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdwinTest {
  private static final int ROWS = 40_000;

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5})
  void cutsTheWindowsOfMoaAtTheSameRows(int stream) {
    List<String[]> expected =
        Streams.lines("adwin.csv").stream()
            .map(line -> line.split(","))
            .filter(fields -> fields[0].equals(Integer.toString(stream)))
            .toList();
    Adwin adwin = Adwin.withDefaults().start();
    SplittableRandom random = new SplittableRandom(stream);
    int next = 0;
    for (int row = 1; row <= ROWS; row++) {
      boolean change = adwin.add(value(stream, row, random)) == Signal.CHANGE;
      if (change || row % 1000 == 0) {
        String[] moa = expected.get(next++);
        assertThat(row + "," + change + "," + adwin.width())
            .isEqualTo(moa[1] + "," + moa[2] + "," + moa[3]);
        double mean = Double.parseDouble(moa[4]);
        assertThat(adwin.mean()).isCloseTo(mean, within(1e-11 * (1 + Math.abs(mean))));
        // MOA subtracts, so that far from zero its figures have lost digits
        assertThat(adwin.variance()).isCloseTo(Double.parseDouble(moa[5]), within(1e-5));
      }
    }
    assertThat(next).isEqualTo(expected.size());
  }

  /** The streams of MakeAdwin.java. */
  private static double value(int stream, int row, SplittableRandom random) {
    double u = random.nextDouble();
    return switch (stream) {
      case 0 -> u;
      case 1 -> u < (row % 20_000 < 10_000 ? 0.2 : 0.3) ? 1 : 0;
      case 2 -> u + (double) row / ROWS;
      case 3 -> u + Math.floor(row / 5_000.0) * 0.05;
      case 4 -> row / 500 % 2 == 0 ? u : -u;
      default -> 1e6 + u * (row < 30_000 ? 1 : 3);
    };
  }

  @Test
  void findsTheChangesThatRiverAndCapyMoaDocument() {
    assertThat(places(Adwin.withDefaults(), Streams.published("shift"))).containsExactly(1023);
    assertThat(places(Adwin.withDefaults().withDelta(0.001), Streams.published("capymoa")))
        .containsExactly(1023, 1055);
  }

  private static List<Integer> places(Adwin.Settings settings, double[] values) {
    return Streams.places(settings.start(), values, Signal.CHANGE);
  }

  /** With a bucket for each row there is nothing but the rule: every cut of the window, by sums. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void withABucketForEachRowEqualsTheRuleOnAllCuts(long seed) {
    Adwin adwin = Adwin.withDefaults().withClock(1).withMostBuckets(1000).start();
    double[] values = Streams.shifted(seed, 900, 300, 1.5);
    for (int i = 600; i < values.length; i++) {
      values[i] *= 3;
    }
    List<Double> window = new ArrayList<>();
    int changes = 0;
    for (double value : values) {
      Signal signal = adwin.add(value);
      window.add(value);
      boolean change = false;
      while (window.size() > 10 && hasCut(window)) {
        window.remove(0);
        change = true;
      }
      assertThat(signal).as("seed %d", seed).isEqualTo(change ? Signal.CHANGE : Signal.STABLE);
      assertThat(adwin.width()).isEqualTo(window.size());
      assertThat(adwin.mean()).isCloseTo(mean(window), within(1e-12));
      changes += change ? 1 : 0;
    }
    assertThat(changes).isPositive();
  }

  private static boolean hasCut(List<Double> window) {
    int n = window.size();
    double mean = mean(window);
    double variance = window.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum() / n;
    double confidence = Math.log(2 * Math.log(n) / 0.002);
    for (int older = 7; older <= n - 7; older++) {
      double m = 1.0 / (older - 4) + 1.0 / (n - older - 4);
      double allowed = Math.sqrt(2 * m * variance * confidence) + 2 * m * confidence / 3;
      if (Math.abs(mean(window.subList(0, older)) - mean(window.subList(older, n))) > allowed) {
        return true;
      }
    }
    return false;
  }

  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(v -> v).sum() / values.size();
  }

  /** 7 | 7 is the first cut, and here larger than what delta 0.999 allows, 0.744 x 10 + 0.74. */
  @Test
  void sevenRowsAreTheSmallestPart() {
    Adwin adwin = Adwin.withDefaults().withDelta(0.999).withClock(1).withMostBuckets(100).start();
    for (int row = 1; row <= 13; row++) {
      assertThat(adwin.add(row <= 7 ? 0 : 10)).isEqualTo(Signal.STABLE);
    }
    assertThat(adwin.add(10)).isEqualTo(Signal.CHANGE);
    assertThat(adwin.width()).isEqualTo(13);
  }

  @Test
  void keepsTheMeanOfTheRowsSinceAChange() {
    Adwin adwin = Adwin.withDefaults().start();
    double[] values = Streams.shifted(1, 20_000, 10_000, 5);
    List<Integer> places = Streams.places(adwin, values, Signal.CHANGE);
    assertThat(places.get(0)).isBetween(10_000, 10_031);
    assertThat(adwin.width()).isBetween(9_990L, 10_010L);
    assertThat(adwin.mean()).isCloseTo(5, within(0.05));
    assertThat(adwin.rows()).isEqualTo(20_000);
  }

  @Test
  void isBlindToTheSign() {
    double[] values = Streams.shifted(2, 20_000, 8_000, 0.3);
    Adwin up = Adwin.withDefaults().start();
    Adwin down = Adwin.withDefaults().start();
    for (double value : values) {
      assertThat(down.add(-value)).isEqualTo(up.add(value));
      assertThat(down.evidence()).isEqualTo(up.evidence());
    }
    assertThat(down.mean()).isEqualTo(-up.mean());
    assertThat(up.width()).isLessThan(20_000);
  }

  @Test
  void aMillionRowsTakeFewBuckets() {
    Adwin adwin = Adwin.withDefaults().start();
    SplittableRandom random = new SplittableRandom(5);
    for (int row = 0; row < 1_000_000; row++) {
      adwin.add(random.nextDouble());
    }
    assertThat(adwin.width()).isGreaterThan(900_000);
    assertThat(adwin.toBytes()).hasSizeLessThan(2_000);
  }

  @Test
  void aValueThatOverflowsLeavesNothingBehind() {
    Adwin adwin = Adwin.withDefaults().start();
    adwin.add(1e308);
    adwin.add(-1e308);
    assertThat(adwin.variance()).isInfinite();
    adwin.reset();
    Arrays.stream(Streams.shifted(3, 4000, 2000, 3)).forEach(adwin::add);
    assertThat(adwin.mean()).isCloseTo(3, within(0.1));
  }

  @Test
  void rejectsSettingsOutsideTheirBounds() {
    Adwin.Settings settings = Adwin.withDefaults();
    assertThatThrownBy(() -> settings.withDelta(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("delta: found 0.0, expected 0.0 to 1.0, exclusive");
    assertThatThrownBy(() -> settings.withDelta(Double.NaN)).hasMessageContaining("NaN");
    assertThatThrownBy(() -> settings.withClock(0)).hasMessageContaining("rows: found 0");
    assertThatThrownBy(() -> settings.withMostBuckets(1)).hasMessageContaining("perLevel");
    assertThatThrownBy(() -> settings.withSmallestPart(0)).hasMessageContaining("rows");
  }
}
