package io.mlops4j.monitor.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.monitor.stream.EDetector.Direction;
import io.mlops4j.monitor.stream.EDetector.Procedure;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EDetectorTest {

  /**
   * The definition: for each bet, sums (or the largest) of the products of L that begin at each
   * row.
   */
  @ParameterizedTest
  @EnumSource(Procedure.class)
  void evidenceIsTheSumOrTheLargestOfProducts(Procedure procedure) {
    double m = 0.3;
    double d = 0.05;
    EDetector detector =
        EDetector.expecting(m, 0, 1)
            .withSmallestChange(d)
            .withAverageRunLength(1e100)
            .with(procedure)
            .start();
    double[] values = new SplittableRandom(1).doubles(200).toArray();
    for (int t = 0; t < values.length; t++) {
      detector.add(values[t]);
      double up = evidence(values, t, m, d, procedure, z -> z);
      double down = evidence(values, t, 1 - m, d, procedure, z -> 1 - z);
      assertThat(detector.evidenceOfIncrease()).isCloseTo(up, within(1e-9 * up));
      assertThat(detector.evidenceOfDecrease()).isCloseTo(down, within(1e-9 * down));
      assertThat(detector.evidence()).isCloseTo((up + down) / 2, within(1e-9 * (up + down)));
    }
  }

  private static double evidence(
      double[] values,
      int last,
      double m,
      double d,
      Procedure procedure,
      java.util.function.DoubleUnaryOperator side) {
    List<Double> odds = new ArrayList<>();
    for (double next = m * d / (0.25 + d * d); ; next *= 2) {
      odds.add(next);
      if (next >= m / d) {
        break;
      }
    }
    double total = 0;
    for (double each : odds) {
      double b = each / (1 + each);
      double product = 1;
      double sum = 0;
      double largest = 0;
      for (int from = last; from >= 0; from--) {
        product *= 1 + b * (side.applyAsDouble(values[from]) / m - 1);
        sum += product;
        largest = Math.max(largest, product);
      }
      total += procedure == Procedure.CUSUM ? largest : sum;
    }
    return total / odds.size();
  }

  /** Values are 0 or 1, uniform, or dependent on the past; in all, the mean given the past is m. */
  @ParameterizedTest
  @EnumSource(Procedure.class)
  void falseAlarmsAreAtLeastTheStatedNumberOfRowsApart(Procedure procedure) {
    double length = 1_000;
    for (double m : new double[] {0.02, 0.5, 0.9}) {
      for (String kind : List.of("bernoulli", "uniform", "dependent")) {
        SplittableRandom random = new SplittableRandom(9);
        double[] before = {m};
        DoubleSupplier values =
            () -> {
              double u = random.nextDouble();
              double narrow = Math.min(m, 1 - m);
              before[0] =
                  switch (kind) {
                    case "bernoulli" -> u < m ? 1 : 0;
                    case "uniform" -> m + narrow * (2 * u - 1);
                    default -> before[0] > m ? (u < m ? 1 : 0) : m + narrow * (u - 0.5);
                  };
              return before[0];
            };
        EDetector detector =
            EDetector.expecting(m, 0, 1).withAverageRunLength(length).with(procedure).start();
        int runs = 400;
        long rows = 0;
        for (int run = 0; run < runs; run++) {
          detector.reset();
          rows += Streams.rowsToChange(detector, values, 10_000);
        }
        System.out.printf(
            "e-detector %s, run length 1000, %s mean %s: measured %d, cut at 10000%n",
            procedure, kind, m, rows / runs);
        // run lengths vary like an exponential distribution: a standard error is 50 rows
        assertThat(rows / (double) runs).isGreaterThan(length - 150);
      }
    }
  }

  /** All values are 1, so L = 1 + b (1 / m - 1) each time and M a geometric series. */
  @Test
  void sumsAGeometricSeriesOfAConstant() {
    EDetector detector =
        EDetector.expecting(0.5, 0, 1)
            .withSmallestChange(0.5)
            .with(Direction.INCREASE)
            .withAverageRunLength(1e6)
            .start();
    // odds from 0.5 to 1: b = 1/3 and 1/2, L = 4/3 and 3/2
    double first = 0;
    double second = 0;
    int row = 0;
    while ((first + second) / 2 < 1e6) {
      row++;
      first = 4 * (Math.pow(4 / 3.0, row) - 1);
      second = 3 * (Math.pow(1.5, row) - 1);
      Signal signal = detector.add(1);
      assertThat(detector.evidence()).isCloseTo((first + second) / 2, within(1e-9 * second));
      assertThat(signal == Signal.CHANGE).isEqualTo((first + second) / 2 >= 1e6);
    }
    assertThat(detector.evidenceOfDecrease()).isZero();
    assertThat(detector.bound()).isEqualTo(1e6);
  }

  @Test
  void findsTheSameChangesUpAndDown() {
    EDetector up = EDetector.expecting(0, -4, 4).withAverageRunLength(10_000).start();
    EDetector down = EDetector.expecting(0, -4, 4).withAverageRunLength(10_000).start();
    int changes = 0;
    for (double value : Streams.shifted(3, 20_000, 10_000, 0.25)) {
      Signal signal = up.add(value);
      assertThat(down.add(-value)).isEqualTo(signal);
      assertThat(down.evidenceOfIncrease())
          .isCloseTo(up.evidenceOfDecrease(), within(1e-6 * (1 + up.evidence())));
      changes += signal == Signal.CHANGE ? 1 : 0;
    }
    assertThat(changes).isPositive();
  }

  @Test
  void watchesOneDirection() {
    EDetector.Settings settings = EDetector.expecting(0.5, 0, 1).withAverageRunLength(1000);
    EDetector increase = settings.with(Direction.INCREASE).start();
    EDetector decrease = settings.with(Direction.DECREASE).start();
    for (int row = 0; row < 1_000; row++) {
      assertThat(increase.add(0.4)).isNotEqualTo(Signal.CHANGE);
      assertThat(decrease.add(0.6)).isNotEqualTo(Signal.CHANGE);
    }
    increase.reset();
    assertThat(Streams.rowsToChange(increase, () -> 0.6, 1_000)).isLessThan(100);
    decrease.reset();
    assertThat(Streams.rowsToChange(decrease, () -> 0.4, 1_000)).isLessThan(100);
  }

  @Test
  void toleratesMeansNearTheExpectedOne() {
    EDetector.Settings settings = EDetector.expecting(0.5, 0, 1).withTolerance(0.02);
    assertThat(Streams.rowsToChange(settings.start(), () -> 0.52, 100_000)).isEqualTo(100_001);
    assertThat(Streams.rowsToChange(settings.start(), () -> 0.48, 100_000)).isEqualTo(100_001);
    assertThat(Streams.rowsToChange(settings.start(), () -> 0.54, 10_000)).isLessThan(10_000);
  }

  @Test
  void valuesBeyondTheBoundsCountAsTheBounds() {
    EDetector clipped = EDetector.expecting(20, 10, 40).start();
    EDetector bounded = EDetector.expecting(20, 10, 40).start();
    double[][] pairs = {{-1e308, 10}, {1e308, 40}, {1 / 0.0, 40}, {-1 / 0.0, 10}, {41, 40}};
    for (double[] pair : pairs) {
      assertThat(clipped.add(pair[0])).isEqualTo(bounded.add(pair[1]));
      assertThat(clipped.toBytes()).isEqualTo(bounded.toBytes());
    }
  }

  @Test
  void warnsAtTheSquareRootOfTheRunLength() {
    EDetector detector = EDetector.expecting(0.5, 0, 1).withAverageRunLength(10_000).start();
    int warnings = 0;
    Signal signal;
    do {
      signal = detector.add(0.7);
      double evidence = detector.evidence();
      assertThat(signal)
          .isEqualTo(
              evidence >= 10_000
                  ? Signal.CHANGE
                  : evidence >= 100 ? Signal.WARNING : Signal.STABLE);
      warnings += signal == Signal.WARNING ? 1 : 0;
    } while (signal != Signal.CHANGE);
    assertThat(warnings).isGreaterThan(3);
  }

  @Test
  void rejectsSettingsOutsideTheirBounds() {
    for (double[] numbers :
        new double[][] {
          {0, 0, 1},
          {1, 0, 1},
          {0.5, 1, 0},
          {2, 0, 1},
          {Double.NaN, 0, 1},
          {0, Double.NEGATIVE_INFINITY, 1},
          {0, -1.7e308, 1.7e308},
          {1, 1, 1}
        }) {
      assertThatThrownBy(() -> EDetector.expecting(numbers[0], numbers[1], numbers[2]))
          .as(Arrays.toString(numbers))
          .isInstanceOf(IllegalArgumentException.class);
    }
    EDetector.Settings settings = EDetector.expecting(0.5, 0, 1);
    assertThatThrownBy(() -> settings.withTolerance(0.5)).hasMessageContaining("mean - tolerance");
    assertThatThrownBy(() -> settings.withTolerance(-1)).hasMessageContaining("tolerance");
    assertThatThrownBy(() -> settings.withSmallestChange(0)).hasMessageContaining("smallest");
    assertThatThrownBy(() -> settings.withAverageRunLength(1)).hasMessageContaining("run length");
  }
}
