package io.mlops4j.monitor.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RawValuesTest {
  private static final double NAN = Double.NaN;
  private static final double INF = Double.POSITIVE_INFINITY;

  private final KolmogorovSmirnov ks = KolmogorovSmirnov.withDefaults();
  private final Wasserstein distance = Wasserstein.withDefaults();
  private final Wasserstein score = distance.overReferenceDeviation();

  @Test
  void missingValuesNeverEnter() {
    double[] holes = {NAN, 3, 1, NAN, 2};
    double[] whole = {1, 2, 3};
    double[] current = {2, NAN, 5};
    assertThat(ks.test(holes, current)).isEqualTo(ks.test(whole, new double[] {2, 5}));
    assertThat(distance.statistic(holes, current))
        .isEqualTo(distance.statistic(whole, new double[] {2, 5}));
    assertThat(QuantileBins.of(holes, 4).edges()).isEqualTo(QuantileBins.of(whole, 4).edges());
    assertThat(QuantileBins.of(whole, 2).count(holes)).containsExactly(2, 1);
  }

  @Test
  void anEqualConstantIsNoDriftAndAnotherIsInfinitelyFar() {
    double[] five = {5, 5, 5};
    assertThat(ks.test(five, new double[] {5})).isEqualTo(TestResult.of(0, 1));
    assertThat(score.statistic(five, new double[] {5})).isZero();
    assertThat(score.statistic(five, new double[] {6})).isEqualTo(INF);
    assertThat(score.statistic(new double[] {0.1, 0.1, 0.1}, new double[] {0.2})).isEqualTo(INF);
  }

  @Test
  void infinitiesAreExtremeValues() {
    double[] reference = {-INF, 1, 2, INF};
    assertThat(ks.statistic(reference, new double[] {-INF, 1, 2, INF})).isZero();
    assertThat(ks.statistic(reference, new double[] {INF, INF})).isEqualTo(0.75);
    assertThat(distance.statistic(reference, new double[] {-INF, 2, 3, INF}))
        .isCloseTo(0.5, within(1e-15));
    assertThat(distance.statistic(reference, new double[] {1, 2})).isEqualTo(INF);
    // deviation of the finite values 1 and 2 is 0.5
    assertThat(score.statistic(reference, new double[] {-INF, 2, 3, INF}))
        .isCloseTo(1, within(1e-15));
    assertThat(score.statistic(new double[] {INF}, new double[] {INF})).isZero();
  }

  @Test
  void infiniteQuantilesAreNoEdges() {
    QuantileBins bins = QuantileBins.of(new double[] {-INF, -INF, -INF, 0, 1, INF, INF, INF}, 4);
    assertThat(bins.edges()).containsExactly(0.5);
    assertThat(bins.indexOf(-INF)).isZero();
    assertThat(bins.indexOf(INF)).isOne();
    assertThat(QuantileBins.of(new double[] {INF, -INF}, 4).size()).isOne();
  }

  @Test
  void edgesBelongToTheBinBelow() {
    QuantileBins bins = QuantileBins.of(new double[] {-1, 0, 1}, 2);
    assertThat(bins.edges()).containsExactly(0);
    assertThat(bins.count(new double[] {-1, -0.0, 0.0, 1e-300})).containsExactly(3, 1);
    QuantileBins ofNegativeZeros = QuantileBins.of(new double[] {-1, -0.0, -0.0, 0.0, 0.0, 1}, 5);
    assertThat(ofNegativeZeros.edges()).containsExactly(0);
    assertThat(ofNegativeZeros.count(new double[] {-0.0, 0.0, 1e-300})).containsExactly(2, 1);
    assertThatThrownBy(() -> bins.indexOf(NAN)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> QuantileBins.of(new double[] {1}, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /**
   * The trap of pooled bins of equal width: one outlier hides a drift. Here the index must hardly
   * move.
   */
  @Test
  void oneOutlierDoesNotHideDriftFromReferenceBins() {
    double[] reference = IntStream.range(0, 1000).mapToDouble(i -> i).toArray();
    double[] shifted = IntStream.range(0, 1000).mapToDouble(i -> i * 0.8).toArray();
    QuantileBins bins = QuantileBins.of(reference, 10);
    double before =
        PopulationStability.withDefaults().statistic(bins.count(reference), bins.count(shifted));
    shifted[500] = 1e6;
    double after =
        PopulationStability.withDefaults().statistic(bins.count(reference), bins.count(shifted));
    assertThat(before).isGreaterThan(0.5);
    assertThat(after).isCloseTo(before, within(0.5));
    assertThat(after).isGreaterThan(0.25);
  }

  @Test
  void theInputIsNotChanged() {
    double[] unsorted = {3, NAN, 1};
    ks.test(unsorted, unsorted);
    distance.statistic(unsorted, unsorted);
    assertThat(unsorted).containsExactly(3, NAN, 1);
  }

  @Test
  void aSampleWithoutValuesIsRefused() {
    for (double[] empty : new double[][] {{}, {NAN, NAN}}) {
      assertThatThrownBy(() -> ks.test(new double[] {1}, empty))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("current holds no value (length " + empty.length);
      assertThatThrownBy(() -> distance.statistic(empty, new double[] {1}))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("reference holds no value");
    }
  }

  @Test
  void bothZerosAreOneValueForEveryStatistic() {
    double[] reference = {-0.0, 0.0, 1, -1, 0.0, 3};
    double[] current = {0.0, -0.0, -0.0, 2, -2};
    double[] one = DoubleStream.of(reference).map(x -> x + 0.0).toArray();
    double[] other = DoubleStream.of(current).map(x -> x + 0.0).toArray();
    assertThat(ks.test(reference, current)).isEqualTo(ks.test(one, other));
    assertThat(ks.against(reference).apply(current)).isEqualTo(ks.test(one, other));
    assertThat(score.statistic(reference, current)).isEqualTo(score.statistic(one, other));
    QuantileBins bins = QuantileBins.of(reference, 4);
    assertThat(bins.edges()).isEqualTo(QuantileBins.of(one, 4).edges());
    assertThat(bins.count(current)).isEqualTo(bins.count(other));
  }
}
