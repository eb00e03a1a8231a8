package io.mlops4j.monitor.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PageHinkleyTest {

  @Test
  void findsTheChangeThatRiverDocuments() {
    PageHinkley test = PageHinkley.withDefaults().start();
    assertThat(Streams.places(test, Streams.published("shift"), Signal.CHANGE))
        .containsExactly(1006);
  }

  /** Each sum is computed from all rows, as the definition has it. */
  @ParameterizedTest
  @ValueSource(doubles = {1, 0.99, 0.9999})
  void equalsItsDefinition(double alpha) {
    double[] values = Streams.shifted(7, 400, 200, -1);
    PageHinkley test = PageHinkley.withDefaults().withAlpha(alpha).withLambda(1e9).start();
    double[] up = new double[values.length];
    double[] down = new double[values.length];
    double[] average = new double[values.length];
    for (int t = 0; t < values.length; t++) {
      for (int i = 0; i <= t; i++) {
        average[t] += values[i] / (t + 1);
      }
      for (int i = 0; i <= t; i++) {
        double weight = Math.pow(alpha, t - i);
        up[t] += weight * (values[i] - average[i] - 0.005);
        down[t] += weight * (values[i] - average[i] + 0.005);
      }
      double lowest = Double.MAX_VALUE;
      double highest = -Double.MAX_VALUE;
      for (int i = 0; i <= t; i++) {
        lowest = Math.min(lowest, up[i]);
        highest = Math.max(highest, down[i]);
      }
      test.add(values[t]);
      assertThat(test.evidenceOfIncrease()).isCloseTo(up[t] - lowest, within(1e-9));
      assertThat(test.evidenceOfDecrease()).isCloseTo(highest - down[t], within(1e-9));
      assertThat(test.mean()).isCloseTo(average[t], within(1e-12));
    }
    assertThat(test.evidence()).isEqualTo(test.evidenceOfDecrease()).isGreaterThan(10);
  }

  @Test
  void findsTheSameChangesUpAndDown() {
    double[] values = Streams.shifted(8, 5_000, 2_500, 1);
    PageHinkley up = PageHinkley.withDefaults().start();
    PageHinkley down = PageHinkley.withDefaults().start();
    int changes = 0;
    for (double value : values) {
      Signal signal = up.add(value);
      assertThat(down.add(-value)).isEqualTo(signal);
      assertThat(down.evidenceOfDecrease()).isEqualTo(up.evidenceOfIncrease());
      assertThat(down.evidenceOfIncrease()).isEqualTo(up.evidenceOfDecrease());
      changes += signal == Signal.CHANGE ? 1 : 0;
    }
    assertThat(changes).isPositive();
  }

  /** With z = (x - 100) / 16, shifted values of any scale give the same signals. */
  @Test
  void standardisesValues() {
    double[] values = Streams.shifted(9, 3_000, 1_000, 1);
    PageHinkley plain = PageHinkley.withDefaults().start();
    PageHinkley scaled = PageHinkley.withDefaults().withStandardisation(100, 16).start();
    for (double value : values) {
      double quarter = Math.rint(value * 4) / 4; // 100 + 16 z is exact then
      assertThat(scaled.add(100 + 16 * quarter)).isEqualTo(plain.add(quarter));
      assertThat(scaled.mean()).isCloseTo(100 + 16 * plain.mean(), within(1e-9));
    }
  }

  /** After n zeros, the k-th one has z - avg = n / (n + k): the sums are short to write down. */
  @Test
  void reportsAStepWhenTheSumExceedsLambda() {
    PageHinkley test = PageHinkley.withDefaults().withAlpha(1).withDelta(0).withLambda(5).start();
    for (int i = 0; i < 100; i++) {
      assertThat(test.add(0)).isEqualTo(Signal.STABLE);
    }
    double sum = 0;
    int row = 0;
    while (sum <= 5) {
      row++;
      sum += 100.0 / (100 + row);
      assertThat(test.add(1)).isEqualTo(sum > 5 ? Signal.CHANGE : Signal.STABLE);
    }
    assertThat(test.evidence()).isCloseTo(sum, within(1e-12)).isGreaterThan(test.bound());
    test.add(1);
    assertThat(test.evidence()).isZero(); // started anew
  }

  @Test
  void isSilentBeforeItsFirstRow() {
    PageHinkley test = PageHinkley.withDefaults().withLambda(1).start();
    for (int row = 1; row < 30; row++) {
      assertThat(test.add(row)).isEqualTo(Signal.STABLE);
    }
    assertThat(test.add(30)).isEqualTo(Signal.CHANGE);
  }

  @Test
  void rejectsSettingsOutsideTheirBounds() {
    PageHinkley.Settings settings = PageHinkley.withDefaults();
    assertThatThrownBy(() -> settings.withDelta(-1)).hasMessageContaining("delta: found -1.0");
    assertThatThrownBy(() -> settings.withLambda(Double.POSITIVE_INFINITY))
        .hasMessage("lambda: found Infinity, expected a finite number from 0.0");
    assertThatThrownBy(() -> settings.withAlpha(0)).hasMessageContaining("alpha");
    assertThatThrownBy(() -> settings.withAlpha(1.1)).hasMessageContaining("alpha");
    assertThatThrownBy(() -> settings.withFirstRow(0)).hasMessageContaining("row");
    assertThatThrownBy(() -> settings.withStandardisation(0, 0)).hasMessageContaining("deviation");
    assertThatThrownBy(() -> settings.withStandardisation(Double.NaN, 1))
        .hasMessageContaining("mean: found NaN");
  }
}
