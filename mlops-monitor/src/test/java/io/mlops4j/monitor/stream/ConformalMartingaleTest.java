package io.mlops4j.monitor.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.Arrays;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConformalMartingaleTest {
  private static final int REFERENCE = 5_000;

  /** R is the sum of the capitals of martingales that begin at each row. */
  @Test
  void evidenceIsTheProductOrTheSumOfProductsOfTheBets() {
    double[] reference = Streams.normals(1, 100);
    double[] values = Streams.shifted(2, 300, 0, -0.3);
    ConformalMartingale.Settings settings = ConformalMartingale.withDefaults().withSeed(5);
    ConformalMartingale once = settings.withFalseAlarmProbability(1e-200).against(reference);
    ConformalMartingale always = settings.withAverageRunLength(1e200).against(reference);
    RankCounts ranks = RankCounts.ofValues(reference, 3); // no value is equal to another
    SimpleJumper jumper = new SimpleJumper(0.01);
    UniformNumbers random = new UniformNumbers(5);
    double[] factors = new double[values.length];
    for (int t = 0; t < values.length; t++) {
      factors[t] = jumper.bet(ranks.rank(values[t], random));
      double sum = 0;
      double product = 1;
      for (int from = t; from >= 0; from--) {
        product *= factors[from];
        sum += product;
      }
      once.add(values[t]);
      always.add(values[t]);
      assertThat(once.evidence()).isCloseTo(product, within(1e-9 * product));
      assertThat(always.evidence()).isCloseTo(sum, within(1e-9 * sum));
    }
  }

  /**
   * Chi-square over 10 x 10 cells of (p, next p): uniform and independent, as the promise needs.
   */
  @ParameterizedTest
  @ValueSource(ints = {1, 5, 200})
  void ranksOfAnUnchangedStreamAreUniformAndIndependent(int size) {
    long[] cells = new long[100];
    int runs = 4_000;
    for (int run = 0; run < runs; run++) {
      DoubleSupplier normal = Streams.normal(run);
      int kind = run;
      double[] reference = new double[size];
      Arrays.setAll(reference, i -> next(normal, kind));
      RankCounts ranks = RankCounts.ofValues(reference, run);
      UniformNumbers random = new UniformNumbers(-1 - run);
      for (int i = 0; i < 5; i++) {
        double first = ranks.rank(next(normal, run), random);
        double second = ranks.rank(next(normal, run), random);
        cells[cell(first) * 10 + cell(second)]++;
      }
    }
    double expected = runs * 5 / 100.0;
    double chiSquare = Arrays.stream(cells).mapToDouble(n -> (n - expected) * (n - expected)).sum();
    assertThat(chiSquare / expected).isLessThan(148.2); // 99.9 % point, 99 degrees of freedom
  }

  private static int cell(double p) {
    return (int) (10 * p);
  }

  /** Continuous in even runs, with many ties in odd ones. */
  private static double next(DoubleSupplier normal, int run) {
    double value = normal.getAsDouble();
    return run % 2 == 0 ? value : Math.rint(2 * value);
  }

  @Test
  void fewRunsEverRaiseAFalseAlarm() {
    int runs = 200;
    for (int size : new int[] {20, 200, REFERENCE}) {
      int alarms = 0;
      for (int run = 0; run < runs; run++) {
        DoubleSupplier normal = Streams.normal(size + run);
        double[] reference = new double[size];
        Arrays.setAll(reference, i -> normal.getAsDouble());
        ConformalMartingale martingale =
            ConformalMartingale.withDefaults()
                .withFalseAlarmProbability(0.05)
                .withSeed(run)
                .against(reference);
        alarms += Streams.rowsToChange(martingale, normal, 5_000) <= 5_000 ? 1 : 0;
      }
      System.out.printf(
          "martingale, alpha 0.05, %d reference rows: %d of %d runs alarm in 5000 rows%n",
          size, alarms, runs);
      assertThat(alarms).isLessThanOrEqualTo(20); // 10 expected at most, sd 3.1
    }
  }

  /** For continuous values and for values with ties, with references of any size. */
  @ParameterizedTest
  @ValueSource(ints = {10, 300})
  void falseAlarmsAreAtLeastTheStatedNumberOfRowsApart(int size) {
    int runs = 400;
    long rows = 0;
    for (int run = 0; run < runs; run++) {
      int kind = run;
      DoubleSupplier normal = Streams.normal(size + 10 * run);
      double[] reference = new double[size];
      Arrays.setAll(reference, i -> next(normal, kind));
      ConformalMartingale martingale =
          ConformalMartingale.withDefaults()
              .withAverageRunLength(1_000)
              .withSeed(run)
              .against(reference);
      rows += Streams.rowsToChange(martingale, () -> next(normal, kind), 50_000);
    }
    System.out.printf(
        "martingale, run length 1000, %d reference rows: measured %d%n", size, rows / runs);
    assertThat(rows / (double) runs).isGreaterThan(850); // a standard error is 50 rows
  }

  @Test
  void findsShiftsUpAndDownAfterAboutTheSameTime() {
    double[] reference = Streams.normals(1, REFERENCE);
    long up = 0;
    long down = 0;
    for (int run = 0; run < 50; run++) {
      double[] values = Streams.shifted(100 + run, 2_000, 0, 0.5);
      up += delay(reference, values, run);
      down += delay(Streams.negated(reference), Streams.negated(values), run);
    }
    assertThat((double) down / up).isBetween(0.95, 1.05);
  }

  private static int delay(double[] reference, double[] values, int seed) {
    ConformalMartingale martingale =
        ConformalMartingale.withDefaults().withSeed(seed).against(reference);
    return Streams.places(martingale, values, Signal.CHANGE).get(0);
  }

  @Test
  void findsAChangeAfterAMillionStableRowsOnlyWithARunLength() {
    DoubleSupplier normal = Streams.normal(77);
    double[] reference = new double[REFERENCE];
    Arrays.setAll(reference, i -> normal.getAsDouble());
    ConformalMartingale.Settings settings = ConformalMartingale.withDefaults();
    ConformalMartingale once = Streams.binned(settings, reference);
    ConformalMartingale always =
        Streams.binned(settings.withAverageRunLength(10_000_000), reference);
    assertThat(Streams.rowsToChange(once, normal, 1_000_000)).isGreaterThan(1_000_000);
    assertThat(Streams.rowsToChange(always, normal, 1_000_000)).isGreaterThan(1_000_000);
    assertThat(once.evidence()).isNotNegative().isLessThan(1e-100);
    DoubleSupplier moved = () -> normal.getAsDouble() + 1;
    assertThat(Streams.rowsToChange(always, moved, 1_000)).isLessThan(300);
    assertThat(Streams.rowsToChange(once, moved, 1_000)).isGreaterThan(1_000);
  }

  /** Values that jump to and fro cost all bets; C falls far below 1e-77, where it is scaled. */
  @Test
  void recoversFromAVerySmallCapital() {
    ConformalMartingale martingale = ConformalMartingale.withDefaults().against(new double[] {0});
    RankCounts ranks = RankCounts.ofValues(new double[] {0}, 3);
    SimpleJumper jumper = new SimpleJumper(0.01);
    UniformNumbers random = new UniformNumbers(1);
    double logCapital = 0;
    double least = 0;
    for (int row = 0; row < 80_000; row++) {
      double value = row > 40_000 || row % 2 == 0 ? 1 : -1;
      logCapital += Math.log(jumper.bet(ranks.rank(value, random)));
      least = Math.min(least, logCapital);
      Signal signal = martingale.add(value);
      assertThat(signal == Signal.CHANGE).isEqualTo(logCapital >= Math.log(100));
      assertThat(martingale.evidence()).isCloseTo(Math.exp(logCapital), withinPercentage(1e-6));
      if (signal == Signal.CHANGE) {
        assertThat(least).isLessThan(-256 * Math.log(2)); // it was scaled
        return;
      }
    }
    throw new AssertionError("no change; ln C is " + logCapital + ", the least " + least);
  }

  @Test
  void warnsAtTheSquareRootOfTheBound() {
    ConformalMartingale martingale =
        Streams.binned(ConformalMartingale.withDefaults(), Streams.normals(1, REFERENCE));
    for (double value : Streams.shifted(5, 1_000, 0, 1)) {
      Signal signal = martingale.add(value);
      double evidence = martingale.evidence();
      assertThat(signal)
          .isEqualTo(
              evidence >= 100 ? Signal.CHANGE : evidence >= 10 ? Signal.WARNING : Signal.STABLE);
      if (signal == Signal.CHANGE) {
        return;
      }
    }
    throw new AssertionError("no change");
  }

  @Test
  void aConstantEqualToItsReferenceNeverChanges() {
    ConformalMartingale martingale =
        ConformalMartingale.withDefaults().against(new double[] {7, 7, 7});
    for (int row = 0; row < 10_000; row++) {
      assertThat(martingale.add(7)).isNotEqualTo(Signal.CHANGE);
    }
  }

  @Test
  void rejectsSettingsOutsideTheirBounds() {
    ConformalMartingale.Settings settings = ConformalMartingale.withDefaults();
    assertThatThrownBy(() -> settings.withFalseAlarmProbability(0)).hasMessageContaining("alpha");
    assertThatThrownBy(() -> settings.withAverageRunLength(1)).hasMessageContaining("rows");
    assertThatThrownBy(() -> settings.withJumpRate(1)).hasMessageContaining("rate: found 1.0");
    assertThatThrownBy(() -> settings.against(new double[0]))
        .hasMessageContaining("number of values: found 0");
  }
}
